#include "core/data/query/side_match.h"

/* ---- bits ---- */

size_t side_match_words(const struct side_scan *s)
{
    return (s->side->rows + 63) / 64;
}

uint64_t *side_match_none(struct side_scan *s)
{
    return ARENA_ARRAY(s->a, uint64_t, side_match_words(s) + 1);
}

/* The last word has no bits behind the last row. */
void side_match_not(const struct side_scan *s, uint64_t *bits)
{
    size_t n = side_match_words(s);
    for (size_t i = 0; i < n; i++)
        bits[i] = ~bits[i];
    if (s->side->rows % 64)
        bits[n - 1] &= ((uint64_t)1 << (s->side->rows % 64)) - 1;
}

/* ---- one column ---- */

#define FILL(type)                                                                        \
    for (size_t row = 0; row < rows; row++)                                               \
        bits[row / 64] |= (uint64_t)hit[((const type *)(const void *)p)[row]] << (row % 64)

void side_match_codes(const struct side_scan *s, const struct side_column *c, const unsigned char *hit, uint64_t *bits)
{
    const unsigned char *p = s->side->p + c->rows_at;
    size_t rows = s->side->rows;
    if (c->width == 1)
        FILL(unsigned char);
    else if (c->width == 2)
        FILL(uint16_t);
    else
        FILL(uint32_t);
}

static bool within(const struct side_column *c, const struct side_range *r, int64_t v)
{
    if (c->type != TYPE_DOUBLE)
        return v >= r->low && v <= r->high;
    double d = side_double(v);
    return d >= r->from && d <= r->to;
}

void side_match_range(struct side_scan *s, const struct side_column *c, const struct side_range *r, uint64_t *bits)
{
    const int64_t *values = side_values(s->side, c);
    if (c->kind == SIDE_NUMBERS) {
        for (size_t row = 0; row < s->side->rows; row++)
            bits[row / 64] |= (uint64_t)(within(c, r, values[row]) && !side_null(s->side, c, row)) << (row % 64);
        return;
    }
    unsigned char *hit = arena_alloc(s->a, c->distinct + 1);
    for (uint32_t k = 0; k < c->distinct; k++)
        hit[k + 1] = within(c, r, values[k]);
    side_match_codes(s, c, hit, bits);
}

void side_match_null(struct side_scan *s, const struct side_column *c, uint64_t *bits)
{
    for (size_t row = 0; row < s->side->rows; row++)
        bits[row / 64] |= (uint64_t)side_null(s->side, c, row) << (row % 64);
}

/* ---- texts ---- */

typedef bool text_test(struct str value, struct str asked, struct str separator);

static bool is_same(struct str value, struct str asked, struct str separator)
{
    (void)separator;
    return str_eq(value, asked);
}

static bool begins_with(struct str value, struct str asked, struct str separator)
{
    (void)separator;
    return str_starts(value, asked);
}

/* string_to_array: an empty text has no part. */
static bool has_part(struct str value, struct str asked, struct str separator)
{
    while (value.n) {
        ptrdiff_t at = str_find(value, separator);
        struct str part = at < 0 ? value : str_part(value, 0, (size_t)at);
        if (str_eq(part, asked))
            return true;
        if (at < 0)
            return false;
        value = str_from(value, (size_t)at + separator.n);
        if (value.n == 0)
            return asked.n == 0;
    }
    return false;
}

static bool is_below(struct str value, struct str asked, struct str separator)
{
    return str_eq(value, asked) || (str_starts(value, asked) && str_starts(str_from(value, asked.n), separator));
}

void side_match_text(struct side_scan *s, const struct side_column *c, enum side_test test, struct str asked,
                     struct str separator, uint64_t *bits)
{
    static text_test *const tests[] = {
        [SIDE_SAME] = is_same, [SIDE_BEGINS] = begins_with, [SIDE_PART] = has_part, [SIDE_BELOW] = is_below};
    unsigned char *hit = arena_alloc(s->a, c->distinct + 1);
    bool any = false;
    for (uint32_t k = 1; k <= c->distinct; k++)
        any |= hit[k] = tests[test](side_text(s->side, c, k), asked, separator);
    if (any)
        side_match_codes(s, c, hit, bits);
}
