#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/data/value/moment.h"
#include "tenants/publishing/working_time.h"

static int64_t at(const char *text)
{
    struct moment m;
    assert_true(moment_read(str_of(text), &m));
    return m.us;
}

/* Minutes counted one by one by another program, with the system's time zones and the holidays that service-public.fr lists. */
static const struct {
    const char *what, *from, *to;
    int minutes;
} spans[] = {
    {"a week-end", "2026-11-27T15:00:00Z", "2026-11-29T15:00:00Z", 120},
    {"a whole week", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z", 2700},
    {"to summer time", "2026-03-27T16:30:00Z", "2026-03-30T08:00:00Z", 90},
    {"48 hours to summer time", "2026-03-28T09:00:00Z", "2026-03-30T09:00:00Z", 120},
    {"to winter time", "2026-10-23T15:00:00Z", "2026-10-26T09:30:00Z", 150},
    {"Whit Monday", "2026-05-22T15:00:00Z", "2026-05-26T08:00:00Z", 120},
    {"Ascension Day", "2026-05-13T14:00:00Z", "2026-05-15T14:00:00Z", 540},
    {"New Year", "2026-12-31T12:00:00Z", "2027-01-04T10:15:00Z", 435},
    {"a night", "2026-11-24T18:00:00Z", "2026-11-25T07:00:00Z", 0},
    {"11 November", "2026-11-10T16:30:00Z", "2026-11-12T08:10:00Z", 40},
};

static void hours_of_the_office(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        int64_t us = working_time_us(at(spans[i].from), at(spans[i].to));
        if (us != spans[i].minutes * INT64_C(60000000))
            fail_msg("%s: wanted %d minutes, got %lld", spans[i].what, spans[i].minutes, (long long)(us / 60000000));
    }
    assert_int_equal(working_time_us(at("2026-11-24T10:00:00Z"), at("2026-11-24T10:00:00Z")), 0);
    assert_int_equal(working_time_us(at("2026-11-24T11:00:00Z"), at("2026-11-24T10:00:00Z")), 0);
}

/* Directive 2000/84/CE: at 01:00 UTC, everywhere at once. */
static void changes_of_hours(void **state)
{
    const int64_t hour = INT64_C(3600000000);
    (void)state;
    assert_int_equal(working_time_paris_us(at("2026-03-29T00:59:59Z")), hour);
    assert_int_equal(working_time_paris_us(at("2026-03-29T01:00:00Z")), 2 * hour);
    assert_int_equal(working_time_paris_us(at("2026-10-25T00:59:59Z")), 2 * hour);
    assert_int_equal(working_time_paris_us(at("2026-10-25T01:00:00Z")), hour);
    assert_int_equal(working_time_paris_us(at("2024-03-31T01:00:00Z")), 2 * hour); /* the 31st is the Sunday */
}

/* The fixed ones are those of the code du travail, article L3133-1. Easter Mondays of the calendars of those years: 2024, 2025, 2026, 2038 (the latest possible is 26 April). */
static void days_off(void **state)
{
    static const int off[][3] = {{2024, 4, 1}, {2025, 4, 21}, {2026, 4, 6}, {2038, 4, 26}, {2026, 5, 14}, {2026, 5, 25}, {2026, 1, 1}, {2026, 5, 1}, {2026, 5, 8},
                                {2026, 7, 14}, {2026, 8, 15}, {2026, 11, 1}, {2026, 11, 11}, {2026, 12, 25}};
    (void)state;
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++)
        assert_true(working_time_is_holiday(moment_days(off[i][0], (unsigned)off[i][1], (unsigned)off[i][2])));
    assert_false(working_time_is_holiday(moment_days(2026, 4, 3))); /* Good Friday: in Alsace and Moselle only */
    assert_false(working_time_is_holiday(moment_days(2026, 12, 26)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_of_the_office), cmocka_unit_test(changes_of_hours), cmocka_unit_test(days_off)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
