/* Numbers, dates and pairs as cells write them. Expected bytes are worked out by hand from the
 * PostgreSQL documentation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/data/value/shape.h"
#include "core/data/value/type.h"

static void test_number_read(void **state)
{
    (void)state;
    static const struct {
        const char *cell, *want; /* canonical; NULL: not a number */
    } rows[] = {
        {"0", "0"}, {"12", "12"}, {"-12,5", "-12.5"}, {"12.50", "12.50"}, {",5", "0.5"}, {"-.5", "-0.5"},
        {"1 234", "1234"}, {"1 234 567,89", "1234567.89"}, {"1\u00a0234,5", "1234.5"}, {"1\u202f234,5", "1234.5"},
        {"1.234,5", "1234.5"}, {"1.234.567", "1234567"}, {"1.234", "1.234"}, {"007", "7"}, {"12 %", "12"},
        {"12,50 €", "12.50"}, {"1e3", "1e3"}, {"1,23E+13", "1.23e13"}, {"000,50", "0.50"},
        {"", NULL}, {"-", NULL}, {"+33", NULL}, {"1,234,567", NULL}, {"1,234.5", NULL}, {"1 23", NULL},
        {"12 345 6", NULL}, {"1_000", NULL}, {"12a", NULL}, {"1.", NULL}, {"1e", NULL}, {"--1", NULL},
        {"1 2345", NULL}, {"N 82 584,28", NULL}, {"%", NULL}, {"€", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct number x;
        struct buf got = {0};
        bool ok = number_read(str_of(rows[i].cell), &x);
        if (ok)
            number_text(&got, &x);
        if (ok != (rows[i].want != NULL) || (ok && !str_eq(buf_str(&got), str_of(rows[i].want))))
            fail_msg("\"%s\": " STR_FMT, rows[i].cell, STR_ARG(buf_str(&got)));
        buf_free(&got);
    }
}

static void test_number_marks(void **state)
{
    (void)state;
    struct number x;
    assert_true(number_read(S("01001"), &x) && x.leading_zero);
    assert_true(number_read(S("0,5"), &x) && !x.leading_zero);
    assert_true(number_read(S("0"), &x) && !x.leading_zero);
    /* Sixty decimals without a zero before them have no room for the one we write. */
    assert_true(number_read(S(",55555555555555555555555555555555555555555555555555555555555"), &x) && x.scale == 59);
    assert_false(number_read(S(",555555555555555555555555555555555555555555555555555555555555"), &x));
    assert_true(number_read(S("12 %"), &x) && x.suffix == '%');
    assert_true(number_read(S("12€"), &x) && x.suffix == 'E');
}

static void test_number_i64(void **state)
{
    (void)state;
    struct number x;
    int64_t v;
    assert_true(number_read(S("9223372036854775807"), &x) && number_i64(&x, &v) && v == INT64_MAX);
    assert_true(number_read(S("-9223372036854775808"), &x) && number_i64(&x, &v) && v == INT64_MIN);
    assert_true(number_read(S("9223372036854775808"), &x) && !number_i64(&x, &v));
    assert_true(number_read(S("12,00"), &x) && number_i64(&x, &v) && v == 12);
    assert_true(number_read(S("12,01"), &x) && !number_i64(&x, &v));
}

/* The short way to a double and the library's agree to the last bit, on both sides of its bounds. */
static void test_number_double(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252ULL;
    for (int i = 0; i < 200000; i++) {
        char cell[80];
        struct number n;
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        unsigned digits = 1 + (unsigned)(x >> 8) % 18, after = (unsigned)(x >> 16) % 18;
        size_t at = 0;
        cell[at++] = '-';
        for (unsigned k = 0; k < digits; k++)
            cell[at++] = (char)('0' + (x >> (k + 5)) % 10);
        if (after)
            cell[at++] = '.';
        for (unsigned k = 0; k < after; k++)
            cell[at++] = (char)('0' + (x >> (k + 23)) % 10);
        snprintf(cell + at, 12, "e%d", (int)((x >> 40) % 60) - 30);
        assert_true(number_read(str_of(cell), &n));
        double got = number_double(&n), want = strtod(cell, NULL);
        if (memcmp(&got, &want, sizeof got) != 0)
            fail_msg("%s: %.17g, not %.17g", cell, got, want);
    }
}

static void test_luhn(void **state)
{
    (void)state;
    assert_true(number_luhn(S("732829320")));       /* the example of the SIREN's definition */
    assert_true(number_luhn(S("73282932000074")));
    assert_false(number_luhn(S("732829321")));
    assert_false(number_luhn(S("73282932O")));
}

static void test_moment_read(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        bool ok, time;
        int64_t us; /* from `date -u -d … +%s` */
    } rows[] = {
        {"1970-01-01", true, false, 0},
        {"2021-10-23", true, false, 1634947200LL * 1000000},
        {"23/10/2021", true, false, 1634947200LL * 1000000},
        {"23-10-2021", true, false, 1634947200LL * 1000000},
        {"23.10.2021", true, false, 1634947200LL * 1000000},
        {"2021/10/23", true, false, 1634947200LL * 1000000},
        {"29/02/2024", true, false, 1709164800LL * 1000000},
        {"1900-03-01", true, false, -2203891200LL * 1000000},
        {"2021-10-23T00:00:00+02:00", true, true, 1634940000LL * 1000000},
        {"2021-10-23 10:30", true, true, 1634985000LL * 1000000},
        {"23/10/2021 10:30:15", true, true, 1634985015LL * 1000000},
        {"2021-10-23T10:30:15.25Z", true, true, 1634985015250000LL},
        {"31/02/2020", false, false, 0}, {"29/02/2023", false, false, 0}, {"00/01/2020", false, false, 0},
        {"12/25/2021", false, false, 0}, {"2021-2022", false, false, 0}, {"23/10/21", false, false, 0},
        {"2021-10-23T25:00", false, false, 0}, {"2021-10/23", false, false, 0}, {"2021", false, false, 0},
        {"08:00", false, false, 0}, {"23/10/2021x", false, false, 0}, {"2021-10-23T10:30+", false, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct moment m = {0};
        bool ok = moment_read(str_of(rows[i].cell), &m);
        if (ok != rows[i].ok || (ok && (m.us != rows[i].us || m.has_time != rows[i].time)))
            fail_msg("\"%s\": %d, %lld", rows[i].cell, ok, (long long)m.us);
    }
    struct moment m = {0};
    assert_false(moment_read(S("12/25/2021"), &m));
    assert_true(m.month_first);
}

/* Where the month comes first: 01/02 is in January, and what could only be a day in front is no date. */
static void test_moment_month_first(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        bool ok;
        int64_t us; /* from `date -u -d … +%s` */
    } rows[] = {
        {"12/25/2021", true, 1640390400LL * 1000000},      {"01/02/2021", true, 1609545600LL * 1000000},
        {"1-2-2021 10:30", true, 1609583400LL * 1000000}, {"2021-02-01", true, 1612137600LL * 1000000},
        {"2021/02/01", true, 1612137600LL * 1000000},     {"25/12/2021", false, 0},
        {"02/30/2021", false, 0},                          {"2021-25-12", false, 0},
    };
    struct moment m = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool ok = moment_read_month_first(str_of(rows[i].cell), &m);
        if (ok != rows[i].ok || (ok && m.us != rows[i].us))
            fail_msg("\"%s\": %d, %lld", rows[i].cell, ok, (long long)m.us);
    }
    assert_true(moment_read(S("25/12/2021"), &m) && m.day_first);
    assert_true(moment_read(S("01/02/2021"), &m) && !m.day_first && !m.month_first);
    assert_true(moment_read(S("2021-12-25"), &m) && !m.day_first);
}

static void test_number_dot_groups(void **state)
{
    (void)state;
    static const struct {
        const char *cell, *want; /* NULL: not a number */
    } rows[] = {
        {"1.234", "1234"}, {"-1.234", "-1234"}, {"1.234.567,5", "1234567.5"}, {"12.345,50 €", "12345.50"}, {"1 234,5", "1234.5"},
        {"1234", "1234"}, {"12,5", "12.5"}, {"12.5", NULL}, {"1.2345", NULL}, {"0.123", NULL}, {"1.234e3", NULL}, {"1234.567", NULL},
        {".123", NULL}, {"1.234.56", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct number x;
        struct buf got = {0};
        bool ok = number_read_dot_groups(str_of(rows[i].cell), &x);
        if (ok)
            number_text(&got, &x);
        if (ok != (rows[i].want != NULL) || (ok && !str_eq(buf_str(&got), str_of(rows[i].want))))
            fail_msg("\"%s\": " STR_FMT, rows[i].cell, STR_ARG(buf_str(&got)));
        buf_free(&got);
    }
}

static void test_shape_kind(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        enum shape_kind want;
    } rows[] = {
        {"", SHAPE_BLANK}, {"  \t", SHAPE_BLANK}, {"\u00a0", SHAPE_BLANK}, {"12", SHAPE_NUMBER},
        {" 12 ", SHAPE_NUMBER}, {"oui", SHAPE_BOOL}, {"Non", SHAPE_BOOL}, {"X", SHAPE_TEXT},
        {"2021-10-23", SHAPE_DATE}, {"2021-10-23T08:00", SHAPE_DATETIME}, {"47.39, 0.68", SHAPE_PAIR},
        {"[0.68,47.39]", SHAPE_PAIR}, {"48, 2", SHAPE_TEXT}, {"1,5", SHAPE_NUMBER}, {"Tours", SHAPE_TEXT},
        {"2021-2022", SHAPE_TEXT}, {"2A004", SHAPE_TEXT}, {"(47.1, 0.2)", SHAPE_PAIR},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shape x;
        shape_of(str_of(rows[i].cell), &x);
        if (x.kind != rows[i].want)
            fail_msg("\"%s\": %d", rows[i].cell, (int)x.kind);
    }
}

static void test_type_binary(void **state)
{
    (void)state;
    static const struct {
        enum column_type type;
        enum cell_format format;
        const char *cell, *hex; /* NULL: refused */
    } rows[] = {
        {TYPE_INT, CELLS_PLAIN, "1 234", "00000000000004d2"},
        {TYPE_INT, CELLS_PLAIN, "-1", "ffffffffffffffff"},
        {TYPE_INT, CELLS_PLAIN, "1,5", NULL},
        {TYPE_DOUBLE, CELLS_PLAIN, "1e3", "408f400000000000"},
        /* ndigits, weight, sign, dscale, digits of base 10000 */
        {TYPE_DECIMAL, CELLS_PLAIN, "1234,5", "000200000000000104d21388"},
        {TYPE_DECIMAL, CELLS_PLAIN, "-0,05", "0001ffff4000000201f4"},
        {TYPE_DECIMAL, CELLS_PLAIN, "0,00", "0000000000000002"},
        {TYPE_DECIMAL, CELLS_PLAIN, "120000000", "0002000200000000" "000107d0"},
        {TYPE_DATE, CELLS_PLAIN, "01/01/2000", "00000000"},
        {TYPE_DATE, CELLS_PLAIN, "31/12/1999", "ffffffff"},
        {TYPE_DATE, CELLS_DAY_FIRST, "01/02/2000", "0000001f"},
        {TYPE_DATE, CELLS_MONTH_FIRST, "01/02/2000", "00000001"},
        {TYPE_DATETIME, CELLS_MONTH_FIRST, "01/02/2000 00:00", "000000141dd76000"},
        {TYPE_INT, CELLS_DOT_GROUPS, "1.234", "00000000000004d2"},
        {TYPE_DECIMAL, CELLS_DOT_GROUPS, "1.234", "000100000000000004d2"},
        {TYPE_DECIMAL, CELLS_DOT_GROUPS, "12.5", NULL},
        {TYPE_DECIMAL, CELLS_DOT_DECIMALS, "1.234", "0002000000000003000" "10924"},
        {TYPE_DECIMAL, CELLS_DOT_DECIMALS, "1.234,5", NULL},
        {TYPE_DECIMAL, CELLS_PLAIN, "1.234,5", "000200000000000104d21388"},
        {TYPE_DATE, CELLS_PLAIN, "2000-01-01T10:00", NULL},
        {TYPE_DATETIME, CELLS_PLAIN, "2000-01-01T00:00:01Z", "00000000000f4240"},
        {TYPE_BOOLEAN, CELLS_PLAIN, "Oui", "01"},
        {TYPE_BOOLEAN, CELLS_PLAIN, "X", NULL},
        {TYPE_GEO_POINT, CELLS_PLAIN, "2.0, 1.0", "0101000020e6100000000000000000f03f0000000000000040"},
        {TYPE_GEO_POINT, CELLS_LON_FIRST, "[1.0, 2.0]", "0101000020e6100000000000000000f03f0000000000000040"},
        {TYPE_GEO_POINT, CELLS_LAT_FIRST, "[2.0, 1.0]", "0101000020e6100000000000000000f03f0000000000000040"},
        {TYPE_GEO_POINT, CELLS_LON_FIRST, "{\"lon\": 1.0, \"lat\": 2.0}", "0101000020e6100000000000000000f03f0000000000000040"},
        {TYPE_GEO_POINT, CELLS_PLAIN, "91.5, 1.0", NULL},
        {TYPE_TEXT, CELLS_PLAIN, " a ", "206120"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0}, hex = {0};
        bool ok = type_put(&out, rows[i].type, rows[i].format, str_of(rows[i].cell), false);
        for (size_t k = 0; k < out.n; k++)
            buf_printf(&hex, "%02x", (unsigned char)out.p[k]);
        if (ok != (rows[i].hex != NULL) || (ok && !str_eq(buf_str(&hex), str_of(rows[i].hex))))
            fail_msg("row %zu \"%s\": " STR_FMT, i, rows[i].cell, STR_ARG(buf_str(&hex)));
        buf_free(&out);
        buf_free(&hex);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_read), cmocka_unit_test(test_number_marks), cmocka_unit_test(test_number_i64),
        cmocka_unit_test(test_number_double), cmocka_unit_test(test_luhn), cmocka_unit_test(test_moment_read), cmocka_unit_test(test_moment_month_first), cmocka_unit_test(test_number_dot_groups), cmocka_unit_test(test_shape_kind),
        cmocka_unit_test(test_type_binary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
