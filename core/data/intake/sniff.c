#include "core/data/intake/sniff.h"

#include <stdio.h>

#include "core/base/utf8.h"
#include "core/data/value/field_name.h"

void sniff_init(struct sniff *s, struct str label)
{
    *s = (struct sniff){.label = label, .hints = field_hints(label)};
}

static void copy_text(char *out, size_t size, struct str s)
{
    if (s.n >= size) {
        s.n = size - 1;
        s.n = utf8_floor(s);
    }
    memcpy(out, s.p, s.n);
    out[s.n] = 0;
}

/* A column of two words asks at each of its cells. */
static void keep_example(struct sniff *s, struct str cell)
{
    char *next = s->examples[s->nexamples];
    for (unsigned i = 0; i < s->nexamples; i++)
        if (str_eq(str_of(s->examples[i]), cell))
            return;
    copy_text(next, sizeof s->examples[0], cell);
    for (unsigned i = 0; i < s->nexamples; i++) /* alike as far as they are kept */
        if (strcmp(s->examples[i], next) == 0)
            return;
    s->nexamples++;
}

static void keep_number(char *out, size_t size, const struct number *x)
{
    struct buf text = {0};
    number_text(&text, x);
    copy_text(out, size, buf_str(&text));
    buf_free(&text);
}

static void range(struct sniff *s, double v, const struct number *x)
{
    s->sum += v;
    s->not_zero += v > 0 || v < 0;
    if (!s->has_range || v > s->high) {
        s->highs = 0;
        s->high_line = s->line;
    }
    s->highs += !s->has_range || v >= s->high;
    if (!s->has_range || v < s->low) {
        s->low = v;
        keep_number(s->low_text, sizeof s->low_text, x);
    }
    if (!s->has_range || v > s->high) {
        s->high = v;
        keep_number(s->high_text, sizeof s->high_text, x);
    }
    s->has_range = true;
}

static void keep_place(struct sniff *s, enum sniff_damage damage, struct str cell)
{
    struct sniff_places *p = &s->places[damage];
    if (p->n == SNIFF_PLACES)
        return;
    p->at[p->n].line = s->line;
    copy_text(p->at[p->n].value, sizeof p->at[p->n].value, cell);
    p->n++;
}

/* 1,23E+13: what a spreadsheet makes of a long identifier. */
static void see_exponent(struct sniff *s, const struct number *x, struct str cell)
{
    s->exponents++;
    if (x->exponent < 8 || !memchr(cell.p, 'E', cell.n))
        return;
    if (s->damaged++ == 0)
        copy_text(s->damaged_text, sizeof s->damaged_text, cell);
    keep_place(s, DAMAGE_EXPONENT, cell);
}

static bool ends_in_zeros(const struct number *x, unsigned zeros)
{
    for (unsigned i = 0; i < zeros; i++)
        if (x->digits[x->n - 1 - i] != '0')
            return false;
    return true;
}

/* A whole number of digits only: perhaps a code. */
static void see_digits(struct sniff *s, const struct number *x)
{
    struct str digits = {x->digits, x->n};
    bool id = x->n == 9 || x->n == 14;
    s->id_lengths += id;
    s->id_others += !id;
    s->luhn += id && number_luhn(digits);
    if ((x->n == 14 || x->n == 13) && ends_in_zeros(x, 5)) { /* 13: its first zero was lost */
        s->rounded++;
        keep_place(s, DAMAGE_ROUNDED, digits);
    }
    if (x->n == 4) {
        s->short_postal++;
        keep_place(s, DAMAGE_POSTAL, digits);
    }
    s->years += x->n == 4 && (x->digits[0] == '1' || x->digits[0] == '2');
}

static void see_number(struct sniff *s, const struct shape *c)
{
    const struct number *x = &c->number;
    unsigned whole = x->n - x->scale;
    s->numbers++;
    s->leading_zeros += x->leading_zero;
    s->percents += x->suffix == '%';
    s->euros += x->suffix == 'E';
    s->dot_groups += x->dot_grouped;
    s->dot_marks += x->mark == '.';
    s->dot_decimals += x->mark == '.' && x->scale == 3 && whole <= 3;
    if (whole > s->int_digits)
        s->int_digits = whole;
    if (x->scale > s->scale)
        s->scale = x->scale;
    if (x->has_exponent)
        see_exponent(s, x, c->s);
    int64_t v;
    bool integer = number_i64(x, &v);
    if (x->mark)
        s->decimals++;
    else if (!integer)
        s->not_int64++;
    else if (!x->negative && !x->grouped && !x->suffix)
        see_digits(s, x);
    s->too_long += x->n > 38;
    range(s, integer ? (double)v : number_double(x), x);
    if (c->words != WORDS_NONE)
        s->words[c->words]++;
}

static void see_moment(struct sniff *s, const struct shape *c)
{
    bool time = c->kind == SHAPE_DATETIME;
    if (s->dates + s->datetimes == 0 || c->moment.us < s->first.us)
        s->first = c->moment;
    if (s->dates + s->datetimes == 0 || c->moment.us > s->last.us)
        s->last = c->moment;
    s->dates += !time;
    s->datetimes += time;
    s->day_first += c->moment.day_first;
    s->no_zone += time && !c->moment.has_offset;
}

static bool on_earth(double lat, double lon)
{
    return lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180;
}

/* Where most of what is published here lies: none of these, turned round, is another one of them or holds people. */
static bool in_france(double lat, double lon)
{
    static const struct {
        double south, north, west, east;
    } lands[] = {
        {41, 51.5, -5.5, 10},      /* Europe */
        {14, 18.5, -63.5, -60.5},  /* the Antilles */
        {2, 6, -55, -51},          /* Guyane */
        {-21.5, -20.8, 55, 56},    /* La Réunion */
        {-13.1, -12.5, 44.9, 45.4}, /* Mayotte */
        {46.7, 47.2, -56.5, -56.1}, /* Saint-Pierre-et-Miquelon */
    };
    for (size_t i = 0; i < sizeof lands / sizeof lands[0]; i++)
        if (lat >= lands[i].south && lat <= lands[i].north && lon >= lands[i].west && lon <= lands[i].east)
            return true;
    return false;
}

static void see_pair(struct sniff *s, const struct shape *c)
{
    bool object = c->s.p[0] == '{';
    double a = c->first, b = c->second, lat = object ? a : b, lon = object ? b : a; /* lat, lon: the other way round */
    s->pairs++;
    s->pairs_objects += object;
    s->pairs_brackets += c->bracketed;
    s->pairs_ok += on_earth(a, b);
    s->pairs_swapped_ok += on_earth(lat, lon);
    s->pairs_france += in_france(a, b);
    s->pairs_france_swapped += in_france(lat, lon);
}

static void see_geometry(struct sniff *s, const struct geometry *g)
{
    bool ok = g->kind != GEOMETRY_EMPTY && g->on_earth;
    s->shapes++;
    s->shapes_ok += ok;
    s->shapes_beyond += ok && g->beyond;
    s->shapes_france += ok && in_france(g->lat, g->lon);
    s->shapes_france_swapped += g->kind != GEOMETRY_EMPTY && in_france(g->lon, g->lat);
}

/* 12/25/2021: no date, unless the column is read that way round. */
static void see_month_first(struct sniff *s, struct str cell)
{
    struct moment m;
    if (!moment_read_month_first(cell, &m))
        return;
    s->month_first++;
    s->month_first_times += m.has_time;
}

/* Words parted by |: what stands beside one must not be empty. */
static void see_words(struct sniff *s, struct str cell)
{
    if (!memchr(cell.p, '|', cell.n))
        return;
    bool empty = cell.p[0] == '|' || cell.p[cell.n - 1] == '|' || str_find(cell, S("||")) >= 0;
    s->pipes += !empty;
    s->empty_pipes += empty;
}

void sniff_cell(struct sniff *s, struct str cell)
{
    struct shape c;
    shape_of(cell, &c);
    if (c.kind == SHAPE_BLANK) {
        s->blanks++;
        return;
    }
    s->values++;
    if (cell.n > s->widest)
        s->widest = cell.n;
    if (s->nexamples < 3)
        keep_example(s, c.s);
    if (c.kind == SHAPE_TEXT && c.moment.month_first)
        see_month_first(s, c.s);
    switch (c.kind) {
    case SHAPE_NUMBER:
        see_number(s, &c);
        break;
    case SHAPE_DATE:
    case SHAPE_DATETIME:
        see_moment(s, &c);
        break;
    case SHAPE_BOOL:
        s->words[c.words]++;
        break;
    case SHAPE_PAIR:
        see_pair(s, &c);
        break;
    case SHAPE_GEOMETRY:
        see_geometry(s, &c.geometry);
        break;
    case SHAPE_TEXT:
        see_words(s, c.s);
        break;
    case SHAPE_BLANK:
        break;
    }
}
