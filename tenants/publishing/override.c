#include "tenants/publishing/override.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/web/errors.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/publish.h"
#include "tenants/publishing/sql.h"

static bool is_region(const struct req *r)
{
    return r->who.is_region && r->who.role >= ADMIN;
}

/* Its administrators and its data protection officer, not those of a direct publisher. */
static bool may_here(struct req *r, struct conn *c, struct err *e)
{
    if (r->who.organisation.text[0])
        return ERR(e, err_forbidden, "of one organisation");
    if (r->who.role >= ADMIN)
        return true;
    PGresult *found = conn_ask(c, &sql_is_dpo, (struct str[]){uuid_str(&r->tenant->id), uuid_str(&r->who.account)}, e);
    bool is_dpo = found && PQntuples(found) == 1 && PQgetvalue(found, 0, 0)[0] == 't';
    PQclear(found);
    return found && (is_dpo || ERR(e, err_forbidden, "neither administrator nor officer"));
}

bool override_work_may(struct req *r, struct err *e)
{
    struct conn *c = req_conn(r, e);
    return c && conn_begin(c, &r->tenant->id, e) && may_here(r, c, e) && conn_commit(c, e);
}

bool override_ask_list(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_override_list, (struct str[]){uuid_str(&r->tenant->id), r->route->access == REGION_DPO ? S("t") : S("f")});
    return true;
}

/* A transaction of the portal the override is of. Another portal than one's own is the region's to name; the
 * statements look whether it is below its root. */
static struct conn *begin(struct req *r, const struct override_ask *ask, struct uuid *tenant, struct err *e)
{
    *tenant = r->tenant->id;
    if (ask->tenant.n && !uuid_parse(ask->tenant, tenant)) {
        ERR(e, err_override_unknown, "not a portal");
        return NULL;
    }
    bool own = str_eq(uuid_str(tenant), uuid_str(&r->tenant->id));
    if (!own && !is_region(r)) {
        ERR(e, err_forbidden, "another portal");
        return NULL;
    }
    struct conn *c = req_conn(r, e);
    return c && conn_begin(c, tenant, e) && (!own || may_here(r, c, e)) ? c : NULL;
}

/* The one row of a change, or there is no such override. */
static PGresult *change(struct req *r, struct conn *c, const struct stmt *s, const struct uuid *tenant,
                        const struct override_ask *ask, struct err *e)
{
    struct uuid id;
    PGresult *found = NULL;
    if (uuid_parse(ask->id, &id)) {
        const struct str params[] = {uuid_str(tenant), uuid_str(&id), uuid_str(&r->tenant->root), r->who.name};
        found = conn_ask(c, s, params, e);
        if (!found)
            return NULL;
        if (PQntuples(found) == 1 && tenant_do(c, &sql_check_notice_drop, (struct str[]){uuid_str(&id)}, e))
            return found;
    }
    PQclear(found);
    if (!e->kind)
        ERR(e, err_override_unknown, "no row");
    return NULL;
}

/* The journal is the portal's; a person of the region is named in it by words. */
static bool note(struct req *r, struct conn *c, const struct uuid *tenant, const struct override_ask *ask, struct str action,
                 struct err *e)
{
    bool own = str_eq(uuid_str(tenant), uuid_str(&r->tenant->id));
    json_t *detail = json_pack("{s:s%,s:s%,s:b}", "override", ask->id.p, ask->id.n, "by", r->who.name.p, r->who.name.n,
                               "closed", ask->closed);
    char *text = json_dumps(detail, JSON_COMPACT);
    bool ok = tenant_audit(c, tenant, own ? uuid_str(&r->who.account) : STR_NONE, action, ask->dataset_id, str_of(text), e);
    free(text);
    json_decref(detail);
    return ok;
}

bool override_work_seen(struct req *r, struct err *e)
{
    struct override_ask *ask = r->state;
    struct uuid tenant;
    struct conn *c = begin(r, ask, &tenant, e);
    PGresult *found = c ? change(r, c, &sql_override_seen, &tenant, ask, e) : NULL;
    if (!found)
        return false;
    ask->dataset_id = arena_str(r->a, str_of(PQgetvalue(found, 0, 0)));
    PQclear(found);
    return note(r, c, &tenant, ask, S("override-seen"), e) && conn_commit(c, e);
}

/* What everybody reads is closed where nothing allows it any more. */
static bool close_uncovered(struct req *r, struct conn *c, const struct uuid *tenant, const struct uuid *dataset,
                            const struct uuid *version, struct override_ask *ask, struct err *e)
{
    struct err held = {0};
    if (check_gate(c, tenant, dataset, version, false, &held))
        return true;
    if (!check_held(&held)) {
        *e = held;
        return false;
    }
    bool own = str_eq(uuid_str(tenant), uuid_str(&r->tenant->id));
    ask->closed = true;
    return publish_close(c, tenant, ask->dataset_id, own ? uuid_str(&r->who.account) : STR_NONE, e);
}

bool override_work_revoke(struct req *r, struct err *e)
{
    struct override_ask *ask = r->state;
    struct uuid tenant, dataset = {0}, version = {0};
    struct conn *c = begin(r, ask, &tenant, e);
    PGresult *found = c ? change(r, c, &sql_override_revoke, &tenant, ask, e) : NULL;
    if (!found)
        return false;
    uuid_parse(str_of(PQgetvalue(found, 0, 0)), &dataset);
    uuid_parse(str_of(PQgetvalue(found, 0, 2)), &version);
    ask->dataset_id = arena_str(r->a, str_of(PQgetvalue(found, 0, 1)));
    bool is_open = PQgetvalue(found, 0, 3)[0] == 't';
    PQclear(found);
    return (!is_open || close_uncovered(r, c, &tenant, &dataset, &version, ask, e)) &&
           note(r, c, &tenant, ask, S("override-revoke"), e) && conn_commit(c, e);
}
