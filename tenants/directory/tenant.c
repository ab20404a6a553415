#include "tenants/directory/tenant.h"

#include "core/db/job.h"

#include "tenants/directory/errors.h"
#include "tenants/directory/sql.h"

bool tenant_do(struct conn *c, const struct stmt *s, const struct str *params, struct err *e)
{
    PGresult *r = conn_ask(c, s, params, e);
    PQclear(r);
    return r != NULL;
}

static struct str cell(struct arena *a, const PGresult *r, int column)
{
    if (PQgetisnull(r, 0, column))
        return STR_NONE;
    return arena_str(a, (struct str){PQgetvalue(r, 0, column), (size_t)PQgetlength(r, 0, column)});
}

bool tenant_find(struct conn *c, struct arena *a, struct str host, struct tenant_row *out, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_tenant_by_host, &host, e);
    if (!r)
        return false;
    if (PQntuples(r) == 0) {
        PQclear(r);
        ERR(e, err_tenant_unknown, "%zu bytes", host.n);
        return err_arg(e, STR_FMT, STR_ARG(str_part(host, 0, 150)));
    }
    struct tenant_row t = {.slug = cell(a, r, 3), .name = cell(a, r, 4), .host = cell(a, r, 5),
                           .root_host = cell(a, r, 6)};
    uuid_parse(cell(a, r, 0), &t.id);
    uuid_parse(cell(a, r, 1), &t.root);
    t.is_root = !uuid_parse(cell(a, r, 2), &t.parent);
    uuid_parse(cell(a, r, 7), &t.root_tenant);
    PQclear(r);
    *out = t;
    return true;
}

bool tenant_enter(struct conn *c, const struct uuid *tenant, struct err *e)
{
    struct arena a = {0};
    struct str sql = arena_printf(&a, "SET LOCAL portal.tenant_id = '%s'", tenant->text);
    bool ok = conn_exec(c, sql.p, e);
    arena_free(&a);
    return ok;
}

bool tenant_touch(struct conn *c, const struct uuid *tenant, struct err *e)
{
    return tenant_do(c, &sql_tenant_touch, (struct str[]){uuid_str(tenant)}, e);
}

bool tenant_touch_region(struct conn *c, const struct uuid *tenant, struct err *e)
{
    return tenant_do(c, &sql_tenant_touch_region, (struct str[]){uuid_str(tenant)}, e);
}

bool tenant_audit(struct conn *c, const struct uuid *tenant, struct str account, struct str action,
                  struct str subject, struct str detail, struct err *e)
{
    struct uuid id = uuid_make();
    const struct str params[] = {uuid_str(tenant), uuid_str(&id), account, action, subject,
                                 detail.p ? detail : S("{}")};
    return tenant_do(c, &sql_audit_insert, params, e);
}

struct str tenant_address(struct arena *a, struct str public_url, struct str host)
{
    bool plain = str_starts(public_url, S("http://"));
    struct str rest = STR_NONE, authority = STR_NONE, port = S("");
    if (plain || str_starts(public_url, S("https://")))
        rest = str_from(public_url, plain ? 7 : 8);
    str_cut(&rest, '/', &authority);
    size_t at = authority.n;
    while (at > 0 && authority.p[at - 1] >= '0' && authority.p[at - 1] <= '9')
        at--;
    if (at > 0 && at < authority.n && authority.p[at - 1] == ':')
        port = str_from(authority, at - 1);
    return arena_printf(a, "%s://" STR_FMT STR_FMT, plain ? "http" : "https", STR_ARG(host), STR_ARG(port));
}

bool tenant_each(struct job_run *run, const struct stmt *which,
                 bool (*work)(struct conn *c, const struct uuid *tenant, struct err *e), struct err *e)
{
    PGresult *r = conn_ask(run->conn, which, NULL, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r) && !*run->stop; i++) {
        struct uuid id;
        ok = uuid_parse(str_of(PQgetvalue(r, i, 0)), &id) && conn_begin(run->conn, &id, e) && work(run->conn, &id, e) &&
             conn_commit(run->conn, e);
    }
    PQclear(r);
    return ok;
}
