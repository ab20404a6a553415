#include "tenants/publishing/rebuild.h"

#include "tenants/directory/tenant.h"
#include "tenants/publishing/publish.h"
#include "tenants/publishing/sql.h"

bool rebuild_portal(struct conn *c, const struct uuid *tenant, int64_t *datasets, struct err *e)
{
    const struct str which[] = {uuid_str(tenant)};
    if (!tenant_do(c, &sql_catalogue_clear, which, e) || !tenant_do(c, &sql_catalogue_forget_words, which, e))
        return false;
    PGresult *r = conn_ask(c, &sql_dataset_renew, which, e);
    bool ok = r != NULL;
    *datasets = ok ? PQntuples(r) : 0;
    for (int i = 0; ok && i < PQntuples(r); i++) {
        struct uuid id;
        ok = uuid_parse(str_of(PQgetvalue(r, i, 0)), &id) && publish_catalogue(c, tenant, &id, e);
    }
    PQclear(r);
    return ok && tenant_touch(c, tenant, e);
}
