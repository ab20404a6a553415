#include "tenants/publishing/subtract.h"

#include "core/base/jr.h"
#include "core/data/secrecy.h"
#include "core/db/sqlstate.h"

/* compare_counts' row */
enum { DOUBLES, PAIRS, CHANGED, UP, DOWN, SMALL, CELLS };

static void not_judged(json_t *secrecy, struct str column, const char *why)
{
    json_array_append_new(json_object_get(secrecy, "not_judged"),
                          json_pack("{s:s%,s:{s:s,s:[]}}", "column", column.p, column.n, "reason", "code", why, "args"));
}

static void found(json_t *secrecy, struct str column, int64_t n, unsigned threshold, json_t *cells)
{
    json_array_append_new(json_object_get(secrecy, "findings"),
                          json_pack("{s:s,s:s%,s:I,s:{s:s,s:[o]},s:O}", "kind", "difference", "column", column.p, column.n, "count",
                                    (json_int_t)n, "reason", "code", "secrecy_difference", "args",
                                    json_sprintf("%u", threshold), "cells", cells));
    json_object_set_new(secrecy, "total", json_integer(jr_i64(secrecy, "total", 0) + n));
}

static bool judge(const PGresult *r, json_t *secrecy, struct str column, unsigned threshold, struct err *e)
{
    int64_t n[CELLS] = {0};
    for (int i = 0; i < CELLS; i++)
        str_i64(str_of(PQgetvalue(r, 0, i)), &n[i]);
    bool nested = n[UP] == 0 || n[DOWN] == 0 || n[CHANGED] * 2 <= n[PAIRS];
    if (n[SMALL] > 0 && !nested)
        not_judged(secrecy, column, "secrecy_other_moment");
    if (n[DOUBLES] > 0)
        not_judged(secrecy, column, "secrecy_no_pairs");
    if (n[SMALL] == 0 || !nested)
        return true;
    json_t *cells = jr_parse(str_of(PQgetvalue(r, 0, CELLS)), e);
    if (cells)
        found(secrecy, column, n[SMALL], threshold, cells);
    json_decref(cells);
    return cells != NULL;
}

static bool one(struct conn *c, const struct compare_side *before, const struct compare_side *after, const json_t *key,
                struct str column, json_t *secrecy, struct err *e)
{
    struct buf sql = {0};
    unsigned threshold = (unsigned)jr_i64(secrecy, "threshold", SECRECY_THRESHOLD);
    if (!compare_counts(&sql, before, after, key, column, threshold)) {
        not_judged(secrecy, column, "secrecy_no_pairs");
        return true;
    }
    buf_addc(&sql, '\0');
    PGresult *r = PQexec(conn_pq(c), sql.p);
    bool ok = (PQresultStatus(r) == PGRES_TUPLES_OK || sqlstate_err(e, conn_pq(c), r, "subtract")) &&
              judge(r, secrecy, column, threshold, e);
    PQclear(r);
    buf_free(&sql);
    return ok;
}

bool subtract_find(struct conn *c, const struct compare_side *before, const struct compare_side *after, const json_t *key,
                   json_t *report, struct err *e)
{
    json_t *secrecy = json_object_get(report, "secrecy");
    const json_t *column;
    size_t i;
    bool ok = true;
    if (!json_is_object(secrecy))
        return true;
    json_array_foreach(after->columns, i, column)
        if (ok && str_eq(jr_str(column, "type"), S("int")) && secrecy_counts_persons(jr_str(column, "name")))
            ok = one(c, before, after, key, jr_str(column, "name"), secrecy, e);
    return ok;
}
