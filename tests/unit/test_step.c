/* Steps: what each makes of rows, by hand; the counts; what is refused, naming the step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/jr.h"
#include "core/data/format/dialect.h"
#include "core/data/errors.h"
#include "core/data/format/read_csv.h"
#include "core/data/intake/reader.h"

struct outcome {
    struct buf rows; /* "a|b\n", gone rows as "-filtered\n" … */
    struct err e;
    bool ok;
};

static const char *const gone[] = {"", "-left out\n", "-filtered\n", "-double\n", "-grouped\n", "-later\n"};

static void put_row(struct buf *out, const struct record *r)
{
    if (r->gone || r->wanted) {
        buf_addz(out, r->wanted ? "-short\n" : gone[r->gone]);
        return;
    }
    for (size_t i = 0; i < r->n; i++) {
        buf_addz(out, i ? "|" : "");
        buf_add(out, r->cells[i]);
    }
    buf_addc(out, '\n');
}

static void put_rows(struct steps *s, struct outcome *o)
{
    struct record r;
    struct rows *rows = steps_rows(s);
    for (int pass = 0; o->ok && pass < 2; pass++) { /* the second time as the first */
        buf_reset(&o->rows);
        o->ok = rows->rewind(rows, &o->e);
        while (o->ok && (o->ok = rows->next(rows, &r, &o->e)) && !r.end)
            put_row(&o->rows, &r);
    }
}

static struct outcome run_with(struct str file, const char *options, const struct str *joins, size_t njoins)
{
    struct outcome o = {0};
    struct arena a = {0};
    struct csv csv;
    struct dialect d = {0};
    struct steps *s = NULL;
    json_t *json = jr_parse(str_of(options), &o.e);
    assert_non_null(json);
    csv_init(&csv, file, ENCODING_UTF8, ';');
    assert_true(dialect_header(&csv.rows, &d, &o.e));
    const struct step_source from = {&csv.rows, d.preamble, d.has_header, d.width, joins, njoins};
    o.ok = steps_open(&a, &from, json, &s, &o.e);
    if (o.ok && s)
        put_rows(s, &o);
    steps_close(s);
    csv_free(&csv);
    json_decref(json);
    arena_free(&a);
    return o;
}

static void gives_with(const char *file, const char *options, const struct str *joins, size_t njoins, const char *want)
{
    struct outcome o = run_with(str_of(file), options, joins, njoins);
    assert_true(o.ok);
    buf_addc(&o.rows, '\0');
    assert_string_equal(o.rows.p, want);
    buf_free(&o.rows);
}

static void gives(const char *file, const char *options, const char *want)
{
    gives_with(file, options, NULL, 0, want);
}

static void refused(const char *file, const char *options, const struct err_kind *kind, const char *number)
{
    struct outcome o = run_with(str_of(file), options, NULL, 0);
    assert_false(o.ok);
    assert_ptr_equal(o.e.kind, kind);
    if (number)
        assert_string_equal(o.e.arg[0], number);
    buf_free(&o.rows);
}

static const char towns[] = "Ville;Code;Lat;Lon\nTours;37261;47,39;0,68\nBlois;41018;47.58;1.33\nTours;37261;;\n";

static void test_rename_by_label_or_id(void **state)
{
    (void)state;
    gives(towns, "{\"steps\":[{\"do\":\"rename\",\"column\":\"Ville\",\"to\":\"Commune\"},"
                 "{\"do\":\"rename\",\"column\":\"code\",\"to\":\"Code INSEE\"}]}",
          "Commune|Code INSEE|Lat|Lon\nTours|37261|47,39|0,68\nBlois|41018|47.58|1.33\nTours|37261||\n");
}

static void test_split_leaves_the_rest_to_the_last(void **state)
{
    (void)state;
    gives("nom;x\nDupont, Jean, Pierre;1\nDurand;2\n",
          "{\"steps\":[{\"do\":\"split\",\"column\":\"nom\",\"separator\":\",\",\"into\":[\"n\",\"p\"]}]}",
          "nom|x|n|p\nDupont, Jean, Pierre|1|Dupont|Jean, Pierre\nDurand|2|Durand|\n");
}

static void test_point_takes_commas_and_leaves_halves_empty(void **state)
{
    (void)state;
    gives("lat;lon\n47,39;0,68\n47.5;\n",
          "{\"steps\":[{\"do\":\"point\",\"latitude\":\"lat\",\"longitude\":\"lon\",\"into\":\"lieu\"}]}",
          "lat|lon|lieu\n47,39|0,68|47.39, 0.68\n47.5||\n");
}

/* The first row is that of the projection's own definition, the second `gdaltransform -s_srs EPSG:2154 -t_srs EPSG:4326`:
 * 0.69058995726432 47.3885104264667. Degrees among the metres stay as they are, for the reader to tell. */
static void test_point_of_lambert93(void **state)
{
    (void)state;
    gives("X;Y\n700000;6600000\n525 803,00;6 701 233\n0.68;47.39\n;6600000\n",
          "{\"steps\":[{\"do\":\"point\",\"latitude\":\"Y\",\"longitude\":\"X\",\"into\":\"lieu\",\"lambert93\":true}]}",
          "X|Y|lieu\n700000|6600000|46.500000000, 3.000000000\n525 803,00|6 701 233|47.388510426, 0.690589957\n"
          "0.68|47.39|47.39, 0.68\n|6600000|\n");
}

static void test_filter(void **state)
{
    (void)state;
    static const struct {
        const char *which, *want;
    } cases[] = {
        {"\"equals\",\"value\":\"ab\"", "a|b\nab|1\n-filtered\n-filtered\n"},
        {"\"differs\",\"value\":\"ab\"", "a|b\n-filtered\nxabx|2\n|3\n"},
        {"\"contains\",\"value\":\"ab\"", "a|b\nab|1\nxabx|2\n-filtered\n"},
        {"\"starts\",\"value\":\"x\"", "a|b\n-filtered\nxabx|2\n-filtered\n"},
        {"\"empty\"", "a|b\n-filtered\n-filtered\n|3\n"},
        {"\"filled\"", "a|b\nab|1\nxabx|2\n-filtered\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char options[200];
        snprintf(options, sizeof options, "{\"steps\":[{\"do\":\"filter\",\"column\":\"a\",\"keep\":%s}]}", cases[i].which);
        gives("a;b\nab;1\nxabx;2\n;3\n", options, cases[i].want);
    }
}

static void test_concatenate_leaves_blanks_out(void **state)
{
    (void)state;
    gives("n;v;c\n12;rue X;Tours\n;place Y;Blois\n",
          "{\"steps\":[{\"do\":\"concatenate\",\"columns\":[\"n\",\"v\",\"c\"],\"separator\":\", \",\"into\":\"adresse\"}]}",
          "n|v|c|adresse\n12|rue X|Tours|12, rue X, Tours\n|place Y|Blois|place Y, Blois\n");
}

static void test_replace_is_literal(void **state)
{
    (void)state;
    gives("a;b\n1.5 .*;x\naaa;aa\n", "{\"steps\":[{\"do\":\"replace\",\"column\":\"a\",\"find\":\".*\",\"by\":\"!\"},"
                                     "{\"do\":\"replace\",\"column\":\"a\",\"find\":\"aa\",\"by\":\"b\"}]}",
          "a|b\n1.5 !|x\nba|aa\n");
    gives("a;b\nNC;x\nNC1;y\n", "{\"steps\":[{\"do\":\"replace\",\"column\":\"a\",\"find\":\"NC\",\"by\":\"\",\"whole\":true}]}",
          "a|b\n|x\nNC1|y\n");
}

static void test_deduplicate(void **state)
{
    (void)state;
    gives(towns, "{\"steps\":[{\"do\":\"deduplicate\",\"columns\":[\"Ville\"]}]}",
          "Ville|Code|Lat|Lon\nTours|37261|47,39|0,68\nBlois|41018|47.58|1.33\n-double\n");
    /* "ab" and "c" are not "a" and "bc" */
    gives("a;b\nab;c\na;bc\nab;c\n", "{\"steps\":[{\"do\":\"deduplicate\"}]}", "a|b\nab|c\na|bc\n-double\n");
}

static void test_deduplicate_past_its_first_table(void **state)
{
    (void)state;
    struct buf file = {0};
    buf_addz(&file, "n;x\n");
    for (int i = 0; i < 6000; i++)
        buf_printf(&file, "k%d;t\n", i % 3000);
    struct outcome o = run_with(buf_str(&file), "{\"steps\":[{\"do\":\"deduplicate\",\"columns\":[\"n\"]}]}", NULL, 0);
    size_t doubles = 0;
    for (size_t i = 0; i < o.rows.n; i++)
        doubles += o.rows.p[i] == '-';
    assert_true(o.ok);
    assert_int_equal(doubles, 3000);
    buf_free(&o.rows);
    buf_free(&file);
}

static void test_fill(void **state)
{
    (void)state;
    gives("d;n\nLoiret;1\n;2\nCher;3\n;4\n", "{\"steps\":[{\"do\":\"fill\",\"column\":\"d\",\"previous\":true}]}",
          "d|n\nLoiret|1\nLoiret|2\nCher|3\nCher|4\n");
    gives("d;n\n;2\nx;3\n", "{\"steps\":[{\"do\":\"fill\",\"column\":\"d\",\"value\":\"?\"}]}", "d|n\n?|2\nx|3\n");
}

static void test_keep_orders_and_drop_leaves(void **state)
{
    (void)state;
    gives("a;b;c\n1;2;3\n", "{\"steps\":[{\"do\":\"keep\",\"columns\":[\"c\",\"a\"]}]}", "c|a\n3|1\n");
    gives("a;b;c\n1;2;3\n", "{\"steps\":[{\"do\":\"drop\",\"columns\":[\"b\"]}]}", "a|c\n1|3\n");
}

static void test_join_takes_the_first_of_equal_keys(void **state)
{
    (void)state;
    const struct str book = S("37261,Tours,37\n41018,\"Blois, la belle\",41\n37261,autre,0\n,vide,1\n");
    gives_with("code;n\n37261;1\n99999;2\n;3\n 41018 ;4\n",
               "{\"steps\":[{\"do\":\"join\",\"column\":\"code\",\"dataset\":\"communes\",\"on\":\"insee\",\"take\":[\"nom\",\"dep\"]}]}",
               &book, 1, "code|n|nom|dep\n37261|1|Tours|37\n99999|2||\n|3||\n 41018 |4|Blois, la belle|41\n");
    refused("code;n\n1;1\n",
            "{\"steps\":[{\"do\":\"join\",\"column\":\"code\",\"dataset\":\"communes\",\"on\":\"insee\",\"take\":[\"nom\"]}]}",
            &err_step_dataset, "1");
}

static void test_steps_follow_each_other(void **state)
{
    (void)state;
    gives("Nom complet;Année;Total\nA / B;2020;1\nA / B;2021;2\nC / D;;3\n",
          "{\"steps\":[{\"do\":\"fill\",\"column\":\"annee\",\"value\":\"2022\"},"
          "{\"do\":\"split\",\"column\":\"nom_complet\",\"separator\":\"/\",\"into\":[\"g\",\"d\"]},"
          "{\"do\":\"drop\",\"columns\":[\"Nom complet\"]},{\"do\":\"deduplicate\",\"columns\":[\"g\"]},"
          "{\"do\":\"rename\",\"column\":\"g\",\"to\":\"Gauche\"},{\"do\":\"keep\",\"columns\":[\"Gauche\",\"Année\"]}]}",
          "Gauche|Année\nA|2020\n-double\nC|2022\n");
}

static void test_corrections_come_first_and_rows_left_out_are_told(void **state)
{
    (void)state;
    gives("siret;n\n1,23E+13;1\n2;2\n3;3\n",
          "{\"corrections\":[{\"line\":2,\"column\":1,\"value\":\"01234567890123\"}],\"left_out\":[3]}",
          "siret|n\n01234567890123|1\n-left out\n3|3\n");
    gives("a;b\nx;1\n", "{\"corrections\":[{\"line\":2,\"column\":1,\"value\":\"y\"}],\"steps\":[{\"do\":\"filter\",\"column\":\"a\","
                        "\"keep\":\"equals\",\"value\":\"y\"}]}", "a|b\ny|1\n");
}

static void test_rows_without_their_cells_pass_by(void **state)
{
    (void)state;
    gives("a;b;c\n1;2;3\n1;2\n;;\n4;5;6\n", "{\"steps\":[{\"do\":\"drop\",\"columns\":[\"c\"]}]}", "a|b\n1|2\n-short\n||\n4|5\n");
}

static void test_what_is_refused_names_its_step(void **state)
{
    (void)state;
    refused("a;b\n1;2\n", "{\"steps\":[{\"do\":\"keep\",\"columns\":[\"a\"]},{\"do\":\"drop\",\"columns\":[\"b\"]}]}", &err_step_column, "2");
    refused("a;b\n1;2\n", "{\"steps\":[{\"do\":\"fly\"}]}", &err_step_unknown, "1");
    refused("a;b\n1;2\n", "{\"steps\":[{\"do\":\"rename\",\"column\":\"a\"}]}", &err_step_param, "1");
    refused("a;b\n1;2\n", "{\"steps\":[{\"do\":\"rename\",\"column\":\"a\",\"to\":\"b\"}]}", &err_step_taken, "1");
    refused("a;b\n1;2\n", "{\"steps\":[{\"do\":\"rename\",\"column\":\"a\",\"to\":\"c\",\"too\":1}]}", &err_step_param, "1");
    refused("a;b\n1;2\n", "{\"steps\":[{\"do\":\"drop\",\"columns\":[\"a\",\"b\"]}]}", &err_step_param, "1");
    refused("a;b\n1;2\n", "{\"steps\":[{\"do\":\"type\",\"column\":\"a\",\"type\":\"fish\"}]}", &err_step_param, "1");
    refused("a;b\n1;2\n", "{\"steps\":[{\"do\":\"fill\",\"column\":\"a\"}]}", &err_step_param, "1");
    refused("a;b\n1;2\n", "{\"corrections\":[{\"line\":0,\"column\":1,\"value\":\"x\"}]}", &err_data_options, NULL);
}

/* A step may not make a file grow without end: 300,000 characters become 300 million. */
static void test_growth_is_bounded(void **state)
{
    (void)state;
    struct buf file = {0}, options = {0};
    buf_addz(&file, "a;b\n");
    for (int i = 0; i < 300000; i++)
        buf_addc(&file, 'x');
    buf_addz(&file, ";1\n");
    buf_addz(&options, "{\"steps\":[{\"do\":\"replace\",\"column\":\"a\",\"find\":\"x\",\"by\":\"");
    for (int i = 0; i < 1000; i++)
        buf_addc(&options, 'y');
    buf_addz(&options, "\"}]}");
    buf_addc(&options, '\0');
    struct outcome o = run_with(buf_str(&file), options.p, NULL, 0);
    assert_false(o.ok);
    assert_ptr_equal(o.e.kind, &err_step_long);
    assert_string_equal(o.e.arg[0], "2");
    buf_free(&file);
    buf_free(&options);
    buf_free(&o.rows);
}

static int64_t rows_of(const json_t *report, const char *which)
{
    return jr_i64(jr_object(report, "rows"), which, 0);
}

/* The whole reader: types after the steps, the report's counts, the first rows before them. */
static void test_report_adds_up(void **state)
{
    (void)state;
    struct reader r;
    struct err e = {0};
    struct buf out = {0};
    json_t *options = jr_parse(S("{\"left_out\":[7],\"steps\":[{\"do\":\"filter\",\"column\":\"v\",\"keep\":\"filled\"},"
                                 "{\"do\":\"deduplicate\"},{\"do\":\"type\",\"column\":\"n\",\"type\":\"int\"}]}"), &e);
    const struct str file = S("n;v\n1;a\n1;a\n;\n2;\ntrois;b\n4;c\n5;d;e\n6;f\n");
    assert_true(reader_open_bytes(&r, file, options, &e));
    assert_true(reader_look(&r, &e));
    reader_report(&r, &out);
    json_t *report = jr_parse(buf_str(&out), &e);
    assert_non_null(report);
    assert_int_equal(rows_of(report, "seen"), 8);
    assert_int_equal(rows_of(report, "kept"), 2);     /* 1;a and 6;f */
    assert_int_equal(rows_of(report, "aside"), 2);    /* trois is no int; 5;d;e is too long */
    assert_int_equal(rows_of(report, "blank"), 1);
    assert_int_equal(rows_of(report, "left_out"), 1); /* 4;c */
    assert_int_equal(rows_of(report, "filtered"), 1); /* 2; */
    assert_int_equal(rows_of(report, "doubles"), 1);
    const json_t *n = json_array_get(jr_array(report, "columns"), 0);
    assert_string_equal(jr_str(n, "type").p, "int");
    assert_string_equal(jr_str(n, "detected").p, "text");
    assert_int_equal(jr_i64(n, "broke", 0), 1);
    assert_int_equal(jr_i64(n, "file_column", 0), 1);
    assert_int_equal(jr_i64(json_array_get(jr_array(report, "steps"), 1), "removed", 0), 1);
    assert_int_equal(json_array_size(jr_array(jr_object(report, "before"), "rows")), 5);
    const json_t *after = jr_array(jr_object(report, "after"), "rows"); /* 1;a trois;b 6;f: typing comes later */
    assert_int_equal(json_array_size(after), 3);
    assert_string_equal(json_string_value(json_array_get(json_array_get(after, 1), 0)), "trois");
    json_decref(report);
    json_decref(options);
    buf_free(&out);
    reader_close(&r);
}

/* By hand: glass 0.1 + 0.2 + 100, wood 1 234,5 - 34.5 of two units in three rows. */
static const char firms[] = "secteur;siret;montant;note\nverre;A;0,1;x\nbois;B;1 234,5;\nverre;C;0.2;y\nbois;B;-34,5;\nverre;A;100;\nbois;D;;z\n";

static void test_group_adds_up_exactly_and_comes_last(void **state)
{
    (void)state;
    gives(firms, "{\"steps\":[{\"do\":\"group\",\"columns\":[\"secteur\"],\"sum\":[\"montant\"],\"into\":\"lignes\"}]}",
          "secteur|montant|lignes\n-later\n-later\n-grouped\n-grouped\n-grouped\n-grouped\nverre|100.3|3\nbois|1200.0|3\n");
    gives(firms, "{\"steps\":[{\"do\":\"group\",\"columns\":[\"secteur\"],\"unit\":\"siret\",\"into\":\"nb\"}]}",
          "secteur|nb\n-later\n-later\n-grouped\n-grouped\n-grouped\n-grouped\nverre|2\nbois|2\n");
    gives("a;n\nx;9000000000000\nx;900000000000\ny;un\ny;1\nz;-9,5\n", /* too great, no number */
          "{\"steps\":[{\"do\":\"group\",\"columns\":[\"a\"],\"sum\":[\"n\"],\"into\":\"nb\"}]}",
          "a|n|nb\n-later\n-grouped\n-later\n-grouped\n-later\nx||2\ny||2\nz|-9.5|1\n");
    refused(firms, "{\"steps\":[{\"do\":\"group\",\"columns\":[\"secteur\"],\"into\":\"n\"},{\"do\":\"drop\",\"columns\":[\"n\"]}]}", &err_step_last, "1");
    refused(firms, "{\"steps\":[{\"do\":\"group\",\"columns\":[\"secteur\"],\"sum\":[\"secteur\"],\"into\":\"n\"}]}", &err_step_taken, "1");
    refused(firms, "{\"steps\":[{\"do\":\"group\",\"columns\":[\"secteur\"],\"unit\":\"rien\",\"into\":\"n\"}]}", &err_step_column, "1");
    refused(firms, "{\"steps\":[{\"do\":\"group\",\"columns\":[\"secteur\"],\"into\":\"secteur\"}]}", &err_step_taken, "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rename_by_label_or_id),
        cmocka_unit_test(test_split_leaves_the_rest_to_the_last),
        cmocka_unit_test(test_point_takes_commas_and_leaves_halves_empty), cmocka_unit_test(test_point_of_lambert93),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_concatenate_leaves_blanks_out),
        cmocka_unit_test(test_replace_is_literal),
        cmocka_unit_test(test_deduplicate),
        cmocka_unit_test(test_deduplicate_past_its_first_table),
        cmocka_unit_test(test_fill),
        cmocka_unit_test(test_keep_orders_and_drop_leaves),
        cmocka_unit_test(test_join_takes_the_first_of_equal_keys),
        cmocka_unit_test(test_steps_follow_each_other),
        cmocka_unit_test(test_corrections_come_first_and_rows_left_out_are_told),
        cmocka_unit_test(test_rows_without_their_cells_pass_by),
        cmocka_unit_test(test_what_is_refused_names_its_step),
        cmocka_unit_test(test_growth_is_bounded),
        cmocka_unit_test(test_report_adds_up),
        cmocka_unit_test(test_group_adds_up_exactly_and_comes_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
