/* side_group -- group_by over codes: the rows that query.c's statement would give, in its order. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "core/data/query/side_job.h"
#include "core/data/query/side_range.h"

/* Cells are the possible groups: a table of them finds a row's group without hashing. */
enum { CELLS_MAX = 1 << 22, NO_GROUP = 0 };
static const size_t distinct_bits_max = (size_t)1 << 27;

/* ---- the plan (on the loop) ---- */

static bool plan_key(const struct node *n, bool utc, struct side_output *out)
{
    if (n->kind == NODE_CALL && (n->fn == FN_YEAR || n->fn == FN_MONTH || n->fn == FN_DAY)) {
        out->part = n->fn;
        n = n->arg[0];
    }
    if (n->kind != NODE_FIELD || n->column->multivalued.p || (n->type == TYPE_DATETIME && !utc))
        return false;
    out->column = n->column;
    return n->type != TYPE_GEO_POINT && n->type != TYPE_GEO_SHAPE;
}

static bool is_exact(int type)
{
    return type == TYPE_INT || type == TYPE_DECIMAL;
}

static bool plan_aggregate(struct build *b, const struct node *n, bool utc, struct side_output *out)
{
    const struct node *over = n->kind == NODE_CALL && n->n ? n->arg[0] : NULL;
    if (!over || (over->kind != NODE_FIELD && !(over->kind == NODE_STAR && n->fn == FN_COUNT)))
        return false;
    out->column = over->kind == NODE_FIELD ? over->column : NULL;
    if (over->type == TYPE_DATETIME && over->kind == NODE_FIELD && !utc)
        return false;
    switch ((int)n->fn) {
    case FN_COUNT:
        out->aggregate = over->distinct ? SIDE_COUNT_DISTINCT : SIDE_COUNT;
        return true;
    case FN_SUM: /* of doubles it hangs on the order of the rows */
        out->aggregate = SIDE_SUM;
        return is_exact(over->type);
    case FN_AVG:
        out->aggregate = SIDE_AVG;
        return is_exact(over->type);
    case FN_MIN:
    case FN_MAX:
        out->aggregate = n->fn == FN_MIN ? SIDE_MIN : SIDE_MAX;
        return true;
    case FN_MEDIAN:
    case FN_PERCENTILE:
        out->aggregate = SIDE_PERCENTILE;
        out->percent = n->fn == FN_MEDIAN ? 0.5 : strtod(arena_copy(b->a, n->arg[1]->text), NULL) / 100;
        return true;
    default:
        return false;
    }
}

static bool plan_order(struct build *b, struct side_grouping *g)
{
    for (size_t i = 0; i < b->order.n; i++) {
        const struct output *o = query_output_named(b, &b->order.items[i]);
        if (!o)
            return false;
        g->order[g->norder].output = (size_t)(o - b->outputs);
        g->order[g->norder++].descending = b->order.items[i].descending;
    }
    return true;
}

static bool plan(struct build *b, struct side_grouping *g)
{
    bool utc = str_eq(b->sql.timezone, S("UTC"));
    if (b->static_groups || b->laterals || b->n > SIDE_OUTPUTS_MAX || b->order.n > SIDE_ORDER_MAX)
        return false;
    for (size_t i = 0; i < b->n; i++) {
        const struct output *o = &b->outputs[i];
        g->outputs[i].grouped = o->grouped;
        if (!o->expr || !(o->grouped ? plan_key(o->expr, utc, &g->outputs[i]) : plan_aggregate(b, o->expr, utc, &g->outputs[i])))
            return false;
    }
    g->n = b->n;
    return plan_order(b, g);
}

bool side_group_plan(struct side_job *j, const struct query *q)
{
    j->grouping = ARENA_NEW(&j->a, struct side_grouping);
    j->grouping->limit = q->limit < 0 ? INT64_MAX : q->limit;
    j->grouping->offset = q->offset;
    return plan(q->made, j->grouping);
}

/* ---- groups ---- */

/* A key: rows' codes, or what they become as years, months, days. id 0 is null; ids go up with the values. */
struct key {
    const struct side_column *c;
    uint32_t *id_of; /* by code; NULL: the code itself */
    int64_t *parts;  /* by id - 1 */
    uint32_t ids;    /* with null */
};

/* One value of one group. */
struct cell {
    bool null;
    int64_t whole;
    side_wide wide;
    double real;
};

struct groups {
    struct side_scan *s;
    const struct side_grouping *plan;
    const uint64_t *bits;
    struct key keys[SIDE_OUTPUTS_MAX];
    uint32_t *of_row;  /* the group of a row, from 1; NO_GROUP: left out */
    uint32_t *cell_of; /* by group - 1 */
    uint32_t *order;   /* groups as they are shown */
    size_t n, room;
    struct cell *cells[SIDE_OUTPUTS_MAX];
};

static int64_t part_of(const struct key *k, enum odsql_function part, int64_t value)
{
    int year, month, day;
    side_civil(side_day_of(k->c, value), &year, &month, &day);
    return part == FN_YEAR ? year : part == FN_MONTH ? month : day;
}

static int by_whole(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool make_parts(struct side_scan *s, struct key *k, enum odsql_function part)
{
    const int64_t *values = side_values(s->side, k->c);
    int64_t low = side_days(1, 1, 1), high = side_days(9999, 12, 31);
    uint32_t n = k->c->distinct, kept = 0;
    k->parts = ARENA_ARRAY(s->a, int64_t, n + 1);
    k->id_of = ARENA_ARRAY(s->a, uint32_t, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        int64_t day = side_day_of(k->c, values[i]);
        if (day < low || day > high)
            return false;
        k->parts[i] = part_of(k, part, values[i]);
    }
    qsort(k->parts, n, sizeof *k->parts, by_whole);
    for (uint32_t i = 0; i < n; i++)
        if (!kept || k->parts[i] != k->parts[kept - 1])
            k->parts[kept++] = k->parts[i];
    for (uint32_t i = 0; i < n; i++) {
        int64_t mine = part_of(k, part, values[i]);
        const int64_t *at = bsearch(&mine, k->parts, kept, sizeof mine, by_whole);
        k->id_of[i + 1] = (uint32_t)(at - k->parts) + 1;
    }
    k->ids = kept + 1;
    return true;
}

static bool make_keys(struct groups *g, size_t *cells)
{
    *cells = 1;
    for (size_t i = 0; i < g->plan->n; i++) {
        const struct side_output *o = &g->plan->outputs[i];
        struct key *k = &g->keys[i];
        if (!o->grouped)
            continue;
        k->c = side_column_of(g->s->side, o->column);
        if (!k->c || k->c->kind != SIDE_CODES)
            return false;
        k->ids = k->c->distinct + 1;
        if (o->part && !make_parts(g->s, k, o->part))
            return false;
        *cells *= k->ids;
        if (*cells > CELLS_MAX)
            return false;
    }
    return true;
}

/* Made once for each width of a code: the rows are many, and what they all have in common is asked outside of the loop. */
static inline void add_codes(const struct side *s, const struct key *k, uint32_t width, uint32_t *cells)
{
    const struct side_column c = {.width = width, .rows_at = k->c->rows_at};
    const uint32_t ids = k->ids, *id_of = k->id_of;
    const size_t rows = s->rows;
    for (size_t row = 0; row < rows && id_of; row++)
        cells[row] = cells[row] * ids + id_of[side_code(s, &c, row)];
    for (size_t row = 0; row < rows && !id_of; row++)
        cells[row] = cells[row] * ids + side_code(s, &c, row);
}

/* Every row's cell, key by key: each key's codes go by once, in the order they stand in. */
static void add_key(const struct groups *g, const struct key *k, uint32_t *cells)
{
    switch (k->c->width) {
    case 1: add_codes(g->s->side, k, 1, cells); break;
    case 2: add_codes(g->s->side, k, 2, cells); break;
    default: add_codes(g->s->side, k, 4, cells);
    }
}

static uint32_t new_group(struct groups *g, uint32_t cell)
{
    if (g->n == g->room) {
        g->room = g->room ? g->room * 2 : 256;
        g->cell_of = must_realloc(g->cell_of, g->room * sizeof *g->cell_of);
    }
    g->cell_of[g->n] = cell;
    return (uint32_t)++g->n;
}

static bool find_groups(struct groups *g)
{
    size_t cells, rows = g->s->side->rows;
    if (!make_keys(g, &cells))
        return false;
    uint32_t *group_of = must_alloc(cells * sizeof *group_of);
    g->of_row = must_alloc((rows + 1) * sizeof *g->of_row);
    for (size_t i = 0; i < g->plan->n; i++)
        if (g->keys[i].c)
            add_key(g, &g->keys[i], g->of_row);
    for (size_t row = 0; row < rows; row++) {
        uint32_t cell = g->of_row[row];
        if (g->bits && !(g->bits[row / 64] >> (row % 64) & 1)) {
            g->of_row[row] = NO_GROUP;
            continue;
        }
        if (!group_of[cell])
            group_of[cell] = new_group(g, cell);
        g->of_row[row] = group_of[cell];
    }
    free(group_of);
    return true;
}

/* The ids of a group's keys, from the last one back. */
static void key_cells(struct groups *g)
{
    for (size_t group = 0; group < g->n; group++) {
        uint32_t cell = g->cell_of[group];
        for (size_t i = g->plan->n; i-- > 0;)
            if (g->keys[i].c) {
                uint32_t id = cell % g->keys[i].ids;
                cell /= g->keys[i].ids;
                g->cells[i][group] = (struct cell){.null = id == 0, .whole = id};
            }
    }
}

/* ---- aggregates ---- */

static double power_of_ten(unsigned scale)
{
    double v = 1;
    while (scale-- > 0)
        v *= 10; /* exact up to 10^22 */
    return v;
}

/* What PostgreSQL makes of the same numeric: the double next to it. */
static double to_double(side_wide v, unsigned scale)
{
    enum { EXACT = 53 };
    side_uwide left = v < 0 ? -(side_uwide)v : (side_uwide)v;
    if (left >> EXACT == 0)
        return (double)(int64_t)v / power_of_ten(scale);
    char text[64], *p = text + sizeof text - 8;
    snprintf(p, 8, "e-%u", scale);
    for (; left; left /= 10)
        *--p = (char)('0' + (int)(left % 10));
    if (v < 0)
        *--p = '-';
    return strtod(p, NULL);
}

static int64_t value_at(const struct side *s, const struct side_column *c, size_t row)
{
    return c->kind == SIDE_CODES ? side_values(s, c)[side_code(s, c, row) - 1] : side_values(s, c)[row];
}

static void count_rows(struct groups *g, const struct side_column *c, struct cell *cells)
{
    for (size_t row = 0; row < g->s->side->rows; row++)
        if (g->of_row[row] && !(c && side_null(g->s->side, c, row)))
            cells[g->of_row[row] - 1].whole++;
}

static bool count_distinct(struct groups *g, const struct side_column *c, struct cell *cells)
{
    size_t stride = (size_t)c->distinct + 1;
    if (c->kind != SIDE_CODES || g->n * stride > distinct_bits_max)
        return false;
    uint64_t *seen = must_alloc((g->n * stride / 64 + 1) * sizeof *seen);
    for (size_t row = 0; row < g->s->side->rows; row++) {
        uint32_t code = g->of_row[row] ? side_code(g->s->side, c, row) : 0;
        size_t bit = code ? (g->of_row[row] - 1) * stride + code : 0;
        if (!code || (seen[bit / 64] >> (bit % 64) & 1))
            continue;
        seen[bit / 64] |= (uint64_t)1 << (bit % 64);
        cells[g->of_row[row] - 1].whole++;
    }
    free(seen);
    return true;
}

/* What a group has so far, in the two words that every row touches. */
struct sum {
    int64_t whole, rows;
};

static inline void add_value(struct sum *sum, struct cell *cell, int64_t v)
{
    int64_t before = sum->whole;
    sum->rows++;
    if (__builtin_add_overflow(before, v, &sum->whole)) {
        cell->wide += before;
        sum->whole = v;
    }
}

static void sum_codes(const struct groups *g, const struct side_column *c, struct sum *sums, struct cell *cells)
{
    const int64_t *values = side_values(g->s->side, c);
    for (size_t row = 0; row < g->s->side->rows; row++) {
        uint32_t code = side_code(g->s->side, c, row), group = g->of_row[row];
        if (group && code)
            add_value(&sums[group - 1], &cells[group - 1], values[code - 1]);
    }
}

static void sum_numbers(const struct groups *g, const struct side_column *c, struct sum *sums, struct cell *cells)
{
    const int64_t *values = side_values(g->s->side, c);
    for (size_t row = 0; row < g->s->side->rows; row++) {
        uint32_t group = g->of_row[row];
        if (group && !side_null(g->s->side, c, row))
            add_value(&sums[group - 1], &cells[group - 1], values[row]);
    }
}

static void sum_rows(struct groups *g, const struct side_column *c, struct cell *cells)
{
    struct sum *sums = must_alloc((g->n + 1) * sizeof *sums);
    if (c->kind == SIDE_CODES)
        sum_codes(g, c, sums, cells);
    else
        sum_numbers(g, c, sums, cells);
    for (size_t i = 0; i < g->n; i++) {
        cells[i].wide += sums[i].whole;
        cells[i].whole = sums[i].rows;
        cells[i].null = cells[i].whole == 0;
        if (!cells[i].null)
            cells[i].real = to_double(cells[i].wide, c->scale) / (double)cells[i].whole;
    }
    free(sums);
}

static bool is_below(const struct side_column *c, int64_t x, int64_t y)
{
    return c->type == TYPE_DOUBLE ? side_double(x) < side_double(y) : x < y;
}

static void find_bound(struct groups *g, const struct side_column *c, bool most, struct cell *cells)
{
    for (size_t i = 0; i < g->n; i++)
        cells[i].null = true;
    for (size_t row = 0; row < g->s->side->rows; row++)
        if (g->of_row[row] && !side_null(g->s->side, c, row)) {
            struct cell *to = &cells[g->of_row[row] - 1];
            int64_t v = value_at(g->s->side, c, row);
            if (to->null || (most ? is_below(c, to->whole, v) : is_below(c, v, to->whole)))
                *to = (struct cell){.whole = v};
        }
}

static int by_real(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* percentile_cont: between two neighbours, as float8_lerp has it. */
static double percentile(double *sorted, size_t n, double percent)
{
    double at = percent * (double)(n - 1);
    size_t first = (size_t)floor(at), second = (size_t)ceil(at);
    double share = at - (double)first;
    return first == second ? sorted[first] : sorted[first] + share * (sorted[second] - sorted[first]);
}

static void find_percentile(struct groups *g, const struct side_column *c, double percent, struct cell *cells)
{
    size_t rows = g->s->side->rows, *ends = must_alloc((g->n + 1) * sizeof *ends), start = 0;
    double *values = must_alloc((rows + 1) * sizeof *values);
    count_rows(g, c, cells);
    for (size_t i = 0; i < g->n; i++) {
        ends[i] = start;
        start += (size_t)cells[i].whole;
    }
    for (size_t row = 0; row < rows; row++)
        if (g->of_row[row] && !side_null(g->s->side, c, row)) {
            int64_t v = value_at(g->s->side, c, row);
            values[ends[g->of_row[row] - 1]++] = c->type == TYPE_DOUBLE ? side_double(v) : to_double(v, c->scale);
        }
    for (size_t i = 0; i < g->n; i++) {
        size_t n = (size_t)cells[i].whole;
        double *mine = values + ends[i] - n;
        cells[i].null = n == 0;
        qsort(mine, n, sizeof *mine, by_real);
        cells[i].real = n ? percentile(mine, n, percent) : 0;
    }
    free(values);
    free(ends);
}

static bool aggregate(struct groups *g, size_t at)
{
    const struct side_output *o = &g->plan->outputs[at];
    const struct side_column *c = o->column ? side_column_of(g->s->side, o->column) : NULL;
    struct cell *cells = g->cells[at];
    if (o->column && !c)
        return false;
    switch (o->aggregate) {
    case SIDE_COUNT: count_rows(g, c, cells); return true;
    case SIDE_COUNT_DISTINCT: return count_distinct(g, c, cells);
    case SIDE_SUM:
    case SIDE_AVG: sum_rows(g, c, cells); return true;
    case SIDE_MIN: find_bound(g, c, false, cells); return true;
    case SIDE_MAX: find_bound(g, c, true, cells); return true;
    case SIDE_PERCENTILE: find_percentile(g, c, o->percent, cells); return true;
    }
    return false;
}

/* ---- order ---- */

/* Null is the smallest, whichever way: first when rising, last when falling. */
static int compare(const struct groups *g, size_t output, uint32_t a, uint32_t b)
{
    const struct side_output *o = &g->plan->outputs[output];
    const struct cell *x = &g->cells[output][a], *y = &g->cells[output][b];
    bool real = !o->grouped && (o->aggregate == SIDE_AVG || o->aggregate == SIDE_PERCENTILE);
    if (x->null || y->null)
        return (int)y->null - (int)x->null;
    if (real)
        return (x->real > y->real) - (x->real < y->real);
    if (!o->grouped && o->aggregate == SIDE_SUM)
        return (x->wide > y->wide) - (x->wide < y->wide);
    if (!o->grouped && o->column && o->column->type == TYPE_DOUBLE && o->aggregate >= SIDE_MIN) {
        double p = side_double(x->whole), q = side_double(y->whole);
        return (p > q) - (p < q);
    }
    return (x->whole > y->whole) - (x->whole < y->whole);
}

static int by_order(const void *a, const void *b, void *groups)
{
    const struct groups *g = groups;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    for (size_t i = 0; i < g->plan->norder; i++) {
        int order = compare(g, g->plan->order[i].output, x, y);
        if (order)
            return g->plan->order[i].descending ? -order : order;
    }
    for (size_t i = 0; i < g->plan->n; i++)
        if (g->plan->outputs[i].grouped) {
            int order = compare(g, i, x, y);
            if (order)
                return order;
        }
    return 0;
}

/* ---- the answer ---- */

static void put_value(PGresult *r, int row, int column, const struct side_column *c, int64_t v)
{
    if (c->type == TYPE_DATE)
        side_put_i32(r, row, column, (int32_t)v);
    else if (c->type == TYPE_BOOLEAN)
        side_put(r, row, column, v ? "\1" : "\0", 1);
    else if (c->type == TYPE_DECIMAL)
        side_put_numeric(r, row, column, v, c->scale);
    else
        side_put_i64(r, row, column, v); /* whole numbers, moments, doubles */
}

static void put_key(const struct groups *g, PGresult *r, int row, size_t at, uint32_t id)
{
    const struct key *k = &g->keys[at];
    if (k->parts) {
        side_put_i64(r, row, (int)at, k->parts[id - 1]);
    } else if (side_is_text(k->c)) {
        struct str s = side_text(g->s->side, k->c, id);
        side_put(r, row, (int)at, s.p, s.n);
    } else {
        put_value(r, row, (int)at, k->c, side_values(g->s->side, k->c)[id - 1]);
    }
}

static void put_cell(const struct groups *g, PGresult *r, int row, size_t at, uint32_t group)
{
    const struct side_output *o = &g->plan->outputs[at];
    const struct cell *x = &g->cells[at][group];
    const struct side_column *c = o->column ? side_column_of(g->s->side, o->column) : NULL;
    if (x->null)
        side_put_null(r, row, (int)at);
    else if (o->grouped)
        put_key(g, r, row, at, (uint32_t)x->whole);
    else if (o->aggregate == SIDE_COUNT || o->aggregate == SIDE_COUNT_DISTINCT)
        side_put_i64(r, row, (int)at, x->whole);
    else if (o->aggregate == SIDE_SUM)
        side_put_numeric(r, row, (int)at, x->wide, c->scale);
    else if (o->aggregate == SIDE_MIN || o->aggregate == SIDE_MAX)
        put_value(r, row, (int)at, c, x->whole);
    else
        side_put_double(r, row, (int)at, x->real);
}

static void put_rows(const struct groups *g, PGresult *r)
{
    size_t from = (uint64_t)g->plan->offset < g->n ? (size_t)g->plan->offset : g->n;
    size_t left = g->n - from, n = (uint64_t)g->plan->limit < left ? (size_t)g->plan->limit : left;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < g->plan->n; k++)
            put_cell(g, r, (int)i, k, g->order[from + i]);
}

static bool run(struct groups *g, PGresult **result)
{
    if (!find_groups(g))
        return false;
    for (size_t i = 0; i < g->plan->n; i++)
        g->cells[i] = must_alloc((g->n + 1) * sizeof *g->cells[i]);
    key_cells(g);
    for (size_t i = 0; i < g->plan->n; i++)
        if (!g->plan->outputs[i].grouped && !aggregate(g, i))
            return false;
    g->order = must_alloc((g->n + 1) * sizeof *g->order);
    for (size_t i = 0; i < g->n; i++)
        g->order[i] = (uint32_t)i;
    qsort_r(g->order, g->n, sizeof *g->order, by_order, g);
    *result = side_result((unsigned)g->plan->n);
    put_rows(g, *result);
    return true;
}

bool side_group_run(struct side_job *j, struct side_scan *s)
{
    struct groups g = {.s = s, .plan = j->grouping};
    bool ok = side_scan_ask(s, &j->ask, NULL, &g.bits) && run(&g, &j->result);
    j->count = ok ? (int64_t)g.n : -1;
    for (size_t i = 0; i < j->grouping->n; i++)
        free(g.cells[i]);
    free(g.of_row);
    free(g.cell_of);
    free(g.order);
    return ok;
}
