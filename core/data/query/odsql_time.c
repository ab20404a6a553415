#include <stdio.h>

#include "core/data/errors.h"
#include "core/data/query/odsql.h"
#include "core/data/query/odsql_names.h"

/* ---- reading dates ---- */

/* Up to `most` digits from *at, at least one. */
static bool digits(struct str s, size_t *at, size_t least, size_t most, int *out)
{
    size_t n = 0;
    int v = 0;
    while (n < most && *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9') {
        v = v * 10 + (s.p[(*at)++] - '0');
        n++;
    }
    *out = v;
    return n >= least;
}

static bool one_of(struct str s, size_t *at, const char *set, char *got)
{
    if (*at >= s.n || !strchr(set, s.p[*at]))
        return false;
    *got = s.p[(*at)++];
    return true;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool read_fraction(struct str s, size_t *at, int *micro)
{
    int digit, n = 0;
    *micro = 0;
    while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9') {
        digit = s.p[(*at)++] - '0';
        if (n++ < 6)
            *micro = *micro * 10 + digit;
    }
    for (int i = n; i < 6; i++)
        *micro *= 10;
    return n > 0 && n <= 9;
}

static bool read_zone(struct str s, size_t *at, struct odsql_date *d)
{
    char sign;
    int hours, minutes = 0;
    if (one_of(s, at, "Zz", &sign)) {
        d->has_zone = true;
        memcpy(d->zone, "+00:00", 7);
        return true;
    }
    if (!one_of(s, at, "+- ", &sign)) /* a "+" that was decoded as a space */
        return true;
    if (!digits(s, at, 2, 2, &hours))
        return false;
    if (*at < s.n && s.p[*at] == ':')
        (*at)++;
    if (*at < s.n && !digits(s, at, 2, 2, &minutes))
        return false;
    if (hours > 14 || minutes > 59)
        return false;
    d->has_zone = true;
    snprintf(d->zone, sizeof d->zone, "%c%02d:%02d", sign == '-' ? '-' : '+', hours % 100, minutes % 100);
    return true;
}

bool odsql_date_read(struct str s, struct odsql_date *out)
{
    struct odsql_date d = {.parts = 1, .month = 1, .day = 1};
    int hour = 0, minute = 0, second = 0, micro = 0;
    size_t at = 0;
    char sep, c;
    s = str_trim(s);
    if (!digits(s, &at, 4, 4, &d.year) || d.year < 1)
        return false;
    if (one_of(s, &at, "-/", &sep)) {
        if (!digits(s, &at, 1, 2, &d.month))
            return false;
        d.parts = 2;
        if (at < s.n && s.p[at] == sep) {
            at++;
            if (!digits(s, &at, 1, 2, &d.day))
                return false;
            d.parts = 3;
        }
    }
    if (d.parts == 3 && one_of(s, &at, "Tt ", &c)) {
        d.parts = 4;
        if (!digits(s, &at, 2, 2, &hour))
            return false;
        if (at < s.n && s.p[at] == ':' && (at++, !digits(s, &at, 2, 2, &minute)))
            return false;
        if (at < s.n && s.p[at] == ':' && (at++, !digits(s, &at, 2, 2, &second)))
            return false;
        if (one_of(s, &at, ".,", &c) && !read_fraction(s, &at, &micro))
            return false;
        if (!read_zone(s, &at, &d))
            return false;
    }
    if (at != s.n || d.month < 1 || d.month > 12 || d.day < 1 || d.day > month_days(d.year, d.month) ||
        hour > 23 || minute > 59 || second > 59)
        return false;
    snprintf(d.text, sizeof d.text, "%04d-%02d-%02d %02d:%02d:%02d.%06d", d.year, d.month, d.day, hour,
             minute, second, micro);
    *out = d;
    return true;
}

/* ---- now() ---- */

static void put(struct odsql_sql *q, const char *text)
{
    buf_addz(q->out, text);
}

/* clang-format off */
static const struct moment_part {
    const char *name;
    bool shift;
    int64_t min, max;
    const char *before, *after; /* around the number; t is the moment so far */
} moment_parts[] = {
    {"year",         false, 1, 9999,   "t + make_interval(years => ", " - extract(year from t)::int)"},
    {"month",        false, 1, 12,     "t + make_interval(months => ", " - extract(month from t)::int)"},
    {"day",          false, 1, 31,     "t + make_interval(days => least(", ", extract(day from date_trunc('month', t) + interval '1 month - 1 day')::int) - extract(day from t)::int)"},
    {"hour",         false, 0, 23,     "t + make_interval(hours => ", " - extract(hour from t)::int)"},
    {"minute",       false, 0, 59,     "t + make_interval(mins => ", " - extract(minute from t)::int)"},
    {"second",       false, 0, 59,     "date_trunc('minute', t) + make_interval(secs => ", " + extract(microsecond from t)::bigint % 1000000 / 1000000.0::float8)"},
    {"microsecond",  false, 0, 999999, "date_trunc('second', t) + make_interval(secs => ", " / 1000000.0::float8)"},
    {"weekday",      false, 0, 6,      "t + make_interval(days => (", " - extract(isodow from t)::int + 8) % 7)"},
    {"years",        true, -4000, 4000,     "t + make_interval(years => ", ")"},
    {"months",       true, -48000, 48000,   "t + make_interval(months => ", ")"},
    {"days",         true, -1000000, 1000000, "t + make_interval(days => ", ")"},
    {"hours",        true, -10000000, 10000000, "t + make_interval(hours => ", ")"},
    {"minutes",      true, -100000000, 100000000, "t + make_interval(mins => ", ")"},
    {"seconds",      true, -1000000000, 1000000000, "t + make_interval(secs => ", "::float8)"},
    {"microseconds", true, -1000000000000, 1000000000000, "t + make_interval(secs => ", " / 1000000.0::float8)"},
};
static const char *const weekdays[] = {"mondays", "tuesdays", "wednesdays", "thursdays",
                                       "fridays", "saturdays", "sundays"};
/* clang-format on */
enum { MOMENT_PARTS = sizeof moment_parts / sizeof moment_parts[0], WEEKDAY_STEP_MAX = 100000 };

/* The last of a repeated parameter counts. "year" with a sign is taken as a shift: clients do it. */
static const struct node *last_named(const struct node *call, const char *name, bool shift)
{
    const struct node *found = NULL;
    for (size_t i = 0; i < call->n; i++) {
        const struct node *arg = call->arg[i];
        bool minus = arg->arg[0]->text.n && arg->arg[0]->text.p && arg->arg[0]->text.p[0] == '-';
        struct str want = str_of(name);
        if (str_ieq(arg->text, want) && (shift || !minus))
            found = arg;
        else if (shift && minus && str_ieq(arg->text, str_part(want, 0, want.n - 1)))
            found = arg;
    }
    return found;
}

static bool bad_now(const struct node *n, struct err *e)
{
    ERR(e, err_odsql_malformed, "now()");
    err_arg(e, "Invalid parameter of now(): " STR_FMT ".", STR_ARG(n->text));
    return err_arg(e, "where");
}

static bool known_now(const struct node *call, struct err *e)
{
    for (size_t i = 0; i < call->n; i++) {
        const struct node *n = call->arg[i];
        bool known = false;
        for (size_t k = 0; k < MOMENT_PARTS; k++)
            known |= str_ieq(n->text, str_of(moment_parts[k].name));
        for (size_t k = 0; k < 7; k++)
            known |= str_ieq(n->text, str_of(weekdays[k]));
        if (!known || n->arg[0]->kind != NODE_NUMBER)
            return bad_now(n, e);
    }
    return true;
}

/* Wraps what stands in *text: (select <step> from (select <text> as t) s). */
static void wrap(struct odsql_sql *q, struct str *text, struct buf *step)
{
    *text = arena_printf(q->a, "(select " STR_FMT " from (select " STR_FMT " as t) s)",
                         STR_ARG(buf_str(step)), STR_ARG(*text));
    buf_reset(step);
}

static bool add_part(struct odsql_sql *q, const struct moment_part *part, const struct node *n,
                     struct str *text, struct buf *step, struct err *e)
{
    int64_t v;
    if (!str_i64(n->arg[0]->text, &v) || v < part->min || v > part->max)
        return bad_now(n, e);
    struct buf *before = q->out;
    q->out = step;
    put(q, part->before);
    odsql_sql_param(q, n->arg[0]->text, part->max > 1000000000 ? "bigint" : "int");
    put(q, part->after);
    q->out = before;
    wrap(q, text, step);
    return true;
}

/* mondays=+1: the next Monday after today; mondays=-1: the last one before. */
static bool add_weekday(struct odsql_sql *q, int day, const struct node *n, struct str *text,
                        struct buf *step, struct err *e)
{
    int64_t v;
    if (!str_i64(n->arg[0]->text, &v) || v < -WEEKDAY_STEP_MAX || v > WEEKDAY_STEP_MAX)
        return bad_now(n, e);
    if (v == 0)
        return true;
    struct buf *before = q->out;
    q->out = step;
    put(q, v > 0 ? "t + make_interval(days => (" : "t - make_interval(days => (");
    char number[4] = {(char)('0' + day), 0};
    put(q, v > 0 ? number : "extract(isodow from t)::int - 1 - ");
    put(q, v > 0 ? " - extract(isodow from t)::int + 14) % 7 + 1 + 7 * (" : number);
    if (v < 0)
        put(q, " + 13) % 7 + 1 + 7 * (");
    odsql_sql_param(q, arena_n(q->a, (v > 0 ? v : -v) - 1), "int");
    put(q, "))");
    q->out = before;
    wrap(q, text, step);
    return true;
}

bool odsql_sql_now(struct odsql_sql *q, const struct node *call, struct err *e)
{
    q->timed = true;
    if (call->n == 0) {
        put(q, "now()");
        return true;
    }
    if (!known_now(call, e))
        return false;
    struct buf base = {0}, step = {0}, *out = q->out;
    q->out = &base;
    put(q, "(now() at time zone ");
    odsql_sql_timezone(q);
    put(q, ")");
    q->out = out;
    struct str text = arena_str(q->a, buf_str(&base));
    bool ok = true;
    for (size_t i = 0; ok && i < MOMENT_PARTS; i++) {
        const struct node *n = last_named(call, moment_parts[i].name, moment_parts[i].shift);
        ok = !n || add_part(q, &moment_parts[i], n, &text, &step, e);
    }
    for (int i = 0; ok && i < 7; i++) {
        const struct node *n = last_named(call, weekdays[i], true);
        ok = !n || add_weekday(q, i, n, &text, &step, e);
    }
    buf_free(&base);
    buf_free(&step);
    if (!ok)
        return false;
    put(q, "(");
    buf_add(q->out, text);
    put(q, " at time zone ");
    odsql_sql_timezone(q);
    put(q, ")");
    return true;
}

/* ---- date_format() ---- */

/* clang-format off */
static const struct symbol { const char *text, *sql_before, *sql_after; } symbols[] = {
    /* longest first */
    {"yyyy", "to_char(", ", 'YYYY')"}, {"YYYY", "to_char(", ", 'YYYY')"}, {"xxxx", "to_char(", ", 'IYYY')"},
    {"EEEE", "E", NULL}, {"MMMM", "M", NULL}, {"DDD", "to_char(", ", 'DDD')"}, {"MMM", "m", NULL},
    {"yy", "to_char(", ", 'YY')"}, {"YY", "to_char(", ", 'YY')"}, {"xx", "to_char(", ", 'IY')"},
    {"ww", "to_char(", ", 'IW')"}, {"MM", "to_char(", ", 'MM')"}, {"dd", "to_char(", ", 'DD')"},
    {"HH", "to_char(", ", 'HH24')"}, {"mm", "to_char(", ", 'MI')"}, {"ss", "to_char(", ", 'SS')"},
    {"w", "to_char(", ", 'FMIW')"}, {"e", "to_char(", ", 'ID')"}, {"E", "e", NULL},
    {"D", "to_char(", ", 'FMDDD')"}, {"M", "to_char(", ", 'FMMM')"}, {"d", "to_char(", ", 'FMDD')"},
    {"H", "to_char(", ", 'FMHH24')"}, {"m", "to_char(", ", 'FMMI')"}, {"s", "to_char(", ", 'FMSS')"},
    {"y", "to_char(", ", 'FMYYYY')"}, {"Y", "to_char(", ", 'FMYYYY')"},
};
/* clang-format on */

static void put_names(struct odsql_sql *q, char kind)
{
    const struct odsql_language *l = &odsql_languages[q->lang];
    bool day = kind == 'E' || kind == 'e';
    put(q, "(array[");
    put(q, kind == 'E' ? l->days : kind == 'e' ? l->short_days : kind == 'M' ? l->months : l->short_months);
    put(q, day ? "])[extract(isodow from " : "])[extract(month from ");
}

static void put_symbol(struct odsql_sql *q, const struct symbol *s, const struct node *date)
{
    const char *after = s->sql_after;
    if (after)
        put(q, s->sql_before);
    else
        put_names(q, s->sql_before[0]);
    odsql_sql_local(q, date);
    put(q, after ? after : ")::int]");
}

/* Text between quotes; '' is a quote in and out of them. */
static struct str quoted_part(struct odsql_sql *q, struct str f, size_t *used)
{
    struct buf b = {0};
    size_t i = 1;
    if (f.n > 1 && f.p[1] == '\'') {
        *used = 2;
        return S("'");
    }
    for (; i < f.n; i++) {
        if (f.p[i] == '\'' && (i + 1 >= f.n || f.p[i + 1] != '\''))
            break;
        i += f.p[i] == '\'';
        buf_addc(&b, f.p[i]);
    }
    *used = i < f.n ? i + 1 : f.n;
    struct str s = arena_str(q->a, buf_str(&b));
    buf_free(&b);
    return s;
}

static const struct symbol *symbol_at(struct str f)
{
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
        if (str_starts(f, str_of(symbols[i].text)))
            return &symbols[i];
    return NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool bad_format(struct str format, struct err *e)
{
    ERR(e, err_odsql_malformed, "date_format");
    err_arg(e, "Invalid date format: " STR_FMT ".", STR_ARG(format));
    return err_arg(e, "select");
}

bool odsql_sql_date_format(struct odsql_sql *q, const struct node *n, struct err *e)
{
    struct str f = n->arg[1]->text;
    if (f.n == 0 || f.n > 100)
        return bad_format(f, e);
    put(q, "(");
    for (bool first = true; f.n > 0; first = false) {
        if (!first)
            put(q, " || ");
        const struct symbol *s = symbol_at(f);
        size_t used = 0;
        if (s) {
            put_symbol(q, s, n->arg[0]);
            f = str_from(f, strlen(s->text));
            continue;
        }
        if (is_letter(f.p[0]))
            return bad_format(n->arg[1]->text, e);
        if (f.p[0] == '\'') {
            struct str text = quoted_part(q, f, &used);
            odsql_sql_param(q, text, "text");
        } else {
            while (used < f.n && !is_letter(f.p[used]) && f.p[used] != '\'')
                used++;
            odsql_sql_param(q, str_part(f, 0, used), "text");
        }
        f = str_from(f, used);
    }
    put(q, ")");
    return true;
}
