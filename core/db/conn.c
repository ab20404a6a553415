#include "core/db/conn.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/errors.h"
#include "core/base/must.h"
#include "core/db/dial.h"
#include "core/db/errors.h"
#include "core/db/segment.h"
#include "core/db/sqlstate.h"

struct conn {
    PGconn *pg;
    enum stmt_role role;
    bool open; /* between conn_begin and its end */
    struct prepared prepared;
    struct segment segment;
};

struct conn *conn_open(const char *uri, enum stmt_role role, struct err *e)
{
    PGconn *pg = dial_wait(uri, NULL, e);
    if (!pg)
        return NULL;
    struct conn *c = must_alloc(sizeof *c);
    c->pg = pg;
    c->role = role;
    return c;
}

void conn_close(struct conn *c)
{
    if (!c)
        return;
    PQfinish(c->pg);
    prepared_clear(&c->prepared);
    free(c);
}

PGconn *conn_pq(struct conn *c)
{
    return c->pg;
}

/* A worker outlives its server: between transactions a dead connection is made anew. */
static bool revive(struct conn *c, struct err *e)
{
    if (PQstatus(c->pg) == CONNECTION_OK || c->open)
        return true;
    prepared_clear(&c->prepared);
    PQreset(c->pg);
    if (PQstatus(c->pg) == CONNECTION_OK)
        return true;
    return sqlstate_err(e, c->pg, NULL, "reconnect");
}

bool conn_exec(struct conn *c, const char *sql, struct err *e)
{
    if (!revive(c, e))
        return false;
    PGresult *r = PQexec(c->pg, sql);
    ExecStatusType status = PQresultStatus(r);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
    if (!good)
        sqlstate_err(e, c->pg, r, "command");
    PQclear(r);
    return good;
}

bool conn_begin(struct conn *c, const struct uuid *tenant, struct err *e)
{
    char sql[96] = "BEGIN";
    struct uuid checked;
    must(!c->open);
    if (tenant && tenant->text[0]) {
        must(uuid_parse(uuid_str(tenant), &checked));
        snprintf(sql, sizeof sql, "BEGIN; SET LOCAL portal.tenant_id = '%s'", checked.text);
    }
    c->open = conn_exec(c, sql, e);
    return c->open;
}

bool conn_commit(struct conn *c, struct err *e)
{
    must(c->open);
    c->open = false;
    PGresult *r = PQexec(c->pg, "COMMIT");
    /* A transaction that failed before answers ROLLBACK to COMMIT, and calls that a success. */
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(r), "COMMIT") == 0;
    if (!good && PQresultStatus(r) == PGRES_COMMAND_OK)
        ERR(e, err_internal, "COMMIT of a transaction that had failed");
    else if (!good && PQstatus(c->pg) == CONNECTION_BAD)
        ERR(e, err_outcome_unknown, "connection lost at COMMIT");
    else if (!good)
        sqlstate_err(e, c->pg, r, "commit");
    PQclear(r);
    return good;
}

void conn_rollback(struct conn *c)
{
    if (c->open)
        PQclear(PQexec(c->pg, "ROLLBACK"));
    c->open = false;
}

static bool prepare(struct conn *c, const struct stmt *s, struct err *e)
{
    if (!(s->roles & c->role))
        return ERR(e, err_internal, "statement %s is not declared for role %d", s->name, (int)c->role);
    if (!prepared_need(&c->prepared, s))
        return true;
    PGresult *r = PQprepare(c->pg, s->name, s->text, 0, NULL);
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    if (!good) {
        sqlstate_err(e, c->pg, r, s->name);
        prepared_failed(&c->prepared, s, 0);
    }
    PQclear(r);
    return good;
}

/* As libpq takes them. NULL: one has a NUL byte in it. */
static const char **values_of(struct arena *a, const char *name, const struct str *params, unsigned n, struct err *e)
{
    const char **values = ARENA_ARRAY(a, const char *, n + 1);
    for (unsigned i = 0; i < n; i++) {
        values[i] = params[i].p ? arena_copy(a, params[i]) : NULL;
        if (params[i].n && memchr(params[i].p, 0, params[i].n)) {
            ERR(e, err_value_refused, "%s: $%u has a NUL byte", name, i + 1);
            return NULL;
        }
    }
    return values;
}

PGresult *conn_ask(struct conn *c, const struct stmt *s, const struct str *params, struct err *e)
{
    struct arena a = {0};
    const char **values = revive(c, e) && prepare(c, s, e) ? values_of(&a, s->name, params, s->nparams, e) : NULL;
    PGresult *r = values ? PQexecPrepared(c->pg, s->name, (int)s->nparams, values, NULL, NULL, 0) : NULL;
    arena_free(&a);
    ExecStatusType status = PQresultStatus(r);
    if (!values || status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return r;
    sqlstate_err(e, c->pg, r, s->name);
    if (PQstatus(c->pg) == CONNECTION_BAD && !c->open && s->lane != STMT_FAST)
        ERR(e, err_outcome_unknown, "%s: connection lost", s->name);
    PQclear(r);
    return NULL;
}

PGresult *conn_ask_once(struct conn *c, const char *sql, unsigned nparams, const struct str *params, struct err *e)
{
    struct arena a = {0};
    const char **values = revive(c, e) ? values_of(&a, "query", params, nparams, e) : NULL;
    PGresult *r = values ? PQexecParams(c->pg, sql, (int)nparams, NULL, values, NULL, NULL, 1) : NULL;
    arena_free(&a);
    if (!values || PQresultStatus(r) == PGRES_TUPLES_OK)
        return r;
    sqlstate_err(e, c->pg, r, "query");
    PQclear(r);
    return NULL;
}

/* One try. *lost: the connection broke before the answer was complete. */
static bool run(struct batch *b, struct conn *c, bool *lost, struct err *e)
{
    struct segment *s = &c->segment;
    *lost = true;
    if (PQenterPipelineMode(c->pg) != 1 || !segment_send(s, c->pg, &c->prepared, b, 0) ||
        segment_read(s, c->pg, &c->prepared, b, true) != SEGMENT_DONE) {
        segment_drop_results(b);
        if (s->failed && !sqlstate_lost(s->state)) {
            *lost = false;
            *e = s->err;
            return false;
        }
        return ERR(e, err_database_away, "batch of %u: %s", b->n, PQerrorMessage(c->pg));
    }
    *lost = false;
    PQexitPipelineMode(c->pg);
    if (s->failed)
        *e = s->err;
    return !s->failed;
}

bool batch_run(struct batch *b, struct conn *c, struct err *e)
{
    bool lost;
    must(!c->open);
    if (!segment_check(b, c->role, e) || !revive(c, e))
        return false;
    if (run(b, c, &lost, e))
        return true;
    if (!lost)
        return false;
    if (!segment_reads_only(b))
        return ERR(e, err_outcome_unknown, "connection lost in a batch of %u", b->n);
    return revive(c, e) && run(b, c, &lost, e);
}
