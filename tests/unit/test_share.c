/* Amounts as people type them, and as they read them back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tenants/quota/errors.h"
#include "tenants/quota/share.h"

static void amounts_are_read_with_spaces_and_units(void **state)
{
    static const struct {
        const char *typed;
        int64_t amount;
    } rows[] = {{"0", 0}, {"300000", 300000}, {"300 000", 300000}, {" 300\xc2\xa0" "000 ", 300000},
                {"300\xe2\x80\xaf" "000", 300000}, {"9 Go", 9000000000}, {"9GB", 9000000000}, {"250k", 250000},
                {"5 mo", 5000000}, {"12 o", 12}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        int64_t amount = -1;
        assert_true(share_amount(str_of(rows[i].typed), "x", &amount, &e));
        assert_int_equal(amount, rows[i].amount);
    }
}

static void what_is_no_amount_is_refused(void **state)
{
    static const char *const rows[] = {"", " ", "-5", "1,5", "1.5 Go", "Go", "12 T", "1234567890123456", "5 Go Go", "0x10"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        int64_t amount = -7;
        assert_false(share_amount(str_of(rows[i]), "x", &amount, &e));
        assert_ptr_equal(e.kind, &err_quota_value);
        assert_int_equal(amount, -7);
    }
}

static void said(bool is_bytes, enum lang lang, int64_t amount, const char *words)
{
    struct arena a = {0};
    struct str s = share_say(&a, lang, is_bytes, amount);
    assert_int_equal(s.n, str_of(words).n);
    assert_memory_equal(s.p, words, s.n);
    arena_free(&a);
}

static void amounts_are_said_in_the_unit_of_the_reader(void **state)
{
    (void)state;
    said(false, LANG_FR, 300000, "300\xc2\xa0" "000");
    said(false, LANG_EN, 300000, "300,000");
    said(true, LANG_FR, 9000000000, "9\xc2\xa0Go");
    said(true, LANG_FR, 1500000, "1,5\xc2\xa0Mo");
    said(true, LANG_EN, 1500000, "1.5\xc2\xa0MB");
    said(true, LANG_FR, 999, "999\xc2\xa0octets");
    said(true, LANG_EN, 0, "0\xc2\xa0" "bytes");
}

static void an_unknown_metric_names_those_there_are(void **state)
{
    (void)state;
    struct err e = {0};
    const struct share_metric *m = NULL;
    assert_true(share_metric_find(S("raw_bytes"), &m, &e));
    assert_true(m->is_bytes);
    assert_false(share_metric_find(S("clicks"), &m, &e));
    assert_ptr_equal(e.kind, &err_quota_metric);
    assert_string_equal(e.arg[0], "clicks");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_read_with_spaces_and_units),
        cmocka_unit_test(what_is_no_amount_is_refused),
        cmocka_unit_test(amounts_are_said_in_the_unit_of_the_reader),
        cmocka_unit_test(an_unknown_metric_names_those_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
