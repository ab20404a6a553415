#include "core/data/query/query.h"

#include <stdio.h>

#include "core/data/errors.h"
#include "core/data/query/cell.h"
#include "core/data/query/query_build.h"
#include "core/data/query/record_id.h"

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
int query_put_outputs(struct build *b, struct buf *out)
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

void query_put_from(struct build *b, struct buf *out)
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
    query_put_from(b, &out);
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

bool query_put_page(struct build *b, struct buf *out, struct err *e)
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
    q->total_at = -1;
    if (kind == QUERY_EXPORT && query_is_cut(b))
        return query_put_slices(b, q, out, e);
    /* Its expressions may be those of aggregates: before they move to the join. */
    bool ok = query_put_page(b, &order, e);
    if (ok && b->aggregates && !b->grouped)
        split_aggregates(b, &b->from);
    buf_addz(out, "select ");
    put_total(b, q, kind, out, query_put_outputs(b, out));
    buf_addz(out, " from ");
    query_put_from(b, out);
    put_after(b, out);
    put_group_by(b, out);
    buf_add(out, buf_str(&order));
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

/* ---- one record ---- */

bool query_record(struct arena *a, const struct dataset_view *v, struct str id,
                  const struct query_param *params, size_t n, struct query **out, struct err *e)
{
    int64_t row;
    if (!record_id_row(v, id, &row))
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
