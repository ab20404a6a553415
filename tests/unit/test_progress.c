/* The line of long work: what it says, worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/cli/progress.h"

static void test_progress_says(void **state)
{
    (void)state;
    static const struct {
        enum lang lang;
        int64_t total, rows, bytes, elapsed_us;
        const char *want;
    } rows[] = {
        {LANG_FR, 0, 0, 0, 0, "f.csv : 0 lignes, 0,0 o"},
        {LANG_EN, 0, 12, 999, 0, "f.csv: 12 rows, 999.0 B"},
        {LANG_FR, 0, 300000, 12345678, 0, "f.csv : 300000 lignes, 12,3 Mo"},
        {LANG_EN, 1000, 1, 250, 500000, "f.csv: 1 rows, 250.0 B, 25 %"},
        {LANG_EN, 1000, 1, 250, 10000000, "f.csv: 1 rows, 250.0 B, 25 %, 0 min 31 s left"},
        {LANG_FR, 4000000, 9, 1000000, 60000000, "f.csv : 9 lignes, 1,0 Mo, 25 %, encore 3 min 01 s"},
        {LANG_EN, 1000, 1, 2000, 10000000, "f.csv: 1 rows, 2.0 kB, 100 %"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b = {0};
        struct progress p = {.lang = rows[i].lang, .what = "f.csv", .total_bytes = rows[i].total};
        progress_text(&b, &p, rows[i].rows, rows[i].bytes, rows[i].elapsed_us);
        buf_addc(&b, '\0');
        assert_string_equal(b.p, rows[i].want);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_progress_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
