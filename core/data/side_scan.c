#include "core/data/side_scan.h"

#include <math.h>
#include <stdlib.h>

#include "core/data/odsql_text.h"

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

/* ---- bits ---- */

static size_t words(const struct side_scan *s)
{
    return (s->side->rows + 63) / 64;
}

static uint64_t *new_bits(struct side_scan *s)
{
    return ARENA_ARRAY(s->a, uint64_t, words(s) + 1);
}

/* The last word has no bits behind the last row. */
static void negate(const struct side_scan *s, uint64_t *bits)
{
    size_t n = words(s);
    for (size_t i = 0; i < n; i++)
        bits[i] = ~bits[i];
    if (s->side->rows % 64)
        bits[n - 1] &= ((uint64_t)1 << (s->side->rows % 64)) - 1;
}

size_t side_scan_count(const struct side_scan *s, const uint64_t *bits)
{
    size_t n = 0;
    for (size_t i = 0; i < words(s); i++)
        n += (size_t)__builtin_popcountll(bits[i]);
    return n;
}

/* ---- one column ---- */

/* A closed range; of doubles or of whole numbers (of 10^-scale, days, microseconds). low > high: nothing. */
struct range {
    int64_t low, high;
    double from, to;
};

#define FILL(type)                                                                        \
    for (size_t row = 0; row < rows; row++)                                               \
        bits[row / 64] |= (uint64_t)hit[((const type *)(const void *)p)[row]] << (row % 64)

/* Rows whose code is hit. hit[0] stands for null. */
static void fill(const struct side_scan *s, const struct side_column *c, const unsigned char *hit, uint64_t *bits)
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

static bool within(const struct side_column *c, const struct range *r, int64_t v)
{
    if (c->type != TYPE_DOUBLE)
        return v >= r->low && v <= r->high;
    double d = side_double(v);
    return d >= r->from && d <= r->to;
}

static void match_range(struct side_scan *s, const struct side_column *c, const struct range *r, uint64_t *bits)
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
    fill(s, c, hit, bits);
}

static void match_null(struct side_scan *s, const struct side_column *c, uint64_t *bits)
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

static void match_text(struct side_scan *s, const struct side_column *c, text_test *test, struct str asked,
                       struct str separator, uint64_t *bits)
{
    unsigned char *hit = arena_alloc(s->a, c->distinct + 1);
    bool any = false;
    for (uint32_t k = 1; k <= c->distinct; k++)
        any |= hit[k] = test(side_text(s->side, c, k), asked, separator);
    if (any)
        fill(s, c, hit, bits);
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

static void whole_range(struct range *r, char op, side_wide down, side_wide up)
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

static bool number_range(struct side_scan *s, const struct side_column *c, struct str text, char op, struct range *r)
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
    double v = strtod(arena_copy(s->a, text), NULL);
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

static bool date_range(const struct side_scan *s, const struct side_column *c, struct str text, char op, struct range *r)
{
    struct odsql_date d;
    int64_t at;
    if (!odsql_date_read(text, &d) || d.year < 1 || d.year > 9999)
        return false;
    if (c->type == TYPE_DATE) {
        if (d.parts > 3 || d.has_zone)
            return false;
        at = side_days(d.year, d.month, d.day);
    } else if ((!d.has_zone && !s->utc) || !read_moment(&d, &at)) {
        return false;
    }
    whole_range(r, op, at, at);
    return true;
}

/* ---- comparisons ---- */

static const struct side_column *field(const struct side_scan *s, const struct node *n)
{
    return n->kind == NODE_FIELD && n->column ? side_column_of(s->side, n->column) : NULL;
}

static bool literal_range(struct side_scan *s, const struct side_column *c, const struct node *literal, char op,
                          struct range *r)
{
    if (c->type == TYPE_DATE || c->type == TYPE_DATETIME)
        return literal->kind == NODE_DATE && date_range(s, c, literal->text, op, r);
    if (c->type == TYPE_BOOLEAN && literal->kind == NODE_BOOL && op == '=') {
        r->low = r->high = literal->truth;
        return true;
    }
    return literal->kind == NODE_NUMBER && !literal->unit.p && c->type != TYPE_BOOLEAN &&
           number_range(s, c, literal->text, op, r);
}

static bool match_pair(struct side_scan *s, const struct node *l, const struct node *r, char op, uint64_t *bits)
{
    struct range range = {0};
    if (l->kind != NODE_FIELD) {
        const struct node *swap = l;
        l = r;
        r = swap;
        op = op == '<' ? '>' : op == '>' ? '<' : op == 'l' ? 'g' : op == 'g' ? 'l' : op;
    }
    const struct side_column *c = field(s, l);
    if (!c || ++s->leaves > SIDE_LEAVES_MAX)
        return false;
    if (side_is_text(c)) {
        if (r->kind != NODE_STRING || op != '=')
            return false;
        bool many = l->column->multivalued.p && c->type == TYPE_TEXT;
        if (many && l->column->multivalued.n == 0)
            return false;
        match_text(s, c, many ? has_part : is_same, r->text, l->column->multivalued, bits);
        return true;
    }
    if (!literal_range(s, c, r, op, &range))
        return false;
    match_range(s, c, &range, bits);
    return true;
}

static bool match_in_range(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    uint64_t *high = new_bits(s);
    if (!match_pair(s, n->arg[0], n->arg[1], n->open_low ? '>' : 'g', bits) ||
        !match_pair(s, n->arg[0], n->arg[2], n->open_high ? '<' : 'l', high))
        return false;
    for (size_t i = 0; i < words(s); i++)
        bits[i] &= high[i];
    return true;
}

static bool match_is(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    const struct side_column *c = field(s, n->arg[0]);
    if (!c || (n->op != 'n' && c->type != TYPE_BOOLEAN))
        return false;
    if (n->op == 'n')
        match_null(s, c, bits);
    else
        match_range(s, c, &(struct range){.low = n->op == 't', .high = n->op == 't'}, bits);
    if (n->negated)
        negate(s, bits);
    return true;
}

/* ---- like ---- */

enum answer { NO, YES, UNSURE };

/* Letters beyond ASCII that are left after folding may or may not end a word: PostgreSQL knows. */
static enum answer is_edge(struct str s, size_t at, bool outside)
{
    if (outside)
        return YES;
    unsigned char c = (unsigned char)s.p[at];
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    return c >= 0x80 ? UNSURE : word ? NO : YES;
}

/* The term at the beginning of a word; of a whole word unless a star follows it. */
static enum answer has_word(struct str text, struct str term, bool star)
{
    enum answer best = NO;
    size_t from = 0;
    for (ptrdiff_t at; best != YES && (at = str_find(str_from(text, from), term)) >= 0; from += (size_t)at + 1) {
        size_t start = from + (size_t)at, end = start + term.n;
        enum answer before = is_edge(text, start - 1, start == 0), after = star ? YES : is_edge(text, end, end == text.n);
        if (before == NO || after == NO)
            continue;
        best = before == YES && after == YES ? YES : UNSURE;
    }
    return best;
}

static bool match_term(struct side_scan *s, const struct side_column *c, struct str term, bool star, unsigned char *hit)
{
    for (uint32_t k = 1; k <= c->distinct; k++) {
        enum answer answer = hit[k] ? has_word(side_fold(s->side, c, k), term, star) : NO;
        if (answer == UNSURE)
            return false;
        hit[k] = answer == YES;
    }
    return true;
}

/* Folded as the texts are: what is not ASCII is PostgreSQL's to fold. */
static bool fold_term(struct side_scan *s, struct str term, struct str *out)
{
    char *text = arena_copy(s->a, term);
    for (size_t i = 0; i < term.n; i++) {
        if ((unsigned char)text[i] >= 0x80)
            return false;
        text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i]);
    }
    *out = (struct str){text, term.n};
    return true;
}

static bool match_like(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    const struct side_column *c = field(s, n->arg[0]);
    struct str rest = n->arg[1]->text, term;
    bool star, any = false;
    if (!c || !side_is_text(c) || !c->folds_at || ++s->leaves > SIDE_LEAVES_MAX)
        return false;
    unsigned char *hit = arena_alloc(s->a, c->distinct + 1);
    memset(hit + 1, 1, c->distinct);
    for (size_t i = 0; i < ODSQL_TERMS_MAX && odsql_text_term(&rest, &term, &star); i++, any = true)
        if (!fold_term(s, term, &term) || !match_term(s, c, term, star, hit))
            return false;
    if (any)
        fill(s, c, hit, bits);
    return true;
}

static bool match_startswith(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    bool all = n->n == 1 || n->arg[0]->kind == NODE_STAR;
    for (size_t i = 0; i < (all ? view_columns(s->view) : n->n - 1); i++) {
        const struct view_column *v = all ? view_column(s->view, i) : n->arg[i]->column;
        if (!v)
            return false;
        if (v->type != TYPE_TEXT || (all && v->hidden))
            continue;
        const struct side_column *c = side_column_of(s->side, v);
        if (!c || ++s->leaves > SIDE_LEAVES_MAX)
            return false;
        match_text(s, c, begins_with, n->arg[n->n - 1]->text, STR_NONE, bits);
    }
    return true;
}

/* ---- trees ---- */

static bool match_and(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    for (size_t i = 0; i < n->n; i++) {
        uint64_t *one = i ? new_bits(s) : bits;
        if (!side_scan_where(s, n->arg[i], one))
            return false;
        for (size_t k = 0; i && k < words(s); k++)
            bits[k] &= one[k];
    }
    return true;
}

static bool match_or(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    for (size_t i = 0; i < n->n; i++) {
        uint64_t *one = new_bits(s);
        if (!side_scan_where(s, n->arg[i], one))
            return false;
        for (size_t k = 0; k < words(s); k++)
            bits[k] |= one[k];
    }
    return true;
}

static bool match_in_list(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    for (size_t i = 1; i < n->n; i++)
        if (!match_pair(s, n->arg[0], n->arg[i], '=', bits))
            return false;
    return true;
}

static bool match_truth(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    const struct side_column *c = field(s, n);
    if (n->kind == NODE_BOOL) {
        if (n->truth)
            negate(s, bits);
        return true;
    }
    if (!c || c->type != TYPE_BOOLEAN)
        return false;
    match_range(s, c, &(struct range){.low = 1, .high = 1}, bits);
    return true;
}

bool side_scan_where(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    if (++s->leaves > SIDE_LEAVES_MAX)
        return false;
    switch (n->kind) {
    case NODE_AND:
        return match_and(s, n, bits);
    case NODE_OR:
        return match_or(s, n, bits);
    case NODE_NOT:
        if (!side_scan_where(s, n->arg[0], bits))
            return false;
        negate(s, bits);
        return true;
    case NODE_BOOL:
    case NODE_FIELD:
        return match_truth(s, n, bits);
    case NODE_COMPARE:
        return match_pair(s, n->arg[0], n->arg[1], n->op, bits);
    case NODE_IS:
        return match_is(s, n, bits);
    case NODE_IN_LIST:
        return match_in_list(s, n, bits);
    case NODE_IN_RANGE:
        return match_in_range(s, n, bits);
    case NODE_IN_FIELD:
        return match_pair(s, n->arg[0], n->arg[1], '=', bits);
    case NODE_CALL:
        return n->fn == FN_STARTSWITH && match_startswith(s, n, bits);
    case NODE_LIKE:
        return match_like(s, n, bits);
    case NODE_TEXT:
    case NODE_STRING:
    case NODE_NUMBER:
    case NODE_DATE:
    case NODE_GEOM:
    case NODE_NULL:
    case NODE_STAR:
    case NODE_NAMED:
    case NODE_ARITH:
    case NODE_MINUS:
        break;
    }
    return false;
}

/* ---- refine and exclude ---- */

static bool refine_text(struct side_scan *s, const struct refine *r, const struct side_column *c, uint64_t *bits)
{
    const struct view_column *v = r->column;
    if ((v->multivalued.p && !v->multivalued.n) || (v->hierarchical.p && !v->hierarchical.n))
        return false;
    text_test *test = v->multivalued.p ? has_part : v->hierarchical.p ? is_below : is_same;
    match_text(s, c, test, r->value, v->multivalued.p ? v->multivalued : v->hierarchical, bits);
    return true;
}

/* The year, the month or the day that is named. */
static bool refine_date(const struct side_scan *s, const struct refine *r, const struct side_column *c, struct range *range)
{
    struct odsql_date d;
    if (!odsql_date_read(r->value, &d) || d.parts > 3 || d.year < 1 || d.year > 9998 || (c->type == TYPE_DATETIME && !s->utc))
        return false;
    int year = d.parts == 1 ? d.year + 1 : d.year + (d.parts == 2 && d.month == 12);
    int month = d.parts == 1 ? 1 : d.parts == 2 ? d.month % 12 + 1 : d.month;
    int64_t from = side_days(d.year, d.month, d.day), to = d.parts == 3 ? from + 1 : side_days(year, month, 1);
    int64_t unit = c->type == TYPE_DATETIME ? us_day : 1;
    range->low = from * unit;
    range->high = to * unit - 1;
    return true;
}

static bool refine_boolean(const struct refine *r, struct range *range)
{
    bool yes = str_ieq(r->value, S("true")) || str_eq(r->value, S("1"));
    bool no = str_ieq(r->value, S("false")) || str_eq(r->value, S("0"));
    range->low = yes;
    range->high = yes || no ? yes : -1;
    return true;
}

static bool match_refine(struct side_scan *s, const struct refine *r, uint64_t *bits)
{
    const struct side_column *c = side_column_of(s->side, r->column);
    struct range range = {0};
    bool ok;
    if (!c || ++s->leaves > SIDE_LEAVES_MAX)
        return false;
    if (side_is_text(c))
        return refine_text(s, r, c, bits);
    if (c->type == TYPE_DATE || c->type == TYPE_DATETIME)
        ok = refine_date(s, r, c, &range);
    else if (c->type == TYPE_BOOLEAN)
        ok = refine_boolean(r, &range);
    else
        ok = number_range(s, c, r->value, '=', &range);
    if (ok)
        match_range(s, c, &range, bits);
    return ok;
}

static bool narrow(struct side_scan *s, uint64_t **all, const uint64_t *one)
{
    if (!*all) {
        *all = new_bits(s);
        memcpy(*all, one, words(s) * sizeof *one);
        return true;
    }
    for (size_t i = 0; i < words(s); i++)
        (*all)[i] &= one[i];
    return true;
}

/* All values of one disjunctive facet together, "or" between them; of the others, one by one. */
static bool refine_all(struct side_scan *s, const struct ask *ask, const struct view_column *but, uint64_t **all)
{
    for (size_t i = 0; i < ask->nrefine; i++) {
        const struct refine *r = &ask->refine[i];
        uint64_t *one = new_bits(s);
        bool done = false;
        if (!r->exclude && r->column == but)
            continue;
        bool many = !r->exclude && r->any;
        for (size_t k = 0; many && k < i; k++)
            done |= !ask->refine[k].exclude && ask->refine[k].column == r->column;
        if (done)
            continue;
        for (size_t k = i; k < (many ? ask->nrefine : i + 1); k++)
            if (k == i || (!ask->refine[k].exclude && ask->refine[k].column == r->column))
                if (!match_refine(s, &ask->refine[k], one))
                    return false;
        if (r->exclude)
            negate(s, one);
        narrow(s, all, one);
    }
    return true;
}

static bool where_text(struct side_scan *s, struct str text, bool own, uint64_t **all)
{
    struct node *tree;
    struct err e = {0};
    struct odsql_scope scope = {s->a, s->view, CLAUSE_WHERE, own, false};
    uint64_t *one = new_bits(s);
    return odsql_parse_where(s->a, text, &tree, &e) && odsql_type_filter(&scope, tree, &e) &&
           side_scan_where(s, tree, one) && narrow(s, all, one);
}

bool side_scan_ask(struct side_scan *s, const struct ask *ask, const struct view_column *but, const uint64_t **bits)
{
    uint64_t *all = NULL;
    struct str own = view_filter(s->view);
    bool ok = !str_trim(own).n || where_text(s, own, true, &all);
    for (size_t i = 0; ok && i < ask->nwhere; i++)
        ok = where_text(s, ask->where[i], false, &all);
    ok = ok && refine_all(s, ask, but, &all);
    *bits = all;
    return ok;
}
