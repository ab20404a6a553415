#include "tenants/people/invite.h"

#include "tenants/directory/tenant.h"
#include "tenants/people/secret.h"
#include "tenants/people/sql.h"

bool invite_make(struct conn *c, const struct uuid *tenant, const struct uuid *account,
                 enum invite_purpose purpose, struct str by, struct token_text *token, struct err *e)
{
    struct token_text made = token_make();
    struct secret_hash hash = secret_hash(str_of(made.text));
    struct uuid id = uuid_make();
    const struct str params[] = {uuid_str(tenant), uuid_str(&id), secret_str(&hash), uuid_str(account),
                                 purpose == INVITE_JOIN ? S("invitation") : S("password"), by,
                                 purpose == INVITE_JOIN ? S("14 days") : S("1 day")};
    if (!tenant_do(c, &sql_invite_retire, (struct str[]){uuid_str(tenant), uuid_str(account)}, e) ||
        !tenant_do(c, &sql_invite_insert, params, e) ||
        !tenant_audit(c, tenant, by, S("invite"), uuid_str(account), STR_NONE, e))
        return false;
    *token = made;
    return true;
}

bool invite_person(struct conn *c, const struct uuid *tenant, const struct account_new *new, struct str by,
                   struct uuid *account, struct token_text *token, struct err *e)
{
    return account_add(c, tenant, new, account, e) &&
           invite_make(c, tenant, account, INVITE_JOIN, by, token, e);
}
