#pragma once
/* A row against a JSON Schema: what the tests of json_schema share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "core/base/jr.h"
#include "core/data/check/json_schema.h"
#include "core/data/check/table_check.h"

enum { WIDE = 12 };

static json_t *parsed(const char *text)
{
    struct err e = {0};
    json_t *json = jr_parse(str_of(text), &e);
    if (!json)
        fail_msg("%s: %s", text, e.detail);
    return json;
}

static struct table_schema schema_of(const char *text)
{
    struct err e = {0};
    struct table_schema s;
    json_t *json = parsed(text);
    assert_true(json_schema_is(json));
    if (!table_schema_read(json, &s, &e))
        fail_msg("%s: %s", text, e.detail);
    json_decref(json);
    return s;
}

/* "column code" of each error of the second row, joined by ", ". quoted: which cells were texts; "" is unknown. */
static void errors_of(const char *schema, const char *header, const char *row, const char *quoted, struct buf *out)
{
    struct table_schema s = schema_of(schema);
    struct str names[WIDE], cells[WIDE], rest = str_of(header), part;
    bool text[WIDE] = {false};
    size_t width = 0, have = 0;
    while (str_cut(&rest, ';', &part))
        names[width++] = part;
    rest = str_of(row);
    while (str_cut(&rest, ';', &part)) {
        text[have] = quoted[0] && quoted[have] == 'q';
        cells[have++] = part;
    }
    struct table_checker *c = table_check_new(&s, names, width);
    table_check_row(c, 2, cells, quoted[0] ? text : NULL, have);
    struct buf json = {0};
    struct jw w;
    jw_init(&w, &json, JW_COMPACT);
    table_check_json(c, &w);
    buf_addc(&json, 0);
    json_t *said = parsed(json.p);
    const json_t *g;
    size_t i;
    json_array_foreach(jr_array(said, "groups"), i, g)
        if (str_eq(jr_str(g, "severity"), S("error")))
            buf_printf(out, "%s" STR_FMT " " STR_FMT, out->n ? ", " : "", STR_ARG(jr_str(g, "column")),
                       STR_ARG(jr_str(jr_object(g, "reason"), "code")));
    json_decref(said);
    buf_free(&json);
    table_check_free(c);
    table_schema_free(&s);
}

static void expect(const char *schema, const char *header, const char *row, const char *quoted, const char *want)
{
    struct buf got = {0};
    errors_of(schema, header, row, quoted, &got);
    if (!str_eq(buf_str(&got), str_of(want)))
        fail_msg("%s\n%s / %s (%s)\nwanted \"%s\", got \"" STR_FMT "\"", schema, header, row, quoted, want, STR_ARG(buf_str(&got)));
    buf_free(&got);
}

#define LIST(members) "{\"type\":\"array\",\"items\":{\"type\":\"object\"," members "}}"
