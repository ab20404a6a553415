/* Names, keys and looks that people type about a body. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/jr.h"
#include "core/base/rand.h"
#include "tenants/directory/brand.h"
#include "tenants/directory/colour.h"
#include "tenants/directory/errors.h"
#include "tenants/directory/slug.h"

static void test_slug_make(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
        size_t max;
    } rows[] = {
        {"Tours Métropole Val de Loire", "tours-metropole-val-de-loire", 60},
        {"Châteauroux — Métropole", "chateauroux-metropole", 60},
        {"L’Œuvre d’Été", "l-oeuvre-d-ete", 60},
        {"  --  ", "", 60},
        {"Département de l'Eure-et-Loir", "departement-de-l-eure-et-lo", 27},
        {"abc---def", "abc-def", 60},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena a = {0};
        struct str got = slug_make(&a, str_of(rows[i].text), rows[i].max);
        if (!str_eq(got, str_of(rows[i].want)))
            fail_msg("row %zu: \"" STR_FMT "\"", i, STR_ARG(got));
        arena_free(&a);
    }
}

static void test_siren_key(void **state)
{
    (void)state;
    struct err e = {0};
    /* 234500023 is the Région Centre-Val de Loire, 243700754 Tours Métropole Val de Loire. */
    assert_true(slug_siren_check(S("234500023"), &e));
    assert_true(slug_siren_check(S("243700754"), &e));
    assert_false(slug_siren_check(S("243700755"), &e));
    assert_false(slug_siren_check(S("24370075"), &e));
    assert_false(slug_siren_check(S("24370075A"), &e));
}

static void test_email(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *want;
    } rows[] = {
        {"Admin@Region.Example", "admin@region.example"}, {" a.b+c@d-e.fr ", "a.b+c@d-e.fr"},
        {"nobody", NULL}, {"a@b", NULL}, {"a@b..fr", NULL}, {"a@.fr", NULL}, {"a b@c.fr", NULL},
        {"a@c.fr\nbcc: x@y.fr", NULL}, {"@c.fr", NULL}, {"<a@c.fr>", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct str got = STR_NONE;
        bool ok = slug_email(&a, str_of(rows[i].raw), &got, &e);
        if (ok != (rows[i].want != NULL) || (ok && !str_eq(got, str_of(rows[i].want))))
            fail_msg("row %zu \"%s\"", i, rows[i].raw);
        arena_free(&a);
    }
}

/* Ratios published with WCAG's own examples: black on white 21, #777777 on white 4.48. */
static void test_contrast(void **state)
{
    (void)state;
    struct colour black = {0, 0, 0}, white = {255, 255, 255}, grey = {0x77, 0x77, 0x77};
    assert_true(colour_contrast(black, white) > 20.99 && colour_contrast(black, white) < 21.01);
    assert_true(colour_contrast(grey, white) > 4.47 && colour_contrast(grey, white) < 4.49);
    struct colour dark = colour_until((struct colour){0xff, 0xd7, 0x00}, white, 4.5, false);
    assert_true(colour_contrast(dark, white) >= 4.5);
}

static bool check(const char *json, struct str *clean, struct arena *a, struct err *e)
{
    json_t *t = jr_parse(str_of(json), e);
    bool ok = t && brand_check(a, t, clean, e);
    json_decref(t);
    return ok;
}

static void test_brand_keeps_tokens_only(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct str clean;
    assert_true(check("{\"primary\":\"#8A1C4A\",\"css\":\"*{}\",\"font\":\"comic\",\"hero_title\":\" Bonjour \","
                      "\"site_url\":\"javascript:alert(1)\"}", &clean, &a, &e));
    assert_true(str_eq(clean, S("{\"primary\":\"#8a1c4a\",\"hero_title\":\"Bonjour\"}")));
    assert_false(check("{\"primary\":\"#ffd700\"}", &clean, &a, &e));
    assert_ptr_equal(e.kind, &err_colour_contrast);
    assert_false(check("{\"primary\":\"red;}\"}", &clean, &a, &e));
    assert_ptr_equal(e.kind, &err_colour_invalid);
    arena_free(&a);
}

/* Every pair of text and ground that a theme makes passes 4.5 to 1, light and dark. */
static void test_brand_sheet_passes_contrast(void **state)
{
    (void)state;
    static const char *const primaries[] = {"#8a1c4a", "#0b5563", "#7a5c14", "#000000", "#5a3f7d", "#b00000"};
    for (size_t i = 0; i < sizeof primaries / sizeof primaries[0]; i++) {
        struct buf sheet = {0};
        struct buf theme = {0};
        struct err e = {0};
        buf_printf(&theme, "{\"primary\":\"%s\"}", primaries[i]);
        brand_css(buf_str(&theme), &sheet);
        struct str s = buf_str(&sheet);
        struct colour primary, hero, ink;
        ptrdiff_t at = str_find(s, S("--t-primary:"));
        assert_true(at > 0);
        assert_true(colour_parse(str_part(s, (size_t)at + 12, 7), &primary, &e));
        at = str_find(s, S("--t-hero:"));
        assert_true(colour_parse(str_part(s, (size_t)at + 9, 7), &hero, &e));
        at = str_find(s, S("--t-hero-ink-2:"));
        assert_true(colour_parse(str_part(s, (size_t)at + 15, 7), &ink, &e));
        assert_true(colour_contrast(primary, (struct colour){255, 255, 255}) >= 4.5);
        assert_true(colour_contrast(primary, (struct colour){0xfa, 0xf8, 0xf3}) >= 4.5);
        assert_true(colour_contrast(hero, ink) >= 4.5);
        buf_free(&sheet);
        buf_free(&theme);
    }
}

int main(void)
{
    rand_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slug_make), cmocka_unit_test(test_siren_key), cmocka_unit_test(test_email),
        cmocka_unit_test(test_contrast), cmocka_unit_test(test_brand_keeps_tokens_only),
        cmocka_unit_test(test_brand_sheet_passes_contrast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
