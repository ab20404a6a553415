/* source -- what is kept of it; source_job.c fetches. */
#include "tenants/publishing/source.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>

#include "core/db/sql.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/sql.h"

static bool url_bad(struct str url, struct err *e)
{
    ERR(e, err_source_url, "%zu bytes", url.n);
    return err_arg(e, STR_FMT, STR_ARG(str_part(url, 0, 120)));
}

bool source_url_check(struct str url, struct err *e)
{
    ptrdiff_t at = str_find(url, S("://"));
    bool http = str_starts(url, S("http://")) || str_starts(url, S("https://"));
    if (!http || at < 0 || url.n > 2000)
        return url_bad(url, e);
    struct str rest = str_from(url, (size_t)at + 3);
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] <= 0x20 || url.p[i] == 0x7f || url.p[i] == '\\')
            return url_bad(url, e);
    size_t host = 0;
    while (host < rest.n && !strchr("/?#", rest.p[host]))
        host++;
    return (host > 0 && str_chr(str_part(rest, 0, host), '@') < 0) || url_bad(url, e);
}

/* "10.1.2.3", or with a port "10.1.2.3:8080", "[fd00::1]:8080", as it may stand in the list. */
static bool listed(struct str list, const char *address, unsigned port)
{
    char with_port[80];
    snprintf(with_port, sizeof with_port, strchr(address, ':') ? "[%s]:%u" : "%s:%u", address, port);
    for (struct str part; str_cut(&list, ',', &part);)
        if (str_eq(str_trim(part), str_of(address)) || str_eq(str_trim(part), str_of(with_port)))
            return true;
    return false;
}

bool source_allows(const struct sockaddr *a, enum address_kind kind, void *context)
{
    char address[INET6_ADDRSTRLEN] = "";
    unsigned port = 0;
    if (a->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, a, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, address, sizeof address);
        port = ntohs(v4.sin_port);
    } else if (a->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, a, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, address, sizeof address);
        port = ntohs(v6.sin6_port);
    }
    if (kind == ADDRESS_PUBLIC && (port == 80 || port == 443))
        return true;
    return listed(str_of(context), address, port);
}

/* ---- the secret ---- */

/* Sealed with the worker's public key: "\x…" in the arena. */
bool source_seal(struct conn *c, struct arena *a, struct str secret, struct str *sealed, struct err *e)
{
    unsigned char public[crypto_box_PUBLICKEYBYTES];
    size_t got = 0, n = secret.n + crypto_box_SEALBYTES;
    for (size_t i = 0; i < secret.n; i++)
        if ((unsigned char)secret.p[i] < 0x20 || (unsigned char)secret.p[i] > 0x7e)
            return ERR(e, err_source_secret, "control bytes");
    if (secret.n > SOURCE_SECRET_MOST)
        return ERR(e, err_source_secret, "%zu bytes", secret.n);
    PGresult *r = conn_ask(c, &sql_source_key, NULL, e);
    bool there = r && PQntuples(r) == 1;
    struct str hex = there ? str_of(PQgetvalue(r, 0, 0)) : STR_NONE;
    there = there && hex.n > 2 && sodium_hex2bin(public, sizeof public, hex.p + 2, hex.n - 2, NULL, &got, NULL) == 0 &&
            got == sizeof public;
    PQclear(r);
    if (!there)
        return e->kind ? false : ERR(e, err_source_sealing, "no key");
    unsigned char *box = arena_alloc(a, n);
    char *text = arena_alloc(a, 2 * n + 3);
    crypto_box_seal(box, (const unsigned char *)secret.p, secret.n, public);
    text[0] = '\\', text[1] = 'x';
    sodium_bin2hex(text + 2, 2 * n + 1, box, n);
    *sealed = (struct str){text, 2 * n + 2};
    return true;
}

/* ---- the row ---- */

static bool find(struct conn *c, struct arena *a, const struct uuid *tenant, struct str dataset_id,
                 struct dataset_row *d, struct err *e)
{
    return dataset_lock(c, a, tenant, dataset_id, d, e) && (d->is_origin || ERR(e, err_dataset_is_copy, "%s", d->id.text));
}

static bool queue(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e)
{
    struct uuid task = uuid_make();
    const struct str params[] = {uuid_str(&task), uuid_str(tenant), S("source"), uuid_str(dataset)};
    return tenant_do(c, &sql_task_insert, params, e) && conn_exec(c, "NOTIFY terrasse_worker", e);
}

static bool every_ok(int64_t every, struct err *e)
{
    if (every >= SOURCE_EVERY_LEAST && every <= SOURCE_EVERY_MOST)
        return true;
    ERR(e, err_source_every, "%lld", (long long)every);
    err_arg(e, "%d", SOURCE_EVERY_LEAST);
    return err_arg(e, "%d", SOURCE_EVERY_MOST);
}

bool source_put(struct conn *c, const struct uuid *tenant, struct str dataset_id, const struct source_new *new, struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    struct str sealed = STR_NONE, url = str_trim(new->url);
    bool ok = source_url_check(url, e) && every_ok(new->every_min, e) && find(c, &a, tenant, dataset_id, &d, e) &&
              (!new->secret.n || source_seal(c, &a, new->secret, &sealed, e));
    const struct str row[] = {uuid_str(tenant),
                              ok ? uuid_str(&d.id) : STR_NONE,
                              url,
                              arena_printf(&a, "%lld", (long long)new->every_min),
                              new->active ? S("t") : S("f"),
                              sealed,
                              sealed.p || new->forget_secret ? S("f") : S("t"),
                              new->account};
    ok = ok && tenant_do(c, &sql_source_put, row, e) && (!new->active || queue(c, tenant, &d.id, e)) &&
         tenant_audit(c, tenant, new->account, S("source"), dataset_id, STR_NONE, e);
    arena_free(&a);
    return ok;
}

/* A statement that gives the row it changed. */
static bool change(struct conn *c, const struct stmt *s, const struct uuid *tenant, const struct uuid *dataset, struct err *e)
{
    PGresult *r = conn_ask(c, s, (struct str[]){uuid_str(tenant), uuid_str(dataset)}, e);
    bool there = r && (PQntuples(r) == 1 || ERR(e, err_source_none, "%s", dataset->text));
    PQclear(r);
    return there;
}

bool source_remove(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account, struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    bool ok = find(c, &a, tenant, dataset_id, &d, e) && change(c, &sql_source_delete, tenant, &d.id, e) &&
              tenant_audit(c, tenant, account, S("source_removed"), dataset_id, STR_NONE, e);
    arena_free(&a);
    return ok;
}

bool source_run_soon(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    bool ok = find(c, &a, tenant, dataset_id, &d, e) && change(c, &sql_source_soon, tenant, &d.id, e) && queue(c, tenant, &d.id, e);
    arena_free(&a);
    return ok;
}
