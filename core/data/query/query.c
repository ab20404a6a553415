#include "core/data/query/query.h"

#include <sodium.h>
#include <stdio.h>

#include "core/data/errors.h"
#include "core/data/query/cell.h"
#include "core/data/query/query_build.h"

static void put_str(struct buf *out, struct str s)
{
    buf_add(out, s);
}

/* ---- the list after "select" ---- */

/* Gives each output its columns in the result; several for moments in a zone and for ranges. */
static void put_output(struct build *b, struct buf *out, struct output *o, int *at, const char *prefix)
{
    struct query_column *c = &o->column;
    bool shape = o->type == TYPE_GEO_SHAPE;
    buf_addz(out, prefix);
    c->at = (*at)++;
    buf_addz(out, shape ? "public.st_asgeojson(" : "");
    put_str(out, o->sql);
    buf_addz(out, shape ? ", 15)" : "");
    if (c->range == RANGE_DATE) {
        query_range_columns(b, o, out);
        *at += 3;
    } else if (c->range == RANGE_LABELS && !c->labels) {
        query_range_columns(b, o, out);
        c->range = RANGE_NONE;
        c->at = (*at)++;
    } else if (o->type == TYPE_DATETIME && !str_eq(b->sql.timezone, S("UTC"))) {
        struct buf *before = b->sql.out;
        buf_addz(out, ", (");
        put_str(out, o->sql);
        buf_addz(out, " at time zone ");
        b->sql.out = out;
        odsql_sql_timezone(&b->sql);
        b->sql.out = before;
        buf_addz(out, ")");
        c->local = (*at)++;
    }
}

/* Gives how many columns that is. */
static int put_outputs(struct build *b, struct buf *out)
{
    int at = 0;
    if (!b->grouped) {
        buf_addz(out, "r._id");
        at = 1;
    }
    for (size_t i = 0; i < b->n; i++)
        put_output(b, out, &b->outputs[i], &at, at ? ", " : "");
    return at;
}

/* All clusters are made for a page of them: asked for beside it, their number costs a second time as much. */
static void put_total(const struct build *b, struct query *q, enum query_kind kind, struct buf *out, int at)
{
    if (!b->clusters || kind != QUERY_RECORDS)
        return;
    q->total_at = at;
    buf_addz(out, ", count(*) over ()");
}

static void put_group_by(struct build *b, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < b->n; i++)
        if (b->outputs[i].grouped) {
            buf_addz(out, any ? ", " : " group by ");
            put_str(out, b->outputs[i].group.p ? b->outputs[i].group : b->outputs[i].sql);
            any = true;
        }
}

/* Aggregates beside records: computed once, joined to every row, as the API repeats them. */
static void split_aggregates(struct build *b, struct buf *from)
{
    unsigned k = 0;
    buf_addz(from, ", (select ");
    for (size_t i = 0; i < b->n; i++) {
        struct output *o = &b->outputs[i];
        if (!o->aggregate)
            continue;
        buf_addz(from, k ? ", " : "");
        put_str(from, o->sql);
        buf_printf(from, " as a%u", k);
        o->sql = arena_printf(b->a, "a.a%u", k++);
    }
    buf_printf(from, " from %s r" STR_FMT ") a", view_table(b->view), STR_ARG(buf_str(&b->where)));
}

static void put_from(struct build *b, struct buf *out)
{
    if (b->static_groups) {
        buf_add(out, buf_str(&b->from));
        return;
    }
    buf_addz(out, view_table(b->view));
    buf_addz(out, " r");
    buf_add(out, buf_str(&b->from));
    buf_add(out, buf_str(&b->where));
}

/* ---- counting ---- */

static void count_groups(struct build *b, struct query *q)
{
    if (b->static_groups) {
        q->count_known = true;
        q->count = b->static_groups;
        return;
    }
    struct buf out = {0};
    buf_addz(&out, "select count(*) from (select 1 from ");
    put_from(b, &out);
    put_group_by(b, &out);
    buf_addz(&out, ") g");
    q->count_rows = (struct query_sql){arena_copy(b->a, buf_str(&out)), b->group_params, b->sql.params};
    buf_free(&out);
}

static void count_records(struct build *b, struct query *q, unsigned filter_params)
{
    if (!query_is_filtered(b->view, &b->ask) && view_records(b->view) >= 0) {
        q->count_known = true;
        q->count = view_records(b->view);
        return;
    }
    struct buf out = {0};
    buf_printf(&out, "select count(*) from %s r" STR_FMT, view_table(b->view), STR_ARG(buf_str(&b->where)));
    q->count_rows = (struct query_sql){arena_copy(b->a, buf_str(&out)), filter_params, b->sql.params};
    buf_free(&out);
}

/* ---- the statement ---- */

static bool is_sliced(const struct build *b, enum query_kind kind)
{
    return kind == QUERY_EXPORT && !b->grouped && !b->aggregates && !b->order.n && b->ask.offset == 0 &&
           !view_is_catalogue(b->view);
}

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

/* Sets what the parameters of the next slice say. */
static void ask_slice(struct query *q)
{
    q->asked = query_wanted(q);
    if (q->by_place) {
        snprintf(q->from_text, sizeof q->from_text, "(%lld,0)", (long long)q->page);
        q->page += q->pages;
        snprintf(q->to_text, sizeof q->to_text, "(%lld,0)", (long long)q->page);
    } else {
        snprintf(q->from_text, sizeof q->from_text, "%lld", (long long)q->last_id);
        snprintf(q->to_text, sizeof q->to_text, "%lld", (long long)q->asked);
    }
    q->slice_params[0] = str_of(q->from_text);
    q->slice_params[1] = str_of(q->to_text);
}

static void put_slice(struct build *b, struct query *q, struct buf *out)
{
    struct buf by_key = {0};
    q->slice = QUERY_SLICE_BYTES / (64 * ((int64_t)b->n + 1)); /* 64 bytes a cell: more than most */
    q->pages = 1; /* what they hold is not known yet */
    q->last_id = -1;
    unsigned from = odsql_sql_bind(&b->sql, S("")), to = odsql_sql_bind(&b->sql, S(""));
    q->slice_params = b->sql.params + b->sql.n - 2;
    ask_slice(q);
    if (q->by_place) {
        buf_add(&by_key, buf_str(out));
        put_slice_end(b, &by_key, false, from, to);
        q->by_key = arena_copy(b->a, buf_str(&by_key));
        buf_free(&by_key);
    }
    put_slice_end(b, out, q->by_place, from, to);
}

static bool put_page(struct build *b, struct buf *out, struct err *e)
{
    if (!query_order(b, out, e))
        return false;
    b->sql.out = out;
    if (b->ask.limit >= 0) {
        buf_addz(out, " limit ");
        odsql_sql_param(&b->sql, arena_n(b->a, b->ask.limit), "bigint");
    }
    if (b->ask.offset > 0) {
        buf_addz(out, " offset ");
        odsql_sql_param(&b->sql, arena_n(b->a, b->ask.offset), "bigint");
    }
    return true;
}

/* ---- a file in an order of the caller's ---- */

static bool is_ordered(const struct build *b, enum query_kind kind)
{
    return kind == QUERY_EXPORT && !b->grouped && !b->aggregates && (b->order.n || b->ask.offset > 0) &&
           !view_is_catalogue(b->view);
}

/* Both statements are given all that was bound so far; what one does not use still wants a type. */
static void put_unused(struct buf *out, unsigned from, unsigned to)
{
    for (unsigned k = from + 1; k <= to; k++)
        buf_printf(out, " and (true or $%u::text is null)", k);
}

/* First the places of all rows in their order, then the rows of some places at a time. */
static bool put_ordered(struct build *b, struct query *q, struct buf *out, struct err *e)
{
    struct buf order = {0};
    unsigned outputs = b->sql.n;
    bool ok = put_page(b, &order, e);
    b->key_params = b->sql.n;
    buf_addz(&b->keys, "select r._id from ");
    put_from(b, &b->keys);
    buf_addz(&b->keys, b->where.n ? "" : " where true");
    put_unused(&b->keys, b->filter_params, outputs);
    buf_add(&b->keys, buf_str(&order));
    buf_free(&order);
    buf_addz(out, "select ");
    put_outputs(b, out);
    buf_addz(out, " from unnest(");
    b->sql.out = out;
    odsql_sql_param(&b->sql, S("{}"), "int[]");
    q->slice_params = b->sql.params + b->sql.n - 1;
    buf_printf(out, ") with ordinality as w (id, at) join %s r on r._id = w.id" STR_FMT " where true",
               view_table(b->view), STR_ARG(buf_str(&b->from)));
    put_unused(out, 0, b->filter_params);
    put_unused(out, outputs, b->key_params);
    buf_addz(out, " order by w.at");
    q->slice = QUERY_SLICE_BYTES / (64 * ((int64_t)b->n + 1));
    return ok;
}

/* "{7,3,12}": the places of the slice that is asked for next. */
static void ask_places(struct query *q)
{
    size_t n = 0, left = q->nplaces - q->place;
    q->asked = query_wanted(q) < (int64_t)left ? query_wanted(q) : (int64_t)left;
    for (int64_t i = 0; i < q->asked; i++)
        n += (size_t)snprintf(q->places_text + n, 16, "%c%d", i ? ',' : '{', (int)q->places[q->place + (size_t)i]);
    snprintf(q->places_text + n, 3, n ? "}" : "{}");
    q->slice_params[0] = str_of(q->places_text);
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
    ask_places(q);
}

/* In the rows alone, not in what counts them. */
static void put_after(struct build *b, struct buf *out)
{
    if (b->ask.after < 0)
        return;
    buf_addz(out, b->where.n ? " and r._id > " : " where r._id > ");
    b->sql.out = out;
    odsql_sql_param(&b->sql, arena_n(b->a, b->ask.after), "bigint");
}

static bool put_statement(struct build *b, struct query *q, enum query_kind kind, struct buf *out, struct err *e)
{
    struct buf order = {0};
    bool ok = true;
    q->total_at = -1;
    q->ordered = is_ordered(b, kind);
    if (q->ordered)
        return put_ordered(b, q, out, e);
    q->sliced = is_sliced(b, kind);
    q->by_place = q->sliced && !b->where.n && !b->from.n && (b->ask.limit < 0 || b->ask.limit > QUERY_SLICE);
    if (!q->sliced) /* its expressions may be those of aggregates: before they move to the join */
        ok = put_page(b, &order, e);
    if (ok && b->aggregates && !b->grouped)
        split_aggregates(b, &b->from);
    buf_addz(out, "select ");
    put_total(b, q, kind, out, put_outputs(b, out));
    buf_addz(out, " from ");
    put_from(b, out);
    put_after(b, out);
    put_group_by(b, out);
    buf_add(out, buf_str(&order));
    if (ok && q->sliced)
        put_slice(b, q, out);
    buf_free(&order);
    return ok;
}

static bool too_big(const struct build *b, const struct buf *out)
{
    return b->where.over || b->from.over || b->keys.over || b->text.over || out->over || b->sql.n >= ODSQL_PARAMS_MAX;
}

static void describe(struct build *b, struct query *q, enum query_kind kind)
{
    q->view = b->view;
    q->made = b;
    q->timed = b->sql.timed;
    q->grouped = b->grouped;
    q->summed = b->aggregates && !b->grouped;
    for (size_t i = 0; i < b->n; i++)
        q->summed = q->summed && b->outputs[i].aggregate;
    q->ids = !b->grouped;
    q->app_metas = b->ask.app_metas && !b->grouped && !view_is_catalogue(b->view);
    q->use_labels = b->ask.use_labels;
    q->limit = b->ask.limit;
    q->offset = b->ask.offset;
    q->after = b->ask.after;
    q->walks = kind == QUERY_RECORDS && !b->grouped && !b->aggregates && !b->order.n && b->ask.offset == 0 &&
               !view_is_catalogue(b->view);
    q->left = b->ask.limit;
    q->ncolumns = b->n;
    q->columns = ARENA_ARRAY(b->a, struct query_column, b->n + 1);
    for (size_t i = 0; i < b->n; i++)
        q->columns[i] = b->outputs[i].column;
    q->fast = !b->grouped && !b->aggregates && !b->order.n && !query_is_filtered(b->view, &b->ask) &&
              (kind == QUERY_RECORDS || q->sliced);
}

static bool build(struct build *b, struct query *q, enum query_kind kind, struct buf *out, struct err *e)
{
    b->sql.lang = b->ask.lang;
    b->sql.timezone = b->ask.timezone;
    b->sql.out = &b->where;
    if (!query_lists(b, e) || !query_ask_limits(&b->ask, kind, b->grouped, e) ||
        !query_filter(&b->sql, &b->ask, NULL, &b->where, e))
        return false;
    unsigned filter_params = b->filter_params = b->sql.n;
    if (!query_outputs(b, e))
        return false;
    if (b->grouped)
        count_groups(b, q);
    else
        count_records(b, q, filter_params);
    q->left = b->ask.limit;
    if (!put_statement(b, q, kind, out, e))
        return false;
    if (b->sql.failed.kind) {
        *e = b->sql.failed;
        return false;
    }
    if (too_big(b, out)) {
        struct odsql_scope s = {.clause = CLAUSE_WHERE};
        return odsql_complain(&s, e, "The query is too long.");
    }
    q->rows = (struct query_sql){arena_copy(b->a, buf_str(out)), b->sql.n, b->sql.params};
    if (q->ordered)
        q->keys = (struct query_sql){arena_copy(b->a, buf_str(&b->keys)), b->key_params, b->sql.params};
    describe(b, q, kind);
    return true;
}

enum { SQL_MAX = 1 << 20 };

static bool make(struct build *b, enum query_kind kind, struct query **out, struct err *e)
{
    struct buf text = {.max = SQL_MAX};
    struct query *q = ARENA_NEW(b->a, struct query);
    b->where.max = b->from.max = b->text.max = b->keys.max = SQL_MAX;
    bool ok = build(b, q, kind, &text, e);
    buf_free(&b->where);
    buf_free(&b->from);
    buf_free(&b->text);
    buf_free(&b->keys);
    buf_free(&text);
    if (ok)
        *out = q;
    return ok;
}

bool query_cursor(const struct query *q, int64_t last_id, char out[QUERY_CURSOR])
{
    if (q->walks && last_id >= 0 && last_id <= INT32_MAX)
        snprintf(out, QUERY_CURSOR, STR_FMT "%08x", STR_ARG(view_class(q->view)), (unsigned)last_id);
    return q->walks;
}

bool query_make(struct arena *a, const struct dataset_view *v, enum query_kind kind,
                const struct query_param *params, size_t n, struct query **out, struct err *e)
{
    struct build *b = ARENA_NEW(a, struct build);
    b->a = a;
    b->view = v;
    b->series = kind == QUERY_SERIES;
    odsql_sql_init(&b->sql, a, v);
    return query_ask_read(v, kind, params, n, &b->ask, e) && make(b, kind, out, e);
}

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
    if (q->pages > 0)
        q->pages = (int64_t)(QUERY_SLICE_BYTES / (bytes / (size_t)q->pages + 1));
    if (q->pages > QUERY_SLICE_PAGES)
        q->pages = QUERY_SLICE_PAGES;
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

static bool next_places(struct query *q)
{
    q->place += (size_t)q->asked;
    if (q->place < q->nplaces)
        ask_places(q);
    return q->place < q->nplaces;
}

/* Where the table does not go on in its order, at its end, and where one page is too much at once: by the index from here. */
static void leave_places(struct query *q)
{
    q->by_place = false;
    q->rows.sql = q->by_key;
}

static int at_most(int n, int64_t left)
{
    return left >= 0 && left < n ? (int)left : n;
}

int query_taken(struct query *q, const PGresult *r, bool *last)
{
    int n = PQntuples(r), good = q->by_place ? in_order(q, r) : n, taken = at_most(good, q->left);
    bool ends = !q->by_place && n < q->asked;
    query_pace(q, PQresultMemorySize(r), (size_t)n);
    *last = q->ordered ? !next_places(q) : true;
    if (!q->sliced)
        return n;
    if (taken > 0)
        q->last_id = cell_i64(r, taken - 1, 0);
    if (q->left >= 0)
        q->left -= taken;
    if (q->by_place && (good < n || n == 0 || q->pages == 0))
        leave_places(q);
    *last = q->left == 0 || ends;
    if (!*last)
        ask_slice(q);
    return taken;
}

/* ---- one record ---- */

enum { TAG = 16 };

static void tag(const struct dataset_view *v, uint32_t row, unsigned char out[TAG])
{
    crypto_generichash_state h;
    struct str id = view_dataset(v);
    unsigned char place[4] = {(unsigned char)(row >> 24), (unsigned char)(row >> 16), (unsigned char)(row >> 8),
                              (unsigned char)row};
    crypto_generichash_init(&h, NULL, 0, TAG);
    crypto_generichash_update(&h, place, sizeof place);
    if (id.n)
        crypto_generichash_update(&h, (const unsigned char *)id.p, id.n);
    crypto_generichash_final(&h, out, TAG);
}

/* 32 digits say which dataset and row, 8 where it stands. */
void record_id(const struct dataset_view *v, int64_t row, char out[41])
{
    unsigned char sum[TAG];
    tag(v, (uint32_t)row, sum);
    sodium_bin2hex(out, 33, sum, TAG);
    snprintf(out + 32, 9, "%08x", (unsigned)(uint32_t)row);
}

static bool record_row(const struct dataset_view *v, struct str id, int64_t *row)
{
    char want[41];
    uint32_t place = 0;
    if (id.n != 40)
        return false;
    for (size_t i = 32; i < 40; i++) {
        const char *hex = "0123456789abcdef", *at = strchr(hex, id.p[i]);
        if (!at || !*at)
            return false;
        place = place << 4 | (uint32_t)(at - hex);
    }
    record_id(v, (int64_t)place, want);
    *row = (int64_t)place;
    return str_eq(id, str_of(want)) && place <= INT32_MAX;
}

bool query_record(struct arena *a, const struct dataset_view *v, struct str id,
                  const struct query_param *params, size_t n, struct query **out, struct err *e)
{
    int64_t row;
    if (!record_row(v, id, &row))
        return ERR(e, err_query_record_unknown, "id"), err_arg(e, STR_FMT, STR_ARG(id));
    struct build *b = ARENA_NEW(a, struct build);
    b->a = a;
    b->view = v;
    odsql_sql_init(&b->sql, a, v);
    if (!query_ask_read(v, QUERY_RECORDS, params, n, &b->ask, e))
        return false;
    b->ask.group_by = b->ask.order_by = STR_NONE;
    b->ask.nwhere = b->ask.nrefine = 0;
    b->ask.limit = 1;
    b->ask.offset = 0;
    b->sql.out = &b->where;
    struct buf text = {.max = SQL_MAX};
    struct query *q = ARENA_NEW(a, struct query);
    bool ok = query_lists(b, e) && query_filter(&b->sql, &b->ask, NULL, &b->where, e);
    if (ok) {
        b->sql.out = &b->where;
        buf_addz(&b->where, b->where.n ? " and r._id = " : " where r._id = ");
        odsql_sql_param(&b->sql, arena_n(a, row), "int");
        b->sql.lang = b->ask.lang;
        b->sql.timezone = b->ask.timezone;
        ok = query_outputs(b, e) && put_statement(b, q, QUERY_RECORDS, &text, e);
    }
    if (ok && b->sql.failed.kind) {
        *e = b->sql.failed;
        ok = false;
    }
    if (ok) {
        q->rows = (struct query_sql){arena_copy(a, buf_str(&text)), b->sql.n, b->sql.params};
        describe(b, q, QUERY_RECORDS);
        q->fast = !b->aggregates;
        *out = q;
    }
    buf_free(&b->where);
    buf_free(&b->from);
    buf_free(&b->text);
    buf_free(&text);
    return ok;
}
