/* side_facet -- values of facets, counted over codes: the rows that facet.c's statement would give, in its order. */
#include <stdio.h>
#include <stdlib.h>

#include "core/data/query/side_job.h"
#include "core/data/query/side_range.h"

struct value {
    struct str text;
    int64_t count;
};

/* The values of one level; a text may stand more than once until they are merged. */
struct values {
    struct value *at;
    size_t n;
};

/* ---- counting ---- */

#define TALLY(type)                                                          \
    for (size_t row = 0; row < rows; row++)                                  \
        counts[((const type *)(const void *)p)[row]] += bits[row / 64] >> (row % 64) & 1

static const uint32_t *count_codes(const struct side_scan *s, const struct side_column *c, const uint64_t *bits)
{
    if (!bits)
        return side_counts(s->side, c);
    const unsigned char *p = s->side->p + c->rows_at;
    size_t rows = s->side->rows;
    uint32_t *counts = ARENA_ARRAY(s->a, uint32_t, c->distinct + 1);
    if (c->width == 1)
        TALLY(unsigned char);
    else if (c->width == 2)
        TALLY(uint16_t);
    else
        TALLY(uint32_t);
    return counts;
}

/* ---- values as text ---- */

static struct str decimal_text(struct side_scan *s, const struct side_column *c, int64_t v)
{
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v, unit = 1;
    for (unsigned i = 0; i < c->scale; i++)
        unit *= 10;
    if (c->scale == 0)
        return arena_n(s->a, v);
    return arena_printf(s->a, "%s%llu.%0*llu", v < 0 ? "-" : "", (unsigned long long)(left / unit), (int)c->scale,
                        (unsigned long long)(left % unit));
}

static struct str date_text(struct side_scan *s, int64_t day, int level)
{
    int year, month, date;
    side_civil(day, &year, &month, &date);
    return level == 0   ? arena_printf(s->a, "%04d", year)
           : level == 1 ? arena_printf(s->a, "%04d/%02d", year, month)
                        : arena_printf(s->a, "%04d/%02d/%02d", year, month, date);
}

static bool is_year_known(int64_t day)
{
    return day >= side_days(1, 1, 1) && day <= side_days(9999, 12, 31);
}

/* The first parts of a/b/c: as many as the level says, or all. */
static struct str first_parts(struct str text, struct str separator, int level)
{
    size_t at = 0;
    for (int i = 0; i <= level; i++) {
        ptrdiff_t next = str_find(str_from(text, at), separator);
        if (next < 0)
            return text;
        if (i == level)
            return str_part(text, 0, at + (size_t)next);
        at += (size_t)next + separator.n;
    }
    return text;
}

static void add(struct values *v, struct str text, int64_t count)
{
    if (count > 0)
        v->at[v->n++] = (struct value){text, count};
}

static size_t parts_of(struct str text, struct str separator)
{
    size_t n = text.n > 0;
    for (ptrdiff_t at; (at = str_find(text, separator)) >= 0; text = str_from(text, (size_t)at + separator.n))
        n++;
    return n;
}

static void add_parts(struct values *v, struct str text, struct str separator, int64_t count)
{
    while (text.n) {
        ptrdiff_t at = str_find(text, separator);
        add(v, at < 0 ? text : str_part(text, 0, (size_t)at), count);
        if (at < 0)
            return;
        text = str_from(text, (size_t)at + separator.n);
        if (text.n == 0)
            add(v, text, count);
    }
}

static void text_values(struct side_scan *s, const struct facet *f, const struct side_column *c, const uint32_t *counts,
                        int level, struct values *out)
{
    struct str many = f->column->multivalued, tree = f->column->hierarchical;
    size_t room = c->distinct + 1;
    for (uint32_t k = 1; many.n && k <= c->distinct; k++)
        room += counts[k] ? parts_of(side_text(s->side, c, k), many) : 0;
    out->at = ARENA_ARRAY(s->a, struct value, room);
    for (uint32_t k = 1; k <= c->distinct; k++) {
        struct str text = side_text(s->side, c, k);
        if (!counts[k])
            continue;
        if (many.n)
            add_parts(out, text, many, counts[k]);
        else
            add(out, tree.n ? first_parts(text, tree, level) : text, counts[k]);
    }
}

/* Values come in order, so those of one year stand together. */
static bool date_values(struct side_scan *s, const struct side_column *c, const uint32_t *counts, int level, struct values *out)
{
    const int64_t *values = side_values(s->side, c);
    out->at = ARENA_ARRAY(s->a, struct value, c->distinct + 1);
    for (uint32_t k = 0; k < c->distinct; k++) {
        int64_t day = side_day_of(c, values[k]);
        if (!is_year_known(day))
            return false;
        if (counts[k + 1])
            add(out, date_text(s, day, level), counts[k + 1]);
    }
    return true;
}

/* Moments with too many values for codes: day by day. */
static bool moment_values(struct side_scan *s, const struct side_column *c, const uint64_t *bits, int level, struct values *out)
{
    const int64_t *values = side_values(s->side, c);
    int64_t low = side_days(1, 1, 1), high = side_days(9999, 12, 31);
    uint32_t *days = calloc((size_t)(high - low + 1), sizeof *days);
    bool ok = days != NULL;
    size_t n = 0;
    for (size_t row = 0; ok && row < s->side->rows; row++) {
        if (side_null(s->side, c, row) || (bits && !(bits[row / 64] >> (row % 64) & 1)))
            continue;
        int64_t day = side_day_of(c, values[row]);
        ok = day >= low && day <= high;
        if (ok)
            n += days[day - low]++ == 0;
    }
    out->at = ARENA_ARRAY(s->a, struct value, n + 1);
    for (int64_t day = low; ok && day <= high && out->n < n; day++)
        if (days[day - low])
            add(out, date_text(s, day, level), days[day - low]);
    free(days);
    return ok;
}

static bool number_values(struct side_scan *s, const struct side_column *c, const uint32_t *counts, struct values *out)
{
    const int64_t *values = side_values(s->side, c);
    if (c->type == TYPE_DOUBLE || (c->type == TYPE_DECIMAL && !c->same_scale))
        return false;
    out->at = ARENA_ARRAY(s->a, struct value, c->distinct + 1);
    for (uint32_t k = 0; k < c->distinct; k++)
        if (counts[k + 1])
            add(out, c->type == TYPE_BOOLEAN ? values[k] ? S("true") : S("false") : decimal_text(s, c, values[k]), counts[k + 1]);
    return true;
}

/* ---- order ---- */

static int by_text(const void *a, const void *b)
{
    return str_cmp(((const struct value *)a)->text, ((const struct value *)b)->text);
}

static int by_text_down(const void *a, const void *b)
{
    return by_text(b, a);
}

static int by_count(const void *a, const void *b)
{
    int64_t x = ((const struct value *)a)->count, y = ((const struct value *)b)->count;
    return x != y ? (x > y) - (x < y) : by_text(a, b);
}

static int by_count_down(const void *a, const void *b)
{
    int64_t x = ((const struct value *)a)->count, y = ((const struct value *)b)->count;
    return x != y ? (x < y) - (x > y) : by_text(a, b);
}

/* A number by its parts, as facet.c's AS_NUMBER knows it. */
struct digits {
    bool is, minus;
    struct str whole, part; /* without zeros that say nothing */
};

static struct digits digits_of(struct str s)
{
    enum { DIGITS_MAX = 40 };
    struct digits d = {.minus = s.n && s.p[0] == '-'};
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), start = i;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    d.whole = str_part(s, start, i - start);
    bool point = i < s.n && s.p[i] == '.';
    start = i += point;
    while (point && i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    d.part = str_part(s, start, i - start);
    d.is = i == s.n && d.whole.n >= 1 && d.whole.n <= DIGITS_MAX && d.part.n <= DIGITS_MAX;
    while (d.whole.n && d.whole.p[0] == '0')
        d.whole = str_from(d.whole, 1);
    while (d.part.n && d.part.p[d.part.n - 1] == '0')
        d.part.n--;
    d.minus &= d.whole.n || d.part.n;
    return d;
}

static int by_size(const struct digits *x, const struct digits *y)
{
    if (x->whole.n != y->whole.n)
        return x->whole.n < y->whole.n ? -1 : 1;
    int c = str_cmp(x->whole, y->whole);
    return c ? c : str_cmp(x->part, y->part);
}

static int in_numbers(const void *a, const void *b, int direction)
{
    struct digits x = digits_of(((const struct value *)a)->text), y = digits_of(((const struct value *)b)->text);
    if (x.is != y.is)
        return x.is ? -1 : 1;
    int c = !x.is ? 0 : x.minus != y.minus ? (x.minus ? -1 : 1) : x.minus ? by_size(&y, &x) : by_size(&x, &y);
    return c ? c * direction : by_text(a, b);
}

static int by_number(const void *a, const void *b)
{
    return in_numbers(a, b, 1);
}

static int by_number_down(const void *a, const void *b)
{
    return in_numbers(a, b, -1);
}

static void merge(struct values *v)
{
    size_t kept = 0;
    qsort(v->at, v->n, sizeof *v->at, by_text);
    for (size_t i = 0; i < v->n; i++)
        if (kept && str_eq(v->at[kept - 1].text, v->at[i].text))
            v->at[kept - 1].count += v->at[i].count;
        else
            v->at[kept++] = v->at[i];
    v->n = kept;
}

static void sort_values(struct values *v, enum facet_sort sort)
{
    static int (*const by[])(const void *, const void *) = {
        [FACET_COUNT_DOWN] = by_count_down, [FACET_COUNT_UP] = by_count,    [FACET_TEXT_UP] = by_text,
        [FACET_TEXT_DOWN] = by_text_down,   [FACET_NUMBER_UP] = by_number, [FACET_NUMBER_DOWN] = by_number_down};
    merge(v);
    if (v->n)
        qsort(v->at, v->n, sizeof *v->at, by[sort]);
}

/* ---- one facet ---- */

static bool level_values(struct side_scan *s, const struct facet *f, const struct side_column *c, const uint64_t *bits,
                         int level, struct values *out)
{
    bool moment = c->type == TYPE_DATE || c->type == TYPE_DATETIME;
    if (moment && c->kind == SIDE_NUMBERS)
        return moment_values(s, c, bits, level, out);
    if (c->kind != SIDE_CODES)
        return false;
    const uint32_t *counts = count_codes(s, c, bits);
    if (moment)
        return date_values(s, c, counts, level, out);
    if (!side_is_text(c))
        return number_values(s, c, counts, out);
    text_values(s, f, c, counts, level, out);
    return true;
}

static bool facet_values(struct side_job *j, struct side_scan *s, const struct facet *f, const uint64_t *bits)
{
    const struct side_column *c = side_column_of(s->side, f->column);
    if (!c || (c->type == TYPE_DATETIME && !s->utc) || (f->column->multivalued.n && !side_is_text(c)))
        return false;
    for (int level = 0; level < f->levels; level++) {
        struct values v = {0};
        if (!level_values(s, f, c, bits, level, &v))
            return false;
        sort_values(&v, f->sort);
        size_t most = level ? FACET_NESTED_MAX : (size_t)f->limit;
        for (size_t i = 0; i < v.n && i < most; i++) {
            int row = PQntuples(j->result);
            side_put_i32(j->result, row, 0, f->key + level);
            side_put(j->result, row, 1, v.at[i].text.p, v.at[i].text.n);
            side_put_i64(j->result, row, 2, v.at[i].count);
        }
    }
    return true;
}

bool side_facet_run(struct side_job *j, struct side_scan *s)
{
    const uint64_t *shared, *own;
    if (!side_scan_ask(s, &j->ask, NULL, &shared))
        return false;
    j->result = side_result(3);
    for (size_t i = 0; i < j->nfacets; i++) {
        const struct facet *f = &j->facets[i];
        bool apart = f->disjunctive && facet_is_refined(&j->ask, f->column);
        if (apart && !side_scan_ask(s, &j->ask, f->column, &own))
            return false;
        if (!facet_values(j, s, f, apart ? own : shared))
            return false;
    }
    return true;
}
