/* query_slice -- a file of many rows, cut into statements of which each brings little. */
#include <stdio.h>

#include "core/base/must.h"
#include "core/data/query/cell.h"
#include "core/data/query/query_build.h"

bool query_is_cut(const struct build *b)
{
    return !b->grouped && !b->aggregates && !b->from.n && !view_is_catalogue(b->view);
}

/* ---- rows of which some are wide ---- */

/* Types whose values may stand outside of their row; a table keeps all that do not fit into two kilobytes there. */
static bool may_be_wide(const struct view_column *c)
{
    static const bool may[COLUMN_TYPES] = {[TYPE_TEXT] = true, [TYPE_FILE] = true, [TYPE_GEO_SHAPE] = true, [TYPE_DECIMAL] = true};
    return c->in_rest || may[c->type];
}

/* "coalesce(pg_column_size(r.c7), 0) + …": what the wide columns take that are asked for. Nothing is read for it but the
 * row. False: there are none. */
static bool put_widths(const struct build *b, struct buf *out)
{
    size_t before = out->n;
    bool rest = false;
    for (size_t i = 0; i < view_columns(b->view); i++) {
        const struct view_column *c = view_column(b->view, i);
        if (!may_be_wide(c) || !odsql_sql_reads(&b->sql, c) || (c->in_rest && rest))
            continue;
        rest |= c->in_rest;
        buf_addz(out, out->n > before ? " + coalesce(pg_column_size(r." : "coalesce(pg_column_size(r.");
        if (c->in_rest)
            buf_addz(out, "rest");
        else
            buf_printf(out, "c%u", c->number);
        buf_addz(out, "), 0)");
    }
    return out->n > before;
}

/* Rows of `of` until those before one take what a slice may take; always one. False: none of the columns can be wide. */
static bool put_by_width(const struct build *b, struct buf *out, const char *order, struct str of, struct str unused)
{
    buf_printf(out, "(select r.*, %s as at, sum(", order);
    bool may = put_widths(b, out);
    buf_printf(out, ") over (order by %s rows between unbounded preceding and 1 preceding) as before from " STR_FMT
                    ") r where coalesce(r.before, 0) < %d" STR_FMT " order by r.at", order, STR_ARG(of), QUERY_SLICE_BYTES, STR_ARG(unused));
    return may;
}

bool query_wide(struct query *q, struct query_sql *out)
{
    struct buf sql = {0};
    bool may = q->by_width != NULL;
    if (may)
        buf_printf(&sql, "select coalesce(pg_relation_size(reltoastrelid), 0)::bigint from pg_class where oid = '%s'::regclass",
                   view_table(q->view));
    *out = (struct query_sql){arena_copy(q->made->a, buf_str(&sql)), 0, NULL};
    buf_free(&sql);
    return may;
}

void query_wide_take(struct query *q, const PGresult *r)
{
    if (PQntuples(r) == 0 || cell_i64(r, 0, 0) == 0)
        return;
    q->by_place = false;
    q->is_wide = true;
    q->rows.sql = q->by_width;
}

/* ---- all rows, in their own order ---- */

/* from, to: the parameters that say which pages of the table; or behind which row, and how many. */
static void put_slice_end(const struct build *b, struct buf *out, bool by_place, unsigned from, unsigned to)
{
    buf_addz(out, b->where.n ? " and " : " where ");
    buf_addz(out, by_place ? "r.ctid >= $" : "r._id > $");
    buf_addn(out, from);
    buf_addz(out, by_place ? "::tid and r.ctid < $" : "::bigint order by r._id limit $");
    buf_addn(out, to);
    buf_addz(out, by_place ? "::tid" : "::bigint");
}

/* Each sets what the parameters of the next slice say, and gives its size. */
static int64_t ask_pages(struct query *q)
{
    snprintf(q->from_text, sizeof q->from_text, "(%lld,0)", (long long)q->page);
    q->page += q->pages;
    snprintf(q->to_text, sizeof q->to_text, "(%lld,0)", (long long)q->page);
    q->slice_params[0] = str_of(q->from_text);
    q->slice_params[1] = str_of(q->to_text);
    return q->pages;
}

static int64_t ask_rows(struct query *q)
{
    int64_t rows = query_wanted(q);
    snprintf(q->from_text, sizeof q->from_text, "%lld", (long long)q->last_id);
    snprintf(q->to_text, sizeof q->to_text, "%lld", (long long)rows);
    q->slice_params[0] = str_of(q->from_text);
    q->slice_params[1] = str_of(q->to_text);
    return rows;
}

/* `head` and what stands behind "from" there. */
static const char *statement(struct build *b, const struct buf *head, const struct buf *tail)
{
    struct buf sql = {.max = head->max};
    buf_add(&sql, buf_str(head));
    buf_add(&sql, buf_str(tail));
    const char *text = arena_copy(b->a, buf_str(&sql));
    buf_free(&sql);
    return text;
}

static const char *by_width(struct build *b, const struct buf *head, const char *order, const struct buf *of, struct str unused)
{
    struct buf tail = {.max = head->max};
    const char *text = put_by_width(b, &tail, order, buf_str(of), unused) ? statement(b, head, &tail) : NULL;
    buf_free(&tail);
    return text;
}

static void put_sliced(struct build *b, struct query *q, struct buf *out)
{
    struct buf tail = {.max = out->max};
    q->sliced = true;
    q->by_place = !b->where.n && (b->ask.limit < 0 || b->ask.limit > QUERY_SLICE);
    q->pages = 1; /* what they hold is not known yet */
    q->last_id = -1;
    buf_addz(out, "select ");
    query_put_outputs(b, out);
    buf_addz(out, " from ");
    unsigned from = odsql_sql_bind(&b->sql, S("")), to = odsql_sql_bind(&b->sql, S(""));
    q->slice_params = b->sql.params + b->sql.n - 2;
    query_put_from(b, &tail);
    put_slice_end(b, &tail, false, from, to);
    q->by_key = statement(b, out, &tail);
    q->by_width = by_width(b, out, "r._id", &tail, STR_NONE);
    buf_reset(&tail);
    query_put_from(b, out);
    put_slice_end(b, out, q->by_place, from, to);
    buf_free(&tail);
}

/* ---- a file in an order of the caller's ---- */

/* Both statements are given all that was bound so far; what one does not use still wants a type. */
static void put_unused(struct buf *out, unsigned from, unsigned to)
{
    for (unsigned k = from + 1; k <= to; k++)
        buf_printf(out, " and (true or $%u::text is null)", k);
}

static bool put_keys(struct build *b, unsigned outputs, struct err *e)
{
    struct buf order = {0};
    bool ok = query_put_page(b, &order, e);
    b->key_params = b->sql.n;
    buf_addz(&b->keys, "select r._id from ");
    query_put_from(b, &b->keys);
    buf_addz(&b->keys, b->where.n ? "" : " where true");
    put_unused(&b->keys, b->filter_params, outputs);
    buf_add(&b->keys, buf_str(&order));
    buf_free(&order);
    return ok;
}

/* First the places of all rows in their order, then the rows of some places at a time. */
static bool put_ordered(struct build *b, struct query *q, struct buf *out, struct err *e)
{
    struct buf tail = {.max = out->max}, unused = {.max = out->max};
    unsigned outputs = b->sql.n;
    q->ordered = true;
    bool ok = put_keys(b, outputs, e);
    buf_addz(out, "select ");
    query_put_outputs(b, out);
    buf_addz(out, " from ");
    buf_addz(&tail, "unnest(");
    b->sql.out = &tail;
    odsql_sql_param(&b->sql, S("{}"), "int[]");
    b->sql.out = out;
    q->slice_params = b->sql.params + b->sql.n - 1;
    buf_printf(&tail, ") with ordinality as w (id, at) join %s r on r._id = w.id", view_table(b->view));
    put_unused(&unused, 0, b->filter_params);
    put_unused(&unused, outputs, b->key_params);
    q->by_width = by_width(b, out, "w.at", &tail, buf_str(&unused));
    buf_add(out, buf_str(&tail));
    buf_printf(out, " where true" STR_FMT " order by w.at", STR_ARG(buf_str(&unused)));
    out->over |= tail.over || unused.over;
    buf_free(&tail);
    buf_free(&unused);
    return ok;
}

bool query_put_slices(struct build *b, struct query *q, struct buf *out, struct err *e)
{
    q->slice = QUERY_SLICE_BYTES / (64 * ((int64_t)b->n + 1)); /* 64 bytes a cell: more than most */
    if (b->order.n || b->ask.offset > 0)
        return put_ordered(b, q, out, e);
    put_sliced(b, q, out);
    return true;
}

/* "{7,3,12}". Where the widths of the rows decide how many of them come, the next slice begins behind the last. */
static int64_t ask_places(struct query *q)
{
    size_t n = 0, left = q->nplaces - q->place;
    int64_t rows = query_wanted(q) < (int64_t)left ? query_wanted(q) : (int64_t)left;
    for (int64_t i = 0; i < rows; i++)
        n += (size_t)snprintf(q->places_text + n, 16, "%c%d", i ? ',' : '{', (int)q->places[q->place + (size_t)i]);
    snprintf(q->places_text + n, 3, n ? "}" : "{}");
    q->slice_params[0] = str_of(q->places_text);
    q->place += q->is_wide ? 0 : (size_t)rows;
    return rows;
}

/* The next slice begins behind the last row that came; behind them all where none came: they are gone from the table. */
static void take_places(struct query *q, const PGresult *r, int64_t asked)
{
    int n = PQntuples(r);
    size_t end = q->place + (size_t)asked;
    int64_t last = n ? cell_i64(r, n - 1, 0) : -1;
    while (q->place < end && q->places[q->place++] != last)
        ;
}

void query_places(struct query *q, struct arena *a, const PGresult *keys)
{
    int n = PQntuples(keys);
    int32_t *places = ARENA_ARRAY(a, int32_t, (size_t)n + 1);
    for (int i = 0; i < n; i++)
        places[i] = (int32_t)cell_i64(keys, i, 0);
    q->places = places;
    q->nplaces = (size_t)n;
    q->places_text = arena_alloc(a, QUERY_SLICE * 12 + 4);
}

/* ---- one slice after another ---- */

int64_t query_wanted(const struct query *q)
{
    int64_t slice = q->slice < 1 ? 1 : q->slice > QUERY_SLICE ? QUERY_SLICE : q->slice;
    return q->left >= 0 && q->left < slice ? q->left : slice;
}

void query_pace(struct query *q, size_t bytes, size_t got)
{
    if (got == 0)
        return;
    q->slice = (int64_t)(QUERY_SLICE_BYTES / (bytes / got + 1));
    if (q->by_place && q->nasked > 0)
        q->pages = (int64_t)(QUERY_SLICE_BYTES / (bytes / (size_t)q->asked[0] + 1));
    if (q->pages > QUERY_SLICE_PAGES)
        q->pages = QUERY_SLICE_PAGES;
}

bool query_next(struct query *q)
{
    bool known = q->by_place || (q->ordered && !q->is_wide && q->place < q->nplaces);
    if (q->nasked == QUERY_AHEAD || (q->nasked > 0 && !known))
        return false;
    q->asked[q->nasked++] = q->ordered ? ask_places(q) : q->by_place ? ask_pages(q) : q->sliced ? ask_rows(q) : 0;
    return true;
}

/* Its rows in the order of _id, none missing, from the last one taken on. */
static int in_order(const struct query *q, const PGresult *r)
{
    int i = 0;
    int64_t next = q->last_id < 0 ? 1 : q->last_id + 1;
    while (i < PQntuples(r) && cell_i64(r, i, 0) == next + i)
        i++;
    return i;
}

/* Where the table does not go on in its order, at its end, and where one page is too much at once: by the index from here. */
static void leave_places(struct query *q)
{
    q->by_place = false;
    q->astray = true;
    q->nasked = 0;
    q->rows.sql = q->by_key;
}

static int64_t take_asked(struct query *q)
{
    int64_t asked = q->asked[0];
    must(q->nasked > 0);
    q->nasked--;
    memmove(q->asked, q->asked + 1, q->nasked * sizeof *q->asked);
    return asked;
}

static int take_rows(struct query *q, const PGresult *r, int64_t asked, bool *last)
{
    int n = PQntuples(r), good = q->by_place ? in_order(q, r) : n;
    int taken = q->left >= 0 && q->left < good ? (int)q->left : good;
    if (taken > 0)
        q->last_id = cell_i64(r, taken - 1, 0);
    if (q->left >= 0)
        q->left -= taken;
    *last = q->left == 0 || (!q->by_place && (q->is_wide ? n == 0 : n < asked));
    if (q->by_place && (good < n || n == 0 || q->pages == 0))
        leave_places(q);
    return taken;
}

int query_taken(struct query *q, const PGresult *r, bool *last)
{
    query_pace(q, PQresultMemorySize(r), (size_t)PQntuples(r));
    int64_t asked = take_asked(q);
    q->astray = false;
    *last = true;
    if (q->sliced)
        return take_rows(q, r, asked, last);
    if (q->is_wide)
        take_places(q, r, asked);
    if (q->ordered)
        *last = q->place == q->nplaces && q->nasked == 0;
    return PQntuples(r);
}
