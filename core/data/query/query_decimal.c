/* How long the values of decimal columns are: files whose numbers have a declared width must know before the first row. */
#include "core/data/query/cell.h"
#include "core/data/query/query_build.h"

/* A column as it is stored; what is computed has no bounds of its own. */
static bool is_stored_decimal(const struct output *o)
{
    bool stored = !o->aggregate && !o->grouped && (!o->expr || o->expr->kind == NODE_FIELD);
    return stored && o->column.type == TYPE_DECIMAL && o->column.range == RANGE_NONE;
}

bool query_decimals(struct query *q, struct query_sql *out)
{
    struct build *b = q->made;
    struct buf sql = {0};
    for (size_t i = 0; !b->grouped && i < b->n; i++) {
        struct str x = b->outputs[i].sql;
        if (is_stored_decimal(&b->outputs[i]))
            buf_printf(&sql,
                       "%smax(length(ltrim(replace(abs(trim_scale(" STR_FMT "))::text, '.', ''), '0')))::bigint, "
                       "max(scale(trim_scale(" STR_FMT ")))::bigint, max(length(trunc(abs(" STR_FMT "))::text))::bigint",
                       sql.n ? ", " : "select ", STR_ARG(x), STR_ARG(x), STR_ARG(x));
    }
    bool some = sql.n > 0;
    buf_printf(&sql, " from %s r", view_table(b->view));
    unsigned n = 0;
    const struct str *params = view_base(b->view, &n);
    *out = (struct query_sql){arena_copy(b->a, buf_str(&sql)), n, params};
    buf_free(&sql);
    return some;
}

void query_decimals_take(struct query *q, const PGresult *r)
{
    struct build *b = q->made;
    int at = 0;
    for (size_t i = 0; i < b->n; i++) {
        struct query_column *c = &q->columns[i];
        if (!is_stored_decimal(&b->outputs[i]))
            continue;
        bool any = !PQgetisnull(r, 0, at) && !PQgetisnull(r, 0, at + 1) && !PQgetisnull(r, 0, at + 2);
        int64_t digits = any ? cell_i64(r, 0, at) : 0, scale = any ? cell_i64(r, 0, at + 1) : 0;
        int64_t wide = any ? cell_i64(r, 0, at + 2) + scale : 0;
        if (digits > QUERY_DOUBLE_DIGITS && wide <= QUERY_DECIMAL_DIGITS) {
            c->decimal_digits = (int)wide;
            c->decimal_scale = (int)scale;
        }
        at += 3;
    }
}
