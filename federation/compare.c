#include "federation/compare.h"

#include "core/base/log.h"
#include "core/data/intake/version.h"
#include "core/db/sqlstate.h"
#include "federation/filter.h"
#include "federation/point.h"
#include "federation/source.h"
#include "federation/sql.h"
#include "tenants/directory/tenant.h"

/* compare_take.sql's and compare_list.sql's columns */
enum { TAKE_ID, TAKE_TARGET, TAKE_FILTER, TAKE_AFTER, TAKE_TRIES };
enum { LIST_DATASET, LIST_SOURCE, LIST_REVISION };
enum { DEATHS_MAX = 3 };

struct comparing {
    struct conn *c;
    struct arena *a;
    struct claim k; /* the ends, the data set, the filter: nothing is claimed */
    int64_t revision;
};

/* The rows of a version as its table has them. */
static bool count_rows(struct comparing *w, struct str version, int64_t *n, struct err *e)
{
    struct uuid id;
    char table[VERSION_TABLE];
    if (!uuid_parse(version, &id))
        return true;
    version_table(table, &id);
    PGresult *r = PQexec(conn_pq(w->c), arena_printf(w->a, "SELECT count(*) FROM %s", table).p);
    bool ok = PQresultStatus(r) == PGRES_TUPLES_OK && str_i64(str_of(PQgetvalue(r, 0, 0)), n);
    if (!ok)
        sqlstate_err(e, conn_pq(w->c), r, "rows of a copy");
    PQclear(r);
    return ok;
}

/* *what: the differences, joined by commas; empty: none. */
static bool differences(struct comparing *w, struct source *s, struct str *what, struct err *e)
{
    int64_t declared = 0, counted = 0;
    str_i64(s->records, &declared);
    if (!count_rows(w, s->version, &counted, e) || !filter_records(w->c, w->a, s, w->k.row_filter, &s->records, e) ||
        !tenant_enter(w->c, &w->k.target, e))
        return false;
    const struct str params[] = {uuid_str(&w->k.target), uuid_str(&w->k.source), uuid_str(&w->k.dataset), s->version, s->metas,
                                 s->fields, s->key_columns, s->records, w->k.row_filter, s->data_processed, s->credits};
    PGresult *r = conn_ask(w->c, &sql_catalogue_compare, params, e);
    if (!r)
        return false;
    *what = PQntuples(r) == 1 ? arena_str(w->a, str_of(PQgetvalue(r, 0, 0))) : S("absent");
    if (counted != declared)
        *what = arena_printf(w->a, STR_FMT "%stable", STR_ARG(*what), what->n ? "," : "");
    PQclear(r);
    return true;
}

static bool write_down(struct comparing *w, struct str what, struct err *e)
{
    const struct str row[] = {uuid_str(&w->k.subscription), uuid_str(&w->k.dataset), what};
    if (what.n == 0)
        return tenant_do(w->c, &sql_compare_well, row, e);
    PGresult *r = conn_ask(w->c, &sql_compare_put, row, e);
    bool ok = r != NULL, first = ok && strcmp(PQgetvalue(r, 0, 0), "found") == 0;
    PQclear(r);
    if (ok)
        LOG(LOG_WARN, "copy_differs", LOG_S("link", row[0]), LOG_S("dataset", row[1]), LOG_S("what", what));
    return ok && (!first || tenant_do(w->c, &sql_compare_again, row, e));
}

static bool step(struct comparing *w, struct err *e)
{
    return tenant_do(w->c, &sql_compare_step, (struct str[]){uuid_str(&w->k.subscription), uuid_str(&w->k.dataset)}, e);
}

/* In a transaction of its own: the source stays as it is until the copy has been looked at, and what is found is found once. */
static bool compare_one(struct comparing *w, struct err *e)
{
    struct source s;
    struct str what = STR_NONE;
    bool there;
    if (!conn_begin(w->c, &w->k.source, e) || !source_read(w->c, w->a, &w->k, &s, &there, e))
        return false;
    point_at(arena_printf(w->a, "compare-" STR_FMT, STR_ARG(s.dataset_id)).p);
    bool settled = there && s.travels && s.revision == w->revision;
    return (!settled || (differences(w, &s, &what, e) && write_down(w, what, e))) && step(w, e) && conn_commit(w->c, e);
}

/* One that cannot be compared, or in which workers died, says so and keeps no other from it. */
static bool pass(struct comparing *w, bool deadly, struct err *e)
{
    struct err why = {0};
    if (deadly) {
        LOG(LOG_WARN, "copy_kills", LOG_S("link", uuid_str(&w->k.subscription)), LOG_S("dataset", uuid_str(&w->k.dataset)));
        return step(w, e);
    }
    if (compare_one(w, &why))
        return true;
    conn_rollback(w->c);
    log_err(LOG_WARN, "copy_not_compared", &why);
    return step(w, e);
}

/* deaths: of workers, in the first of what is left. */
static bool compare_link(struct job_run *run, struct claim *k, struct str after, int64_t deaths, struct err *e)
{
    const struct str link = uuid_str(&k->subscription);
    PGresult *r = conn_ask(run->conn, &sql_compare_list, (struct str[]){link, after}, e);
    bool ok = r != NULL;
    int i = 0, n = ok ? PQntuples(r) : 0;
    for (; i < n && ok && !*run->stop; i++) {
        struct arena a = {0};
        struct comparing w = {.c = run->conn, .a = &a, .k = *k};
        bool named = uuid_parse(str_of(PQgetvalue(r, i, LIST_DATASET)), &w.k.dataset) &&
                     uuid_parse(str_of(PQgetvalue(r, i, LIST_SOURCE)), &w.k.source) &&
                     str_i64(str_of(PQgetvalue(r, i, LIST_REVISION)), &w.revision);
        ok = !named || pass(&w, i == 0 && deaths >= DEATHS_MAX, e);
        arena_free(&a);
    }
    PQclear(r);
    return ok && tenant_do(run->conn, i == n ? &sql_compare_end : &sql_compare_pause, &link, e);
}

bool compare_copies(struct job_run *run, struct err *e)
{
    PGresult *r = conn_ask(run->conn, &sql_compare_take, NULL, e);
    struct claim k = {.row_filter = STR_NONE};
    int64_t deaths;
    bool ok = r != NULL;
    point_home(run->home);
    run->more = ok && PQntuples(r) == 1;
    if (run->more && uuid_parse(str_of(PQgetvalue(r, 0, TAKE_ID)), &k.subscription) &&
        uuid_parse(str_of(PQgetvalue(r, 0, TAKE_TARGET)), &k.target) && str_i64(str_of(PQgetvalue(r, 0, TAKE_TRIES)), &deaths)) {
        if (!PQgetisnull(r, 0, TAKE_FILTER))
            k.row_filter = str_of(PQgetvalue(r, 0, TAKE_FILTER));
        ok = compare_link(run, &k, PQgetisnull(r, 0, TAKE_AFTER) ? STR_NONE : str_of(PQgetvalue(r, 0, TAKE_AFTER)), deaths, e);
    }
    PQclear(r);
    return ok;
}
