/* One column at a time: the type, why, and what is said of it (standards.md 4.3, rules 5 to 13). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/jr.h"
#include "core/data/intake/reader.h"

/* The report of a file of one column beside a column of words; values are parted by '|'. */
static json_t *report_of(const char *label, const char *values)
{
    struct buf text = {0}, out = {0};
    struct str rest = str_of(values), value;
    struct reader r;
    struct err e = {0};
    buf_printf(&text, "mot;%s\n", label);
    while (str_cut(&rest, '|', &value))
        buf_printf(&text, "mot;" STR_FMT "\n", STR_ARG(value));
    bool ok = reader_open_bytes(&r, buf_str(&text), NULL, &e) && reader_look(&r, &e);
    if (!ok)
        fail_msg("%s: %s", values, e.detail);
    reader_report(&r, &out);
    json_t *report = jr_parse(buf_str(&out), &e);
    assert_non_null(report);
    reader_close(&r);
    buf_free(&text);
    buf_free(&out);
    return report;
}

static const json_t *column_of(const json_t *report)
{
    return json_array_get(jr_array(report, "columns"), 1);
}

static void test_types(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct {
        const char *label, *values, *type, *reason;
    } rows[] = {
        {"population", "1|2|30", "int", "all_int"},
        {"annee", "2019|2020", "int", "all_year"},
        {"montant", "1234,5|7", "decimal", "all_decimal"},
        {"montant", "1 234,50|1 000", "decimal", "all_decimal"},
        {"montant", "12.5|226327,99", "decimal", "all_decimal"},
        {"montant", "1.234,5|2.000,1", "decimal", "all_decimal"},
        {"montant", "1.234.567,5|1.234", "text", "ambiguous_dot"},
        {"taux", "12 %|13,5 %", "decimal", "all_percent"},
        {"taux", "12 %|13", "text", "mixed_signs"},
        {"prix", "12,50 €|3 €", "decimal", "all_euro"},
        {"mesure", "1.5e-7|2.5e-8", "double", "all_exponent"},
        {"mesure", "99999999999999999999|1", "decimal", "all_decimal"},
        {"mesure", "999999999999999999999999999999999999999|1", "text", "too_long_number"},
        {"valeur", "01001|37000", "text", "leading_zero"},
        {"valeur", "0,5|0", "decimal", "all_decimal"},
        {"siret", "1|2", "text", "code_name"}, {"Code INSEE", "37261|45234", "text", "code_name"},
        {"codeInsee", "37261|45234", "text", "code_name"}, {"CP", "37000|45000", "text", "code_name"},
        {"code_postal", "37000|45000", "text", "code_name"}, {"Tel", "247000000|247000001", "text", "code_name"},
        {"nic", "11|12", "text", "code_name"}, {"Code RNE", "371|372", "text", "code_name"},
        {"siren_epci", "243700754|243700755", "text", "code_name"}, {"epci", "1|2", "text", "code_name"},
        {"reg", "24|53", "text", "code_name"}, {"phone", "247000000|247000001", "text", "code_name"},
        {"fantoir", "1234|1235", "text", "code_name"}, {"parcelle", "12|13", "text", "code_name"},
        {"departement", "37|45", "text", "code_name"}, {"naf", "62.01|62.02", "text", "code_name"},
        {"voie_longueur", "1,5|2,5", "decimal", "all_decimal"}, {"ideal", "1|2", "int", "all_int"},
        {"numero", "732829320|732829320|1", "text", "siren_siret"},
        {"numero", "123456789|123456788", "int", "all_int"},
        {"jour", "2021-10-23|2021-10-24", "date", "all_date"},
        {"jour", "23/10/2021|01/02/2021", "date", "all_date"},
        {"jour", "12/25/2021|01/02/2021", "text", "month_first"},
        {"jour", "2021-10-23T10:00:00+02:00", "datetime", "all_datetime"},
        {"jour", "2021-10-23 10:00|2021-10-23", "datetime", "all_datetime_no_zone"},
        {"annee", "2021-2022|2022-2023", "text", "text"},
        {"ouvert", "oui|Non|OUI", "boolean", "all_bool"}, {"x", "vrai|faux", "boolean", "all_bool"},
        {"x", "true|false", "boolean", "all_bool"}, {"x", "oui|faux", "text", "mixed"},
        {"nombre", "0|1|1", "int", "bit_without_name"}, {"est_ouvert", "0|1|1", "boolean", "all_bool"},
        {"nombre", "o|n", "text", "text"}, {"acces_pmr", "o|n", "boolean", "all_bool"},
        {"choix", "X||X", "text", "text"},
        {"position", "47.39, 0.68|47.1, 0.5", "geo_point_2d", "all_point"},
        {"coordonneesXY", "[0.68,47.39]|[0.5,47.1]", "geo_point_2d", "all_point_lon_first"},
        {"position", "147.39, 0.68|47.1, 0.5", "text", "out_of_bounds"},
        {"vide", "|", "text", "empty"}, {"divers", "1|Tours|2021-10-23", "text", "mixed"},
        {"long", "1,23E+13|1,24E+13", "text", "excel_exponent"},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *report = report_of(rows[i].label, rows[i].values);
        struct str type = jr_str(column_of(report), "type");
        struct str reason = jr_str(jr_object(column_of(report), "reason"), "code");
        if (!str_eq(type, str_of(rows[i].type)) || !str_eq(reason, str_of(rows[i].reason)))
            fail_msg("%s \"%s\": " STR_FMT ", " STR_FMT, rows[i].label, rows[i].values, STR_ARG(type), STR_ARG(reason));
        json_decref(report);
    }
}

static bool warned(const json_t *report, const char *code, const char *arg)
{
    const json_t *w;
    size_t i;
    json_array_foreach(jr_array(column_of(report), "warnings"), i, w) {
        if (str_eq(jr_str(w, "code"), str_of(code)))
            return !arg || strcmp(json_string_value(json_array_get(jr_array(w, "args"), 0)), arg) == 0;
    }
    return false;
}

static void test_warnings(void **state)
{
    (void)state;
    static const struct {
        const char *label, *values, *code, *count;
    } rows[] = {
        {"siret", "41816609600000|22440002800011|20000000000000", "warn_siret_rounded", "2"},
        {"siren", "200053791|53362439|53362439", "warn_siren_length", "2"},
        {"montant", "10|20|0|12|42", "warn_total_row", "6"},
        {"siret", "2,24E+13|22440002800011", "warn_exponent", "1"},
        {"code_postal", "1000|37000", "warn_postal_short", "1"},
        {"SIRET ou NIR", "22440002800011", "warn_personal", "1"},
        {"position", "0.68, 47.39|0.5, 47.1", "warn_swapped", "2"},
        {"position", "-61.0, 14.6|-61.1, 14.7", "warn_swapped", "2"},
        {"coordonneesXY", "[47.39,0.68]|[47.1,0.5]", "warn_swapped", "2"},
        {"coordonneesXY", "[0.68,47.39]|[0.5,47.1]", "warn_swapped", NULL},
        {"coordonneesXY", "[-61.0,14.6]|[-61.1,14.7]", "warn_swapped", NULL},
        {"position", "47.39, 0.68|14.6, -61.0", "warn_swapped", NULL},
        {"jour", "2021-10-23|2021-10-24|bientôt", "warn_dates_in_text", "2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *report = report_of(rows[i].label, rows[i].values);
        if (warned(report, rows[i].code, rows[i].count) != (rows[i].count != NULL))
            fail_msg("%s is %ssaid of \"%s\"", rows[i].code, rows[i].count ? "not " : "", rows[i].values);
        json_decref(report);
    }
}

/* I73: a code of yesterday is known, with what it is today; a column that holds other codes is left alone. */
static void test_communes(void **state)
{
    (void)state;
    static const struct {
        const char *label, *values, *code, *count;
    } rows[] = {
        {"code_commune", "37261|93059|85060", "warn_commune_gone", "2"},
        {"insee", "37261|37233|37050|37109|37122|37208|37214|37195|37139|99999", "warn_commune_unknown", "1"},
        {"insee", "37261|2A004|75101", NULL, ""},
        {"insee", "93059|99999|99998", NULL, ""},     /* no codes of communes, nine in ten */
        {"code_postal", "93380|85180|93059", NULL, ""}, /* its name says another thing */
        {"lieu", "93059|85060", NULL, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *report = report_of(rows[i].label, rows[i].values);
        const json_t *found = jr_array(column_of(report), "warnings"), *w;
        size_t k, said = 0;
        json_array_foreach(found, k, w) said += str_starts(jr_str(w, "code"), S("warn_commune"));
        if (rows[i].code ? !warned(report, rows[i].code, rows[i].count) : said > 0)
            fail_msg("%s \"%s\": %zu", rows[i].label, rows[i].values, said);
        json_decref(report);
    }
}

/* What other portals are told to do better (requirements.md 4.3): one row for each complaint about a type. */
static void test_complaints_of_others(void **state)
{
    (void)state;
    static const struct {
        const char *issue, *label, *values, *type;
    } rows[] = {
        {"I61", "jour", "Wednesday|mercredi", "text"},
        {"I61", "etat", "t|f", "text"},
        {"I62", "heure", "00:10|08:00", "text"},
        {"I63", "score", "0/ 0|1/ 2", "text"},
        {"I64", "longitude", "0.68|1.12", "decimal"},
        {"I64", "cote", "10.11|12.05", "decimal"},
        {"I65", "montant", "12||7", "int"},
        {"I67", "montant", "12,5|3,25", "decimal"},
        {"I67", "montant", "1,234.5|1", "text"},
        {"I68", "jour", "01/02/2021|13/02/2021", "date"},
        {"I68", "jour", "01/13/2021|02/01/2021", "text"},
        {"I70", "valeur", "007|12", "text"},
        {"I71", "dep", "1|2A|2B", "text"},
        {"I71", "departement", "1|37", "text"},
        {"I71", "uai", "0370001A|0370002B", "text"},
        {"I72", "places", "37000|45000", "int"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *report = report_of(rows[i].label, rows[i].values);
        struct str type = jr_str(column_of(report), "type");
        if (!str_eq(type, str_of(rows[i].type)))
            fail_msg("%s \"%s\": " STR_FMT, rows[i].issue, rows[i].values, STR_ARG(type));
        json_decref(report);
    }
}

/* I66: the one letter among numbers stands in row 1,000. */
static void test_the_last_of_many_rows_counts(void **state)
{
    (void)state;
    struct buf values = {0};
    for (int i = 0; i < 999; i++)
        buf_addz(&values, "1|");
    buf_addz(&values, "A");
    buf_addc(&values, 0);
    json_t *report = report_of("valeur", values.p);
    const json_t *c = column_of(report);
    assert_true(str_eq(jr_str(c, "type"), S("text")));
    assert_int_equal(jr_i64(json_array_get(jr_array(jr_object(c, "refused"), "cells"), 0), "line", 0), 1001);
    json_decref(report);
    buf_free(&values);
}

/* 19 numbers and one word: text, and the word is listed with its line. */
static void test_minority_is_listed(void **state)
{
    (void)state;
    json_t *report = report_of("montant", "1|2|3|4|5|6|7|8|9|10|11|N 82|13|14|15|16|17|18|19|20");
    const json_t *c = column_of(report), *refused = jr_object(c, "refused");
    const json_t *cell = json_array_get(jr_array(refused, "cells"), 0);
    assert_true(str_eq(jr_str(c, "type"), S("text")));
    assert_true(str_eq(jr_str(refused, "type"), S("int")));
    assert_int_equal(jr_i64(refused, "count", 0), 1);
    assert_int_equal(jr_i64(cell, "line", 0), 13); /* the header is line 1 */
    assert_true(str_eq(jr_str(cell, "value"), S("N 82")));
    assert_true(str_eq(jr_str(cell, "column"), S("montant")));
    json_decref(report);
}

/* Each damaged value has the line of the file it stands on; the first five are enough to find the others. */
static void test_damage_has_its_lines(void **state)
{
    (void)state;
    static const struct {
        const char *label, *values, *code;
        size_t n;
        struct {
            int64_t line;
            const char *value;
        } at[6];
    } rows[] = {
        {"siret", "22440002800011|2,24E+13|41816609600069|2,25E+13", "warn_exponent", 2, {{3, "2,24E+13"}, {5, "2,25E+13"}}},
        {"siret", "41816609600000|22440002800011|20000000000000", "warn_siret_rounded", 2,
         {{2, "41816609600000"}, {4, "20000000000000"}}},
        {"code_postal", "37000|1000|37100|1001|1002|1003|1004|1005", "warn_postal_short", 6,
         {{3, "1000"}, {5, "1001"}, {6, "1002"}, {7, "1003"}, {8, "1004"}, {9, "1005"}}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *report = report_of(rows[i].label, rows[i].values);
        const json_t *cells = jr_array(jr_object(column_of(report), "damaged"), rows[i].code);
        assert_int_equal(json_array_size(cells), rows[i].n);
        for (size_t k = 0; k < rows[i].n; k++) {
            const json_t *cell = json_array_get(cells, k);
            assert_int_equal(jr_i64(cell, "line", 0), rows[i].at[k].line);
            assert_true(str_eq(jr_str(cell, "value"), str_of(rows[i].at[k].value)));
            assert_true(str_eq(jr_str(cell, "column"), str_of(rows[i].label)));
        }
        json_decref(report);
    }
}

/* The same values in another order give the same type and reason. */
static void test_order_does_not_matter(void **state)
{
    (void)state;
    json_t *a = report_of("v", "1|02|3,5|x"), *b = report_of("v", "x|3,5|02|1");
    assert_true(json_equal(json_object_get(column_of(a), "reason"), json_object_get(column_of(b), "reason")));
    json_decref(a);
    json_decref(b);
}

static void test_reason_is_said(void **state)
{
    (void)state;
    struct err e = {0};
    struct buf out = {0};
    json_t *reason = jr_parse(S("{\"code\":\"leading_zero\",\"args\":[\"3429\"]}"), &e);
    reason_say(reason, LANG_FR, &out);
    assert_true(str_eq(buf_str(&out), S("gardé en texte : 3\u202f429 valeurs commencent par un zéro")));
    buf_reset(&out);
    reason_say(reason, LANG_EN, &out);
    assert_true(str_eq(buf_str(&out), S("kept as text: 3,429 values begin with a zero")));
    buf_free(&out);
    json_decref(reason);
}

static void test_reason_agrees_with_its_number(void **state)
{
    (void)state;
    static const struct {
        const char *reason, *fr, *en;
    } rows[] = {
        {"{\"code\":\"warn_exponent\",\"args\":[\"1\",\"2,24E+13\"]}",
         "1 valeur a été abîmée par un tableur (comme 2,24E+13) : corrigez-la dans le fichier d’origine",
         "1 value was damaged by a spreadsheet (like 2,24E+13): correct it in the source file"},
        {"{\"code\":\"warn_exponent\",\"args\":[\"2\",\"2,24E+13\"]}",
         "2 valeurs ont été abîmées par un tableur (comme 2,24E+13) : corrigez-les dans le fichier d’origine",
         "2 values were damaged by a spreadsheet (like 2,24E+13): correct them in the source file"},
        {"{\"code\":\"value_type\",\"args\":[\"int\"]}", "n’est pas du type nombre entier", "not of the type whole number"},
        {"{\"code\":\"minority\",\"args\":[\"3\",\"2100\",\"datetime\"]}",
         "gardé en texte : 3 valeurs sur 2\u202f100 ne sont pas du type date et heure",
         "kept as text: 3 of 2,100 values are not of the type date and time"},
        {"{\"code\":\"row_short\",\"args\":[\"0\",\"3\"]}", "0 cellule au lieu de 3", "0 cells instead of 3"},
        {"{\"code\":\"note_sheet_picked\",\"args\":[\"2024\",\"2023\"]}", /* names, however they look */
         "la feuille 2024 est lue : 2023, avant elle, n’a pas l’air d’un tableau", "the sheet 2024 is read: 2023, before it, does not look like a table"},
        {"{\"code\":\"warn_blank\"}", " lignes vides ont été laissées de côté", " blank rows were left out"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        struct buf fr = {0}, en = {0};
        json_t *reason = jr_parse(str_of(rows[i].reason), &e);
        reason_say(reason, LANG_FR, &fr);
        reason_say(reason, LANG_EN, &en);
        assert_true(str_eq(buf_str(&fr), str_of(rows[i].fr)));
        assert_true(str_eq(buf_str(&en), str_of(rows[i].en)));
        buf_free(&fr);
        buf_free(&en);
        json_decref(reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types), cmocka_unit_test(test_warnings), cmocka_unit_test(test_communes), cmocka_unit_test(test_minority_is_listed),
        cmocka_unit_test(test_order_does_not_matter), cmocka_unit_test(test_reason_is_said),
        cmocka_unit_test(test_damage_has_its_lines), cmocka_unit_test(test_reason_agrees_with_its_number),
        cmocka_unit_test(test_complaints_of_others), cmocka_unit_test(test_the_last_of_many_rows_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
