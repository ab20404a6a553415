#include "tenants/people/principal.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/must.h"
#include "tenants/people/account.h"
#include "tenants/people/errors.h"
#include "tenants/people/secret.h"
#include "tenants/people/sql.h"

enum { KEPT_MAX = 4096, KEPT_US = 5000000, SECRET_MAX = 200 };
#define COOKIE_CLEARED PRINCIPAL_COOKIE "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"

/* One known credential; the arena holds the principal's strings. */
struct kept {
    struct arena a;
    struct principal who;
    int64_t until_us;
};

static struct map kept_by_secret; /* "<tenant id> <hash>" */

static struct str credential(struct req *r, bool *by_key)
{
    struct str header = str_trim(req_header(r, S("authorization")));
    *by_key = true;
    if (header.n > 7 && str_ieq(str_part(header, 0, 7), S("apikey ")))
        return str_trim(str_from(header, 7));
    struct str query = req_query(r, S("apikey")), push = req_query(r, S("pushkey"));
    if (query.n || push.n)
        return query.n ? query : push;
    *by_key = false;
    return req_cookie(r, S(PRINCIPAL_COOKIE));
}

static struct str memory_key(struct arena *a, struct str tenant, struct str secret)
{
    struct secret_hash h = secret_hash(secret);
    return arena_printf(a, STR_FMT " %s", STR_ARG(tenant), h.text);
}

static void drop(struct str key)
{
    struct kept *k = map_take(&kept_by_secret, key);
    if (!k)
        return;
    arena_free(&k->a);
    free(k);
}

static void drop_all(void)
{
    size_t at = 0;
    struct str key;
    void *value;
    while (map_next(&kept_by_secret, &at, &key, &value)) {
        arena_free(&((struct kept *)value)->a);
        free(value);
    }
    map_free(&kept_by_secret);
}

static struct principal copy_principal(struct arena *a, const struct principal *p)
{
    struct principal who = *p;
    who.name = arena_str(a, p->name);
    who.email = arena_str(a, p->email);
    who.csrf = arena_str(a, p->csrf);
    return who;
}

static void keep(struct str key, const struct principal *who)
{
    if (kept_by_secret.used >= KEPT_MAX)
        drop_all();
    drop(key);
    struct kept *k = must_alloc(sizeof *k);
    k->who = copy_principal(&k->a, who);
    k->until_us = clock_monotonic_us() + KEPT_US;
    map_put(&kept_by_secret, key, k);
}

void principal_forget(struct str tenant, struct str secret)
{
    struct arena a = {0};
    drop(memory_key(&a, tenant, secret));
    arena_free(&a);
}

bool principal_may(const struct req *r, enum access least)
{
    if (least == REGION)
        return r->who.is_region && r->who.role >= ADMIN;
    return r->who.role >= least;
}

static bool ask_principal(struct req *r, struct err *e)
{
    (void)e;
    bool by_key;
    struct secret_hash h = secret_hash(credential(r, &by_key));
    const struct str params[] = {uuid_str(&r->tenant->id), secret_str(&h), clock_now(r->a)}; /* the time: keys only */
    req_ask(r, by_key ? &sql_key_by_hash : &sql_session_by_hash, params);
    return true;
}

static void read_principal(struct req *r, bool by_key, struct principal *who)
{
    struct err ignored;
    *who = (struct principal){.name = req_col(r, 0, 0, 1), .email = req_col(r, 0, 0, 2), .by_key = by_key};
    uuid_parse(req_col(r, 0, 0, 0), &who->account);
    account_role(req_col(r, 0, 0, 3), &who->role, &ignored);
    uuid_parse(req_col(r, 0, 0, 4), &who->organisation);
    if (by_key)
        uuid_parse(req_col(r, 0, 0, 5), &who->key);
    else
        who->csrf = req_col(r, 0, 0, 5);
    who->is_region = batch_bool(&r->batch, 0, 0, 6) && !who->organisation.text[0];
    who->is_dpo = batch_bool(&r->batch, 0, 0, 7) && !who->organisation.text[0];
}

static bool take_principal(struct req *r, struct err *e)
{
    bool by_key;
    struct str secret = credential(r, &by_key);
    if (req_rows(r, 0) == 0) {
        if (by_key)
            return ERR(e, err_key_unknown, "no such key");
        req_set_cookie(r, S(COOKIE_CLEARED));
        return true;
    }
    if (by_key && req_col(r, 0, 0, 8).n) {
        ERR(e, err_key_ended, "ended");
        return err_arg(e, STR_FMT, STR_ARG(req_col(r, 0, 0, 8)));
    }
    struct principal who;
    read_principal(r, by_key, &who);
    keep(memory_key(r->a, uuid_str(&r->tenant->id), secret), &who);
    r->who = copy_principal(r->a, &who);
    return true;
}

/* The session's name stands in the header, but twice or dressed up: somebody else's doing, all of it goes (T10). */
static void clear_tossed(struct req *r)
{
    if (str_find(req_header(r, S("cookie")), S(PRINCIPAL_COOKIE)) >= 0)
        req_set_cookie(r, S(COOKIE_CLEARED));
}

static enum stage_result auth(struct req *r, struct err *e)
{
    bool by_key = false;
    struct str secret = r->tenant ? credential(r, &by_key) : STR_NONE;
    if (by_key && secret.n > SECRET_MAX) {
        ERR(e, err_key_unknown, "%zu bytes", secret.n);
        return STAGE_FAIL;
    }
    if (!secret.n || secret.n > SECRET_MAX) {
        if (r->tenant && !by_key)
            clear_tossed(r);
        return STAGE_NEXT;
    }
    struct str key = memory_key(r->a, uuid_str(&r->tenant->id), secret);
    const struct kept *k = map_get(&kept_by_secret, key);
    if (!k || k->until_us < clock_monotonic_us())
        return STAGE_STEPS;
    r->who = copy_principal(r->a, &k->who);
    return STAGE_NEXT;
}

static const struct step auth_steps[] = {
    {STEP_DB, ask_principal, NULL},
    {STEP_REPLY, take_principal, NULL},
    {STEP_END, NULL, NULL},
};

const struct stage principal_stage = {"auth", auth, auth_steps};
