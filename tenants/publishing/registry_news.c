#include "tenants/publishing/registry_news.h"

#include "core/base/log.h"
#include "core/db/sql.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/schema_impact.h"
#include "tenants/publishing/sql.h"

bool registry_news_ask(struct conn *c, const struct uuid *root, struct err *e)
{
    return tenant_do(c, &sql_schema_news_ask, (struct str[]){root ? uuid_str(root) : STR_NONE}, e);
}

struct turn {
    struct conn *c;
    struct uuid task, tenant, token;
};

static bool claim(struct turn *t, bool *found, struct err *e)
{
    t->token = uuid_make();
    PGresult *r = conn_ask(t->c, &sql_task_claim, (struct str[]){S("schema_news"), uuid_str(&t->token)}, e);
    *found = r && PQntuples(r) == 1;
    if (*found) {
        uuid_parse(str_of(PQgetvalue(r, 0, 0)), &t->task);
        uuid_parse(str_of(PQgetvalue(r, 0, 1)), &t->tenant);
    }
    PQclear(r);
    return r != NULL;
}

static bool tell_all(struct turn *t, struct err *e)
{
    struct arena a = {0};
    PGresult *r = schema_impact_note(t->c, &t->tenant, e)
                      ? conn_ask(t->c, &sql_schema_news, (struct str[]){uuid_str(&t->tenant)}, e)
                      : NULL;
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++) {
        struct str detail = arena_printf(&a, "{\"schema\":\"%s\",\"version\":\"%s\"}", PQgetvalue(r, i, 1), PQgetvalue(r, i, 2));
        ok = tenant_audit(t->c, &t->tenant, STR_NONE, S("schema-newer"), str_of(PQgetvalue(r, i, 0)), detail, e);
    }
    if (ok && PQntuples(r) > 0)
        LOG(LOG_INFO, "schema_news", LOG_S("tenant", uuid_str(&t->tenant)));
    PQclear(r);
    arena_free(&a);
    return ok;
}

/* The fence: whoever lost the task while it looked changes nothing. */
static bool finish(struct turn *t, struct err *e)
{
    PGresult *r = conn_ask(t->c, &sql_task_finish, (struct str[]){uuid_str(&t->task), uuid_str(&t->token)}, e);
    bool mine = r && PQntuples(r) == 1, ok = r != NULL;
    PQclear(r);
    if (ok && !mine)
        conn_rollback(t->c);
    return ok && (!mine || conn_commit(t->c, e));
}

bool registry_news_job(struct job_run *run, struct err *e)
{
    struct turn t = {.c = run->conn};
    bool found = false;
    if (!claim(&t, &found, e))
        return false;
    run->more = found;
    if (!found || (conn_begin(t.c, &t.tenant, e) && tell_all(&t, e) && finish(&t, e)))
        return true;
    conn_rollback(t.c);
    return false;
}
