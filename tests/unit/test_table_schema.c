/* Table Schema: every type, format and constraint, the ten French checks, what is wrong with columns, rows, cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "core/base/jr.h"
#include "core/data/check/date_pattern.h"
#include "core/data/check/opening_hours.h"
#include "core/data/check/table_check.h"

static struct table_schema schema_of(const char *text)
{
    struct err e = {0};
    struct table_schema s;
    json_t *json = jr_parse(str_of(text), &e);
    if (!json || !table_schema_read(json, &s, &e))
        fail_msg("%s: %s", text, e.detail);
    json_decref(json);
    return s;
}

/* The codes that these rows get, in the order they are met, joined by spaces. header and rows: cells parted by '|'. */
static void codes_of(const char *schema, const char *header, const char *const *rows, size_t n, struct buf *out)
{
    struct table_schema s = schema_of(schema);
    struct str names[16], cells[16], rest = str_of(header), part;
    size_t width = 0;
    while (str_cut(&rest, '|', &part))
        names[width++] = part;
    struct table_checker *c = table_check_new(&s, names, width);
    for (size_t i = 0; i < n; i++) {
        size_t have = 0;
        rest = str_of(rows[i]);
        while (str_cut(&rest, '|', &part))
            cells[have++] = part;
        table_check_row(c, i + 2, cells, NULL, have);
    }
    struct buf json = {0};
    struct jw w;
    struct err e = {0};
    jw_init(&w, &json, JW_COMPACT);
    table_check_json(c, &w);
    json_t *said = jr_parse(buf_str(&json), &e);
    const json_t *group;
    size_t i;
    json_array_foreach(jr_array(said, "groups"), i, group)
        for (int64_t k = 0; k < jr_i64(group, "count", 0); k++)
            buf_printf(out, "%s" STR_FMT, out->n ? " " : "", STR_ARG(jr_str(jr_object(group, "reason"), "code")));
    json_decref(said);
    buf_free(&json);
    table_check_free(c);
    table_schema_free(&s);
}

static void expect(const char *schema, const char *header, const char *const *rows, size_t n, const char *want)
{
    struct buf got = {0};
    codes_of(schema, header, rows, n, &got);
    if (!str_eq(buf_str(&got), str_of(want)))
        fail_msg("%s\n%s / %s\nwanted \"%s\", got \"" STR_FMT "\"", schema, header, rows[0], want, STR_ARG(buf_str(&got)));
    buf_free(&got);
}

static void test_one_cell_of_each_type(void **state)
{
    static const struct {
        const char *field, *cell, *code;
    } rows[] = {
        {"\"type\":\"integer\"", "12", ""},
        {"\"type\":\"integer\"", "-12", ""},
        {"\"type\":\"integer\"", "12.5", "not_integer"},
        {"\"type\":\"integer\"", "1 200", "not_integer"},
        {"\"type\":\"integer\",\"groupChar\":\" \"", "1 200", ""},
        {"\"type\":\"integer\",\"bareNumber\":false", "12 %", ""},
        {"\"type\":\"integer\"", "12 %", "not_integer"},
        {"\"type\":\"number\"", "1.5e3", ""},
        {"\"type\":\"number\"", "NaN", ""},
        {"\"type\":\"number\"", "1,5", "not_number"},
        {"\"type\":\"number\",\"decimalChar\":\",\",\"groupChar\":\" \"", "1 234,5", ""},
        {"\"type\":\"number\",\"decimalChar\":\",\",\"groupChar\":\"\u202f\"", "1\u202f234,5", ""},
        {"\"type\":\"number\",\"decimalChar\":\",\"", "1.5", "not_number"},
        {"\"type\":\"number\",\"bareNumber\":false", "€ 12.50", ""},
        {"\"type\":\"number\"", "", ""},
        {"\"type\":\"number\"", "--1", "not_number"},
        {"\"type\":\"number\"", "e5", "not_number"},
        {"\"type\":\"boolean\"", "True", ""},
        {"\"type\":\"boolean\"", "oui", "not_boolean"},
        {"\"type\":\"boolean\",\"trueValues\":[\"oui\"],\"falseValues\":[\"non\"]", "oui", ""},
        {"\"type\":\"boolean\",\"trueValues\":[\"oui\"],\"falseValues\":[\"non\"]", "true", "not_boolean"},
        {"\"type\":\"date\"", "2024-02-29", ""},
        {"\"type\":\"date\"", "2023-02-29", "not_date"},
        {"\"type\":\"date\"", "2024-2-9", "not_date"},
        {"\"type\":\"date\"", "29/02/2024", "not_date"},
        {"\"type\":\"date\",\"format\":\"any\"", "29/02/2024", ""},
        {"\"type\":\"date\",\"format\":\"%d/%m/%Y\"", "29/02/2024", ""},
        {"\"type\":\"date\",\"format\":\"fmt:%d/%m/%Y\"", "29/02/2024", ""},
        {"\"type\":\"date\",\"format\":\"%d/%m/%Y\"", "2024-02-29", "not_pattern_date"},
        {"\"type\":\"date\",\"format\":\"\"", "2024-02-29", ""},
        {"\"type\":\"time\"", "23:59:59", ""},
        {"\"type\":\"time\"", "24:00:00", "not_time"},
        {"\"type\":\"time\",\"format\":\"%H:%M\"", "08:30", ""},
        {"\"type\":\"datetime\"", "2024-02-29T10:00:00Z", ""},
        {"\"type\":\"datetime\"", "2024-02-29T10:00:00+02:00", ""},
        {"\"type\":\"datetime\"", "2024-02-29 10:00", "not_datetime"},
        {"\"type\":\"year\"", "2024", ""},
        {"\"type\":\"year\"", "24", "not_year"},
        {"\"type\":\"yearmonth\"", "2024-12", ""},
        {"\"type\":\"yearmonth\"", "2024-13", "not_yearmonth"},
        {"\"type\":\"duration\"", "P1Y2M10DT2H30M", ""},
        {"\"type\":\"duration\"", "PT", "not_duration"},
        {"\"type\":\"duration\"", "P1H", "not_duration"},
        {"\"type\":\"geopoint\"", "1.909, 47.902", ""},
        {"\"type\":\"geopoint\"", "1.909, 97.902", "not_geopoint"},
        {"\"type\":\"geopoint\",\"format\":\"array\"", "[1.909,47.902]", ""},
        {"\"type\":\"geopoint\",\"format\":\"array\"", "1.909,47.902", "not_geopoint_array"},
        {"\"type\":\"geopoint\",\"format\":\"object\"", "{\\\"lon\\\":1.9,\\\"lat\\\":47.9}", ""},
        {"\"type\":\"geojson\"", "{\\\"type\\\":\\\"Point\\\",\\\"coordinates\\\":[1,2]}", ""},
        {"\"type\":\"geojson\"", "{\\\"type\\\":\\\"Dot\\\"}", "not_geojson"},
        {"\"type\":\"object\"", "[1]", "not_object"},
        {"\"type\":\"array\"", "[1,2]", ""},
        {"\"type\":\"array\"", "1,2", "not_array"},
        {"\"type\":\"array\",\"arrayItem\":{\"type\":\"string\",\"constraints\":{\"enum\":[\"lait\",\"soja\"]}}", "[\\\"lait\\\"]", ""},
        {"\"type\":\"array\",\"arrayItem\":{\"type\":\"string\",\"constraints\":{\"enum\":[\"lait\",\"soja\"]}}", "[\\\"œuf\\\"]", "not_array_items"},
        {"\"type\":\"list\",\"itemType\":\"integer\",\"delimiter\":\";\"", "1;2", ""},
        {"\"type\":\"list\",\"itemType\":\"integer\",\"delimiter\":\";\"", "1;b", "not_array_items"},
        {"\"type\":\"any\"", "whatever", ""},
        {"\"type\":\"hologram\"", "whatever", ""},
        {"\"format\":\"email\"", "zoe@mairie.fr", ""},
        {"\"format\":\"email\"", "zoe@@mairie.fr", "not_email"},
        {"\"format\":\"uri\"", "https://data.example.fr/x?y=1", ""},
        {"\"format\":\"uri\"", "www.example.fr", "not_uri"},
        {"\"format\":\"uuid\"", "123e4567-e89b-12d3-a456-426614174000", ""},
        {"\"format\":\"uuid\"", "123e4567", "not_uuid"},
        {"\"format\":\"binary\"", "QUJD", ""},
        {"\"format\":\"binary\"", "QU!D", "not_binary"},
        {"\"constraints\":{\"required\":true}", "", "value_required"},
        {"\"constraints\":{\"pattern\":\"\\\\d{5}\"}", "45000", ""},
        {"\"constraints\":{\"pattern\":\"\\\\d{5}\"}", "45000 ORLEANS", "value_pattern"},
        {"\"constraints\":{\"pattern\":\"^a$|^b$\"}", "b", ""},
        {"\"constraints\":{\"pattern\":\"[\\\\u00C0-\\\\u00FF]+\"}", "éà", ""},
        {"\"constraints\":{\"pattern\":\"(a+)+$\"}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "value_unchecked"},
        {"\"constraints\":{\"enum\":[\"oui\",\"non\"]}", "peut-être", "value_not_among"},
        {"\"type\":\"integer\",\"constraints\":{\"enum\":[\"01\",2]}", "1", ""},
        {"\"type\":\"integer\",\"constraints\":{\"minimum\":1,\"maximum\":10}", "0", "value_under"},
        {"\"type\":\"integer\",\"constraints\":{\"minimum\":1,\"maximum\":10}", "10", ""},
        {"\"type\":\"number\",\"constraints\":{\"maximum\":1}", "1.01", "value_over"},
        {"\"type\":\"date\",\"constraints\":{\"minimum\":\"2020-01-01\"}", "2019-12-31", "value_under"},
        {"\"constraints\":{\"minLength\":2,\"maxLength\":3}", "été", ""},
        {"\"constraints\":{\"minLength\":2,\"maxLength\":3}", "étés", "value_long"},
        {"\"constraints\":{\"minLength\":2}", "é", "value_short"},
        {"\"type\":\"integer\"", " 12", "value_spaces"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf schema = {0}, cell = {0};
        buf_printf(&schema, "{\"fields\":[{\"name\":\"x\",%s}]}", rows[i].field);
        for (const char *p = rows[i].cell; *p; p++) /* \" is written for the eye only */
            if (*p != '\\')
                buf_addc(&cell, *p);
        buf_addc(&cell, 0);
        buf_addc(&schema, 0);
        const char *row = cell.p;
        expect(schema.p, "x", &row, 1, rows[i].code);
        buf_free(&schema);
        buf_free(&cell);
    }
}

static void test_missing_values(void **state)
{
    static const char *const na[] = {"NA", "-"};
    (void)state;
    expect("{\"missingValues\":[\"\",\"NA\"],\"fields\":[{\"name\":\"x\",\"type\":\"integer\"}]}", "x", na, 2, "not_integer");
    expect("{\"missingValues\":[\"NA\"],\"fields\":[{\"name\":\"x\",\"constraints\":{\"required\":true}}]}", "x", na, 1, "value_required");
}

static void test_columns_apart_from_cells(void **state)
{
    static const char schema[] = "{\"fields\":[{\"name\":\"a\",\"constraints\":{\"required\":true}},{\"name\":\"b\"},"
                                 "{\"name\":\"c\",\"type\":\"integer\"}]%s}";
    static const struct {
        const char *match, *header, *row, *codes;
    } rows[] = {
        {"", "a|b|c", "1|2|3", ""},
        {"", "b|c", "2|x", "column_missing not_integer"}, /* a column's fault hides no cell's */
        {"", "a|c", "1|3", "column_absent"},
        {"", "a|b|c|d", "1|2|3|4", "column_extra"},
        {"", "a|b|c|b", "1|2|3|4", "column_twice"},
        {"", "c|b|a", "3|2|1", "column_order"},
        {"", "A|b|c", "1|2|3", "column_spelled"},
        {",\"fieldsMatch\":\"exact\"", "a|b", "1|2", "column_missing"},
        {",\"fieldsMatch\":[\"superset\"]", "a|b", "1|2", "column_absent"},
        {",\"fieldsMatch\":\"subset\"", "a|b|c|d", "1|2|3|4", "column_extra"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[400];
        snprintf(text, sizeof text, schema, rows[i].match);
        expect(text, rows[i].header, &rows[i].row, 1, rows[i].codes);
    }
}

static void test_keys_and_doubles(void **state)
{
    static const char *const same[] = {"1|x", "1|x"}, *const keys[] = {"1|x", "1|y"}, *const unique[] = {"1|x", "2|x"};
    (void)state;
    expect("{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}", "a|b", same, 2, "row_twice");
    expect("{\"primaryKey\":\"a\",\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}", "a|b", keys, 2, "key_twice");
    expect("{\"primaryKey\":[\"a\",\"b\"],\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}", "a|b", keys, 2, "");
    expect("{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\",\"constraints\":{\"unique\":true}}]}", "a|b", unique, 2, "value_twice");
}

#define TREE(key) "{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}],\"foreignKeys\":[" key "]}"
#define UP "{\"fields\":\"b\",\"reference\":{\"resource\":\"\",\"fields\":\"a\"}}"

static void test_references_within_the_file(void **state)
{
    static const char *const later[] = {"1|2|", "2|1|", "3|3|", "4||"}, *const lost[] = {"1|9|", "2|1|", "3|9|", "4|8|"};
    static const char *const pairs[] = {"1|x|", "2|y|1", "3|x|2"};
    (void)state;
    expect(TREE(UP), "a|b|c", later, 4, "");
    expect(TREE(UP), "a|b|c", lost, 4, "reference_missing reference_missing reference_missing");
    expect(TREE("{\"fields\":[\"b\"],\"reference\":{\"fields\":[\"a\"]}}"), "a|b|c", lost, 4,
           "reference_missing reference_missing reference_missing"); /* version 2 leaves the resource out */
    expect(TREE(UP), "b|c", later, 4, "column_absent"); /* what it leads to is not there: that is told, once */
    expect(TREE("{\"fields\":[\"c\",\"b\"],\"reference\":{\"resource\":\"\",\"fields\":[\"a\",\"b\"]}}"), "a|b|c", pairs, 3,
           "reference_missing reference_missing"); /* 1,y and 2,x */
    expect(TREE("{\"fields\":[\"c\",\"b\"],\"reference\":{\"resource\":\"\",\"fields\":[\"a\",\"b\"]}}"), "a|b|c",
           (const char *const[]){"1|x|", "2|x|1", "3|x|2"}, 3, "");
}

static void test_references_that_lead_out_of_the_file(void **state)
{
    static const char *const row[] = {"1|2|3"};
    (void)state;
    expect(TREE("{\"fields\":\"b\",\"reference\":{\"resource\":\"communes\",\"fields\":\"insee\"}}"), "a|b|c", row, 1, "reference_unchecked");
    static const char *const bad[] = {"{\"fields\":\"z\",\"reference\":{\"resource\":\"\",\"fields\":\"a\"}}", "{\"fields\":\"b\"}", "12", "null",
                                      "{\"fields\":[],\"reference\":{\"resource\":\"x\"}}",
                                      "{\"fields\":[\"b\",\"c\"],\"reference\":{\"resource\":\"\",\"fields\":\"a\"}}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[400];
        snprintf(text, sizeof text, TREE("%s"), bad[i]);
        struct table_schema s = schema_of(text);
        assert_int_equal(s.nreferences, 0);
        assert_int_equal(s.nleft, 1);
        assert_true(str_eq(s.left[0], S("foreignKeys")));
        table_schema_free(&s);
    }
}

/* A report names row, value and what it should have been found in; the same when it is written twice. */
static void test_a_lost_reference_is_listed(void **state)
{
    struct table_schema s = schema_of(TREE(UP));
    const struct str header[] = {S("a"), S("b"), S("c")}, cells[] = {S("1"), S("9"), S("")};
    struct table_checker *c = table_check_new(&s, header, 3);
    (void)state;
    table_check_row(c, 2, cells, NULL, 3);
    for (int i = 0; i < 2; i++) {
        struct buf json = {0};
        struct jw w;
        jw_init(&w, &json, JW_COMPACT);
        table_check_json(c, &w);
        assert_int_equal(table_check_errors(c), 1);
        assert_true(str_find(buf_str(&json), S("\"line\":2,\"column\":\"b\",\"value\":\"9\",\"reason\":{\"code\":\"reference_missing\",\"args\":[\"a\"]}")) >= 0);
        buf_free(&json);
    }
    table_check_free(c);
    table_schema_free(&s);
}

/* More rows that wait than texts are kept: each is counted, those that came late are found. */
static void test_many_references_wait(void **state)
{
    enum { ROWS = 10000 };
    struct table_schema s = schema_of(TREE(UP));
    const struct str header[] = {S("a"), S("b"), S("c")};
    struct table_checker *c = table_check_new(&s, header, 3);
    (void)state;
    for (int i = 0; i < ROWS; i++) { /* each names the next, the last one nobody */
        char a[20], b[20];
        snprintf(a, sizeof a, "%d", i);
        snprintf(b, sizeof b, "%d", i + 1);
        const struct str cells[] = {str_of(a), str_of(b), S("")};
        table_check_row(c, (uint64_t)i + 2, cells, NULL, 3);
    }
    struct buf json = {0};
    struct jw w;
    jw_init(&w, &json, JW_COMPACT);
    table_check_json(c, &w);
    assert_int_equal(table_check_errors(c), 1);
    assert_true(str_find(buf_str(&json), S("\"line\":10001,")) >= 0);
    buf_free(&json);
    table_check_free(c);
    table_schema_free(&s);
}

static void test_the_ten_french_checks(void **state)
{
    static const struct {
        const char *check, *row, *codes;
    } rows[] = {
        {"french-siret-value\",\"params\":{\"column\":\"a\"}", "22530001100015||", ""}, /* the Mayenne's own, corpus case 32 */
        {"french-siret-value\",\"params\":{\"column\":\"a\"}", "225 300 011 00015||", ""},
        {"french-siret-value\",\"params\":{\"column\":\"a\"}", "22530001100016||", "bad_siret"},
        {"french-siret-value\",\"params\":{\"column\":\"a\"}", "35600000000048||", ""},          /* La Poste's seat: by the key */
        {"french-siret-value\",\"params\":{\"column\":\"a\"}", "35600000049837||", ""},          /* by the sum: 45 */
        {"french-siret-value\",\"params\":{\"column\":\"a\"}", "35600000049838||", "bad_siret"}, /* 46 */
        {"french-siren-value\",\"params\":{\"column\":\"a\"}", "217602176||", ""},
        {"french-siren-value\",\"params\":{\"column\":\"a\"}", "217602177||", "bad_siren"},
        {"phone-number-value\",\"params\":{\"column\":\"a\"}", "+33 2 38 70 30 30||", ""},
        {"phone-number-value\",\"params\":{\"column\":\"a\"}", "0238703030||", ""},
        {"phone-number-value\",\"params\":{\"column\":\"a\"}", "02387030||", "bad_phone"},
        {"opening-hours-value\",\"params\":{\"column\":\"a\"}", "Mo-Fr 08:00-20:00||", ""},
        {"opening-hours-value\",\"params\":{\"column\":\"a\"}", "lundi au vendredi||", "bad_hours"},
        {"year-interval-value\",\"params\":{\"column\":\"a\"}", "2021/2024||", ""},
        {"year-interval-value\",\"params\":{\"column\":\"a\"}", "2024/2021||", "bad_years"},
        {"year-interval-value\",\"params\":{\"column\":\"a\"}", "2024||", "bad_years"},
        {"year-interval-value\",\"params\":{\"column\":\"a\",\"allow-year-only\":\"yes\"}", "2024||", ""},
        {"nomenclature-actes-value\",\"params\":{\"column\":\"a\"}", "Finances locales/Subventions||", ""},
        {"nomenclature-actes-value\",\"params\":{\"column\":\"a\"}", "Libertés publiques et pouvoirs de police/Police municipale||", ""},
        {"nomenclature-actes-value\",\"params\":{\"column\":\"a\"}", "FINANCES||", "bad_nomenclature"},
        {"cohesive-columns-value\",\"params\":{\"column\":\"a\",\"othercolumns\":[\"b\"]}", "x|y|", ""},
        {"cohesive-columns-value\",\"params\":{\"column\":\"a\",\"othercolumns\":[\"b\"]}", "x||", "not_cohesive"},
        {"compare-columns-value\",\"params\":{\"column\":\"n\",\"op\":\">=\",\"column2\":\"m\"}", "||3|3", ""},
        {"compare-columns-value\",\"params\":{\"column\":\"n\",\"op\":\">=\",\"column2\":\"m\"}", "||2|3", "bad_compare"},
        {"compare-columns-value\",\"params\":{\"column\":\"n\",\"op\":\"<\",\"column2\":\"m\"}", "||9|10", ""}, /* as numbers */
        {"compare-columns-value\",\"params\":{\"column\":\"n\",\"op\":\">\",\"column2\":\"m\"}", "||x|3", "not_integer"},
        {"sum-columns-value\",\"params\":{\"column\":\"n\",\"columns\":[\"m\",\"o\"]}", "||5|2|3", ""},
        {"sum-columns-value\",\"params\":{\"column\":\"n\",\"columns\":[\"m\",\"o\"]}", "||6|2|3", "bad_sum"},
        {"one-of-required\",\"params\":{\"column1\":\"a\",\"column2\":\"b\"}", "|y|", ""},
        {"one-of-required\",\"params\":{\"column1\":\"a\",\"column2\":\"b\"}", "||", "one_of_needed"},
        {"one_of_required\",\"params\":{\"column1\":\"a\",\"column2\":\"b\"}", "||", "one_of_needed"},
        {"check-of-tomorrow\",\"params\":{\"column\":\"a\"}", "x||", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[600];
        snprintf(text, sizeof text,
                 "{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"n\",\"type\":\"integer\"},"
                 "{\"name\":\"m\",\"type\":\"integer\"},{\"name\":\"o\",\"type\":\"integer\"}],"
                 "\"custom_checks\":[{\"name\":\"%s}]}", rows[i].check);
        expect(text, "a|b|n|m|o", &rows[i].row, 1, rows[i].codes);
    }
}

static void test_date_patterns(void **state)
{
    static const struct {
        const char *pattern, *value;
        int64_t seconds; /* by date -u -d … +%s; -1: refused */
    } rows[] = {
        {"%Y-%m-%d", "2024-02-29", 1709164800},      {"%d/%m/%y", "29/02/24", 1709164800},
        {"%d %B %Y", "29 février 2024", 1709164800}, {"%d %b %Y", "29 Feb 2024", 1709164800},
        {"%A %d %B %Y", "jeudi 29 Février 2024", 1709164800},
        {"%Y%m%d", "20240229", 1709164800},          {"%Y-%j", "2024-060", 1709164800},
        {"%d/%m/%Y %H:%M:%S", "29/02/2024 10:30:05", 1709202605},
        {"%Y-%m-%dT%H:%M:%S%z", "2024-02-29T10:30:05+02:00", 1709195405},
        {"%I:%M %p", "12:05 am", 300},               {"%I:%M %p", "12:05 PM", 43500},
        {"%d/%m/%Y", "31/02/2024", -1},              {"%Y-%j", "2023-366", -1},
        {"%d/%m/%Y", "29/02/2024 ", -1},             {"%Q", "1", -1}, {"%d %%", "29 %", 28 * 86400},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t us = -1000000;
        bool ok = date_pattern_read(str_of(rows[i].pattern), str_of(rows[i].value), &us);
        if (ok != (rows[i].seconds >= 0) || (ok && us != rows[i].seconds * 1000000))
            fail_msg("%s %s: %d %lld", rows[i].pattern, rows[i].value, ok, (long long)us / 1000000);
    }
    assert_true(date_pattern_valid(S("fmt:%d/%m/%Y")));
    assert_false(date_pattern_valid(S("jj/mm/aaaa")));
    assert_false(date_pattern_valid(S("%d/%")));
}

static void test_opening_hours(void **state)
{
    static const char *const good[] = {"24/7", "Mo-Fr 08:00-20:00", "Mo-Fr 08:00-12:00,14:00-18:00; Sa 09:00-12:00", "PH off",
                                       "Mo,We 10:00-12:00", "Apr-Oct: Mo-Su 08:00-22:00", "sunrise-sunset", "Mo-Fr 08:00-20:00 \"sur rendez-vous\"",
                                       "Fr[-1] 18:00-26:00", "week 1-53 Mo 10:00+", "2024 Jan 01-Mar 31 10:00-11:00 || \"appeler\""};
    static const char *const bad[] = {"", "true", "8h-20h", "lundi 8:00", "Mo-Fr 8-20h", "Mo-Fr 08:00-25:99", "Mo \"", "12"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!opening_hours_valid(str_of(good[i])))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (opening_hours_valid(str_of(bad[i])))
            fail_msg("taken: %s", bad[i]);
}

static void test_a_schema_that_is_none(void **state)
{
    static const char *const bad[] = {"[]", "{}", "{\"fields\":[]}", "{\"fields\":[{\"title\":\"x\"}]}", "{\"fields\":{}}"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err e = {0};
        struct table_schema s;
        json_t *json = jr_parse(str_of(bad[i]), &e);
        assert_false(table_schema_read(json, &s, &e));
        json_decref(json);
    }
}

/* The hostile ones are left out and counted; the time of all of them together is bounded by the limits. */
static void test_hostile_patterns(void **state)
{
    static const char *const refused[] = {"(?R)", "(a)\\1(?1)", "\\C", "(*ACCEPT)", "(?C1)", "(", "[", "(?P>x)"};
    static const char *const slow[] = {"(a|a)*$", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)(.*)z", "^(([a-z])+.)+[A-Z]([a-z])+$"};
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_null(pattern_new(str_of(refused[i])));
    for (size_t i = 0; i < sizeof slow / sizeof slow[0]; i++) {
        struct pattern *p = pattern_new(str_of(slow[i]));
        assert_non_null(p);
        for (unsigned k = 0; k < 1000; k++)
            assert_int_not_equal(pattern_match(p, S("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")), PATTERN_YES);
        pattern_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_cell_of_each_type),    cmocka_unit_test(test_missing_values),
        cmocka_unit_test(test_columns_apart_from_cells), cmocka_unit_test(test_keys_and_doubles), cmocka_unit_test(test_references_within_the_file),
        cmocka_unit_test(test_references_that_lead_out_of_the_file), cmocka_unit_test(test_a_lost_reference_is_listed),
        cmocka_unit_test(test_many_references_wait),
        cmocka_unit_test(test_the_ten_french_checks),    cmocka_unit_test(test_date_patterns),
        cmocka_unit_test(test_opening_hours),            cmocka_unit_test(test_a_schema_that_is_none),
        cmocka_unit_test(test_hostile_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
