#pragma once
#include <stdbool.h>
#include <stdint.h>

/*
 * working_time -- how much of a span lies in office hours: Monday to Friday, 9:00 to 18:00 in Paris, without the eleven
 * public holidays (Code du travail, article L3133-1).
 *
 * Shown beside the hours of the calendar, which alone decide. Times are microseconds since 1970-01-01T00:00:00Z; Paris is
 * an hour ahead of UTC, two from the last Sunday of March to that of October, 01:00 UTC (directive 2000/84/CE).
 */
int64_t working_time_us(int64_t from_us, int64_t to_us); /* 0 when to is not after from; spans over a year count one year */
int64_t working_time_paris_us(int64_t utc_us);           /* what is added to UTC then */
bool working_time_is_holiday(int32_t days);              /* since 1970-01-01, the day in Paris */
