#include "core/db/segment.h"

#include <stdio.h>

#include "core/base/errors.h"
#include "core/base/must.h"
#include "core/db/errors.h"
#include "core/db/sqlstate.h"

static const char *name_of(const struct batch_call *c)
{
    return c->stmt ? c->stmt->name : "dynamic";
}

bool segment_check(const struct batch *b, unsigned role, struct err *e)
{
    for (unsigned i = 0; i < b->n; i++) {
        const struct batch_call *c = &b->calls[i];
        if (c->stmt && !(c->stmt->roles & role))
            return ERR(e, err_internal, "statement %s is not declared for role %u", c->stmt->name, role);
        for (unsigned k = 0; k < c->nparams; k++)
            if (c->params[k].n && memchr(c->params[k].p, 0, c->params[k].n))
                return ERR(e, err_value_refused, "%s: $%u has a NUL byte", name_of(c), k + 1);
    }
    return true;
}

static void add(struct segment *s, struct segment_item item)
{
    must(s->n < SEGMENT_ITEMS);
    s->item[s->n++] = item;
}

static bool sync_up(struct segment *s, PGconn *pg)
{
    add(s, (struct segment_item){.kind = ITEM_SYNC});
    return PQpipelineSync(pg) == 1;
}

static bool plain(PGconn *pg, const char *sql)
{
    return PQsendQueryParams(pg, sql, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

static bool prepare(struct segment *s, PGconn *pg, const char *name, const char *sql,
                    struct segment_item item)
{
    item.kind = ITEM_PREPARE;
    add(s, item);
    return PQsendPrepare(pg, name, sql, 0, NULL) == 1 && sync_up(s, pg);
}

static bool drop(struct segment *s, PGconn *pg, unsigned id)
{
    char sql[PREPARED_NAME + 16], name[PREPARED_NAME];
    prepared_name(name, id);
    snprintf(sql, sizeof sql, "DEALLOCATE %s", name);
    add(s, (struct segment_item){.kind = ITEM_DROP});
    return plain(pg, sql) && sync_up(s, pg);
}

/* First of all what must be prepared; says for each call whether it runs by name. */
static bool send_preparations(struct segment *s, PGconn *pg, struct prepared *p, const struct batch *b,
                              unsigned by_name[BATCH_MAX])
{
    for (unsigned i = 0; i < b->n; i++) {
        const struct stmt *stmt = b->calls[i].stmt;
        if (stmt) {
            if (prepared_need(p, stmt) &&
                !prepare(s, pg, stmt->name, stmt->text, (struct segment_item){.stmt = stmt}))
                return false;
            continue;
        }
        struct prepared_plan plan = prepared_sql(p, b->calls[i].sql);
        by_name[i] = plan.use ? plan.id : 0;
        char name[PREPARED_NAME];
        prepared_name(name, plan.id);
        if (plan.drop && !drop(s, pg, plan.drop))
            return false;
        if (plan.prepare && !prepare(s, pg, name, b->calls[i].sql, (struct segment_item){.id = plan.id}))
            return false;
    }
    return true;
}

static bool set_id(struct segment *s, PGconn *pg, const char *setting, const struct uuid *id)
{
    char sql[96];
    struct uuid checked;
    if (!id->text[0])
        return true;
    must(uuid_parse(uuid_str(id), &checked)); /* the only value that we print into SQL */
    snprintf(sql, sizeof sql, "SET LOCAL portal.%s = '%s'", setting, checked.text);
    add(s, (struct segment_item){.kind = ITEM_SET});
    return plain(pg, sql);
}

static bool set_timeout(struct segment *s, PGconn *pg, unsigned timeout_ms)
{
    char sql[64];
    if (timeout_ms == 0)
        return true;
    snprintf(sql, sizeof sql, "SET LOCAL statement_timeout = %u", timeout_ms);
    add(s, (struct segment_item){.kind = ITEM_SET});
    return plain(pg, sql);
}

static bool send_call(PGconn *pg, const struct batch_call *c, unsigned id)
{
    enum { PARAMS = 2048 }; /* as many as the query compiler binds: ODSQL_PARAMS_MAX */
    const char *values[PARAMS];
    must(c->nparams <= PARAMS);
    if (c->sink)
        c->sink(c->sink_context, NULL);
    for (unsigned i = 0; i < c->nparams; i++)
        values[i] = c->params[i].p;
    int n = (int)c->nparams;
    if (c->stmt)
        return PQsendQueryPrepared(pg, c->stmt->name, n, values, NULL, NULL, c->binary) == 1;
    if (id == 0)
        return PQsendQueryParams(pg, c->sql, n, NULL, values, NULL, NULL, c->binary) == 1;
    char name[PREPARED_NAME];
    prepared_name(name, id);
    return PQsendQueryPrepared(pg, name, n, values, NULL, NULL, c->binary) == 1;
}

bool segment_send(struct segment *s, PGconn *pg, struct prepared *p, const struct batch *b,
                  unsigned timeout_ms)
{
    unsigned by_name[BATCH_MAX] = {0};
    s->n = s->at = s->nulls = 0;
    s->got = s->failed = false;
    if (!send_preparations(s, pg, p, b, by_name) || !set_timeout(s, pg, timeout_ms))
        return false;
    /* The reader sees nothing of portal, and row tables have no policies: the settings, a third of a
     * point read, would mean nothing. */
    if (!b->rows && (!set_id(s, pg, "tenant_id", &b->tenant) || !set_id(s, pg, "region", &b->region)))
        return false;
    for (unsigned i = 0; i < b->n; i++) {
        add(s, (struct segment_item){.kind = ITEM_CALL, .call = (unsigned char)i});
        if (!send_call(pg, &b->calls[i], by_name[i]))
            return false;
    }
    return sync_up(s, pg);
}

static void fail(struct segment *s, PGconn *pg, struct prepared *p, const struct batch *b,
                 const PGresult *r)
{
    const struct segment_item *item = &s->item[s->at];
    const char *what = "settings";
    if (item->kind == ITEM_PREPARE) {
        prepared_failed(p, item->stmt, item->id);
        what = item->stmt ? item->stmt->name : "dynamic";
    } else if (item->kind == ITEM_CALL) {
        what = b ? name_of(&b->calls[item->call]) : "forgotten";
    } else if (item->kind == ITEM_SYNC) {
        what = "commit";
    }
    if (s->failed)
        return; /* the first failure is the reason; the others follow from it */
    s->failed = true;
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    snprintf(s->state, sizeof s->state, "%s", state ? state : "");
    sqlstate_err(&s->err, pg, r, what);
}

/* False: the connection cannot be used any more. */
static bool take(struct segment *s, PGconn *pg, struct prepared *p, struct batch *b, PGresult *r)
{
    const struct segment_item *item = &s->item[s->at];
    ExecStatusType status = PQresultStatus(r);
    if (status == PGRES_PIPELINE_SYNC) {
        PQclear(r);
        if (item->kind != ITEM_SYNC)
            return false;
        s->at++;
        s->got = false;
        return true;
    }
    if (item->kind == ITEM_CALL && b && b->calls[item->call].sink && PQntuples(r) > 0)
        b->calls[item->call].sink(b->calls[item->call].sink_context, r);
    if (status == PGRES_SINGLE_TUPLE) {
        PQclear(r);
        s->got = true;
        return true;
    }
    bool good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    s->got = true;
    if (good && item->kind == ITEM_CALL && b) {
        PQclear(b->calls[item->call].result);
        b->calls[item->call].result = r;
        return true;
    }
    if (status == PGRES_FATAL_ERROR)
        fail(s, pg, p, b, r);
    PQclear(r);
    return good || status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED;
}

/* NULL ends the results of a statement; a Sync that failed at commit is also preceded by one. */
static bool take_end(struct segment *s, PGconn *pg)
{
    if (PQstatus(pg) == CONNECTION_BAD || ++s->nulls > 2)
        return false;
    if (s->item[s->at].kind != ITEM_SYNC && s->got) {
        s->at++;
        s->got = false;
    }
    return true;
}

static bool row_by_row(const struct segment *s, const struct batch *b)
{
    const struct segment_item *item = &s->item[s->at];
    return b && !s->got && item->kind == ITEM_CALL && b->calls[item->call].sink;
}

enum segment_state segment_read(struct segment *s, PGconn *pg, struct prepared *p, struct batch *b,
                                bool wait)
{
    while (s->at < s->n) {
        if (row_by_row(s, b))
            PQsetSingleRowMode(pg); /* refused too early or too late: then all come at once */
        /* Asked again after every NULL: else PQgetResult blocks as soon as two share a Sync. */
        if (!wait && PQisBusy(pg))
            return SEGMENT_MORE;
        PGresult *r = PQgetResult(pg);
        if (!r) {
            if (!take_end(s, pg))
                return SEGMENT_LOST;
            continue;
        }
        s->nulls = 0;
        if (!take(s, pg, p, b, r) || PQstatus(pg) == CONNECTION_BAD)
            return SEGMENT_LOST;
    }
    if (s->failed && b)
        segment_drop_results(b);
    return SEGMENT_DONE;
}

bool segment_reads_only(const struct batch *b)
{
    for (unsigned i = 0; i < b->n; i++)
        if (b->calls[i].stmt ? b->calls[i].stmt->lane != STMT_FAST : !b->rows)
            return false;
    return true;
}

void segment_drop_results(struct batch *b)
{
    for (unsigned i = 0; i < b->n; i++) {
        PQclear(b->calls[i].result);
        b->calls[i].result = NULL;
    }
}
