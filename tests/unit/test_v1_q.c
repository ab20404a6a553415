/* The question of the first version of the API as ODSQL, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/data/query/query.h"
#include "tenants/explore/v1_q.h"
#include "tests/sample_views.h"

/* clang-format off */
static const struct { const char *dataset, *q, *want; } written[] = {
    {"d2", "", ""}, {"d2", "*:*", ""}, {"d2", " * ", ""},
    {"d2", "bureau", "\"bureau\""},
    {"d2", "missing id", "\"missing\" and \"id\""},
    {"d2", "\"missing id\"", "\"missing id\""},
    {"d2", "a AND b OR NOT c", "\"a\" and \"b\" or not \"c\""},
    {"d2", "l'eau or terre", "\"l'eau\" and \"or\" and \"terre\""},
    {"d2", "a (b OR c)", "\"a\" and (\"b\" or \"c\")"},
    {"d2", "NOT NOT a", "\"a\""},
    {"d2", "ANDORRE", "\"ANDORRE\""},
    {"d2", "12:30 http://x.fr", "\"12:30\" and \"http://x.fr\""},
    {"d2", "id:koumoul", "`id` = \"koumoul\""},
    {"d2", "id = \"a \\\"b\\\" \\\\c\"", "`id` = \"a \\\"b\\\" \\\\c\""},
    {"d2", "id=", "`id` is null"}, {"d2", "id:\"\"", "`id` = \"\""},
    {"d2", "employees==3", "`employees` = 3"},
    {"d2", "employees >= -2 employees<5", "`employees` >= -2 and `employees` < 5"},
    {"d2", "employees:[2 TO 11]", "(`employees` >= 2 and `employees` <= 11)"},
    {"d2", "employees:[* TO 11]", "(`employees` <= 11)"},
    {"d2", "employees:[* TO *]", "(`employees` is not null)"},
    {"d2", "somedate>2017-11", "`somedate` > date'2017-11'"},
    {"d2", "somedate:[2017 TO \"2017-12-01\"]", "(`somedate` >= date'2017' and `somedate` <= date'2017-12-01')"},
    {"d2", "somedate <= #now(years=-1, days=+2)", "`somedate` <= now(years=-1, days=+2)"},
    {"koumoul", "bool=1", "`bool` = true"},
    {"koumoul", "#null(adr)", "`adr` is null"},
    {"koumoul", "NOT #null( adr )", "not `adr` is null"},
    {"koumoul", "#exact(id,\"bidule\")", "`id` = \"bidule\""},
    {"koumoul", "#search(id,adr,\"voie\")", "search(`id`, `adr`, \"voie\")"},
    {"koumoul", "#search(*, \"voie\")", "search(*, \"voie\")"},
    {"koumoul", "#startswith(id,\"kou\")", "startswith(`id`, \"kou\")"},
    {"koumoul", "#distance(loc,\"47.6, -2.7\",500)", "within_distance(`loc`, geom'POINT(-2.7 47.6)', 500m)"},
    {"koumoul", "#polygon(loc,\"(45,2),(46,2),(46,3)\")", "intersects(`loc`, geom'POLYGON((2 45, 2 46, 3 46, 2 45))')"},
    {"koumoul", "#geometry(loc,\"POINT(2 45)\",within)", "within(`loc`, geom'POINT(2 45)')"},
};
static const struct { const char *q, *found; } refused[] = {
    {"(a", "the end"}, {"a)", ")"}, {"a OR", "the end"}, {"\"a", "the end"}, {"employees:many", "many"}, {"employees>", "the end"},
    {"employees>1. ", "1."}, {"employees<-", "-"},
    {"somedate>\"2017' or '1\"", "2017' or '1"}, {"#boom(a)", "boom"}, {"#null(nothing)", "nothing"}, {"#null(id,id)", "#null"},
    {"employees:[1 2]", "2]"}, {"#now(a=1", "now"}, {"somedate>#now(a'b)", "'b)"}, {"somedate>#now(0r==)", "0r==)"},
    {"somedate>#now(years=1,)", ")"}, {"somedate>#now(years=1 2)", "2)"}, {"#exact(id)", "#exact"}, {"()", ")"},
};
/* clang-format on */

static void each_question_is_written_and_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct str out;
        struct query *query;
        struct dataset_view *v = sample_view(&a, written[i].dataset);
        assert_true(v1_q(&a, v, str_of(written[i].q), &out, &e));
        assert_string_equal(arena_copy(&a, out.p ? out : S("")), written[i].want);
        struct query_param p = {S("where"), out};
        assert_true(query_make(&a, v, QUERY_LEGACY, &p, out.p ? 1 : 0, &query, &e));
        arena_free(&a);
    }
}

static void a_refusal_says_what_was_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct str out;
        assert_false(v1_q(&a, sample_view(&a, "d2"), str_of(refused[i].q), &out, &e));
        assert_string_equal(e.kind->code, "query_parameter");
        assert_string_equal(e.arg[0], "q");
        assert_string_equal(e.arg[1], refused[i].found);
        arena_free(&a);
    }
}

static void it_is_bounded(void **state)
{
    (void)state;
    static const size_t depths[] = {V1_Q_DEPTH, V1_Q_DEPTH + 1};
    struct arena a = {0};
    struct str out;
    struct dataset_view *v = sample_view(&a, "d2");
    for (size_t i = 0; i < 2; i++) {
        struct buf text = {0};
        struct err e = {0};
        for (size_t n = 0; n < depths[i]; n++)
            buf_addc(&text, '(');
        buf_addc(&text, 'a');
        for (size_t n = 0; n < depths[i]; n++)
            buf_addc(&text, ')');
        assert_int_equal(v1_q(&a, v, buf_str(&text), &out, &e), i == 0);
        buf_free(&text);
    }
    struct err e = {0};
    char *large = arena_alloc(&a, V1_Q_MAX + 1);
    memset(large, 'x', V1_Q_MAX + 1);
    assert_true(v1_q(&a, v, (struct str){large, V1_Q_MAX}, &out, &e));
    assert_false(v1_q(&a, v, (struct str){large, V1_Q_MAX + 1}, &out, &e));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_question_is_written_and_accepted),
        cmocka_unit_test(a_refusal_says_what_was_found),
        cmocka_unit_test(it_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
