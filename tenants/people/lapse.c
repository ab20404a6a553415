#include "tenants/people/lapse.h"

#include "core/base/clock.h"
#include "tenants/directory/sql.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/mail.h"
#include "tenants/people/sql.h"

enum { COL_ID, COL_EMAIL, COL_NAME, COL_PARTNER, COL_SUBDOMAIN, COL_LAPSED, COL_PARTNER_ID }; /* contact_current.sql's columns */

/* What is wrong with the account on the partner's own portal, or on the region's for who publishes there. Comes
 * back to the region. */
static bool find_fault(struct conn *c, struct arena *a, const struct uuid *root, const struct uuid *portal, struct str email,
                       struct str *fault, struct err *e)
{
    bool ok = tenant_enter(c, portal, e);
    PGresult *r = ok ? conn_ask(c, &sql_contact_account, (struct str[]){uuid_str(portal), email, clock_now(a)}, e) : NULL;
    *fault = r && PQntuples(r) == 1 && !PQgetisnull(r, 0, 0) ? arena_str(a, str_of(PQgetvalue(r, 0, 0))) : STR_NONE;
    ok = r && tenant_enter(c, root, e);
    PQclear(r);
    return ok;
}

static bool look_at(struct conn *c, struct arena *a, const struct uuid *root, const PGresult *r, int i, struct err *e)
{
    struct uuid portal = *root;
    struct str fault, email = str_of(PQgetvalue(r, i, COL_EMAIL)), id = str_of(PQgetvalue(r, i, COL_ID));
    uuid_parse(str_of(PQgetvalue(r, i, COL_SUBDOMAIN)), &portal);
    if (!find_fault(c, a, root, &portal, email, &fault, e))
        return false;
    if (str_eq(fault.n ? fault : S(""), str_of(PQgetvalue(r, i, COL_LAPSED))))
        return true;
    struct str path = arena_printf(a, "/backoffice/partners/%s/", PQgetvalue(r, i, COL_PARTNER_ID));
    const struct str args[] = {str_of(PQgetvalue(r, i, COL_PARTNER)), email};
    return tenant_do(c, &sql_contact_lapse, (struct str[]){uuid_str(root), id, fault}, e) &&
           (!fault.n || mail_queue(c, root, MAIL_TO_ADMINS, MAIL_contact_lapsed, path, args, 2,
                                   arena_printf(a, "contact " STR_FMT " " STR_FMT, STR_ARG(id), STR_ARG(fault)), e));
}

bool lapse_look(struct conn *c, const struct uuid *root, struct err *e)
{
    struct arena a = {0};
    PGresult *r = conn_ask(c, &sql_contact_current, (struct str[]){uuid_str(root)}, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++)
        ok = look_at(c, &a, root, r, i, e);
    PQclear(r);
    arena_free(&a);
    return ok;
}

bool lapse_job(struct job_run *run, struct err *e)
{
    return tenant_each(run, &sql_tenant_roots, lapse_look, e);
}
