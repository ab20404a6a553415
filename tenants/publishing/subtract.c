#include "tenants/publishing/subtract.h"

#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/data/check/secrecy.h"
#include "core/db/errors.h"
#include "core/db/sqlstate.h"
#include "tenants/publishing/load.h"
#include "tenants/publishing/sql.h"

/* compare_counts' totals: of all, then of each count */
enum { DOUBLES, FIRST };
enum { PAIRS, CHANGED, UP, DOWN, SMALL, TOTALS };

struct subtracting {
    struct conn *c;
    const struct compare_side *after;
    const json_t *key;
    json_t *secrecy;
    unsigned threshold;
    int64_t until_us;
    bool late;
    struct compare_side before; /* the one that is compared now */
    int64_t number;             /* of it */
    bool is_newest;
};

/* ---- what is said ---- */

static bool is_said(const json_t *list, struct str column, const char *why)
{
    const json_t *said;
    size_t i;
    json_array_foreach(list, i, said)
        if (str_eq(jr_str(said, "column"), column) && (!why || str_eq(jr_str(jr_object(said, "reason"), "code"), str_of(why))))
            return true;
    return false;
}

static void not_judged(const struct subtracting *s, struct str column, const char *why)
{
    json_t *list = json_object_get(s->secrecy, "not_judged");
    if (!is_said(list, column, why))
        json_array_append_new(list, json_pack("{s:s%,s:{s:s,s:[]}}", "column", column.p, column.n, "reason", "code", why, "args"));
}

static json_t *reason_of(const struct subtracting *s)
{
    return s->is_newest ? json_pack("{s:s,s:[o]}", "code", "secrecy_difference", "args", json_sprintf("%u", s->threshold))
                        : json_pack("{s:s,s:[o,o]}", "code", "secrecy_difference_older", "args", json_sprintf("%u", s->threshold),
                                    json_sprintf("%lld", (long long)s->number));
}

static void found(const struct subtracting *s, struct str column, int64_t n, json_t *cells)
{
    json_array_append_new(json_object_get(s->secrecy, "findings"),
                          json_pack("{s:s,s:s%,s:I,s:o,s:O}", "kind", "difference", "column", column.p, column.n, "count",
                                    (json_int_t)n, "reason", reason_of(s), "cells", cells));
    json_object_set_new(s->secrecy, "total", json_integer(jr_i64(s->secrecy, "total", 0) + n));
}

static bool is_found(const struct subtracting *s, struct str column)
{
    const json_t *f;
    size_t i;
    json_array_foreach(json_object_get(s->secrecy, "findings"), i, f)
        if (str_eq(jr_str(f, "kind"), S("difference")) && str_eq(jr_str(f, "column"), column))
            return true;
    return false;
}

/* ---- asking ---- */

/* A table that this transaction made has no statistics: the planner takes it for a few rows, and pairs each with each. */
static bool set_limit(struct subtracting *s, int64_t left_ms, struct err *e)
{
    char sql[160];
    snprintf(sql, sizeof sql, "SAVEPOINT subtract; SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL statement_timeout = %lld",
             (long long)left_ms);
    return conn_exec(s->c, sql, e);
}

/* Nothing is written, so that the way back is the same for what was answered and what took too long. *r NULL: it did. */
static bool ask(struct subtracting *s, enum compare_what what, const json_t *counts, PGresult **r, struct err *e)
{
    int64_t left_ms = (s->until_us - clock_monotonic_us()) / 1000;
    struct buf sql = {0};
    *r = NULL;
    s->late = s->late || left_ms <= 0;
    if (s->late || !compare_counts(&sql, what, &s->before, s->after, s->key, counts, s->threshold))
        return true;
    buf_addc(&sql, '\0');
    bool ok = set_limit(s, left_ms, e);
    if (ok) {
        *r = PQexec(conn_pq(s->c), sql.p);
        ok = PQresultStatus(*r) == PGRES_TUPLES_OK || sqlstate_err(e, conn_pq(s->c), *r, "subtract");
        s->late = !ok && e->kind == &err_deadline;
    }
    buf_free(&sql);
    if (!ok) {
        PQclear(*r);
        *r = NULL;
    }
    if (s->late)
        *e = (struct err){0};
    return (ok || s->late) && conn_exec(s->c, "ROLLBACK TO SAVEPOINT subtract; RELEASE SAVEPOINT subtract", e);
}

static int64_t figure(const PGresult *r, int column)
{
    int64_t n = 0;
    str_i64(str_of(PQgetvalue(r, 0, column)), &n);
    return n;
}

static struct str name_at(const json_t *counts, size_t i)
{
    return str_of(json_string_value(json_array_get(counts, i)));
}

/* Those to be told with their cells go to `few`, how many cells to `sizes`. */
static void judge(const struct subtracting *s, const PGresult *r, const json_t *counts, json_t *few, int64_t *sizes)
{
    for (size_t i = 0; i < json_array_size(counts); i++) {
        int64_t n[TOTALS];
        struct str column = name_at(counts, i);
        for (int k = 0; k < TOTALS; k++)
            n[k] = figure(r, FIRST + TOTALS * (int)i + k);
        bool nested = n[UP] == 0 || n[DOWN] == 0 || n[CHANGED] * 2 <= n[PAIRS];
        if (n[SMALL] > 0 && !nested)
            not_judged(s, column, "secrecy_other_moment");
        if (figure(r, DOUBLES) > 0)
            not_judged(s, column, "secrecy_no_pairs");
        if (n[SMALL] == 0 || !nested)
            continue;
        sizes[json_array_size(few)] = n[SMALL];
        json_array_append(few, json_array_get(counts, i));
    }
}

static bool tell(const struct subtracting *s, const PGresult *r, const json_t *few, const int64_t *sizes, struct err *e)
{
    for (size_t i = 0; i < json_array_size(few); i++) {
        json_t *cells = r ? jr_parse(str_of(PQgetvalue(r, (int)i, 0)), e) : json_array(); /* too late for the cells: found it is */
        if (!cells)
            return false;
        found(s, name_at(few, i), sizes[i], cells);
        json_decref(cells);
    }
    return true;
}

static bool compare(struct subtracting *s, const json_t *counts, struct err *e)
{
    json_t *few = json_array();
    int64_t sizes[COMPARE_COUNTS];
    PGresult *r = NULL, *cells = NULL;
    bool ok = ask(s, COMPARE_TOTALS, counts, &r, e);
    if (ok && r)
        judge(s, r, counts, few, sizes);
    if (ok && json_array_size(few) > 0)
        ok = ask(s, COMPARE_CELLS, few, &cells, e) && tell(s, cells, few, sizes, e);
    if (ok && !r)
        for (size_t i = 0; i < json_array_size(counts); i++)
            not_judged(s, name_at(counts, i), s->late ? "secrecy_too_long" : "secrecy_no_pairs");
    PQclear(r);
    PQclear(cells);
    json_decref(few);
    return ok;
}

/* ---- which columns, which versions ---- */

static bool is_count(const json_t *column)
{
    return column && str_eq(jr_str(column, "type"), S("int")) && secrecy_counts_persons(jr_str(column, "name"));
}

static bool compare_all(struct subtracting *s, struct err *e)
{
    json_t *counts = json_array();
    const json_t *column;
    bool ok = true;
    size_t i;
    json_array_foreach(s->after->columns, i, column) {
        struct str name = jr_str(column, "name");
        if (is_count(column) && is_count(load_named(s->before.columns, name)) && !is_found(s, name))
            json_array_append(counts, json_object_get(column, "name"));
        if (json_array_size(counts) < COMPARE_COUNTS)
            continue;
        ok = ok && compare(s, counts, e);
        json_array_clear(counts);
    }
    if (ok && json_array_size(counts) > 0)
        ok = compare(s, counts, e);
    json_decref(counts);
    return ok;
}

/* history_opened.sql's columns */
enum { COL_NUMBER, COL_VERSION, COL_COLUMNS };

static bool compare_version(struct subtracting *s, const PGresult *r, int row, struct err *e)
{
    json_t *columns = jr_parse(str_of(PQgetvalue(r, row, COL_COLUMNS)), e);
    s->before = (struct compare_side){.columns = columns};
    s->is_newest = row == 0;
    uuid_parse(str_of(PQgetvalue(r, row, COL_VERSION)), &s->before.version);
    str_i64(str_of(PQgetvalue(r, row, COL_NUMBER)), &s->number);
    bool ok = columns && compare_all(s, e);
    json_decref(columns);
    return ok;
}

/* Older ones than those that were looked at. */
static void say_more(const struct subtracting *s)
{
    const json_t *column;
    size_t i;
    json_array_foreach(s->after->columns, i, column)
        if (is_count(column) && !is_found(s, jr_str(column, "name")))
            not_judged(s, jr_str(column, "name"), "secrecy_more_versions");
}

static bool has_count(const json_t *columns)
{
    const json_t *column;
    size_t i;
    json_array_foreach(columns, i, column)
        if (is_count(column))
            return true;
    return false;
}

bool subtract_find(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, const struct compare_side *after,
                   const json_t *key, int64_t limit_ms, json_t *report, struct err *e)
{
    struct subtracting s = {.c = c, .after = after, .key = key, .secrecy = json_object_get(report, "secrecy")};
    s.threshold = (unsigned)jr_i64(s.secrecy, "threshold", SECRECY_THRESHOLD);
    s.until_us = clock_monotonic_us() + limit_ms * 1000;
    if (!json_is_object(s.secrecy) || !has_count(after->columns))
        return true;
    PGresult *r = conn_ask(c, &sql_history_opened, (struct str[]){uuid_str(tenant), uuid_str(dataset)}, e);
    bool ok = r != NULL;
    for (int row = 0; ok && row < PQntuples(r) && row < SUBTRACT_VERSIONS; row++)
        ok = compare_version(&s, r, row, e);
    if (ok && PQntuples(r) > SUBTRACT_VERSIONS)
        say_more(&s);
    PQclear(r);
    return ok;
}
