#include "tenants/directory/onboard.h"

#include "tenants/directory/contact.h"
#include "tenants/directory/errors.h"
#include "tenants/directory/organisation.h"
#include "tenants/directory/slug.h"
#include "tenants/directory/sql.h"

const char *const partner_kinds[] = {"region", "departement", "epci", "commune", "academie", "autre", NULL};

/* Says which name was taken, in the caller's terms rather than the key's. */
static bool taken(struct err *e, const struct err_kind *kind, struct str name)
{
    err_set(e, kind, __FILE__, __LINE__, "unique key");
    return err_arg(e, STR_FMT, STR_ARG(name));
}

static bool exists(struct conn *c, const struct stmt *s, const struct str *params, bool *yes, struct err *e)
{
    PGresult *r = conn_ask(c, s, params, e);
    if (r)
        *yes = PQntuples(r) > 0;
    PQclear(r);
    return r != NULL;
}

static bool names_free(struct conn *c, const struct tenant_new *new, struct err *e)
{
    bool host = false, slug = false;
    const struct str slug_of[] = {uuid_str(&new->root), new->slug};
    if (!exists(c, &sql_host_exists, &new->host, &host, e) ||
        !exists(c, &sql_tenant_slug_exists, slug_of, &slug, e))
        return false;
    if (host)
        return taken(e, &err_host_taken, new->host);
    return slug ? taken(e, &err_slug_taken, new->slug) : true;
}

bool tenant_insert(struct conn *c, const struct tenant_new *new, struct uuid *id, struct err *e)
{
    if (!slug_name_check(new->name, e) || !slug_tenant_check(new->slug, e) ||
        (new->siren.p && !slug_siren_check(new->siren, e)) || !names_free(c, new, e))
        return false;
    struct uuid made = uuid_make(), organisation;
    struct str parent = new->parent.text[0] ? uuid_str(&new->parent) : STR_NONE;
    const struct str row[] = {uuid_str(&made), uuid_str(&new->root), parent, new->slug, new->name,
                              new->lang.p ? new->lang : S("fr"), new->siren, new->insee, new->population};
    bool ok = false;
    if (!exists(c, &sql_tenant_insert, row, &ok, e))
        return false;
    if (!ok)
        return ERR(e, err_tenants_full, "no free slot");
    if (!tenant_do(c, &sql_host_insert, (struct str[]){new->host, uuid_str(&made), S("true")}, e) ||
        !tenant_enter(c, &made, e) ||
        !organisation_add(c, &made, &(struct organisation_new){.name = new->name, .siren = new->siren},
                          &organisation, e))
        return false;
    *id = made;
    return true;
}

bool tenant_alias(struct conn *c, const struct uuid *tenant, struct str host, struct err *e)
{
    bool there;
    if (!exists(c, &sql_host_exists, &host, &there, e))
        return false;
    if (there)
        return taken(e, &err_host_taken, host);
    return tenant_do(c, &sql_host_insert, (struct str[]){host, uuid_str(tenant), S("false")}, e) &&
           tenant_touch(c, tenant, e) && tenant_audit(c, tenant, STR_NONE, S("alias"), host, STR_NONE, e);
}

static bool host_below(struct str region, struct str host, struct err *e)
{
    if (str_ends(host, region) && host.n > region.n + 1 && host.p[host.n - region.n - 1] == '.')
        return true;
    ERR(e, err_host_not_below, "%zu bytes", host.n);
    err_arg(e, STR_FMT, STR_ARG(host));
    return err_arg(e, STR_FMT, STR_ARG(region));
}

static bool promote(struct conn *c, const struct tenant_row *t, struct str host, struct err *e)
{
    bool ours = false;
    const struct str params[] = {host, uuid_str(&t->id)};
    if (!exists(c, &sql_host_promote, params, &ours, e))
        return false;
    return ours ? true : taken(e, &err_host_taken, host);
}

bool tenant_move(struct conn *c, struct arena *a, const struct tenant_row *t, struct str host, struct err *e)
{
    if (str_eq(host, t->host))
        return true;
    struct str detail = arena_printf(a, "{\"from\": \"" STR_FMT "\"}", STR_ARG(t->host));
    return (t->is_root || host_below(t->root_host, host, e)) &&
           tenant_do(c, &sql_host_demote, (struct str[]){uuid_str(&t->id)}, e) && promote(c, t, host, e) &&
           tenant_touch_region(c, &t->id, e) &&
           tenant_audit(c, &t->id, STR_NONE, S("move"), host, detail, e);
}

static bool kind_check(struct str kind, struct err *e)
{
    struct buf list = {0};
    for (const char *const *k = partner_kinds; *k; k++) {
        if (str_eq(kind, str_of(*k))) {
            buf_free(&list);
            return true;
        }
        buf_printf(&list, "%s%s", list.n ? ", " : "", *k);
    }
    ERR(e, err_partner_kind, "%zu bytes", kind.n);
    err_arg(e, STR_FMT, STR_ARG(str_part(kind, 0, 40)));
    err_arg(e, STR_FMT, STR_ARG(buf_str(&list)));
    buf_free(&list);
    return false;
}

static bool subdomain_add(struct conn *c, struct arena *a, const struct tenant_row *region,
                          const struct partner_new *new, struct partner_made *made, struct err *e)
{
    struct uuid link = uuid_make();
    struct tenant_new t = {.root = region->root, .parent = region->id, .slug = new->slug, .name = new->name,
                           .siren = new->siren, .insee = new->insee, .population = new->population};
    t.host = new->host.p ? new->host : arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(new->slug), STR_ARG(region->host));
    return host_below(region->host, t.host, e) && tenant_insert(c, &t, &made->tenant, e) &&
           (made->host = t.host, true) &&
           tenant_do(c, &sql_subscription_upward,
                     (struct str[]){uuid_str(&link), uuid_str(&region->root), uuid_str(&made->tenant),
                                    uuid_str(&region->id)}, e);
}

bool partner_add(struct conn *c, struct arena *a, const struct tenant_row *region,
                 const struct partner_new *new, struct partner_made *out, struct err *e)
{
    struct partner_made made = {.partner = uuid_make()};
    struct uuid image = {{0}};
    if (!kind_check(new->kind, e) || !slug_name_check(new->name, e) ||
        (new->slug.p && !subdomain_add(c, a, region, new, &made, e)) || !tenant_enter(c, &region->id, e) ||
        !organisation_named(c, &region->id, new->name, &made.organisation, e) ||
        (new->logo_png.p && !organisation_image(c, &region->id, new->logo_png, &image, e)))
        return false;
    const struct str row[] = {
        uuid_str(&region->id), uuid_str(&made.partner), new->name, new->kind,
        new->slug.p ? S("subdomain") : S("direct"), new->slug.p ? uuid_str(&made.tenant) : STR_NONE,
        uuid_str(&made.organisation), new->siren, new->insee, new->population, new->staff, new->url,
        new->convention_number, new->signed_on,
        image.text[0] ? uuid_str(&image) : STR_NONE};
    const struct contact_new contact = {.name = new->contact_name, .email = new->contact_email};
    bool has_figures = new->slug.p && new->staff.p;
    if (!tenant_do(c, &sql_partner_insert, row, e) ||
        !contact_add(c, &region->id, uuid_str(&made.partner), &contact, STR_NONE, e) ||
        (has_figures &&
         !tenant_do(c, &sql_tenant_figures, (struct str[]){uuid_str(&made.tenant), new->population, new->staff}, e)) ||
        !tenant_touch(c, &region->id, e))
        return false;
    *out = made;
    return true;
}
