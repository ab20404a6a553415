#include "federation/filter.h"

#include "core/base/errors.h"
#include "core/data/query/cell.h"
#include "tenants/people/grant.h"

/* In the caller's transaction; one bigint. */
static bool count(struct conn *c, const struct query_sql *q, int64_t *n, struct err *e)
{
    PGresult *r = conn_ask_once(c, q->sql, q->nparams, q->params, e);
    bool ok = r && (PQntuples(r) == 1 || ERR(e, err_internal, "a count of %d rows", PQntuples(r)));
    if (ok)
        *n = cell_i64(r, 0, 0);
    PQclear(r);
    return ok;
}

bool filter_records(struct conn *c, struct arena *a, const struct source *s, struct str row_filter, struct str *records,
                    struct err *e)
{
    const struct dataset_view *view;
    struct query *q;
    int64_t n = 0;
    struct grant_source source = {s->dataset_id, s->version, s->columns, s->fields, row_filter, 0};
    *records = s->records;
    if (!row_filter.n)
        return true;
    str_i64(s->records, &source.records);
    if (!grant_copy(a, &source, &view, e) || !query_make(a, view, QUERY_RECORDS, NULL, 0, &q, e))
        return false;
    if (q->count_known)
        n = q->count;
    else if (!count(c, &q->count_rows, &n, e))
        return false;
    *records = arena_n(a, n);
    return true;
}
