#include "tenants/publishing/working_time.h"

#include <stddef.h>

#include "core/data/value/moment.h"

static const int64_t HOUR = 3600000000;
enum { FIRST_HOUR = 9, LAST_HOUR = 18, DAYS_MOST = 366 };

static int32_t day_of(int64_t us)
{
    int64_t day = 24 * HOUR;
    return (int32_t)(us / day - (us % day < 0));
}

/* The year that a day lies in. */
static int year_of(int32_t days)
{
    int year = 1970 + days / 366;
    while (moment_days(year + 1, 1, 1) <= days)
        year++;
    return year;
}

static unsigned week_day(int32_t days) /* 0: Monday; 1970-01-01 was a Thursday */
{
    return (unsigned)(((days + 3) % 7 + 7) % 7);
}

static int32_t last_sunday(int year, unsigned month)
{
    int32_t last = moment_days(year, month, 31);
    return last - (int32_t)((week_day(last) + 1) % 7);
}

int64_t working_time_paris_us(int64_t utc_us)
{
    int year = year_of(day_of(utc_us));
    int64_t from = last_sunday(year, 3) * 24 * HOUR + HOUR, to = last_sunday(year, 10) * 24 * HOUR + HOUR;
    return utc_us >= from && utc_us < to ? 2 * HOUR : HOUR;
}

/* Easter Sunday of the Gregorian calendar (the anonymous computus, Nature 1876). */
static int32_t easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4, g = (8 * b + 13) / 25;
    int h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
    int m = (a + 11 * h + 19 * l) / 433, month = (h + l - 7 * m + 90) / 25, day = (h + l - 7 * m + 33 * month + 19) % 32;
    return moment_days(year, (unsigned)month, (unsigned)day);
}

bool working_time_is_holiday(int32_t days)
{
    static const struct {
        unsigned month, day;
    } fixed[] = {{1, 1}, {5, 1}, {5, 8}, {7, 14}, {8, 15}, {11, 1}, {11, 11}, {12, 25}};
    int year = year_of(days);
    int32_t sunday = easter(year);
    if (days == sunday + 1 || days == sunday + 39 || days == sunday + 50)
        return true;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (days == moment_days(year, fixed[i].month, fixed[i].day))
            return true;
    return false;
}

/* Office hours end and begin on days without a change of hours (Sunday nights have none): one offset a day. */
static int64_t on_day(int32_t day, int64_t from_us, int64_t to_us)
{
    if (week_day(day) >= 5 || working_time_is_holiday(day))
        return 0;
    int64_t midnight = day * 24 * HOUR, shift = working_time_paris_us(midnight + 12 * HOUR);
    int64_t opens = midnight + FIRST_HOUR * HOUR - shift, closes = midnight + LAST_HOUR * HOUR - shift;
    int64_t from = from_us > opens ? from_us : opens, to = to_us < closes ? to_us : closes;
    return to > from ? to - from : 0;
}

int64_t working_time_us(int64_t from_us, int64_t to_us)
{
    int64_t sum = 0;
    int32_t first = day_of(from_us), last = day_of(to_us + 2 * HOUR);
    for (int32_t day = first; day <= last && day - first <= DAYS_MOST; day++)
        sum += on_day(day, from_us, to_us);
    return sum;
}
