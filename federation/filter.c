#include "federation/filter.h"

#include "core/data/query/query.h"
#include "core/db/sqlstate.h"
#include "tenants/people/grant.h"

/* The compiler's statement on the rows, in the caller's transaction; one bigint in binary. */
static bool count(struct conn *c, struct arena *a, const struct query_sql *q, int64_t *n, struct err *e)
{
    const char **values = ARENA_ARRAY(a, const char *, q->nparams + 1);
    for (unsigned i = 0; i < q->nparams; i++)
        values[i] = q->params[i].p ? arena_copy(a, q->params[i]) : NULL;
    PGresult *r = PQexecParams(conn_pq(c), q->sql, (int)q->nparams, NULL, values, NULL, NULL, 0);
    bool ok = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1 && str_i64(str_of(PQgetvalue(r, 0, 0)), n);
    if (!ok)
        sqlstate_err(e, conn_pq(c), r, "row filter of a copy");
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
    else if (!count(c, a, &q->count_rows, &n, e))
        return false;
    *records = arena_n(a, n);
    return true;
}
