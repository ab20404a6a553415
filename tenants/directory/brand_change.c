#include "tenants/directory/brand_change.h"

#include "core/base/jr.h"
#include "tenants/directory/brand.h"
#include "tenants/directory/errors.h"
#include "tenants/directory/organisation.h"
#include "tenants/directory/slug.h"
#include "tenants/directory/sql.h"
#include "tenants/directory/tenant.h"

/* The present look as an object, its name in the arena. */
static json_t *present(struct conn *c, struct arena *a, const struct uuid *tenant, struct str *name, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_tenant_look, (struct str[]){uuid_str(tenant)}, e);
    json_t *theme = NULL;
    if (r && PQntuples(r) == 1) {
        *name = arena_str(a, str_of(PQgetvalue(r, 0, 0)));
        theme = jr_parse(str_of(PQgetvalue(r, 0, 1)), e);
    } else if (r) {
        ERR(e, err_tenant_unknown, "no row");
        err_arg(e, "%s", tenant->text);
    }
    PQclear(r);
    return theme;
}

static void lay_over(json_t *theme, json_t *changes)
{
    const char *key;
    json_t *value;
    json_object_foreach(changes, key, value) {
        if (json_is_null(value))
            json_object_del(theme, key);
        else
            json_object_set(theme, key, value);
    }
}

bool brand_change(struct conn *c, struct arena *a, const struct uuid *tenant, const struct brand_new *new,
                  struct err *e)
{
    struct str name, clean;
    struct uuid logo;
    json_t *theme = present(c, a, tenant, &name, e);
    bool ok = theme != NULL;
    if (ok && new->name.p) {
        name = str_trim(new->name);
        ok = slug_name_check(name, e);
    }
    if (ok && new->theme)
        lay_over(theme, new->theme);
    if (ok && new->logo_png.p) {
        ok = organisation_image(c, tenant, new->logo_png, &logo, e);
        if (ok)
            json_object_set_new(theme, "logo", json_string(logo.text));
    }
    ok = ok && brand_check(a, theme, &clean, e) &&
         tenant_do(c, &sql_tenant_brand, (struct str[]){uuid_str(tenant), name, clean}, e) &&
         tenant_audit(c, tenant, STR_NONE, S("brand"), uuid_str(tenant), STR_NONE, e);
    json_decref(theme);
    return ok;
}
