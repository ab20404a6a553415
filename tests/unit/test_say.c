/* How the pages say dates, sizes and figures: what a French and an English reader expects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>

#include <cmocka.h>

#include "tenants/pages/say.h"

static struct arena a;

static void is(struct str said, const char *expected)
{
    assert_string_equal(arena_copy(&a, said), expected);
}

static void dates_have_the_month_in_letters_and_no_break(void **state)
{
    (void)state;
    is(say_date(&a, LANG_FR, S("2026-01-05T10:00:00+00:00")), "5\u00a0janvier\u00a02026");
    is(say_date(&a, LANG_FR, S("2026-08-01")), "1er\u00a0août\u00a02026");
    is(say_date(&a, LANG_EN, S("2026-12-31 23:59:59+00")), "31\u00a0December\u00a02026");
}

static void what_is_no_date_stays_as_it_is(void **state)
{
    (void)state;
    is(say_date(&a, LANG_FR, S("printemps")), "printemps");
    is(say_date(&a, LANG_FR, S("2026-13-05")), "2026-13-05");
    is(say_date(&a, LANG_FR, S("2026-1-5")), "2026-1-5");
}

static void figures_have_the_languages_marks(void **state)
{
    (void)state;
    is(say_number(&a, LANG_FR, S("1234567")), "1\u00a0234\u00a0567");
    is(say_number(&a, LANG_EN, S("1234567")), "1,234,567");
    is(say_number(&a, LANG_FR, S("1234.5")), "1\u00a0234,5");
    is(say_number(&a, LANG_FR, S("-0.25")), "-0,25");
    is(say_number(&a, LANG_EN, S("-12.75")), "-12.75");
    is(say_number(&a, LANG_FR, S("1.5e30")), "1.5e30");
}

static void sizes_round_to_what_matters(void **state)
{
    (void)state;
    is(say_bytes(&a, LANG_FR, 999), "999\u00a0octets");
    is(say_bytes(&a, LANG_FR, 1500), "1,5\u00a0Ko");
    is(say_bytes(&a, LANG_EN, 189400), "189\u00a0KB");
    is(say_bytes(&a, LANG_FR, 2500000000), "2,5\u00a0Go");
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&a);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_have_the_month_in_letters_and_no_break),
        cmocka_unit_test(what_is_no_date_stays_as_it_is),
        cmocka_unit_test(figures_have_the_languages_marks),
        cmocka_unit_test(sizes_round_to_what_matters),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
