#include "tenants/publishing/load.h"

#include <stdio.h>

#include "core/base/jr.h"
#include "core/data/intake/ingest.h"
#include "core/data/value/type.h"
#include "core/data/intake/version.h"
#include "core/db/copy.h"
#include "core/db/sqlstate.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/sql.h"

static bool run(struct conn *c, struct buf *sql, struct err *e)
{
    buf_addc(sql, '\0');
    bool ok = !sql->over && conn_exec(c, sql->p, e);
    buf_reset(sql);
    return ok;
}

const json_t *load_named(const json_t *list, struct str name)
{
    const json_t *c;
    size_t i;
    json_array_foreach(list, i, c)
        if (str_eq(jr_str(c, "name"), name))
            return c;
    return NULL;
}

/* "c12" or "rest[3]", made anew from the number: what stands in a JSON never becomes SQL. */
static bool place(const json_t *column, bool *rest, unsigned *number)
{
    struct str sql = jr_str(column, "sql");
    uint64_t n = 0;
    *rest = str_starts(sql, S("rest["));
    size_t skip = *rest ? 5 : 1;
    size_t end = sql.n - (*rest && sql.n > 0);
    if (sql.n <= skip || (!*rest && sql.p[0] != 'c') || !str_u64(str_part(sql, skip, end - skip), &n) || n == 0 ||
        n > 500)
        return false;
    *number = (unsigned)n;
    return true;
}

bool load_put_place(struct buf *sql, const json_t *column)
{
    bool rest;
    unsigned n;
    if (!place(column, &rest, &n))
        return false;
    buf_printf(sql, rest ? "rest[%u]" : "c%u", n);
    return true;
}

static bool differ(const json_t *column, struct err *e)
{
    ERR(e, err_columns_differ, "append");
    return err_arg(e, STR_FMT, STR_ARG(str_part(jr_str(column, "name"), 0, 120)));
}

/* The same columns with the same types, in whatever order. */
static bool columns_agree(const json_t *old, const json_t *new, struct err *e)
{
    const json_t *c, *other;
    size_t i;
    json_array_foreach(old, i, c) {
        other = load_named(new, jr_str(c, "name"));
        if (!other || !str_eq(jr_str(c, "type"), jr_str(other, "type")))
            return differ(c, e);
    }
    json_array_foreach(new, i, c)
        if (!load_named(old, jr_str(c, "name")))
            return differ(c, e);
    return true;
}

/* How cells are written, and that others become empty, was agreed with the rows that stand: what is added behind them says
 * nothing of it. */
static void keep_agreed(const json_t *old, const json_t *new)
{
    static const char *const agreed[] = {"format", "bad"};
    json_t *column;
    size_t i;
    json_array_foreach(new, i, column)
        for (size_t k = 0; old && k < sizeof agreed / sizeof agreed[0]; k++) {
            json_t *was = json_object_get(load_named(old, jr_str(column, "name")), agreed[k]);
            json_object_del(column, agreed[k]);
            json_object_set(column, agreed[k], was);
        }
}

/* The column of the report that stands at c<number> or rest[<number>]; NULL: none. */
static const json_t *column_at(const json_t *columns, bool rest, unsigned number)
{
    const json_t *c;
    size_t i;
    json_array_foreach(columns, i, c) {
        bool in_rest;
        unsigned n;
        if (place(c, &in_rest, &n) && in_rest == rest && n == number)
            return c;
    }
    return NULL;
}

/* One value of an old row as the new layout wants it: a text within rest, its type outside. */
static bool put_old(struct buf *sql, const json_t *old, const json_t *wanted, bool as_text)
{
    enum column_type t;
    const json_t *from = load_named(old, jr_str(wanted, "name"));
    if (!from || !type_by_name(jr_str(from, "type"), &t))
        return false;
    buf_addc(sql, '(');
    if (!load_put_place(sql, from))
        return false;
    buf_printf(sql, ")::%s", as_text ? "text" : type_sql(t));
    return true;
}

static bool copy_old(struct conn *c, struct buf *sql, const struct load *l, const struct uuid *id, const json_t *report,
                     struct err *e)
{
    const json_t *columns = jr_array(report, "columns"), *column;
    char to[VERSION_TABLE], from[VERSION_TABLE];
    const json_t *at = NULL; /* where the old rows have no place */
    bool ok = true;
    version_table(to, id);
    version_table(from, &l->old_id);
    buf_printf(sql, "INSERT INTO %s SELECT _id", to);
    for (unsigned n = 1; ok && (column = column_at(columns, false, n)); n++) {
        buf_addz(sql, ", ");
        at = column;
        ok = put_old(sql, l->old, column, false);
    }
    for (unsigned n = 1; ok && (column = column_at(columns, true, n)); n++) {
        buf_addz(sql, n == 1 ? ", ARRAY[" : ", ");
        at = column;
        ok = put_old(sql, l->old, column, true);
    }
    buf_printf(sql, "%s FROM %s ORDER BY _id", column_at(columns, true, 1) ? "]" : "", from);
    if (ok)
        return run(c, sql, e);
    ERR(e, err_columns_differ, "no place");
    return err_arg(e, STR_FMT, STR_ARG(str_part(jr_str(at, "name"), 0, 120)));
}

static bool begin_table(struct conn *c, struct buf *sql, const struct load *l, const struct uuid *id,
                        const json_t *report, struct err *e)
{
    if (l->old && !columns_agree(l->old, jr_array(report, "columns"), e))
        return false;
    return version_create(sql, id, report, e) && run(c, sql, e) && (!l->old || copy_old(c, sql, l, id, report, e));
}

/* Nothing a reader of ours sends is larger: widened numbers, lengths and their row heads. */
static uint64_t most_bytes(const json_t *report, unsigned fields)
{
    uint64_t rows = (uint64_t)jr_i64(jr_object(report, "rows"), "kept", 0);
    return (1 << 20) + 64 * fields * rows + 4 * (uint64_t)jr_i64(report, "bytes", 0);
}

static bool take_rows(struct conn *c, struct buf *sql, const struct load *l, const struct uuid *id, struct ingest *g,
                      struct err *e)
{
    struct copy_counts counts;
    struct copy_limits limits = {.rows = (uint64_t)l->most_rows, .fields = ingest_fields(g),
                                 .on_progress = l->on_progress, .context = l->context};
    limits.bytes = most_bytes(g->report, limits.fields);
    version_copy(sql, id);
    buf_addc(sql, '\0');
    bool ok = copy_in(c, sql->p, ingest_stream(g), &limits, &counts, e) && ingest_finish(g, counts.rows, e);
    buf_reset(sql);
    return ok;
}

static bool index_rows(struct conn *c, struct buf *sql, const struct load *l, const struct uuid *id,
                       const json_t *report, struct err *e)
{
    json_t *suggested = json_array();
    if (!l->facets)
        version_facets(suggested, report);
    version_index(sql, id, report, l->facets ? l->facets : suggested);
    json_decref(suggested);
    return run(c, sql, e);
}

/* The line of labels as a canonical CSV writes it: counted once, not once a part. */
static int64_t label_bytes(const json_t *columns)
{
    const json_t *c;
    size_t i;
    int64_t n = 0;
    json_array_foreach(columns, i, c) {
        struct str s = jr_str(c, "label");
        int64_t quotes = 0;
        bool needed = false;
        for (size_t k = 0; k < s.n; k++) {
            quotes += s.p[k] == '"';
            needed |= s.p[k] == ',' || s.p[k] == '\n' || s.p[k] == '\r';
        }
        n += (int64_t)s.n + 1 + (quotes || needed ? quotes + 2 : 0);
    }
    return n;
}

static bool mark_ready(struct conn *c, const struct loaded *v, struct err *e)
{
    struct buf columns = {0};
    char rows[24], bytes[24];
    snprintf(rows, sizeof rows, "%lld", (long long)v->rows);
    snprintf(bytes, sizeof bytes, "%lld", (long long)v->bytes);
    version_columns(&columns, v->report);
    const struct str params[] = {uuid_str(&v->id), buf_str(&columns), str_of(rows), str_of(bytes)};
    bool ok = tenant_do(c, &sql_version_insert, params, e);
    buf_reset(&columns);
    version_extent(&columns, &v->id, v->report);
    ok = ok && (columns.n == 0 || run(c, &columns, e));
    buf_free(&columns);
    return ok;
}

static bool settle(struct conn *c, const struct load *l, struct ingest *g, struct loaded *v, struct err *e)
{
    v->rows = l->old_rows + jr_i64(jr_object(g->report, "rows"), "kept", 0);
    v->bytes = jr_i64(g->report, "bytes", 0);
    if (l->old)
        v->bytes += l->old_bytes - label_bytes(jr_array(g->report, "columns"));
    int64_t before = v->rows;
    if (!l->settle)
        return true;
    bool ok = l->settle(c, &v->id, g->report, l->context, &v->rows, e);
    if (ok && before > 0) /* what went is counted as rows of middling length: exact again with the next whole file */
        v->bytes = (int64_t)((double)v->bytes * (double)v->rows / (double)before);
    return ok;
}

static bool load_rows(struct conn *c, const struct load *l, struct ingest *g, struct loaded *v, struct err *e)
{
    struct buf sql = {0};
    bool ok = (!l->check || l->check(g->report, l->context, e)) && begin_table(c, &sql, l, &v->id, g->report, e) &&
              take_rows(c, &sql, l, &v->id, g, e) && settle(c, l, g, v, e) && index_rows(c, &sql, l, &v->id, g->report, e);
    buf_free(&sql);
    return ok;
}

bool load_version(struct conn *c, const struct load *l, struct loaded *out, struct err *e)
{
    struct ingest g;
    struct loaded v = {.id = uuid_make()};
    struct child_limits limits = ingest_limits(l->size_bytes);
    limits.memory_bytes += 3 * l->join_bytes;
    if (!ingest_start_with(&g, l->fd, l->options, false, &limits, l->joins, l->njoins, e)) {
        if (l->on_found && ingest_found(&g))
            l->on_found(ingest_found(&g), l->context);
        ingest_free(&g);
        return false;
    }
    bool ok = load_rows(c, l, &g, &v, e);
    if (ok) {
        v.report = json_incref(g.report);
        keep_agreed(l->old, jr_array(v.report, "columns"));
        ok = mark_ready(c, &v, e);
    }
    ingest_free(&g);
    if (ok)
        *out = v;
    else
        json_decref(v.report);
    return ok;
}

bool load_doubles(struct conn *c, const struct loaded *v, const json_t *names, int64_t old_rows, int64_t *count,
                  struct err *e)
{
    struct buf sql = {0};
    const json_t *name, *column;
    char table[VERSION_TABLE];
    size_t i;
    unsigned n = 0;
    *count = 0;
    version_table(table, &v->id);
    buf_printf(&sql, "SELECT count(*) FROM (SELECT 1 FROM %s GROUP BY ", table);
    json_array_foreach(names, i, name) {
        column = load_named(jr_array(v->report, "columns"), str_of(json_string_value(name)));
        if (column && (buf_addz(&sql, n ? ", " : ""), load_put_place(&sql, column)))
            n++;
    }
    buf_printf(&sql, " HAVING count(*) > 1 AND max(_id) > %lld) AS d", (long long)old_rows);
    buf_addc(&sql, '\0');
    PGresult *r = n ? PQexec(conn_pq(c), sql.p) : NULL;
    bool ok = n == 0 || PQresultStatus(r) == PGRES_TUPLES_OK || sqlstate_err(e, conn_pq(c), r, "doubles");
    if (ok && n)
        str_i64(str_of(PQgetvalue(r, 0, 0)), count);
    PQclear(r);
    buf_free(&sql);
    return ok;
}
