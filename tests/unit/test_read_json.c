/* JSON as rows: where they stand, what is flattened, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/data/errors.h"
#include "core/data/format/read_format.h"
#include "core/data/intake/reader.h"

/* Records as "a|b/1|2", or the error's code and first values. */
static void rows_of(struct str file, const char *options, struct buf *out)
{
    struct err e = {0};
    struct record r;
    struct rows *rows;
    json_t *o = options ? jr_parse(str_of(options), &e) : NULL;
    const struct read_format *f = read_format_of(file);
    if (!f || strcmp(f->name, "json") != 0) {
        buf_printf(out, "not json: %s", f ? f->name : "nothing");
        return;
    }
    if (f->open(file, o, &rows, &e)) {
        while (rows->next(rows, &r, &e) && !r.end)
            for (size_t i = 0; i < r.n; i++)
                buf_printf(out, "%s" STR_FMT "%s", i ? ";" : "", STR_ARG(r.cells[i]), i + 1 == r.n ? "/" : "");
        rows->close(rows);
    }
    if (e.kind)
        buf_printf(out, "%s %s%s%s", e.kind->code, e.nargs ? e.arg[0] : "", e.nargs > 1 ? " " : "", e.nargs > 1 ? e.arg[1] : "");
    json_decref(o);
}

static void test_rows(void **state)
{
    (void)state;
    static const struct {
        const char *json, *options, *want;
    } rows[] = {
        {"[{\"a\": 1, \"b\": \"x\"}, {\"b\": null, \"c\": true}]", NULL, "a;b;c/1;x;/;;true/"},
        {"{\"a\": 1}\n{\"a\": 2}\r\n\n{\"b\": 3}\n", NULL, "a;b/1;/2;/;3/"},
        {"\xEF\xBB\xBF [ {\"a\":1} ] ", NULL, "a/1/"},
        {"{\"a\": 1}", NULL, "a/1/"},
        /* the longest list, or the one that is asked for */
        {"{\"meta\": {\"n\": 2, \"tags\": [{\"t\": 1}]}, \"data\": {\"rows\": [{\"a\": 1}, {\"a\": 22}]}}", NULL, "a/1/22/"},
        {"{\"meta\": {\"n\": 2, \"tags\": [{\"t\": 1}]}, \"data\": {\"rows\": [{\"a\": 1}]}}", "{\"path\": \"meta.tags\"}", "t/1/"},
        {"{\"x\": [{\"a\": 1}], \"y\": [{\"a\": 1}]}", "{\"path\": \"z\"}", "data_json_path z x, y"},
        {"[{\"a\": 1}]", "{\"path\": \"z\"}", "data_json_path z "},
        /* flattened, and what stays whole */
        {"[{\"adr\": {\"cp\": \"01000\", \"x\": {\"y\": 1}}}, {\"adr\": {\"ville\": \"B\"}}]", NULL, "adr.cp;adr.x.y;adr.ville/01000;1;/;;B/"},
        {"[{\"g\": {\"type\": \"Point\", \"coordinates\": [1.5, 47]}}]", NULL, "g/{\"type\": \"Point\", \"coordinates\": [1.5, 47]}/"},
        {"[{\"p\": {\"lon\": 1.5, \"lat\": 47.1}}]", NULL, "p/{\"lon\": 1.5, \"lat\": 47.1}/"},
        {"[{\"l\": [\"37000\", \"37100\"], \"n\": [1, 2], \"v\": [], \"p\": [\"a|b\"]}]", NULL, "l;n;v;p/37000|37100;[1, 2];;[\"a|b\"]/"},
        {"[{\"a\": {}, \"b\": 1}]", NULL, "a;b/{};1/"},
        /* text */
        {"[{\"\\u00e9t\\u00E9\": \"l\\u2019\\n\\\"\\ud83d\\ude00\"}]", NULL, "été/l’\n\"😀/"},
        {"[{\"a\": \"caf\xE9\"}]", NULL, "a/café/"},
        {"[{\"a\": 1, \"a\": 2}]", NULL, "a/2/"},
        {"[{\"a\": 12345678901234567890.10}, {\"a\": -1e3}]", NULL, "a/12345678901234567890.10/-1e3/"},
        /* faults */
        {"[{\"a\": 1},\n {\"a\": }]", NULL, "data_json 2"},
        {"[{\"a\": 1}\n {\"a\": 2}]", NULL, "data_json 2"},
        {"[{\"a\": 1}, 5]", NULL, "data_json_row 2"},
        {"[{\"a\": 1}", NULL, "data_json 1"},
        {"[{\"a\": nul}]", NULL, "a/data_json 1"},
        {"[{\"a\": 1}] x", NULL, "data_json 1"},
        {"[{\"a\": \"\\x\"}]", NULL, "a/data_json 1"},
        {"[{}, {}]", NULL, "data_no_rows "},
        {"{\"a\": 1}\n{\"a\": \n", NULL, "data_json 3"},
        /* not JSON */
        {"{x};y\n1;2\n", NULL, "not json: csv"},
        {"[1.5, 47.2];b\n[1.6, 47];c\n", NULL, "not json: csv"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf got = {0};
        rows_of(str_of(rows[i].json), rows[i].options, &got);
        if (!str_eq(buf_str(&got), str_of(rows[i].want)))
            fail_msg("row %zu: " STR_FMT, i, STR_ARG(buf_str(&got)));
        buf_free(&got);
    }
}

/* Of an object that has not the member, the one before says nothing. */
static void test_which_cells_were_texts(void **state)
{
    static const struct {
        const char *file, *want;
    } rows[] = {
        {"[{\"a\": \"1\", \"b\": 2}, {\"b\": \"\"}, {\"a\": null}]", "q-/-q/--/"},
        {"{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", \"geometry\": null, \"properties\": {\"a\": \"1\", \"b\": 2}},"
         "{\"type\": \"Feature\", \"geometry\": null, \"properties\": {\"b\": \"x\"}}]}", "q-/-q/"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        struct record r;
        struct rows *read;
        struct buf got = {0};
        assert_true(read_format_of(str_of(rows[i].file))->open(str_of(rows[i].file), NULL, &read, &e));
        assert_true(read->next(read, &r, &e));
        while (read->next(read, &r, &e) && !r.end)
            for (size_t k = 0; k < 2; k++)
                buf_printf(&got, "%s%s", r.quoted[k] ? "q" : "-", k ? "/" : "");
        read->close(read);
        if (!str_eq(buf_str(&got), str_of(rows[i].want)))
            fail_msg("%s: " STR_FMT, rows[i].file, STR_ARG(buf_str(&got)));
        buf_free(&got);
    }
}

/* A thousand, a million brackets; more columns than a table has. */
static void test_bounds(void **state)
{
    (void)state;
    struct buf deep = {.max = 8 << 20}, wide = {0}, got = {0};
    rows_of(S("[{\"a\": \"x\",\n \"\0\": 1}]"), NULL, &got);
    assert_true(str_eq(buf_str(&got), S("data_json 2")));
    buf_reset(&got);
    buf_addz(&deep, "[{\"a\": ");
    for (int i = 0; i < 1000000; i++)
        buf_addz(&deep, "[");
    rows_of(buf_str(&deep), NULL, &got);
    assert_true(str_starts(buf_str(&got), S("data_json 1")));
    buf_reset(&got);
    buf_addz(&wide, "[{");
    for (int i = 0; i < 501; i++)
        buf_printf(&wide, "%s\"c%d\": %d", i ? ", " : "", i, i);
    buf_addz(&wide, "}]");
    rows_of(buf_str(&wide), NULL, &got);
    assert_true(str_starts(buf_str(&got), S("data_columns 501 500")));
    buf_free(&got), buf_free(&wide), buf_free(&deep);
}

/* Types: strings stay text, numbers are numbers, points and geometries are themselves. */
static void test_types(void **state)
{
    (void)state;
    static const char json[] =
        "{\"results\": [{\"code\": \"37000\", \"n\": 12, \"m\": 1.50, \"d\": \"2024-03-31\", \"p\": {\"lon\": 0.68, \"lat\": 47.39},"
        " \"b\": true, \"g\": {\"type\": \"LineString\", \"coordinates\": [[0.5, 47], [0.6, 47.1]]}},"
        " {\"code\": \"37100\", \"n\": -3, \"m\": 2, \"d\": \"2024-04-01\", \"p\": {\"lon\": 0.7, \"lat\": 47.4}, \"b\": false,"
        " \"g\": {\"type\": \"LineString\", \"coordinates\": [[0.5, 47], [0.6, 47.2]]}}], \"total\": 2}";
    static const char *const want[] = {"text", "int", "decimal", "date", "geo_point_2d", "boolean", "geo_shape"};
    struct reader r;
    struct err e = {0};
    struct buf out = {0};
    if (!reader_open_bytes(&r, str_of(json), NULL, &e) || !reader_look(&r, &e))
        fail_msg("%s", e.detail);
    reader_report(&r, &out);
    json_t *report = jr_parse(buf_str(&out), &e);
    assert_true(str_eq(jr_str(report, "format"), S("json")));
    assert_true(str_eq(jr_str(report, "path"), S("results")));
    assert_int_equal(jr_i64(jr_object(report, "rows"), "kept", 0), 2);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        struct str got = jr_str(json_array_get(jr_array(report, "columns"), i), "type");
        if (!str_eq(got, str_of(want[i])))
            fail_msg("column %zu: " STR_FMT, i, STR_ARG(got));
    }
    json_decref(report);
    buf_free(&out);
    reader_close(&r);
}

/* `order` 0: as it is; 1 and 2: with a mark, in UTF-16 that has its low or its high byte first. */
static void put_text(struct buf *file, struct str text, int order)
{
    uint32_t code = 0xFEFF;
    if (order == 0) {
        buf_add(file, text);
        return;
    }
    for (size_t n = 0; n == 0 || text.n > 0;) {
        uint32_t units[2] = {code, 0};
        unsigned nunits = 1;
        if (code >= 0x10000) {
            units[0] = 0xD800 + ((code - 0x10000) >> 10);
            units[1] = 0xDC00 + ((code - 0x10000) & 0x3FF);
            nunits = 2;
        }
        for (unsigned i = 0; i < nunits; i++) {
            buf_addc(file, (char)(order == 1 ? units[i] : units[i] >> 8));
            buf_addc(file, (char)(order == 1 ? units[i] >> 8 : units[i]));
        }
        text = str_from(text, n);
        if (text.n == 0)
            return;
        n = utf8_next(text, &code);
        if (code == 0xFEFF) { /* its own mark is there already */
            text = str_from(text, n);
            n = utf8_next(text, &code);
        }
    }
}

/* As a column's name and its type, for text in UTF-16 of both orders, and in UTF-8. */
static void test_utf16(void **state)
{
    (void)state;
    static const struct {
        const char *text, *format, *want;
    } rows[] = {
        {"\xEF\xBB\xBF[{\"ville\": \"Orl\xC3\xA9" "ans \xF0\x9F\x98\x80\", \"n\": 1}]", "json", "ville text Orléans 😀/n int 1/"},
        {" {\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", \"properties\": {\"nom\": \"\xC3\x89tang\"},"
         " \"geometry\": {\"type\": \"Point\", \"coordinates\": [0.68, 47.39]}}]}",
         "geojson", "nom text Étang/geo_point_2d geo_point_2d 47.39, 0.68/"},
        {"[1.5];\xC3\xA9t\xC3\xA9\n[1.6];x\n", "csv", "1_5 text [1.6]/ete text x/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int order = 0; order < 3; order++) { /* 0: UTF-8; 1: little endian; 2: big endian */
            struct buf file = {0}, got = {0};
            struct reader r;
            struct err e = {0};
            put_text(&file, str_of(rows[i].text), order);
            if (!reader_open_bytes(&r, buf_str(&file), NULL, &e) || !reader_look(&r, &e))
                fail_msg("row %zu, order %d: %s", i, order, e.detail);
            for (size_t c = 0; c < r.ncolumns; c++)
                buf_printf(&got, STR_FMT " %s %s/", STR_ARG(r.columns[c].name), type_name(r.columns[c].type),
                           r.columns[c].sniff.examples[0]);
            if (!str_eq(buf_str(&got), str_of(rows[i].want)) || strcmp(r.source->format ? r.source->format : r.format->name, rows[i].format) != 0)
                fail_msg("row %zu, order %d: %s " STR_FMT, i, order, r.format->name, STR_ARG(buf_str(&got)));
            reader_close(&r);
            buf_free(&file), buf_free(&got);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_which_cells_were_texts), cmocka_unit_test(test_bounds), cmocka_unit_test(test_types), cmocka_unit_test(test_utf16)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
