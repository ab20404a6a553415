/* Multiples by the digits that numbers are written with. Expectations are worked out by hand: the quotient beside each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/data/check/decimal.h"

static void test_a_multiple_is_one_by_its_digits(void **state)
{
    static const struct {
        const char *number, *step;
        bool is;
    } rows[] = {
        {"19.99", "0.01", true}, /* 1999; as doubles 1998.9999999999998 */
        {"0.3", "0.1", true},
        {"1.1", "0.1", true},
        {"4.35", "0.01", true},
        {"1.005", "0.01", false}, /* 100.5 */
        {"0.30000000000000004", "0.1", false},
        {"1234567890123456789012345678901234567890.07", "0.01", true},
        {"1234567890123456789012345678901234567890.075", "0.01", false},
        {"123456789012345678901234567890", "7", true}, /* 17636684144620811271604938270 */
        {"123456789012345678901234567891", "7", false},
        {"100", "25", true},
        {"110", "25", false},
        {"1e3", "250", true},
        {"1e3", "300", false},
        {"1E+2", "1e1", true},
        {"1e1", "1e2", false},
        {"150", "1e2", false},
        {"0", "7", true},
        {"-0.00", "7", true},
        {"-4.5", "1.5", true},
        {"+4.5", "1.5", true},
        {".5", "0.25", true},
        {"5.", "2.5", true},
        {"007", "7", true},
        {"7", "3.5", true},
        {"7", "0.35", true}, /* 20 */
        {"1e400", "3", false},
        {"1e-300", "1e-301", true},
        {"0.000000000000000001", "999999999999999999", false},
        {"999999999999999998000000000000000001", "999999999999999999", true}, /* its square */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct decimal_step step;
        bool is = !rows[i].is;
        assert_true(decimal_step(str_of(rows[i].step), &step));
        if (!decimal_is_multiple(str_of(rows[i].number), step, &is) || is != rows[i].is)
            fail_msg("%s of %s", rows[i].number, rows[i].step);
    }
}

static void test_what_is_no_number_has_no_answer(void **state)
{
    static const char *const numbers[] = {"", "-", ".", "a", "1,5", "1e", "1e+", "1e9999999", "1e500", "1.2.3", "0x10", "1 ", "NaN"};
    static const char *const steps[] = {"", "0", "0.000", "-1", "1234567890123456789", "x"};
    struct decimal_step step = {1, 0};
    bool is;
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (decimal_is_multiple(str_of(numbers[i]), step, &is))
            fail_msg("%s", numbers[i]);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (decimal_step(str_of(steps[i]), &step))
            fail_msg("%s", steps[i]);
    assert_false(decimal_is_multiple(S("1"), (struct decimal_step){0}, &is));
}

static void test_a_number_of_json_is_as_it_was_written_or_absent(void **state)
{
    static const struct {
        const char *json, *text; /* NULL: absent */
    } rows[] = {
        {"19.99", "19.99"}, {"9007199254740993", "9007199254740993"}, {"0.1", "0.1"}, {"1e-7", "1e-07"},
        {"0.30000000000000004", NULL}, {"123456789012345.67", NULL}, {"\"1\"", NULL}, {"true", NULL},
        {"99999999999999.5", "99999999999999.5"}, {"3000000000000000000001.0", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char room[32];
        json_t *v = json_loads(rows[i].json, JSON_DECODE_ANY, NULL);
        struct str got = decimal_of_json(v, room);
        if (rows[i].text ? !str_eq(got, str_of(rows[i].text)) : got.p != NULL)
            fail_msg("%s: %.*s", rows[i].json, (int)got.n, got.p ? got.p : "");
        json_decref(v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_multiple_is_one_by_its_digits),
        cmocka_unit_test(test_what_is_no_number_has_no_answer),
        cmocka_unit_test(test_a_number_of_json_is_as_it_was_written_or_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
