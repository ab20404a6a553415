/* ODSQL without a database: what is refused and in which words, and what may stand in the SQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/data/query/facet.h"
#include "core/data/query/odsql.h"
#include "tests/injections.h"
#include "tests/sample_views.h"
#include "tests/sql_is_ours.h"

/* The sentence of the refusal, "" when the question is accepted. */
static const char *refusal(const char *dataset, const char *name, const char *value)
{
    static struct buf said;
    struct arena a = {0};
    struct err e = {0};
    struct query *q;
    struct query_param p = {str_of(name), str_of(value)};
    buf_reset(&said);
    if (!query_make(&a, sample_view(&a, dataset), QUERY_RECORDS, &p, 1, &q, &e)) {
        assert_non_null(e.kind);
        buf_printf(&said, "%d %s: ", e.kind->status, e.kind->wire);
        err_say(&e, LANG_EN, &said);
    }
    buf_addc(&said, '\0');
    arena_free(&a);
    return said.p;
}

static void refusals_have_the_words_of_the_api(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *dataset, *name, *value, *want; } rows[] = {
        {"public-trees", "select", "no_such_field", "400 ODSQLError: ODSQL query is malformed: Unknown field: no_such_field. Clause(s) containing the error(s): select."},
        {"koumoul", "select", "invalid_function()", "400 ODSQLError: ODSQL query is malformed: invalid_function() Clause(s) containing the error(s): select."},
        {"koumoul", "where", "BOGUS(", "400 ODSQLSyntaxError: ODSQL syntax exception: unexpected ( at position 5 in BOGUS(. Clause(s) containing the error(s): where."},
        {"koumoul", "where", "1_uai = \"x\"", "400 ODSQLSyntaxError: ODSQL syntax exception: unexpected _uai at position 1 in 1_uai = \"x\". Clause(s) containing the error(s): where."},
        {"koumoul", "select", "sum(id)", "400 ODSQLError: ODSQL query is malformed: StatAggregation only supports numeric or date expression. Clause(s) containing the error(s): select."},
        {"koumoul", "where", "id: koumoul", "400 ODSQLError: ODSQL query is malformed: Unknown field: koumoul. Clause(s) containing the error(s): where."},
        {"koumoul", "limit", "-2", "400 InvalidRESTParameterError: Invalid value for limit API parameter: -2 was found but -1 <= limit <= 100 is expected."},
        {"koumoul", "limit", "ten", "400 InvalidRESTParameterError: Invalid value for limit API parameter: ten was found but an integer is expected."},
        {"koumoul", "where", "some_date > date'-01'", "400 ODSQLError: Invalid date to parse '-01'."},
        {"koumoul", "where", "some_date > date'2017-02-30'", "400 ODSQLError: Invalid date to parse '2017-02-30'."},
        {"koumoul", "timezone", "Mars/Olympus", "400 InvalidRESTParameterError: Invalid value for timezone API parameter: Mars/Olympus was found but a time zone of the IANA database is expected."},
        {"koumoul", "refine", "nope:x", "400 ODSQLError: ODSQL query is malformed: Unknown field: nope. Clause(s) containing the error(s): refine."},
        {"koumoul", "limt", "1", ""},
        {"koumoul", "limit", "-1", ""},
        {"koumoul", "timezone", "America/Argentina/Buenos_Aires", ""},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(refusal(rows[i].dataset, rows[i].name, rows[i].value), rows[i].want);
    assert_non_null(strstr(refusal("koumoul", "where", "some_date > '2017'"), "IncompatibleTypesInComparisonFilter"));
    assert_non_null(strstr(refusal("koumoul", "where", "id > 'a'"), "IncompatibleTypesInComparisonFilter"));
    assert_non_null(strstr(refusal("koumoul", "where", "nb = 'eleven'"), "IncompatibleTypesInComparisonFilter"));
}

static void ordering_groups_without_a_limit_is_refused_in_exports(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct query *q;
    struct query_param p[] = {{S("group_by"), S("id")}, {S("order_by"), S("count(*)")}};
    assert_false(query_make(&a, sample_view(&a, "koumoul"), QUERY_EXPORT, p, 2, &q, &e));
    assert_non_null(strstr(e.arg[0], "aggregation function in order by is not supported with a limit > 20000"));
    arena_free(&a);
}

static void an_alias_is_declared_once(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct query *q;
    struct query_param p[] = {{S("group_by"), S("year(some_date) as y")}, {S("select"), S("count(*) as y")}};
    assert_false(query_make(&a, sample_view(&a, "koumoul"), QUERY_RECORDS, p, 2, &q, &e));
    assert_non_null(strstr(e.arg[0], "Alias 'y' is declared several times"));
    arena_free(&a);
}

/* A hidden column is an unknown one, for everything but the view's own filter. */
static void hidden_columns_are_unknown(void **state)
{
    (void)state;
    static const char *const names[] = {"select", "where", "group_by", "order_by", "refine", "exclude"};
    static const char *const texts[] = {"adr", "adr = 'x'", "adr", "adr", "adr:x", "adr:x"};
    struct arena a = {0};
    struct err e = {0};
    struct query *q;
    struct dataset_view *v = sample_view(&a, "koumoul");
    v->columns[1].hidden = true;
    v->filter = S("adr = 'adresse inconnue'");
    view_seal(v);
    for (size_t i = 0; i < 6; i++) {
        struct query_param p = {str_of(names[i]), str_of(texts[i])};
        assert_false(query_make(&a, v, QUERY_RECORDS, &p, 1, &q, &e));
        assert_non_null(strstr(e.arg[0], "Unknown field: adr."));
    }
    assert_true(query_make(&a, v, QUERY_RECORDS, NULL, 0, &q, &e));
    assert_int_equal(q->ncolumns, 5);
    assert_non_null(strstr(q->rows.sql, " where (r.c2 = $1::text)"));
    assert_false(q->count_known);
    struct query_param text = {S("where"), S("\"lactée\"")};
    assert_true(query_make(&a, v, QUERY_RECORDS, &text, 1, &q, &e));
    assert_null(strstr(q->rows.sql, ", (r.c2)")); /* nor searched */
    arena_free(&a);
}

static void views_differ_by_class(void **state)
{
    (void)state;
    struct arena a = {0};
    struct dataset_view *v = sample_view(&a, "koumoul"), *w = sample_view(&a, "koumoul");
    assert_true(str_eq(view_class(v), view_class(w)));
    w->columns[0].hidden = true;
    view_seal(w);
    assert_false(str_eq(view_class(v), view_class(w)));
    arena_free(&a);
}

static void only_our_words_stand_in_the_sql(void **state)
{
    (void)state;
    static const struct query_param p[] = {
        {S("select"), S("id as `x'; drop table y;--`, nb*2 as b, date_format(some_date, \"yyyy 'drop; ''x'\") as f, count(*)")},
        {S("where"), S("id in ('a\\'b', 'c\\'d') and search(adr, 'rue; drop') and adr like 'x*' or \"full ' text\"")},
        {S("order_by"), S("random(42), nb desc")}, {S("refine"), S("id:' or 1=1")}, {S("timezone"), S("Europe/Paris")},
    };
    struct arena a = {0};
    struct err e = {0};
    struct query *q;
    bool ok = query_make(&a, sample_view(&a, "koumoul"), QUERY_RECORDS, p, 5, &q, &e);
    if (!ok)
        print_error("%s %s\n", e.detail, e.arg[0]);
    assert_true(ok);
    assert_true(sql_is_ours(str_of(q->rows.sql)));
    assert_true(sql_is_ours(str_of(q->count_rows.sql)));
    assert_false(sql_is_ours(S("select r.c1 from data.v_00000000000070008000000000000001 r where r.c1 = 'drop'")));
    assert_false(sql_is_ours(S("select pg_sleep(1)")));
    assert_false(sql_is_ours(S("select 1; select 2")));
    arena_free(&a);
}

/* Neither a question of its own for the number of clusters, nor their number where nobody is told it. */
static void a_page_of_clusters_says_how_many_there_are(void **state)
{
    (void)state;
    static const struct {
        const char *group_by;
        enum query_kind kind;
        int at;
    } rows[] = {
        {"geo_cluster(loc, 3)", QUERY_RECORDS, 2}, {"id, geo_cluster(loc, 3)", QUERY_RECORDS, 3},
        {"geo_cluster(loc, 3)", QUERY_EXPORT, -1}, {"geo_cluster(loc, 3)", QUERY_SERIES, -1},
        {"id", QUERY_RECORDS, -1},                 {"", QUERY_RECORDS, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct query *q;
        struct query_param p[] = {{S("select"), S("count(*) as n")}, {S("group_by"), str_of(rows[i].group_by)}};
        assert_true(query_make(&a, sample_view(&a, "koumoul"), rows[i].kind, p, 2, &q, &e));
        if (q->total_at != rows[i].at || (str_find(str_of(q->rows.sql), S("count(*) over ()")) >= 0) != (rows[i].at >= 0))
            fail_msg("row %zu: %d\n%s", i, q->total_at, q->rows.sql);
        arena_free(&a);
    }
}

static void injections_never_become_sql(void **state)
{
    (void)state;
    static const char *const names[] = {"select", "where", "group_by", "order_by", "limit", "offset", "refine", "exclude",
                                        "facet", "timezone", "lang", "use_labels", "include_app_metas"};
    static const char *const forms[] = {"%s", "id:%s", "id = '%s'", "`%s`", "count(*) as %s", "search(\"%s\")", "id:\"%s\""};
    size_t accepted = 0;
    for (size_t i = 0; i < INJECTIONS; i++)
        for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
            for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
                struct arena a = {0};
                struct err e = {0};
                struct query *q;
                struct facet_query *facet;
                struct str text = str_of(forms[f]), value;
                ptrdiff_t at = str_find(text, S("%s"));
                value = arena_printf(&a, STR_FMT "%s" STR_FMT, STR_ARG(str_part(text, 0, (size_t)at)), injections[i],
                                     STR_ARG(str_from(text, (size_t)at + 2)));
                struct query_param p = {str_of(names[n]), value};
                struct dataset_view *v = sample_view(&a, "koumoul");
                if (query_make(&a, v, n % 2 ? QUERY_EXPORT : QUERY_RECORDS, &p, 1, &q, &e)) {
                    accepted++;
                    assert_true(sql_is_ours(str_of(q->rows.sql)));
                    assert_true(!q->ordered || sql_is_ours(str_of(q->keys.sql)));
                    assert_true(q->count_known || sql_is_ours(str_of(q->count_rows.sql)));
                } else {
                    assert_int_equal(e.kind->status, 400);
                }
                if (facet_make(&a, v, &p, 1, &facet, &e) && facet->n)
                    assert_true(sql_is_ours(str_of(facet->rows.sql)));
                arena_free(&a);
            }
    assert_true(accepted > 100); /* the test looks at SQL, not only at refusals */
}

static void size_and_depth_are_bounded(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct query *q;
    struct buf deep = {0}, wide = {0}, minus = {0};
    for (int i = 0; i < 5000; i++) {
        buf_addc(&deep, '(');
        buf_addz(&minus, "- ");
    }
    for (int i = 0; i < 3000; i++)
        buf_addz(&wide, i ? ",1" : "nb in (1");
    struct query_param p[] = {{S("where"), buf_str(&deep)}, {S("select"), buf_str(&minus)}, {S("where"), buf_str(&wide)}};
    for (size_t i = 0; i < 3; i++) {
        assert_false(query_make(&a, sample_view(&a, "koumoul"), QUERY_RECORDS, &p[i], 1, &q, &e));
        assert_int_equal(e.kind->status, 400);
    }
    buf_free(&deep);
    buf_free(&wide);
    buf_free(&minus);
    arena_free(&a);
}

/* The forms the official client sends. */
static void client_forms_are_read(void **state)
{
    (void)state;
    assert_string_equal(refusal("d2", "where", "((employees=1) OR (employees=2)) AND `id`:\"x\\\"y\\u00e9\""), "");
    assert_string_equal(refusal("d2", "where", "`employees` > 10 AND `somedate`:date'1970-01-01T00:00:00.000Z'"), "");
    assert_string_equal(refusal("d2", "where", "(search(\"my search term\"))"), "");
    assert_string_equal(refusal("d2", "where", "not (employees = 1)"), "");
    assert_string_equal(refusal("d2", "where", "id NOT IN ('a') AND adr NOT LIKE 'b'"), "");
}

static void dates_are_of_the_calendar(void **state)
{
    (void)state;
    struct odsql_date d;
    static const struct { const char *text; bool ok; int parts; const char *is; } rows[] = {
        {"2017", true, 1, "2017-01-01 00:00:00.000000"}, {"2017-04", true, 2, "2017-04-01 00:00:00.000000"},
        {"2018/04/01", true, 3, "2018-04-01 00:00:00.000000"}, {"2025/9/11", true, 3, "2025-09-11 00:00:00.000000"},
        {"2017-04-03T08:02", true, 4, "2017-04-03 08:02:00.000000"}, {"2025-09-10 00:00", true, 4, "2025-09-10 00:00:00.000000"},
        {"1970-01-01T00:00:00.5Z", true, 4, "1970-01-01 00:00:00.500000"}, {"2016-02-29", true, 3, "2016-02-29 00:00:00.000000"},
        {"2017-02-29", false, 0, ""}, {"2017-13", false, 0, ""}, {"0000", false, 0, ""}, {"2017-01-01T24:00", false, 0, ""},
        {"'; drop", false, 0, ""}, {"2017-01-01x", false, 0, ""}, {"", false, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(odsql_date_read(str_of(rows[i].text), &d), rows[i].ok);
        if (rows[i].ok) {
            assert_int_equal(d.parts, rows[i].parts);
            assert_string_equal(d.text, rows[i].is);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_have_the_words_of_the_api),
        cmocka_unit_test(ordering_groups_without_a_limit_is_refused_in_exports),
        cmocka_unit_test(an_alias_is_declared_once),
        cmocka_unit_test(hidden_columns_are_unknown),
        cmocka_unit_test(views_differ_by_class),
        cmocka_unit_test(only_our_words_stand_in_the_sql),
        cmocka_unit_test(a_page_of_clusters_says_how_many_there_are), cmocka_unit_test(injections_never_become_sql),
        cmocka_unit_test(size_and_depth_are_bounded),
        cmocka_unit_test(client_forms_are_read),
        cmocka_unit_test(dates_are_of_the_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
