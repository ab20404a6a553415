#include "core/data/check/date_pattern.h"

#include <ctype.h>
#include <strings.h>

#include "core/data/value/moment.h"

struct clock {
    int year;
    unsigned month, day, hour, minute, second, micro, of_year;
    bool pm, has_pm, has_of_year;
    int offset_s;
};

static const char *const months[][3] = {
    {"janvier", "january", "janv"},
    {"février", "february", "févr"},
    {"mars", "march", "mars"},
    {"avril", "april", "avr"},
    {"mai", "may", "mai"},
    {"juin", "june", "juin"},
    {"juillet", "july", "juil"},
    {"août", "august", "août"},
    {"septembre", "september", "sept"},
    {"octobre", "october", "oct"},
    {"novembre", "november", "nov"},
    {"décembre", "december", "déc"},
};
static const char *const days[][3] = {
    {"lundi", "monday", "lun"},    {"mardi", "tuesday", "mar"},   {"mercredi", "wednesday", "mer"},
    {"jeudi", "thursday", "jeu"},  {"vendredi", "friday", "ven"}, {"samedi", "saturday", "sam"},
    {"dimanche", "sunday", "dim"},
};

static bool number(struct str s, size_t *at, size_t most, unsigned low, unsigned high,
                   unsigned *out)
{
    unsigned v = 0;
    size_t n = 0;
    for (; n < most && *at < s.n && isdigit((unsigned char)s.p[*at]); n++)
        v = v * 10 + (unsigned)(s.p[(*at)++] - '0');
    *out = v;
    return n > 0 && v >= low && v <= high;
}

static bool word(struct str s, size_t *at, const char *w, size_t n)
{
    if (s.n - *at < n || strncasecmp(s.p + *at, w, n) != 0)
        return false;
    *at += n;
    return true;
}

/* The longest spelling first: the whole names, the French short form, three letters of the English
 * one. */
static bool name(struct str s, size_t *at, const char *const (*names)[3], unsigned n,
                 unsigned *which)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < 3; k++)
            if (word(s, at, names[i][k], strlen(names[i][k]))) {
                *which = i + 1;
                return true;
            }
    for (unsigned i = 0; i < n; i++)
        if (word(s, at, names[i][1], 3)) {
            *which = i + 1;
            return true;
        }
    return false;
}

static bool offset(struct str s, size_t *at, int *out)
{
    unsigned hours, minutes = 0;
    if (*at < s.n && (s.p[*at] == 'Z' || s.p[*at] == 'z')) {
        (*at)++;
        return true;
    }
    if (*at >= s.n || (s.p[*at] != '+' && s.p[*at] != '-'))
        return false;
    bool west = s.p[(*at)++] == '-';
    if (!number(s, at, 2, 0, 18, &hours))
        return false;
    if (*at < s.n && s.p[*at] == ':')
        (*at)++;
    if (*at < s.n && isdigit((unsigned char)s.p[*at]) && !number(s, at, 2, 0, 59, &minutes))
        return false;
    *out = (int)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return true;
}

static bool fraction(struct str s, size_t *at, unsigned *micro)
{
    unsigned v = 0, n = 0;
    for (; n < 6 && *at < s.n && isdigit((unsigned char)s.p[*at]); n++)
        v = v * 10 + (unsigned)(s.p[(*at)++] - '0');
    if (n == 0)
        return false;
    for (; n < 6; n++)
        v *= 10;
    *micro = v;
    return true;
}

static bool read_by(struct str pattern, struct str s, size_t *at, struct clock *c, unsigned depth);

static bool year_of_two(struct str s, size_t *at, int *year)
{
    unsigned v;
    if (!number(s, at, 2, 0, 99, &v))
        return false;
    *year = (int)v + (v < 69 ? 2000 : 1900);
    return true;
}

static bool half(struct str s, size_t *at, struct clock *c)
{
    c->has_pm = true;
    c->pm = word(s, at, "pm", 2);
    return c->pm || word(s, at, "am", 2);
}

static bool zone_name(struct str s, size_t *at)
{
    size_t from = *at;
    while (*at < s.n && (isalpha((unsigned char)s.p[*at]) || strchr("/_", s.p[*at])) &&
           *at - from < 40)
        (*at)++;
    return *at > from;
}

static bool letter(char what, struct str s, size_t *at, struct clock *c, unsigned depth)
{
    unsigned v = 0;
    switch (what) {
    case 'Y': {
        bool ok = number(s, at, 4, 1, 9999, &v);
        c->year = (int)v;
        return ok;
    }
    case 'y':
        return year_of_two(s, at, &c->year);
    case 'm':
        return number(s, at, 2, 1, 12, &c->month);
    case 'd':
    case 'e':
        return number(s, at, 2, 1, 31, &c->day);
    case 'H':
        return number(s, at, 2, 0, 23, &c->hour);
    case 'I':
        return number(s, at, 2, 1, 12, &c->hour);
    case 'M':
        return number(s, at, 2, 0, 59, &c->minute);
    case 'S':
        return number(s, at, 2, 0, 60, &c->second);
    case 'f':
        return fraction(s, at, &c->micro);
    case 'j':
        c->has_of_year = true;
        return number(s, at, 3, 1, 366, &c->of_year);
    case 'b':
    case 'B':
    case 'h':
        return name(s, at, months, 12, &c->month);
    case 'a':
    case 'A':
        return name(s, at, days, 7, &v);
    case 'p':
        return half(s, at, c);
    case 'z':
        return offset(s, at, &c->offset_s);
    case 'Z':
        return zone_name(s, at);
    case 'F':
        return read_by(S("%Y-%m-%d"), s, at, c, depth + 1);
    case 'T':
        return read_by(S("%H:%M:%S"), s, at, c, depth + 1);
    case 'D':
        return read_by(S("%m/%d/%y"), s, at, c, depth + 1);
    case 'R':
        return read_by(S("%H:%M"), s, at, c, depth + 1);
    case '%':
        return word(s, at, "%", 1);
    default:
        return false;
    }
}

static bool read_by(struct str pattern, struct str s, size_t *at, struct clock *c, unsigned depth)
{
    for (size_t i = 0; depth < 2 && i < pattern.n; i++) {
        if (isspace((unsigned char)pattern.p[i])) {
            while (*at < s.n && isspace((unsigned char)s.p[*at]))
                (*at)++;
        } else if (pattern.p[i] == '%' && i + 1 < pattern.n) {
            if (!letter(pattern.p[++i], s, at, c, depth))
                return false;
        } else if (*at >= s.n || s.p[(*at)++] != pattern.p[i]) {
            return false;
        }
    }
    return depth < 2;
}

static struct str without_mark(struct str pattern)
{
    return str_starts(pattern, S("fmt:")) ? str_from(pattern, 4) : pattern;
}

bool date_pattern_valid(struct str pattern)
{
    pattern = without_mark(pattern);
    unsigned letters = 0;
    for (size_t i = 0; i < pattern.n; i++) {
        if (pattern.p[i] != '%')
            continue;
        if (++i == pattern.n || !pattern.p[i] || !strchr("YymdeHIMSfjbBhaApzZFTDR%", pattern.p[i]))
            return false;
        letters += pattern.p[i] != '%';
    }
    return letters > 0 && pattern.n <= 100;
}

bool date_pattern_read(struct str pattern, struct str value, int64_t *us)
{
    struct clock c = {.year = 1970, .month = 1, .day = 1};
    size_t at = 0;
    if (!read_by(without_mark(pattern), value, &at, &c, 0) || at != value.n)
        return false;
    if (c.has_pm)
        c.hour = c.hour % 12 + (c.pm ? 12 : 0);
    if (!moment_day_exists(c.year, c.month, c.day))
        return false;
    int64_t day = moment_days(c.year, c.month, c.day);
    if (c.has_of_year) {
        if (c.of_year > 365 + (unsigned)moment_day_exists(c.year, 2, 29))
            return false;
        day = moment_days(c.year, 1, 1) + (int64_t)c.of_year - 1;
    }
    int64_t second = day * 86400 + c.hour * 3600 + c.minute * 60 + c.second - c.offset_s;
    *us = second * 1000000 + c.micro;
    return true;
}
