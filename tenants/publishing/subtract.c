#include "tenants/publishing/subtract.h"

#include "core/base/jr.h"
#include "core/data/check/secrecy.h"
#include "core/db/sqlstate.h"
#include "tenants/publishing/load.h"

enum { COLUMNS_MAX = 60 }; /* a second or three for 300,000 rows; each one more a tenth */

/* compare_counts' rows */
enum { WHICH, DOUBLES, PAIRS, CHANGED, UP, DOWN, SMALL, CELLS };

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

static bool judge(const PGresult *r, int row, json_t *secrecy, const json_t *counts, unsigned threshold, struct err *e)
{
    int64_t n[CELLS] = {0};
    for (int i = 0; i < CELLS; i++)
        str_i64(str_of(PQgetvalue(r, row, i)), &n[i]);
    struct str column = str_of(json_string_value(json_array_get(counts, (size_t)n[WHICH])));
    bool nested = n[UP] == 0 || n[DOWN] == 0 || n[CHANGED] * 2 <= n[PAIRS];
    if (n[SMALL] > 0 && !nested)
        not_judged(secrecy, column, "secrecy_other_moment");
    if (n[DOUBLES] > 0)
        not_judged(secrecy, column, "secrecy_no_pairs");
    if (n[SMALL] == 0 || !nested)
        return true;
    json_t *cells = jr_parse(str_of(PQgetvalue(r, row, CELLS)), e);
    if (cells)
        found(secrecy, column, n[SMALL], threshold, cells);
    json_decref(cells);
    return cells != NULL;
}

static bool compare(struct conn *c, struct buf *sql, json_t *secrecy, const json_t *counts, unsigned threshold, struct err *e)
{
    buf_addc(sql, '\0');
    PGresult *r = PQexec(conn_pq(c), sql->p);
    bool ok = PQresultStatus(r) == PGRES_TUPLES_OK || sqlstate_err(e, conn_pq(c), r, "subtract");
    for (int row = 0; ok && row < PQntuples(r); row++)
        ok = judge(r, row, secrecy, counts, threshold, e);
    PQclear(r);
    return ok;
}

static bool nothing_pairs(json_t *secrecy, const json_t *counts)
{
    const json_t *name;
    size_t i;
    json_array_foreach(counts, i, name)
        not_judged(secrecy, str_of(json_string_value(name)), "secrecy_no_pairs");
    return true;
}

static bool is_count(const json_t *column)
{
    return column && str_eq(jr_str(column, "type"), S("int")) && secrecy_counts_persons(jr_str(column, "name"));
}

bool subtract_find(struct conn *c, const struct compare_side *before, const struct compare_side *after, const json_t *key,
                   json_t *report, struct err *e)
{
    json_t *secrecy = json_object_get(report, "secrecy"), *counts = json_array();
    unsigned threshold = (unsigned)jr_i64(secrecy, "threshold", SECRECY_THRESHOLD);
    struct buf sql = {0};
    const json_t *column;
    size_t i;
    json_array_foreach(after->columns, i, column) {
        struct str name = jr_str(column, "name");
        if (!is_count(column) || !is_count(load_named(before->columns, name)))
            continue;
        if (json_array_size(counts) < COLUMNS_MAX)
            json_array_append(counts, json_object_get(column, "name"));
        else
            not_judged(secrecy, name, "secrecy_too_wide");
    }
    bool ok = !json_is_object(secrecy) || json_array_size(counts) == 0;
    if (!ok && compare_counts(&sql, before, after, key, counts, threshold))
        ok = compare(c, &sql, secrecy, counts, threshold, e);
    else if (!ok)
        ok = nothing_pairs(secrecy, counts);
    buf_free(&sql);
    json_decref(counts);
    return ok;
}
