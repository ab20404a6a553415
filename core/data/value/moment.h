#pragma once
#include "core/base/str.h"

/*
 * moment -- dates and times as files write them.
 *
 * 2021-10-23  2021/10/23  23/10/2021  23-10-2021  23.10.2021, each alone or followed by T or spaces
 * and 10:30[:15[.123456]][Z | ±02:00 | ±0200]. The day comes before the month; a month over 12 in
 * second place is only told (`month_first`), never read. 31/02 is refused.
 */
struct moment {
    int32_t days;      /* since 1970-01-01 */
    int64_t us;        /* since 1970-01-01T00:00:00Z, the offset taken away */
    bool has_time, has_offset;
    bool month_first;  /* 12/25/2021: not a date here, but what it would be elsewhere */
    bool day_first;    /* 25/12/2021: could be nothing else */
};

bool moment_read(struct str trimmed, struct moment *out);
bool moment_read_month_first(struct str trimmed, struct moment *out); /* 12/25/2021, and no 25/12/2021 */

int32_t moment_days(int year, unsigned month, unsigned day); /* since 1970-01-01, Gregorian */
bool moment_day_exists(int year, unsigned month, unsigned day);

/* "2021-10-23" and "2021-10-23T08:30:00+00:00"; out holds 40 bytes. */
void moment_date_text(char out[40], int32_t days);
void moment_text(char out[40], int64_t us);
