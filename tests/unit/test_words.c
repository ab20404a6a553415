/* The closed lists of article 2.6 as udata says them, and when a dataset is late (standards.md 1.4, 1.5); the other codes are in
 * e2e/metadata_rules.test.mjs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tenants/publishing/words.h"

static void test_frequencies(void **state)
{
    (void)state;
    static const struct {
        const char *fr, *udata;
        int late_days;
    } rows[] = {
        {"Lorsque nécessaire", "punctual", 0}, {"Non planifiée", "notPlanned", 0}, {"Irrégulière", "irregular", 0}, {"Continue", "continuous", 0},
        {"Temps réel", "continuous", 0}, {"Journalière", "daily", 1}, {"Hebdomadaire", "weekly", 7}, {"Bi-mensuelle", "semimonthly", 16},
        {"Mensuelle", "monthly", 31}, {"Trimestrielle", "quarterly", 94}, {"Bi-annuelle", "semiannual", 184}, {"Annuelle", "annual", 366},
        {"Inconnue", "unknown", 0},
    };
    assert_int_equal(frequencies_n, 13);
    for (size_t i = 0; i < 13; i++) {
        const struct frequency *f = frequency_find(str_of(rows[i].fr));
        assert_non_null(f);
        assert_string_equal(f->udata, rows[i].udata);
        assert_int_equal(f->late_days, rows[i].late_days);
    }
    static const char *const strangers[] = {"", "annuelle", "Annuelle ", "Bimensuelle", "ANNUAL", "Quinquennale"};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        assert_null(frequency_find(str_of(strangers[i])));
}

static void test_granularities(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"point", "poi"}, {"adresse", "poi"}, {"IRIS", "fr:iris"}, {"commune", "fr:commune"}, {"EPCI", "fr:epci"}, {"canton", "fr:canton"},
        {"département", "fr:departement"}, {"région", "fr:region"}, {"pays", "country"}, {"autre", "other"},
    };
    assert_int_equal(granularities_n, 10);
    for (size_t i = 0; i < 10; i++) {
        const struct granularity *g = granularity_find(str_of(rows[i][0]));
        assert_non_null(g);
        assert_string_equal(g->udata, rows[i][1]);
    }
    assert_null(granularity_find(S("quartier")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_frequencies), cmocka_unit_test(test_granularities)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
