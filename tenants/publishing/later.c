#include "tenants/publishing/later.h"

#include "core/base/jr.h"
#include "core/base/log.h"
#include "core/db/errors.h"
#include "core/db/sql.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/sql.h"

struct turn {
    const struct later *l;
    struct conn *c;
    struct uuid task, tenant, version, token;
    bool found;
};

static bool claim(struct turn *t, struct err *e)
{
    t->token = uuid_make();
    PGresult *r = conn_ask(t->c, &sql_task_claim, (struct str[]){str_of(t->l->kind), uuid_str(&t->token)}, e);
    t->found = r && PQntuples(r) == 1;
    if (t->found) {
        uuid_parse(str_of(PQgetvalue(r, 0, 0)), &t->task);
        uuid_parse(str_of(PQgetvalue(r, 0, 1)), &t->tenant);
        uuid_parse(str_of(PQgetvalue(r, 0, 2)), &t->version);
    }
    PQclear(r);
    return r != NULL;
}

/* Holds the task as long as the transaction lasts: a worker that dies lets go at once. */
static bool hold(struct turn *t, bool *mine, struct err *e)
{
    PGresult *r = conn_ask(t->c, &sql_task_hold, (struct str[]){uuid_str(&t->task), uuid_str(&t->token)}, e);
    *mine = r && PQntuples(r) == 1;
    PQclear(r);
    return r != NULL;
}

/* The columns of a version that is shown and has no index yet; NULL without an error: nothing to do. */
static json_t *wanted(struct turn *t, struct err *e)
{
    json_t *columns = NULL;
    PGresult *r = conn_ask(t->c, t->l->wanted, (struct str[]){uuid_str(&t->tenant), uuid_str(&t->version)}, e);
    if (r && PQntuples(r) == 1)
        columns = jr_parse(str_of(PQgetvalue(r, 0, 0)), e);
    PQclear(r);
    return columns;
}

static bool finish(struct turn *t, struct err *e)
{
    return tenant_do(t->c, &sql_task_finish, (struct str[]){uuid_str(&t->task), uuid_str(&t->token)}, e) && conn_commit(t->c, e);
}

static bool work(struct turn *t, struct err *e)
{
    bool mine = false;
    if (!conn_begin(t->c, &t->tenant, e) || !hold(t, &mine, e))
        return false;
    json_t *columns = mine ? wanted(t, e) : NULL;
    bool ok = !e->kind && (!columns || t->l->make(t->c, &t->version, columns, e));
    bool made = ok && columns;
    json_decref(columns);
    if (!mine)
        conn_rollback(t->c);
    else if (!ok || !finish(t, e))
        return false;
    if (made)
        LOG(LOG_INFO, "version_given", LOG_S("kind", str_of(t->l->kind)), LOG_S("version", uuid_str(&t->version)));
    return true;
}

/* What failed for a reason of the rows would fail for ever: search goes on scanning. A stop or a lost connection is not one. */
static bool settle(struct turn *t, const struct job_run *run, const struct err *why, struct err *e)
{
    conn_rollback(t->c);
    log_err(LOG_WARN, t->l->kind, why);
    if (*run->stop || PQstatus(conn_pq(t->c)) != CONNECTION_OK)
        return true;
    return conn_begin(t->c, &t->tenant, e) && finish(t, e);
}

bool later_job(const struct later *l, struct job_run *run, struct err *e)
{
    struct turn t = {.l = l, .c = run->conn};
    struct err why = {0};
    if (!claim(&t, e))
        return false;
    run->more = t.found;
    return !t.found || work(&t, &why) || settle(&t, run, &why, e);
}
