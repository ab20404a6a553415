/* The colours that stand for a picture: of pixels whose shares are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/data/intake/picture.h"

struct run {
    unsigned n;
    uint8_t pixel[4];
};

/* Colours as content keeps them, a blank between two. */
static void has(const struct run *runs, size_t nruns, bool backwards, const char *want)
{
    static uint8_t pixels[4096 * 4];
    uint32_t colours[PICTURE_COLOURS];
    char got[64] = "";
    size_t n = 0;
    for (size_t i = 0; i < nruns; i++)
        for (unsigned k = 0; k < runs[backwards ? nruns - 1 - i : i].n; k++)
            memcpy(pixels + 4 * n++, runs[backwards ? nruns - 1 - i : i].pixel, 4);
    unsigned found = picture_colours(pixels, n, colours);
    for (unsigned i = 0; i < found; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%06x", i ? " " : "", (unsigned)colours[i]);
    assert_string_equal(got, want);
}

static void test_colours(void **state)
{
    (void)state;
    static const struct {
        struct run runs[8];
        const char *want;
    } rows[] = {
        {{{0, {0}}}, ""},
        {{{10, {0, 128, 0, 255}}}, "008000"},
        {{{10, {255, 0, 0, 255}}, {30, {0, 0, 255, 255}}}, "0000ff ff0000"},
        /* what is not seen does not count; half seen does, as what it is */
        {{{90, {0, 0, 255, 0}}, {90, {0, 0, 255, 127}}, {10, {255, 0, 0, 128}}}, "ff0000"},
        {{{90, {0, 0, 255, 127}}}, ""},
        /* three at most */
        {{{40, {0, 0, 0, 255}}, {30, {255, 0, 0, 255}}, {20, {0, 255, 0, 255}}, {10, {0, 0, 255, 255}}}, "000000 ff0000 00ff00"},
        /* under a thirty-second, and just one: 10 of 320 */
        {{{311, {255, 255, 255, 255}}, {9, {255, 0, 0, 255}}}, "ffffff"},
        {{{310, {255, 255, 255, 255}}, {10, {255, 0, 0, 255}}}, "ffffff ff0000"},
        /* one grey on both sides of 128 is one colour, before a red that has more than either half */
        {{{50, {127, 127, 127, 255}}, {51, {128, 128, 128, 255}}, {60, {255, 0, 0, 255}}}, "808080 ff0000"},
        /* the mean of what is nearest, rounded */
        {{{10, {10, 0, 0, 255}}, {10, {21, 0, 0, 255}}}, "100000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        has(rows[i].runs, 8, false, rows[i].want);
        has(rows[i].runs, 8, true, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_colours)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
