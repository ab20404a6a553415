#include "tenants/people/session.h"

#include <sodium.h>

#include "core/base/clock.h"
#include "core/web/errors.h"
#include "core/web/request.h"
#include "tenants/directory/slug.h"
#include "tenants/directory/sql.h"
#include "tenants/people/attempts.h"
#include "tenants/people/errors.h"
#include "tenants/people/password.h"
#include "tenants/people/principal.h"
#include "tenants/people/secret.h"
#include "tenants/people/sql.h"

struct sign_in {
    struct str email, password, hash;
    struct uuid account;
    bool right;
    char new_hash[PASSWORD_HASH_TEXT];
};

/* "https://host:port" without its scheme: a proxy that ends TLS may not say so. */
static struct str named_host(struct str url)
{
    ptrdiff_t at = str_find(url, S("://"));
    return at < 0 ? url : str_from(url, (size_t)at + 3);
}

static bool same_host(struct req *r)
{
    struct str origin = req_header(r, S("origin"));
    if (origin.p)
        return str_eq(named_host(origin), named_host(req_base_url(r)));
    struct str site = req_header(r, S("sec-fetch-site"));
    return !site.p || str_eq(site, S("same-origin"));
}

static bool equal_secret(struct str a, struct str b)
{
    return a.n == b.n && a.n > 0 && sodium_memcmp(a.p, b.p, a.n) == 0;
}

bool session_csrf(struct req *r, struct err *e)
{
    if (r->who.by_key)
        return true;
    if (!same_host(r))
        return ERR(e, err_csrf, "origin " STR_FMT, STR_ARG(str_part(req_header(r, S("origin")), 0, 100)));
    if (!r->who.account.text[0])
        return true; /* nobody: nothing to ride on */
    struct str sent = req_header(r, S("x-csrf-token"));
    if (!sent.p)
        sent = req_form(r, S("csrf"));
    return equal_secret(sent, r->who.csrf) ? true : ERR(e, err_csrf, "token");
}

static bool ask_account(struct req *r, struct err *e)
{
    struct sign_in *s = ARENA_NEW(r->a, struct sign_in);
    struct err ignored;
    r->state = s;
    if (!same_host(r))
        return ERR(e, err_csrf, "sign-in from another site");
    s->password = req_form(r, S("password"));
    if (!slug_email(r->a, req_form(r, S("email")), &s->email, &ignored))
        s->email = S("");
    req_ask(r, &sql_account_for_sign_in, (struct str[]){uuid_str(&r->tenant->id), s->email});
    return true;
}

/* Argon2id, on the pool; an unknown address works as hard. */
static bool check_password(struct req *r, struct err *e)
{
    (void)e;
    struct sign_in *s = r->state;
    if (req_rows(r, 0) == 1)
        s->hash = req_col(r, 0, 0, 1);
    s->right = password_is(s->password, s->hash);
    return true;
}

/* An address without an account waits as one with an account does: nobody learns which is which (T31). */
static struct attempts_key stranger(struct req *r)
{
    const struct sign_in *s = r->state;
    return attempts_key(uuid_str(&r->tenant->id), s->email.n ? s->email : req_form(r, S("email")));
}

static bool refuse_locked(struct req *r, struct err *e)
{
    int64_t minutes = req_rows(r, 0) ? req_i64(r, 0, 0, 2) : attempts_wait_minutes(stranger(r), clock_monotonic_us());
    if (minutes <= 0)
        return true;
    ERR(e, err_sign_in_slow_down, "locked");
    return err_arg(e, "%lld", (long long)minutes);
}

/* A new id at each sign-in; the one that the browser came with is dead (B01). */
static void end_old_session(struct req *r)
{
    struct str cookie = req_cookie(r, S(PRINCIPAL_COOKIE));
    if (!cookie.n)
        return;
    struct secret_hash hash = secret_hash(cookie);
    principal_forget(uuid_str(&r->tenant->id), cookie);
    req_ask(r, &sql_session_delete, (struct str[]){uuid_str(&r->tenant->id), secret_str(&hash)});
}

static bool ask_session(struct req *r, struct err *e)
{
    struct sign_in *s = r->state;
    if (!refuse_locked(r, e))
        return false;
    if (req_rows(r, 0) == 1)
        uuid_parse(req_col(r, 0, 0, 0), &s->account);
    const struct str who[] = {uuid_str(&r->tenant->id), uuid_str(&s->account)};
    if (!s->right) {
        if (s->account.text[0])
            req_ask(r, &sql_account_failed, who);
        else
            attempts_failed(stranger(r), clock_monotonic_us());
        return true;
    }
    struct token_text token = token_make(), csrf = token_make();
    struct secret_hash hash = secret_hash(str_of(token.text));
    end_old_session(r);
    req_ask(r, &sql_account_signed_in, who);
    req_ask(r, &sql_session_insert, (struct str[]){who[0], secret_str(&hash), who[1], str_of(csrf.text)});
    req_set_cookie(r, arena_printf(r->a, PRINCIPAL_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Lax",
                                   token.text));
    return true;
}

static bool reply_signed_in(struct req *r, struct err *e)
{
    const struct sign_in *s = r->state;
    if (!s->right)
        return ERR(e, err_sign_in_wrong, "refused");
    struct str next = req_form(r, S("next"));
    req_redirect(r, 303, next.n && next.p[0] == '/' ? next : S("/backoffice/"));
    return true;
}

const struct step session_sign_in[] = {
    {STEP_DB, ask_account, NULL},        {STEP_CPU, check_password, NULL},
    {STEP_DB, ask_session, NULL},        {STEP_REPLY, reply_signed_in, NULL},
    {STEP_END, NULL, NULL},
};

static bool ask_sign_out(struct req *r, struct err *e)
{
    if (!session_csrf(r, e))
        return false;
    end_old_session(r);
    return true;
}

static bool reply_signed_out(struct req *r, struct err *e)
{
    (void)e;
    req_set_cookie(r, S(PRINCIPAL_COOKIE "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
    req_redirect(r, 303, S("/"));
    return true;
}

const struct step session_sign_out[] = {
    {STEP_DB, ask_sign_out, NULL},
    {STEP_REPLY, reply_signed_out, NULL},
    {STEP_END, NULL, NULL},
};

bool session_ask_link(struct req *r, struct err *e)
{
    (void)e;
    struct secret_hash hash = secret_hash(r->params[0]);
    req_ask(r, &sql_invite_by_hash, (struct str[]){uuid_str(&r->tenant->id), secret_str(&hash)});
    return true;
}

bool session_take_link(struct req *r, struct session_link *link, struct err *e)
{
    if (req_rows(r, 0) == 0)
        return ERR(e, err_link_unknown, "no such link");
    *link = (struct session_link){.name = req_col(r, 0, 0, 3), .email = req_col(r, 0, 0, 4),
                                  .is_password = str_eq(req_col(r, 0, 0, 2), S("password"))};
    return true;
}

static bool ask_link_form(struct req *r, struct err *e)
{
    struct sign_in *s = ARENA_NEW(r->a, struct sign_in);
    r->state = s;
    s->password = req_form(r, S("password"));
    if (!same_host(r))
        return ERR(e, err_csrf, "link used from another site");
    return password_check_new(s->password, e) && session_ask_link(r, e);
}

static bool hash_password(struct req *r, struct err *e)
{
    struct sign_in *s = r->state;
    struct session_link link;
    if (!session_take_link(r, &link, e))
        return false;
    return password_hash(s->password, s->new_hash) ? true : ERR(e, err_sign_in_busy, "no memory");
}

static bool ask_use_link(struct req *r, struct err *e)
{
    (void)e;
    struct sign_in *s = r->state;
    struct secret_hash hash = secret_hash(r->params[0]);
    const struct str params[] = {uuid_str(&r->tenant->id), secret_str(&hash), str_of(s->new_hash)};
    req_ask(r, &sql_invite_use, params);
    return true;
}

static bool reply_link_used(struct req *r, struct err *e)
{
    if (req_rows(r, 0) == 0)
        return ERR(e, err_link_unknown, "used meanwhile");
    req_redirect(r, 303, S("/login/"));
    return true;
}

const struct step session_use_link[] = {
    {STEP_DB, ask_link_form, NULL},  {STEP_CPU, hash_password, NULL}, {STEP_DB, ask_use_link, NULL},
    {STEP_REPLY, reply_link_used, NULL}, {STEP_END, NULL, NULL},
};
