#include "tenants/publishing/exports_ask.h"

#include "tenants/directory/tenant.h"
#include "tenants/publishing/sql.h"

bool exports_ask(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e)
{
    struct uuid task = uuid_make();
    return tenant_do(c, &sql_exports_ask, (struct str[]){uuid_str(&task), uuid_str(tenant), uuid_str(dataset)}, e);
}
