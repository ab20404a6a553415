#include "tenants/directory/root.h"

#include "tenants/directory/onboard.h"
#include "tenants/directory/slug.h"
#include "tenants/directory/sql.h"
#include "tenants/directory/tenant.h"

bool root_add(struct conn *c, const struct root_new *new, struct uuid *root, struct uuid *tenant,
              struct err *e)
{
    struct uuid made = uuid_make();
    struct arena a = {0};
    struct tenant_new t = {.root = made, .name = new->name, .host = new->host, .siren = new->siren,
                           .lang = new->lang, .slug = slug_make(&a, new->name, SLUG_TENANT_MAX)};
    bool ok = slug_name_check(new->name, e) &&
              tenant_do(c, &sql_root_insert, (struct str[]){uuid_str(&made), new->name}, e) &&
              tenant_do(c, &sql_pool_insert, (struct str[]){uuid_str(&made)}, e) &&
              tenant_insert(c, &t, tenant, e);
    arena_free(&a);
    if (ok)
        *root = made;
    return ok;
}
