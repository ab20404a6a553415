#include "tenants/people/account.h"

#include "core/base/errors.h"
#include "tenants/directory/slug.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/errors.h"
#include "tenants/people/password.h"
#include "tenants/people/sql.h"

static const struct {
    const char *word;
    enum access role;
} roles[] = {{"reader", READER}, {"contributor", CONTRIBUTOR}, {"editor", EDITOR}, {"admin", ADMIN}};

bool account_role(struct str word, enum access *role, struct err *e)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (str_eq(word, str_of(roles[i].word))) {
            *role = roles[i].role;
            return true;
        }
    ERR(e, err_role_unknown, "%zu bytes", word.n);
    return err_arg(e, STR_FMT, STR_ARG(str_part(word, 0, 40)));
}

/* The first column of the first row as an id; *there false when there is no row. */
static bool ask_id(struct conn *c, const struct stmt *s, const struct str *params, struct uuid *id,
                   bool *there, struct err *e)
{
    PGresult *r = conn_ask(c, s, params, e);
    if (r)
        *there = PQntuples(r) == 1 && uuid_parse(str_of(PQgetvalue(r, 0, 0)), id);
    PQclear(r);
    return r != NULL;
}

bool account_find(struct conn *c, const struct uuid *tenant, struct str email, struct uuid *account,
                  struct err *e)
{
    bool there;
    if (!ask_id(c, &sql_account_by_email, (struct str[]){uuid_str(tenant), email}, account, &there, e))
        return false;
    if (there)
        return true;
    ERR(e, err_account_unknown, "%zu bytes", email.n);
    return err_arg(e, STR_FMT, STR_ARG(email));
}

static bool insert(struct conn *c, const struct uuid *tenant, const struct account_new *new,
                   struct str email, struct uuid *account, struct err *e)
{
    struct uuid made = uuid_make(), old;
    bool there;
    if (!ask_id(c, &sql_account_by_email, (struct str[]){uuid_str(tenant), email}, &old, &there, e))
        return false;
    if (there) {
        ERR(e, err_account_taken, "%s", old.text);
        return err_arg(e, STR_FMT, STR_ARG(email));
    }
    const struct str params[] = {uuid_str(tenant), uuid_str(&made), email, new->name.n ? new->name : email,
                                 new->role, new->organisation.text[0] ? uuid_str(&new->organisation) : STR_NONE};
    if (!tenant_do(c, &sql_account_insert, params, e))
        return false;
    *account = made;
    return true;
}

bool account_add(struct conn *c, const struct uuid *tenant, const struct account_new *new,
                 struct uuid *account, struct err *e)
{
    struct arena a = {0};
    struct str email;
    enum access role;
    bool ok = account_role(new->role, &role, e) && slug_email(&a, new->email, &email, e) &&
              (!new->name.n || slug_name_check(new->name, e)) && insert(c, tenant, new, email, account, e);
    arena_free(&a);
    return ok;
}

bool account_change(struct conn *c, const struct uuid *tenant, const struct uuid *account,
                    struct str role, struct str state, struct err *e)
{
    enum access ignored;
    struct uuid id;
    bool there;
    if (role.p && !account_role(role, &ignored, e))
        return false;
    const struct str params[] = {uuid_str(tenant), uuid_str(account), role, state};
    if (!ask_id(c, &sql_account_change, params, &id, &there, e))
        return false;
    return there ? true : ERR(e, err_account_last_admin, "%s", account->text);
}

bool account_password(struct conn *c, const struct uuid *tenant, const struct uuid *account, struct str password,
                      struct err *e)
{
    char hash[PASSWORD_HASH_TEXT];
    struct uuid id;
    bool there;
    if (!password_check_new(password, e))
        return false;
    if (!password_hash(password, hash))
        return ERR(e, err_internal, "no memory for Argon2id");
    const struct str params[] = {uuid_str(tenant), uuid_str(account), str_of(hash)};
    if (!ask_id(c, &sql_account_password, params, &id, &there, e))
        return false;
    if (!there) {
        ERR(e, err_account_unknown, "not active");
        return err_arg(e, "%s", account->text);
    }
    return tenant_audit(c, tenant, STR_NONE, S("password"), uuid_str(account), STR_NONE, e);
}
