#include "core/data/query/side_range.h"

#include <math.h>
#include <stdlib.h>

#include "core/data/query/odsql_text.h"

/* ---- the calendar ---- */

enum { DAYS_2000 = 730425 }; /* from 0000-03-01 */
static const int64_t us_day = 86400LL * 1000000;

int64_t side_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - DAYS_2000;
}

void side_civil(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + DAYS_2000, era = z / 146097, rest = z % 146097;
    int64_t y = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365, d = rest - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * d + 2) / 153;
    *day = (int)(d - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400) + (*month <= 2);
}

int64_t side_day_of(const struct side_column *c, int64_t value)
{
    if (c->type == TYPE_DATE)
        return value;
    return value >= 0 ? value / us_day : -((-value + us_day - 1) / us_day);
}

/* ---- literals ---- */

/* Digits with at most one point: a whole number of 10^-scale. */
static bool read_digits(struct str s, side_wide *value, unsigned *scale)
{
    bool minus = s.n && s.p[0] == '-', point = false;
    s = str_from(s, minus);
    if (s.n == 0 || s.n > 30)
        return false;
    *value = 0;
    *scale = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.' && !point && i > 0) {
            point = true;
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        *value = *value * 10 + (s.p[i] - '0');
        *scale += point;
    }
    *value = minus ? -*value : *value;
    return true;
}

static int64_t clamp(side_wide v)
{
    return v > INT64_MAX ? INT64_MAX : v < INT64_MIN ? INT64_MIN : (int64_t)v;
}

/* floor and ceiling of the asked number in the column's units. */
static bool scale_number(struct str text, unsigned scale, side_wide *down, side_wide *up)
{
    unsigned own;
    side_wide v;
    if (!read_digits(text, &v, &own))
        return false;
    *down = *up = v;
    for (; own < scale; own++) {
        if (v > INT64_MAX || v < INT64_MIN) { /* beyond every value, whatever follows */
            *down = *up = v;
            return true;
        }
        *down = *up = v = v * 10;
    }
    side_wide by = 1;
    for (; own > scale; own--)
        by *= 10;
    side_wide whole = v / by, rest = v % by;
    *down = rest < 0 ? whole - 1 : whole;
    *up = rest > 0 ? whole + 1 : whole;
    return true;
}

static void whole_range(struct side_range *r, char op, side_wide down, side_wide up)
{
    side_wide low = INT64_MIN, high = INT64_MAX;
    switch (op) {
    case '=': low = up, high = down; break; /* between two whole numbers: empty */
    case '<': high = up - 1; break;
    case 'l': high = down; break;
    case '>': low = down + 1; break;
    case 'g': low = up; break;
    default: break;
    }
    r->low = clamp(low);
    r->high = clamp(high);
    if (low > high || low > INT64_MAX || high < INT64_MIN)
        r->low = 1, r->high = 0;
}

bool side_range_number(struct arena *a, const struct side_column *c, struct str text, char op, struct side_range *r)
{
    side_wide down, up;
    if (c->type != TYPE_DOUBLE) {
        if (!scale_number(text, c->scale, &down, &up))
            return false;
        whole_range(r, op, down, up);
        return true;
    }
    if (text.n > 20 || !read_digits(text, &down, &(unsigned){0}))
        return false;
    double v = strtod(arena_copy(a, text), NULL);
    r->from = op == '=' || op == 'g' ? v : op == '>' ? nextafter(v, HUGE_VAL) : -HUGE_VAL;
    r->to = op == '=' || op == 'l' ? v : op == '<' ? nextafter(v, -HUGE_VAL) : HUGE_VAL;
    return true;
}

static int two(const char *p)
{
    return (p[0] - '0') * 10 + (p[1] - '0');
}

/* "YYYY-MM-DD HH:MM:SS.ffffff" and its zone, as odsql_date_read writes them: microseconds from 2000. */
static bool read_moment(const struct odsql_date *d, int64_t *out)
{
    const char *p = d->text;
    int64_t us = side_days(d->year, d->month, d->day) * us_day;
    size_t n = strlen(p);
    if (n >= 19) {
        us += (((int64_t)two(p + 11) * 60 + two(p + 14)) * 60 + two(p + 17)) * 1000000;
        int64_t unit = 100000;
        for (size_t i = 20; i < n && p[19] == '.'; i++, unit /= 10)
            us += (p[i] - '0') * unit;
    } else if (n != 10) {
        return false;
    }
    if (d->has_zone) {
        if (strlen(d->zone) != 6)
            return false;
        int64_t minutes = two(d->zone + 1) * 60 + two(d->zone + 4);
        us -= (d->zone[0] == '-' ? -minutes : minutes) * 60000000;
    }
    *out = us;
    return true;
}

bool side_range_date(const struct side_column *c, struct str text, char op, bool utc, struct side_range *r)
{
    struct odsql_date d;
    int64_t at;
    if (!odsql_date_read(text, &d) || d.year < 1 || d.year > 9999)
        return false;
    if (c->type == TYPE_DATE) {
        if (d.parts > 3 || d.has_zone)
            return false;
        at = side_days(d.year, d.month, d.day);
    } else if ((!d.has_zone && !utc) || !read_moment(&d, &at)) {
        return false;
    }
    whole_range(r, op, at, at);
    return true;
}

bool side_range_period(const struct side_column *c, struct str text, bool utc, struct side_range *r)
{
    struct odsql_date d;
    if (!odsql_date_read(text, &d) || d.parts > 3 || d.year < 1 || d.year > 9998 || (c->type == TYPE_DATETIME && !utc))
        return false;
    int year = d.parts == 1 ? d.year + 1 : d.year + (d.parts == 2 && d.month == 12);
    int month = d.parts == 1 ? 1 : d.parts == 2 ? d.month % 12 + 1 : d.month;
    int64_t from = side_days(d.year, d.month, d.day), to = d.parts == 3 ? from + 1 : side_days(year, month, 1);
    int64_t unit = c->type == TYPE_DATETIME ? us_day : 1;
    r->low = from * unit;
    r->high = to * unit - 1;
    return true;
}
