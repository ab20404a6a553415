#include "tenants/publishing/later.h"

#include "core/base/jr.h"
#include "core/base/log.h"
#include "core/db/errors.h"
#include "core/db/sql.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/sql.h"

struct turn {
    const struct later *l;
    struct later_turn of;
    struct uuid task, token;
    bool found;
};

static bool claim(struct turn *t, struct err *e)
{
    t->token = uuid_make();
    PGresult *r = conn_ask(t->of.c, &sql_task_claim, (struct str[]){str_of(t->l->kind), uuid_str(&t->token)}, e);
    t->found = r && PQntuples(r) == 1;
    if (t->found) {
        uuid_parse(str_of(PQgetvalue(r, 0, 0)), &t->task);
        uuid_parse(str_of(PQgetvalue(r, 0, 1)), &t->of.tenant);
        uuid_parse(str_of(PQgetvalue(r, 0, 2)), &t->of.subject);
    }
    PQclear(r);
    return r != NULL;
}

/* Holds the task as long as the transaction lasts: a worker that dies lets go at once. */
static bool hold(struct turn *t, bool *mine, struct err *e)
{
    PGresult *r = conn_ask(t->of.c, &sql_task_hold, (struct str[]){uuid_str(&t->task), uuid_str(&t->token)}, e);
    *mine = r && PQntuples(r) == 1;
    PQclear(r);
    return r != NULL;
}

/* What is to be worked on; NULL without an error: nothing. */
static json_t *wanted(struct turn *t, struct err *e)
{
    json_t *given = NULL;
    PGresult *r = conn_ask(t->of.c, t->l->wanted, (struct str[]){uuid_str(&t->of.tenant), uuid_str(&t->of.subject)}, e);
    if (r && PQntuples(r) == 1)
        given = jr_parse(str_of(PQgetvalue(r, 0, 0)), e);
    PQclear(r);
    return given;
}

static bool finish(struct turn *t, struct err *e)
{
    const struct str again[] = {uuid_str(&t->task), uuid_str(&t->token), S("0"), STR_NONE};
    return tenant_do(t->of.c, t->of.again ? &sql_task_later : &sql_task_finish, again, e) && conn_commit(t->of.c, e);
}

static bool work(struct turn *t, struct err *e)
{
    bool mine = false;
    if (!conn_begin(t->of.c, &t->of.tenant, e) || !hold(t, &mine, e))
        return false;
    json_t *given = mine ? wanted(t, e) : NULL;
    t->of.given = given;
    bool ok = !e->kind && (!given || t->l->make(&t->of, e));
    bool made = ok && given;
    json_decref(given);
    if (!mine)
        conn_rollback(t->of.c);
    else if (!ok || !finish(t, e))
        return false;
    if (made)
        LOG(LOG_INFO, "given_later", LOG_S("kind", str_of(t->l->kind)), LOG_S("subject", uuid_str(&t->of.subject)));
    return true;
}

/* What failed for a reason of the rows would fail for ever: search goes on scanning. A stop or a lost connection is not one. */
static bool settle(struct turn *t, const struct err *why, struct err *e)
{
    conn_rollback(t->of.c);
    log_err(LOG_WARN, t->l->kind, why);
    if (*t->of.stop || PQstatus(conn_pq(t->of.c)) != CONNECTION_OK)
        return true;
    t->of.again = false;
    return conn_begin(t->of.c, &t->of.tenant, e) && finish(t, e);
}

bool later_job(const struct later *l, struct job_run *run, struct err *e)
{
    struct turn t = {.l = l, .of = {.c = run->conn, .stop = run->stop}};
    struct err why = {0};
    if (!claim(&t, e))
        return false;
    run->more = t.found;
    return !t.found || work(&t, &why) || settle(&t, &why, e);
}
