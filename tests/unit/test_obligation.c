#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/data/value/moment.h"
#include "tenants/directory/obligation.h"

/* CRPA L312-1-1: "moins de 3 500 habitants"; D312-1-1-1: "inférieur à … cinquante agents". Worked out by hand from the text. */
static const struct {
    const char *kind;
    int64_t inhabitants, agents;
    enum obligation want;
    enum obligation_why why;
} cases[] = {
    {"commune", 3499, 50, OBLIGATION_NONE, OBLIGATION_SMALL},
    {"commune", 3500, 50, OBLIGATION_STANDS, OBLIGATION_MEETS},
    {"commune", 3501, 50, OBLIGATION_STANDS, OBLIGATION_MEETS},
    {"commune", 3500, 49, OBLIGATION_NONE, OBLIGATION_FEW_AGENTS},
    {"commune", 139259, 49, OBLIGATION_NONE, OBLIGATION_FEW_AGENTS}, /* the law cumulates what the convention joins by "ou" */
    {"commune", 3499, 500, OBLIGATION_NONE, OBLIGATION_SMALL},
    {"commune", 0, -1, OBLIGATION_NONE, OBLIGATION_SMALL},           /* one exemption is enough, whatever the other figure is */
    {"commune", -1, 12, OBLIGATION_NONE, OBLIGATION_FEW_AGENTS},
    {"commune", -1, 50, OBLIGATION_UNKNOWN, OBLIGATION_LACKS_POPULATION},
    {"commune", 3500, -1, OBLIGATION_UNKNOWN, OBLIGATION_LACKS_STAFF},
    {"departement", 3499, 900, OBLIGATION_NONE, OBLIGATION_SMALL},
    {"region", 2587031, 3000, OBLIGATION_STANDS, OBLIGATION_MEETS},
    {"epci", 2000, 50, OBLIGATION_STANDS, OBLIGATION_MEETS},         /* an établissement public, no territorial collectivity */
    {"epci", -1, 49, OBLIGATION_NONE, OBLIGATION_FEW_AGENTS},
    {"academie", -1, 50, OBLIGATION_STANDS, OBLIGATION_MEETS},
    {"autre", -1, -1, OBLIGATION_UNKNOWN, OBLIGATION_LACKS_STAFF},
};

static void boundaries(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum obligation_why why;
        enum obligation got = obligation_of(str_of(cases[i].kind), cases[i].inhabitants, cases[i].agents, moment_days(2026, 11, 28), &why);
        if (got != cases[i].want || why != cases[i].why)
            fail_msg("%zu %s %lld %lld: %d %d", i, cases[i].kind, (long long)cases[i].inhabitants, (long long)cases[i].agents, (int)got, (int)why);
    }
}

/* Two years after the law of 7 October 2016 (its article 8). */
static void the_rule_has_a_date(void **state)
{
    enum obligation_why why;
    (void)state;
    assert_null(obligation_rule_on(moment_days(2018, 10, 6)));
    assert_non_null(obligation_rule_on(moment_days(2018, 10, 7)));
    assert_int_equal(obligation_of(S("commune"), 10000, 200, moment_days(2018, 10, 6), &why), OBLIGATION_NONE);
    assert_int_equal(why, OBLIGATION_NO_RULE);
    assert_int_equal(obligation_of(S("commune"), 10000, 200, moment_days(2018, 10, 7), &why), OBLIGATION_STANDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(boundaries), cmocka_unit_test(the_rule_has_a_date)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
