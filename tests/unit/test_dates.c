/* The dates a dataset is shown with (R39). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "tenants/publishing/dates.h"
#include "tenants/publishing/errors.h"

static void test_what_is_an_iso_date(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is;
    } rows[] = {
        {"2026-01-31", true}, {"2024-02-29", true}, {"2026-01-31T10:20:30", true}, {"2026-01-31T10:20:30Z", true},
        {"2026-01-31T10:20:30.125+02:00", true}, {"2026-01-31T10:20:30-05:30", true},
        {"", false}, {"2026", false}, {"2026-01", false}, {"2026-1-31", false}, {"2026-02-29", false}, {"2026-13-01", false},
        {"2026/01/31", false}, {"31/01/2026", false}, {"mars 2026", false}, {"2026-01-31 10:20:30", false}, {"2026-01-31T10:20", false},
        {"2026-01-31T10h20:30", false}, {"2026-01-31T10:20:30+0200", false}, {"2026-01-31T10:20:30z", false},
        {"2026-01-31T10:20:30 Z", false}, {"2026-01-31T24:00:00", false}, {"2026-01-31 ", false}, {"2026-01-31\"/><b>", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (dates_iso(str_of(rows[i].text)) != rows[i].is)
            fail_msg("\"%s\"", rows[i].text);
}

static void test_the_producer_s_else_the_system_s_and_created_first(void **state)
{
    (void)state;
    static const char made[] = "2026-05-01T08:00:00+00:00", out[] = "2026-05-03T09:00:00+00:00";
    static const struct {
        const char *metas, *created, *issued;
    } rows[] = {
        {"{}", made, out},
        {"{\"dcat\": {\"created\": \"2019-07-14\", \"issued\": \"2020-01-02T00:00:00+00:00\"}}", "2019-07-14", "2020-01-02T00:00:00+00:00"},
        {"{\"dcat\": {\"created\": \"2019-07-14\"}}", "2019-07-14", out},
        {"{\"dcat\": {\"created\": \"été 2019\", \"issued\": \"2020\"}}", made, out},
        {"{\"dcat\": {\"issued\": \"2020-01-02\"}}", "2020-01-02", "2020-01-02"}, /* the system's creation is later */
        {"{\"dcat\": {\"created\": \"2026-06-01\"}}", out, out},
        {"{\"dcat\": {\"created\": \"2026-05-03\"}}", "2026-05-03", out}, /* the same day */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        json_t *metas = jr_parse(str_of(rows[i].metas), &e);
        struct dates d = dates_of(metas, str_of(made), str_of(out));
        if (!str_eq(d.created, str_of(rows[i].created)) || !str_eq(d.issued, str_of(rows[i].issued)))
            fail_msg("%s: " STR_FMT ", " STR_FMT, rows[i].metas, STR_ARG(d.created), STR_ARG(d.issued));
        json_decref(metas);
    }
}

static void test_created_then_published_and_no_later_than_today(void **state)
{
    (void)state;
    char today[40], after[40];
    struct buf b = {0};
    clock_iso(&b, clock_wall_us());
    snprintf(today, sizeof today, "%.10s", b.p);
    b.n = 0;
    clock_iso(&b, clock_wall_us() + 2 * 86400000000LL);
    snprintf(after, sizeof after, "%.10s", b.p);
    buf_free(&b);
    const struct {
        const char *created, *issued;
        const struct err_kind *kind; /* NULL: accepted */
    } rows[] = {
        {"", "", NULL}, {"2019-07-14", "2019-07-14", NULL}, {"2019-07-14T23:00:00Z", "2019-07-14", NULL}, {today, today, NULL},
        {"", "2019-07-14", NULL}, {"2019-07-14", "2020-01-01", NULL}, {"2020-01-01", "2019-07-14", &err_metadata_order},
        {"2019-07-14", after, &err_metadata_future}, {after, "", &err_metadata_future}, {"", after, &err_metadata_future},
        {after, "2019-07-14", &err_metadata_order},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        bool ok = dates_in_order(str_of(rows[i].created), str_of(rows[i].issued), &e);
        if (ok != !rows[i].kind || (!ok && e.kind != rows[i].kind))
            fail_msg("\"%s\", \"%s\"", rows[i].created, rows[i].issued);
    }
}

int main(void)
{
    clock_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_an_iso_date),
        cmocka_unit_test(test_the_producer_s_else_the_system_s_and_created_first),
        cmocka_unit_test(test_created_then_published_and_no_later_than_today),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
