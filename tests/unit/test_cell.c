/* One value of a binary result, as JSON and as CSV have it: every form, beside a naive writing of the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <endian.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/jw.h"
#include "core/data/export/export.h"
#include "core/data/export/spill.h"

static PGresult *result_of(const struct str *values, int n)
{
    PGresult *r = spill_result(n);
    assert_non_null(r);
    for (int i = 0; i < n; i++)
        assert_true(PQsetvalue(r, 0, i, (char *)(uintptr_t)values[i].p, values[i].p ? (int)values[i].n : -1));
    return r;
}

static void both(const struct query_column *c, struct str value, struct buf *json, struct buf *text)
{
    PGresult *r = result_of(&value, 1);
    buf_reset(json);
    buf_reset(text);
    row_json_cell(json, c, r, 0);
    cell_text(text, c, r, 0, S("|"));
    buf_addc(json, '\0');
    buf_addc(text, '\0');
    PQclear(r);
}

static void test_every_type_has_its_form(void **state)
{
    (void)state;
    static const struct {
        enum column_type type;
        enum view_precision precision;
        struct str value;
        const char *json, *text;
    } rows[] = {
        {TYPE_TEXT, PRECISION_FULL, S("a\"b"), "\"a\\\"b\"", "a\"b"},
        {TYPE_TEXT, PRECISION_FULL, S(""), "\"\"", ""},
        {TYPE_TEXT, PRECISION_FULL, STR_NONE, "null", ""},
        {TYPE_FILE, PRECISION_FULL, S("plan.pdf"), "\"plan.pdf\"", "plan.pdf"},
        {TYPE_INT, PRECISION_FULL, S("\xff\xfe"), "-2", "-2"},
        {TYPE_INT, PRECISION_FULL, S("\x80\0\0\0"), "-2147483648", "-2147483648"},
        {TYPE_INT, PRECISION_FULL, S("\x7f\xff\xff\xff\xff\xff\xff\xff"), "9223372036854775807", "9223372036854775807"},
        {TYPE_INT, PRECISION_FULL, STR_NONE, "null", ""},
        {TYPE_DOUBLE, PRECISION_FULL, S("\x7f\xf8\0\0\0\0\0\0"), "null", ""}, /* NaN */
        {TYPE_DECIMAL, PRECISION_FULL, S("\0\2\0\0\x40\0\0\2\0\x0c\x13\x88"), "-12.5", "-12.5"},
        {TYPE_DECIMAL, PRECISION_FULL, S("\0\0\0\0\xc0\0\0\0"), "null", ""}, /* NaN */
        {TYPE_DATE, PRECISION_FULL, S("\0\0\0\x3b"), "\"2000-02-29\"", "2000-02-29"},
        {TYPE_DATE, PRECISION_MONTH, S("\0\0\0\0"), "\"2000-01\"", "2000-01"},
        {TYPE_DATE, PRECISION_YEAR, S("\xff\xff\xff\xff"), "\"1999\"", "1999"},
        {TYPE_DATE, PRECISION_FULL, S("\0\x2c\x95\xd3"), "\"9999-12-31\"", "9999-12-31"},
        {TYPE_DATE, PRECISION_FULL, S("\0\x2c\x95\xd4"), "\"10000-01-01\"", "10000-01-01"},
        {TYPE_DATE, PRECISION_FULL, S("\xff\xda\x97\xa7"), "\"-4713-11-24\"", "-4713-11-24"}, /* the earliest there is */
        {TYPE_DATE, PRECISION_FULL, S("\x7f\xff\xff\xff"), "null", ""},                       /* infinity */
        {TYPE_DATETIME, PRECISION_FULL, S("\0\0\0\0\0\0\0\0"), "\"2000-01-01T00:00:00+00:00\"", "2000-01-01T00:00:00+00:00"},
        {TYPE_DATETIME, PRECISION_FULL, S("\xff\xff\xff\xff\xff\xff\xff\xff"), "\"1999-12-31T23:59:59.999999+00:00\"",
         "1999-12-31T23:59:59.999999+00:00"},
        {TYPE_DATETIME, PRECISION_FULL, S("\x7f\xff\xff\xff\xff\xff\xff\xff"), "null", ""}, /* infinity */
        {TYPE_BOOLEAN, PRECISION_FULL, S("\1"), "true", "True"},
        {TYPE_BOOLEAN, PRECISION_FULL, S("\0"), "false", "False"},
        {TYPE_GEO_POINT, PRECISION_FULL, S("\1\1\0\0\x20\xe6\x10\0\0\0\0\0\0\0\0\xf8\x3f\0\0\0\0\0\x80\x47\x40"),
         "{\"lon\": 1.5, \"lat\": 47.0}", "47.0, 1.5"},
        {TYPE_GEO_POINT, PRECISION_FULL, S("\0\0\0\0\1\x3f\xf8\0\0\0\0\0\0\x40\x47\x80\0\0\0\0\0"), "{\"lon\": 1.5, \"lat\": 47.0}",
         "47.0, 1.5"}, /* the other way round, without a system */
        {TYPE_GEO_POINT, PRECISION_FULL, S("\1\1\0\0\0\0\0\0\0\0\0\xf8\x7f\0\0\0\0\0\0\xf8\x7f"), "null", ""}, /* empty */
        {TYPE_GEO_SHAPE, PRECISION_FULL, S("{\"type\":\"Point\",\"coordinates\":[1,2]}"),
         "{\"type\": \"Feature\", \"geometry\": {\"coordinates\": [1, 2], \"type\": \"Point\"}, \"properties\": {}}",
         "{\"coordinates\": [1, 2], \"type\": \"Point\"}"},
    };
    struct buf json = {0}, text = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct query_column c = {.type = rows[i].type, .precision = rows[i].precision, .local = -1};
        both(&c, rows[i].value, &json, &text);
        if (strcmp(json.p, rows[i].json) != 0 || strcmp(text.p, rows[i].text) != 0)
            fail_msg("row %zu: %s, %s", i, json.p, text.p);
    }
    buf_free(&json);
    buf_free(&text);
}

static void test_shapes_go_into_json_alone(void **state)
{
    (void)state;
    static const struct {
        struct query_column c;
        const char *value, *json, *text;
    } rows[] = {
        {{.type = TYPE_TEXT, .multivalued = S("; ")}, "a; \"b\"; ", "[\"a\", \"\\\"b\\\"\", \"\"]", "a|\"b\"|"},
        {{.type = TYPE_TEXT, .shape = SHAPE_JSON}, "{\"a\":1}", "{\"a\": 1}", "{\"a\":1}"},
        {{.type = TYPE_TEXT, .shape = SHAPE_JSON}, "{a", "\"{a\"", "{a"},
        {{.type = TYPE_TEXT, .shape = SHAPE_JSON_OR_NULL}, "{a", "null", "{a"},
        {{.type = TYPE_TEXT, .shape = SHAPE_FILE}, "plan.pdf", "\"plan.pdf\"", "plan.pdf"},
        {{.type = TYPE_GEO_POINT, .shape = SHAPE_CLUSTER}, "short", "{\"cluster_centroid\": null}", ""},
    };
    struct buf json = {0}, text = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        both(&rows[i].c, str_of(rows[i].value), &json, &text);
        assert_string_equal(json.p, rows[i].json);
        assert_string_equal(text.p, rows[i].text);
    }
    buf_free(&json);
    buf_free(&text);
}

static void test_ranges(void **state)
{
    (void)state;
    static const struct str labels[] = {S("jeunes"), S("moins jeunes")};
    const struct query_column label = {.type = TYPE_INT, .range = RANGE_LABELS, .labels = labels},
                              closed = {.type = TYPE_INT, .range = RANGE_INT, .width = 10},
                              open = {.type = TYPE_DOUBLE, .range = RANGE_NUMBER, .width = 0.5};
    struct buf json = {0}, text = {0};
    const struct query_column dates = {.type = TYPE_DATETIME, .range = RANGE_DATE, .utc = true};
    const struct str bounds[] = {S("\0\0\0\0\0\0\0\0"), S("\0\0\0\0\0\0\0\0"), S("\0\0\0\0\0\x1e\x84\x7f"),
                                 S("\0\0\0\0\0\x1e\x84\x7f")};
    PGresult *r = result_of(bounds, 4);
    row_json_cell(&json, &dates, r, 0);
    buf_addc(&json, '\0');
    assert_string_equal(json.p, "\"[2000-01-01T00:00:00.000Z, 2000-01-01T00:00:01.999Z[\"");
    PQclear(r);
    both(&label, S("\0\0\0\1"), &json, &text);
    assert_string_equal(json.p, "\"moins jeunes\"");
    both(&closed, S("\x40\0\0\0\0\0\0\0"), &json, &text); /* 2.0 */
    assert_string_equal(json.p, "\"[20, 29]\"");
    both(&open, S("\x40\x08\0\0\0\0\0\0"), &json, &text); /* 3.0 */
    assert_string_equal(json.p, "\"[1.5, 2[\"");
    assert_string_equal(text.p, "[1.5, 2[");
    buf_free(&json);
    buf_free(&text);
}

/* The local time beside the moment gives the offset. */
static void test_local_moments(void **state)
{
    (void)state;
    const struct query_column c = {.type = TYPE_DATETIME, .local = 1};
    const struct {
        int64_t minutes;
        const char *want;
    } rows[] = {{60, "\"2000-01-01T01:00:00+01:00\""}, {-210, "\"1999-12-31T20:30:00-03:30\""}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t local = htobe64((uint64_t)(rows[i].minutes * 60000000));
        const struct str values[] = {S("\0\0\0\0\0\0\0\0"), {(const char *)&local, 8}};
        PGresult *r = result_of(values, 2);
        struct buf out = {0};
        row_json_cell(&out, &c, r, 0);
        buf_addc(&out, '\0');
        assert_string_equal(out.p, rows[i].want);
        buf_free(&out);
        PQclear(r);
    }
}

/* The fewest decimals, one at least, that read back the same; else as jw_number has it. */
static void naive_double(struct buf *out, double v)
{
    char text[400];
    for (int k = 1; k <= 6 && fabs(v) < 1e9 && v != 0; k++) {
        snprintf(text, sizeof text, "%.*f", k, v);
        if (strtod(text, NULL) == v) {
            buf_addz(out, text);
            return;
        }
    }
    jw_number(out, v);
}

static void check_double(double v)
{
    static const struct query_column c = {.type = TYPE_DOUBLE};
    struct buf json = {0}, text = {0}, want = {0};
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    bits = htobe64(bits);
    both(&c, (struct str){(const char *)&bits, 8}, &json, &text);
    naive_double(&want, v);
    buf_addc(&want, '\0');
    assert_string_equal(json.p, want.p);
    assert_string_equal(text.p, want.p);
    buf_free(&json);
    buf_free(&text);
    buf_free(&want);
}

static void test_doubles_are_their_shortest_text(void **state)
{
    (void)state;
    static const double edges[] = {0, -0.0, 1, -1, 0.1, 0.5, 1e-6, 1e-7, 1.5e-6, 999999.999999, 1e9, 1e9 + 0.5, 999999999.5,
                                   999999999.999999, 0.30000000000000004, 1e15, 1e300, 5e-324, 12.340000, 77732.61, -46.23703};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
        check_double(edges[i]);
    uint64_t x = 88172645463325252u; /* xorshift: the same at each run */
    for (int i = 0; i < 20000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        double scale = pow(10, (double)(x % 8)), whole = (double)(int64_t)((x >> 8) % 2000000000000000u) - 1e15;
        check_double(whole / 1e6 / scale);
        check_double(rint(whole / 1e6) / scale);
        check_double(nextafter(rint(whole / 1e6) / scale, 1e300));
    }
}

/* What a field is, byte by byte. */
static void naive_csv(struct buf *out, struct str s)
{
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++)
        quoted |= strchr(";\"\r\n", s.p[i]) != NULL;
    if (quoted)
        buf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_addc(out, '"');
        buf_addc(out, s.p[i]);
    }
    if (quoted)
        buf_addc(out, '"');
}

static void check_field(struct str s)
{
    struct query_column columns[] = {{.type = TYPE_TEXT}, {.type = TYPE_TEXT, .at = 1}};
    const struct query q = {.ncolumns = 2, .columns = columns};
    struct export x = {.query = &q, .delimiter = ';', .format = &export_csv};
    const struct str values[] = {s, S("z")};
    PGresult *r = result_of(values, 2);
    struct buf out = {0}, want = {0};
    export_rows(&x, &out, r, 1);
    naive_csv(&want, s);
    buf_addz(&want, ";z\r\n");
    assert_int_equal(out.n, want.n);
    assert_memory_equal(out.p, want.p, want.n);
    buf_free(&out);
    buf_free(&want);
    PQclear(r);
}

/* One byte that needs quotes at each place of each length; it may be the first byte there is. */
static void test_a_csv_field_is_quoted_where_needed(void **state)
{
    (void)state;
    char text[50];
    for (size_t n = 0; n <= sizeof text; n++) {
        memset(text, 'x', sizeof text);
        check_field((struct str){text, n});
        for (size_t at = 0; at < n; at++)
            for (const char *care = ";\"\r\n"; *care; care++) {
                text[at] = *care;
                check_field((struct str){text, n});
                text[at] = 'x';
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_has_its_form),
        cmocka_unit_test(test_shapes_go_into_json_alone),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_local_moments),
        cmocka_unit_test(test_doubles_are_their_shortest_text),
        cmocka_unit_test(test_a_csv_field_is_quoted_where_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
