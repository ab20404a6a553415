#include "tenants/people/token.h"

#include "core/base/clock.h"
#include "tenants/directory/sql.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/errors.h"
#include "tenants/people/mail.h"
#include "tenants/people/secret.h"
#include "tenants/people/sql.h"

const int token_choices[] = {30, 180, 365, 1095, 0};

bool token_days(struct str text, int *days, struct err *e)
{
    int64_t n = TOKEN_DAYS;
    if (text.n && (!str_i64(text, &n) || n < 1 || n > TOKEN_DAYS_MOST)) {
        ERR(e, err_key_days, "%zu bytes", text.n);
        return err_arg(e, "%d", TOKEN_DAYS_MOST);
    }
    *days = (int)n;
    return true;
}

static bool insert(struct conn *c, struct arena *a, const struct uuid *tenant, const struct uuid *account, const struct uuid *id,
                   struct str label, int days, struct token_text *key, struct err *e)
{
    struct token_text made = token_make();
    struct secret_hash hash = secret_hash(str_of(made.text));
    const struct str params[] = {uuid_str(tenant), uuid_str(id), secret_str(&hash), uuid_str(account), label, clock_now(a),
                                 arena_printf(a, "%d", days)};
    if (!tenant_do(c, &sql_key_insert, params, e) ||
        !tenant_audit(c, tenant, uuid_str(account), S("key_made"), uuid_str(id), STR_NONE, e))
        return false;
    *key = made;
    return true;
}

bool token_make_key(struct conn *c, const struct uuid *tenant, const struct uuid *account, struct str label, int days,
                    struct token_text *key, struct err *e)
{
    struct arena a = {0};
    struct uuid id = uuid_make();
    bool ok = insert(c, &a, tenant, account, &id, label, days, key, e);
    arena_free(&a);
    return ok;
}

/* The first value of the one row, in the arena; fails err_key_gone without a row. */
static bool one_value(struct conn *c, struct arena *a, const struct stmt *s, const struct str *params,
                      struct str *value, struct err *e)
{
    PGresult *r = conn_ask(c, s, params, e);
    bool there = r && (PQntuples(r) == 1 || ERR(e, err_key_gone, "no row"));
    if (there)
        *value = PQgetisnull(r, 0, 0) ? STR_NONE : arena_str(a, str_of(PQgetvalue(r, 0, 0)));
    PQclear(r);
    return there;
}

static bool is_id(struct str key, struct err *e)
{
    struct uuid id;
    return uuid_parse(key, &id) || ERR(e, err_key_gone, "not an id");
}

bool token_renew(struct conn *c, const struct uuid *tenant, const struct uuid *account, struct str key, struct token_text *fresh,
                 struct err *e)
{
    struct arena a = {0};
    struct uuid id = uuid_make();
    struct str days, label;
    int64_t n = TOKEN_DAYS;
    bool ok =
        is_id(key, e) &&
        one_value(c, &a, &sql_key_lifetime, (struct str[]){uuid_str(tenant), uuid_str(account), key}, &days, e) &&
        one_value(c, &a, &sql_key_renew,
                  (struct str[]){uuid_str(tenant), uuid_str(account), key, uuid_str(&id), clock_now(&a)}, &label, e);
    if (ok && days.n)
        str_i64(days, &n); /* one without an end gets a year */
    ok = ok && insert(c, &a, tenant, account, &id, label, n < 1 ? 1 : (int)n, fresh, e) &&
         tenant_audit(c, tenant, uuid_str(account), S("key_renewed"), key, STR_NONE, e);
    arena_free(&a);
    return ok;
}

bool token_revoke(struct conn *c, const struct uuid *tenant, const struct uuid *account, struct str key, struct err *e)
{
    struct arena a = {0};
    struct str id;
    bool ok = is_id(key, e) &&
              one_value(c, &a, &sql_key_revoke, (struct str[]){uuid_str(tenant), uuid_str(account), key}, &id, e) &&
              tenant_audit(c, tenant, uuid_str(account), S("key_revoked"), key, STR_NONE, e);
    arena_free(&a);
    return ok;
}

bool token_tell(struct conn *c, const struct uuid *tenant, struct err *e)
{
    struct arena a = {0};
    PGresult *r = conn_ask(c, &sql_key_ending, (struct str[]){uuid_str(tenant), clock_now(&a)}, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++) {
        const struct str args[] = {str_of(PQgetvalue(r, i, 2)), str_of(PQgetvalue(r, i, 3)), str_of(PQgetvalue(r, i, 5))};
        struct str once = arena_printf(&a, "key %s %s", PQgetvalue(r, i, 0), PQgetvalue(r, i, 4));
        ok = mail_queue(c, tenant, str_of(PQgetvalue(r, i, 1)), MAIL_key_ends, S("/backoffice/keys/"), args, 3, once, e);
    }
    PQclear(r);
    arena_free(&a);
    return ok;
}

bool token_job(struct job_run *run, struct err *e)
{
    return tenant_each(run, &sql_tenant_every, token_tell, e);
}
