/* A schema of either kind, a NUL, then a row's cells parted by line feeds, UTF-8 as every reader gives them: whatever they
 * hold, every finding is counted once and the report is JSON; the table that a JSON Schema becomes is a schema that reads
 * the same when it was written down and read again, as the registry does. */
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/data/check/json_schema.h"
#include "core/data/check/table_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct table_schema *s, struct str rest)
{
    struct str cells[64], header[64], part;
    bool quoted[64];
    struct buf out = {0};
    struct err e = {0};
    struct jw w;
    size_t n = 0;
    while (n < 64 && str_cut(&rest, '\n', &part)) {
        ptrdiff_t nul = str_chr(part, 0); /* rows set aside can have one, names have none */
        header[n] = str_part(part, 0, nul < 0 ? part.n : (size_t)nul);
        quoted[n] = part.n % 2;
        cells[n++] = part;
    }
    struct table_checker *c = table_check_new(s, header, n); /* the cells as the header too: some match */
    table_check_row(c, 2, cells, NULL, n);
    table_check_row(c, 3, cells, quoted, n / 2);
    table_check_blank(c, 4);
    table_check_aside(c, 5, STR_NONE, n + 1);
    jw_init(&w, &out, JW_COMPACT);
    table_check_json(c, &w);
    json_t *said = jr_parse(buf_str(&out), &e);
    must(said);
    int64_t total = 0;
    const json_t *g;
    size_t i;
    json_array_foreach(jr_array(said, "groups"), i, g)
        total += jr_i64(g, "count", 0);
    must(total <= jr_i64(said, "errors", 0) + jr_i64(said, "notices", 0));
    json_decref(said);
    buf_free(&out);
    table_check_free(c);
}

/* Of the registry: written, read again, checked as the first one is. */
static void check_again(const struct table_schema *s, struct str rest)
{
    struct err e = {0};
    struct table_schema again;
    char *text = json_dumps(s->json, JSON_COMPACT);
    json_t *json = jr_parse(str_of(text), &e);
    must(json && table_schema_read(json, &again, &e));
    must(again.n == s->n && again.total == s->total && again.nobjects == s->nobjects && again.nleft == s->nleft);
    for (size_t i = 0; i < s->total; i++)
        must(str_eq(s->fields[i].name, again.fields[i].name) && s->fields[i].type == again.fields[i].type);
    check(&again, rest);
    table_schema_free(&again);
    json_decref(json);
    free(text);
}

static void check_variants(const struct table_schema *s, struct str rest)
{
    struct err e = {0};
    json_t *v;
    size_t i;
    json_array_foreach(json_object_get(s->json, "variants"), i, v) {
        struct table_schema other;
        if (!table_schema_read(v, &other, &e)) /* a Table Schema may say anything there */
            return;
        check(&other, rest);
        table_schema_free(&other);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size}, definition;
    struct table_schema s;
    struct err e = {0};
    if (!str_cut(&text, '\0', &definition) || !utf8_valid(text))
        return 0;
    json_t *json = jr_parse(definition, &e);
    if (json && table_schema_read(json, &s, &e)) {
        check(&s, text);
        if (json_schema_is(json))
            check_again(&s, text);
        check_variants(&s, text);
        table_schema_free(&s);
    }
    json_decref(json);
    return 0;
}
