#include "core/data/value/moment.h"

#include <stdio.h>

enum { DAY_US_PER_S = 1000000 };
static const int64_t day_us = 86400LL * DAY_US_PER_S;

/* Source: the civil-from-days arithmetic of the proleptic Gregorian calendar, eras of 400 years. */
int32_t moment_days(int year, unsigned month, unsigned day)
{
    int y = year - (month <= 2);
    int era = (y >= 0 ? y : y - 399) / 400;
    unsigned in_era = (unsigned)(y - era * 400);
    unsigned in_year = (153 * (month + (month > 2 ? (unsigned)-3 : 9)) + 2) / 5 + day - 1;
    unsigned at = in_era * 365 + in_era / 4 - in_era / 100 + in_year;
    return era * 146097 + (int32_t)at - 719468;
}

bool moment_day_exists(int year, unsigned month, unsigned day)
{
    static const unsigned char length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month >= 1 && month <= 12 && day >= 1 &&
           day <= length[month - 1] + (unsigned)(month == 2 && leap);
}

/* Reads `least` to `most` digits at *at. */
static bool digits(struct str s, size_t *at, size_t least, size_t most, unsigned *out)
{
    unsigned v = 0;
    size_t n = 0;
    while (n < most && *at + n < s.n && s.p[*at + n] >= '0' && s.p[*at + n] <= '9')
        v = v * 10 + (unsigned)(s.p[*at + n++] - '0');
    if (n < least)
        return false;
    *at += n;
    *out = v;
    return true;
}

static bool mark(struct str s, size_t *at, const char *any, char *which)
{
    for (; *at < s.n && *any; any++)
        if (*any == s.p[*at]) {
            *which = s.p[(*at)++];
            return true;
        }
    return false;
}

static bool read_day(struct str s, size_t *at, bool month_first, struct moment *m)
{
    unsigned a, b, c;
    char first, second;
    bool iso = s.n > 4 && (s.p[4] == '-' || s.p[4] == '/');
    if (!digits(s, at, iso ? 4 : 1, iso ? 4 : 2, &a) || !mark(s, at, iso ? "-/" : "/-.", &first) ||
        !digits(s, at, 1, 2, &b) || !mark(s, at, "/-.", &second) || first != second ||
        !digits(s, at, iso ? 1 : 4, iso ? 2 : 4, &c))
        return false;
    bool turned = month_first && !iso;
    unsigned year = iso ? a : c, month = turned ? a : b, day = iso ? c : turned ? b : a;
    m->month_first = !iso && b > 12 && a <= 12 && moment_day_exists((int)year, a, b);
    m->day_first = !iso && a > 12 && b <= 12;
    if (year < 1 || !moment_day_exists((int)year, month, day))
        return false;
    m->days = moment_days((int)year, month, day);
    return true;
}

static bool read_offset(struct str s, size_t *at, struct moment *m)
{
    char sign;
    if (*at == s.n)
        return true;
    if (!mark(s, at, "Zz+-", &sign))
        return false;
    m->has_offset = true;
    if (sign == 'Z' || sign == 'z')
        return true;
    unsigned hours, minutes = 0;
    if (!digits(s, at, 2, 2, &hours) || hours > 18)
        return false;
    if (*at < s.n && s.p[*at] == ':')
        (*at)++;
    if (*at < s.n && (!digits(s, at, 2, 2, &minutes) || minutes > 59))
        return false;
    int64_t shift = (int64_t)(hours * 60 + minutes) * 60 * DAY_US_PER_S;
    m->us += sign == '-' ? shift : -shift;
    return true;
}

static bool read_fraction(struct str s, size_t *at, int64_t *us)
{
    char dot;
    if (!mark(s, at, ".", &dot))
        return true;
    size_t from = *at;
    int64_t v = 0, unit = DAY_US_PER_S;
    for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9' && *at - from < 9; (*at)++)
        if (unit > 1) {
            v = v * 10 + (s.p[*at] - '0');
            unit /= 10;
        }
    *us += v * unit;
    return *at > from;
}

static bool read_time(struct str s, size_t *at, struct moment *m)
{
    unsigned hours, minutes, seconds = 0;
    char c;
    if (!digits(s, at, 1, 2, &hours) || !mark(s, at, ":hH", &c) || !digits(s, at, 2, 2, &minutes))
        return false;
    if (*at < s.n && s.p[*at] == ':' && !(mark(s, at, ":", &c) && digits(s, at, 2, 2, &seconds)))
        return false;
    if (hours > 23 || minutes > 59 || seconds > 59)
        return false;
    m->us += (int64_t)(hours * 3600 + minutes * 60 + seconds) * DAY_US_PER_S;
    m->has_time = true;
    if (!read_fraction(s, at, &m->us))
        return false;
    while (*at < s.n && s.p[*at] == ' ')
        (*at)++;
    return read_offset(s, at, m);
}

static bool read_moment(struct str s, bool month_first, struct moment *out)
{
    struct moment m = {0};
    size_t at = 0;
    if (s.n < 8 || s.n > 40 || s.p[0] < '0' || s.p[0] > '9')
        goto no;
    if (!read_day(s, &at, month_first, &m))
        goto no;
    m.us = m.days * day_us;
    if (at < s.n) {
        size_t gap = at;
        while (at < s.n && (s.p[at] == ' ' || s.p[at] == 'T'))
            at++;
        if (at == gap || !read_time(s, &at, &m) || at != s.n)
            goto no;
    }
    *out = m;
    return true;
no:
    out->month_first = m.month_first;
    return false;
}

bool moment_read(struct str s, struct moment *out)
{
    return read_moment(s, false, out);
}

bool moment_read_month_first(struct str s, struct moment *out)
{
    return read_moment(s, true, out);
}

static void civil(int32_t days, int *year, unsigned *month, unsigned *day)
{
    int32_t z = days + 719468;
    int32_t era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = (int)yoe + era * 400 + (*month <= 2);
}

void moment_date_text(char out[40], int32_t days)
{
    int year;
    unsigned month, day;
    civil(days, &year, &month, &day);
    snprintf(out, 40, "%04d-%02u-%02u", year, month, day);
}

void moment_text(char out[40], int64_t us)
{
    int64_t days = us / day_us - (us % day_us < 0), rest = us - days * day_us;
    moment_date_text(out, (int32_t)days);
    int64_t s = rest / DAY_US_PER_S, fraction = rest % DAY_US_PER_S;
    int n = snprintf(out + 10, 30, "T%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    if (fraction)
        n += snprintf(out + 10 + n, (size_t)(30 - n), ".%06d", (int)fraction);
    snprintf(out + 10 + n, (size_t)(30 - n), "+00:00");
}
