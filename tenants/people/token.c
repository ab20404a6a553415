#include "tenants/people/token.h"

#include "tenants/directory/tenant.h"
#include "tenants/people/secret.h"
#include "tenants/people/sql.h"

bool token_make_key(struct conn *c, const struct uuid *tenant, const struct uuid *account, struct str label,
                    struct token_text *key, struct err *e)
{
    struct token_text made = token_make();
    struct secret_hash hash = secret_hash(str_of(made.text));
    struct uuid id = uuid_make();
    const struct str params[] = {uuid_str(tenant), uuid_str(&id), secret_str(&hash), uuid_str(account), label};
    if (!tenant_do(c, &sql_key_insert, params, e) ||
        !tenant_audit(c, tenant, uuid_str(account), S("key_made"), uuid_str(&id), STR_NONE, e))
        return false;
    *key = made;
    return true;
}
