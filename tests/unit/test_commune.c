/* Communes by their codes: today's, those of yesterday and what became of them. The facts are those of Insee's page of each
 * commune; not taken from the list that is carried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "core/data/value/commune.h"

static void test_codes(void **state)
{
    static const struct {
        const char *code;
        enum commune_state state;
        const char *now;
        int last;
    } rows[] = {
        {"37261", COMMUNE_NOW, "", 0},      /* Tours */
        {"75056", COMMUNE_NOW, "", 0},      /* Paris */
        {"75101", COMMUNE_NOW, "", 0},      /* its first arrondissement */
        {"2A004", COMMUNE_NOW, "", 0},      /* Ajaccio */
        {"97411", COMMUNE_NOW, "", 0},      /* Saint-Denis of La Réunion */
        {"01004", COMMUNE_NOW, "", 0},      /* Ambérieu-en-Bugey */
        {"95690", COMMUNE_NOW, "", 0},      /* Wy-dit-Joli-Village, the last of the mainland */
        {"93059", COMMUNE_GONE, "93066", 2024}, /* Pierrefitte went into Saint-Denis on 1 January 2025 */
        {"85060", COMMUNE_GONE, "85194", 0}, /* Château-d'Olonne, into Les Sables-d'Olonne in 2019 */
        {"74093", COMMUNE_GONE, "74010", 0}, /* Cran-Gevrier, into Annecy in 2017 */
        {"50173", COMMUNE_GONE, "50129", 0}, /* Équeurdreville-Hainneville, into Cherbourg-en-Cotentin in 2016 */
        {"20004", COMMUNE_GONE, "2A004", 0}, /* Ajaccio before 1976 */
        {"99999", COMMUNE_UNKNOWN, "", 0},
        {"37000", COMMUNE_UNKNOWN, "", 0}, /* a postal code */
        {"2C001", COMMUNE_UNKNOWN, "", 0},
        {"3726", COMMUNE_UNKNOWN, "", 0},
        {"", COMMUNE_UNKNOWN, "", 0},
        {"0é01", COMMUNE_UNKNOWN, "", 0},
    };
    struct communes *c = communes_new();
    (void)state;
    assert_in_range(communes_year(c), 2026, 2100);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct commune_gone gone = {0};
        if (commune_find(c, str_of(rows[i].code), &gone) != rows[i].state || !str_eq(gone.now.p ? gone.now : S(""), str_of(rows[i].now)) ||
            gone.last != rows[i].last)
            fail_msg("%s: " STR_FMT " %d", rows[i].code, STR_ARG(gone.now), gone.last);
    }
    communes_free(c);
}

/* Every code from 00000 to 99999 has one answer: as many of today as Insee counts for the year, and no successor is gone. */
static void test_the_whole_list(void **state)
{
    struct communes *c = communes_new();
    size_t now = 0, gone = 0;
    (void)state;
    for (unsigned i = 0; i < 120000; i++) {
        char code[8] = {0};
        struct commune_gone was = {0}, ignored;
        if (i < 100000)
            snprintf(code, sizeof code, "%05u", i);
        else
            snprintf(code, sizeof code, "2%c%03u", i < 110000 ? 'A' : 'B', i % 1000);
        if (i >= 100000 && i % 10000 >= 1000)
            continue;
        enum commune_state is = commune_find(c, str_of(code), &was);
        now += is == COMMUNE_NOW;
        gone += is == COMMUNE_GONE;
        if (was.now.p && commune_find(c, was.now, &ignored) != COMMUNE_NOW)
            fail_msg("%s leads to " STR_FMT, code, STR_ARG(was.now));
    }
    if (communes_year(c) == 2026) {
        assert_int_equal(now, 34969 + 45); /* communes and municipal arrondissements of 1 January 2026 */
        assert_in_range(gone, 4000, 5000);
    }
    communes_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_codes), cmocka_unit_test(test_the_whole_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
