#include "tenants/publishing/schema_impact.h"

#include "tenants/directory/tenant.h"
#include "tenants/people/mail.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/sql.h"

enum { NEWS_NAME, NEWS_TITLE, NEWS_VERSION, NEWS_DATASETS, NEWS_FAILS };

/* One mail a schema and version, whatever the number of its datasets. */
static bool tell(struct conn *c, const struct uuid *tenant, const PGresult *r, int i, struct err *e)
{
    struct arena a = {0};
    const struct str args[] = {str_of(PQgetvalue(r, i, NEWS_TITLE)), str_of(PQgetvalue(r, i, NEWS_VERSION)),
                               str_of(PQgetvalue(r, i, NEWS_DATASETS)), str_of(PQgetvalue(r, i, NEWS_FAILS))};
    struct str once = arena_printf(&a, "schema %s %s", PQgetvalue(r, i, NEWS_NAME), PQgetvalue(r, i, NEWS_VERSION));
    bool ok = mail_queue(c, tenant, MAIL_TO_EDITORS, MAIL_schema_newer, S("/backoffice/schemas/impact/"), args, 4, once, e);
    arena_free(&a);
    return ok;
}

bool schema_impact_note(struct conn *c, const struct uuid *tenant, struct err *e)
{
    const struct str which = uuid_str(tenant);
    PGresult *r = tenant_do(c, &sql_schema_impact_put, &which, e) ? conn_ask(c, &sql_schema_impact_news, &which, e) : NULL;
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++)
        ok = tell(c, tenant, r, i, e);
    PQclear(r);
    return ok;
}

bool schema_impact_settle(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e)
{
    return tenant_do(c, &sql_schema_impact_settle, (struct str[]){uuid_str(tenant), uuid_str(dataset)}, e);
}

bool schema_impact_ask(struct req *r, struct err *e)
{
    bool region = r->route->access == REGION;
    (void)e;
    req_ask(
        r, &sql_schema_impact_list,
        (struct str[]){uuid_str(&r->tenant->id), region ? S("t") : S("f"), region ? STR_NONE : publish_bound_to(r)});
    return true;
}
