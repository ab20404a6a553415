#include "tenants/publishing/publish.h"

#include "core/base/jr.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/attest.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/contract.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/exports_ask.h"
#include "tenants/publishing/fields.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/schema_impact.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/side_copy.h"
#include "tenants/publishing/stock.h"
#include "tenants/publishing/text_index.h"

bool publish_outbox(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct str kind,
                    struct err *e)
{
    struct uuid id = uuid_make();
    return tenant_do(c, &sql_outbox_insert,
                     (struct str[]){uuid_str(&id), uuid_str(tenant), uuid_str(dataset), kind}, e);
}

/* Those that were joined with it quote it (joined_touch.sql). */
static bool tell_joined(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct str metas, struct err *e)
{
    return tenant_do(c, &sql_joined_touch, (struct str[]){uuid_str(tenant), uuid_str(dataset), metas, STR_NONE}, e);
}

bool publish_catalogue(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e)
{
    const struct str which[] = {uuid_str(tenant), uuid_str(dataset)};
    return tenant_do(c, &sql_catalogue_put, which, e) && exports_ask(c, tenant, dataset, e) && tenant_touch(c, tenant, e);
}

static bool gate(const struct dataset_row *d, struct err *e)
{
    if (!d->is_origin)
        return ERR(e, err_dataset_is_copy, "%s", d->id.text);
    if (!d->has_draft)
        return ERR(e, err_draft_missing, "%s", d->id.text);
    if (!d->draft_version.text[0] && !d->version.text[0])
        return ERR(e, err_draft_not_read, "no version");
    json_t *metas = jr_parse(d->draft_metas, e);
    bool ok = metas && meta_gate(metas, LANG_FR, e);
    json_decref(metas);
    return ok;
}

/* Rows and bytes of the version that the draft will publish, and its columns. */
struct next_version {
    struct str id, columns;
    int64_t rows, bytes;
    bool changed;
};

static bool read_version(struct conn *c, struct arena *a, const struct dataset_row *d, struct next_version *v,
                         struct err *e)
{
    v->changed = d->draft_version.text[0] != '\0';
    v->id = uuid_str(v->changed ? &d->draft_version : &d->version);
    PGresult *r = conn_ask(c, &sql_version_ready, &v->id, e);
    bool there = r && PQntuples(r) == 1;
    if (there) {
        v->columns = arena_str(a, str_of(PQgetvalue(r, 0, 0)));
        str_i64(str_of(PQgetvalue(r, 0, 1)), &v->rows);
        str_i64(str_of(PQgetvalue(r, 0, 2)), &v->bytes);
    } else if (r) {
        ERR(e, err_draft_not_read, "version " STR_FMT, STR_ARG(v->id));
    }
    PQclear(r);
    return there;
}

/* Rows that are new to readers are attested; where the dataset is open there is nothing in them that must not be, nor under
 * a licence that they may not carry. */
static bool may_be_read(struct conn *c, const struct uuid *tenant, const struct dataset_row *d, const struct next_version *v,
                        struct err *e)
{
    const struct uuid *version = v->changed ? &d->draft_version : &d->version;
    return (!v->changed || attest_gate(c, tenant, &d->id, version, e)) &&
           (!str_eq(d->visibility, S("open")) || check_gate(c, tenant, &d->id, version, true, e));
}

static bool flip(struct conn *c, struct arena *a, const struct uuid *tenant, const struct dataset_row *d,
                 const struct next_version *v, struct str account, struct err *e)
{
    struct str fields;
    if (!fields_for(a, v->columns, d->draft_fields, &fields, e))
        return false;
    const struct str row[] = {uuid_str(tenant), uuid_str(&d->id), v->id, d->draft_metas, fields,
                              arena_n(a, v->rows),
                              arena_n(a, v->bytes), v->changed ? S("t") : S("f")};
    const struct str version[] = {uuid_str(tenant), uuid_str(&d->id), v->id, account};
    return tell_joined(c, tenant, &d->id, str_eq(d->state, S("published")) ? d->draft_metas : STR_NONE, e) &&
           tenant_do(c, &sql_dataset_publish, row, e) &&
           (!v->changed || (tenant_do(c, &sql_dataset_version_insert, version, e) &&
                            text_index_ask(c, tenant, &d->id, v->id, e) &&
                            side_copy_ask(c, tenant, &d->id, v->id, e))) &&
           tenant_do(c, &sql_upload_published, row, e) && tenant_do(c, &sql_dataset_steps, row, e) &&
           tenant_do(c, &sql_draft_delete, row, e) && schema_impact_settle(c, tenant, &d->id, e);
}

/* What was withdrawn comes back with its version. */
static bool thaw(struct conn *c, const struct uuid *tenant, const struct dataset_row *d, struct err *e)
{
    const struct str params[] = {uuid_str(tenant), uuid_str(&d->id)};
    return !str_eq(d->state, S("withdrawn")) ||
           (tenant_do(c, &sql_version_thaw, params, e) && tenant_touch_region(c, tenant, e));
}

bool publish_draft(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account,
                   struct publish_done *done, struct err *e)
{
    return publish_draft_counting(c, tenant, dataset_id, account, -1, done, e);
}

bool publish_draft_counting(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account,
                            int64_t update_bytes, struct publish_done *done, struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    struct next_version v;
    bool ok = dataset_lock(c, &a, tenant, dataset_id, &d, e) && gate(&d, e) && contract_check(c, tenant, &d.id, e) &&
              thaw(c, tenant, &d, e) && read_version(c, &a, &d, &v, e) && may_be_read(c, tenant, &d, &v, e) &&
              flip(c, &a, tenant, &d, &v, account, e) && publish_catalogue(c, tenant, &d.id, e) &&
              tenant_audit(c, tenant, account, S("publish"), dataset_id, STR_NONE, e);
    bool is_open = ok && str_eq(d.visibility, S("open"));
    ok = ok && (!is_open || publish_outbox(c, tenant, &d.id, v.changed ? S("published") : S("described"), e)) &&
         stock_settle(c, tenant, update_bytes >= 0 ? update_bytes : v.changed ? v.bytes : 0, e);
    if (ok)
        *done = (struct publish_done){d.id, d.revision + 1, v.rows, is_open};
    arena_free(&a);
    return ok;
}

bool publish_aside(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct err *e)
{
    PGresult *found = conn_ask(c, &sql_draft_aside, (struct str[]){uuid_str(tenant), dataset_id}, e);
    int64_t aside = 0;
    if (!found)
        return false;
    if (PQntuples(found) == 1)
        str_i64(str_of(PQgetvalue(found, 0, 0)), &aside);
    if (aside > 0) {
        ERR(e, err_rows_aside, "%lld rows", (long long)aside);
        err_arg(e, "%lld", (long long)aside);
        err_arg(e, "%s", PQgetvalue(found, 0, 1));
    }
    PQclear(found);
    return aside == 0;
}

bool publish_update(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account, bool accept_aside,
                    struct publish_done *done, struct err *e)
{
    return (accept_aside || publish_aside(c, tenant, dataset_id, e)) && attest_scheduled(c, tenant, dataset_id, e) &&
           publish_draft(c, tenant, dataset_id, account, done, e);
}

/* On the other portals of this installation: with the commit they show it no more, whatever the worker does meanwhile. */
static bool hide_copies(struct conn *c, const struct uuid *dataset, struct err *e)
{
    return tenant_do(c, &sql_copies_hide, (struct str[]){uuid_str(dataset)}, e);
}

static bool change_visibility(struct conn *c, const struct uuid *tenant, struct str dataset_id,
                              struct str visibility, struct str event, struct str account, struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    bool ok = dataset_lock(c, &a, tenant, dataset_id, &d, e);
    if (ok && !str_eq(d.state, S("published")))
        ok = ERR(e, err_not_published, "state " STR_FMT, STR_ARG(d.state));
    const struct str params[] = {uuid_str(tenant), ok ? uuid_str(&d.id) : STR_NONE, visibility};
    bool opens = ok && str_eq(visibility, S("open")) && d.is_origin;
    ok = ok && (!opens || check_gate(c, tenant, &d.id, &d.version, false, e)) && tenant_do(c, &sql_dataset_visibility, params, e) &&
         tell_joined(c, tenant, &d.id, STR_NONE, e) && (opens || hide_copies(c, &d.id, e)) && publish_catalogue(c, tenant, &d.id, e) &&
         publish_outbox(c, tenant, &d.id, event, e) &&
         tenant_audit(c, tenant, account, visibility, dataset_id, STR_NONE, e);
    arena_free(&a);
    return ok;
}

bool publish_open(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account,
                  struct err *e)
{
    return change_visibility(c, tenant, dataset_id, S("open"), S("published"), account, e);
}

bool publish_close(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account,
                   struct err *e)
{
    return change_visibility(c, tenant, dataset_id, S("closed"), S("closed"), account, e);
}

static bool find_successor(struct conn *c, const struct uuid *tenant, const struct uuid *instead_of, struct str dataset_id,
                           struct uuid *id, struct err *e)
{
    const struct str params[] = {uuid_str(tenant), dataset_id, uuid_str(instead_of)};
    *id = (struct uuid){{0}};
    PGresult *r = dataset_id.n ? conn_ask(c, &sql_dataset_successor, params, e) : NULL;
    bool there = dataset_id.n == 0 || (r && PQntuples(r) == 1 && uuid_parse(str_of(PQgetvalue(r, 0, 0)), id));
    if (r && !there) {
        ERR(e, err_successor_unknown, "%zu bytes", dataset_id.n);
        err_arg(e, STR_FMT, STR_ARG(str_part(dataset_id, 0, 100)));
    }
    PQclear(r);
    return there;
}

bool publish_withdraw(struct conn *c, const struct uuid *tenant, struct str dataset_id, const struct publish_end *end,
                      struct str account, struct err *e)
{
    struct arena a = {0};
    struct dataset_row d;
    struct uuid successor;
    bool ok = dataset_lock(c, &a, tenant, dataset_id, &d, e) && find_successor(c, tenant, &d.id, end->successor, &successor, e);
    const struct str params[] = {uuid_str(tenant), ok ? uuid_str(&d.id) : STR_NONE, end->reason, dataset_id,
                                 ok && successor.text[0] ? uuid_str(&successor) : STR_NONE};
    ok = ok && tenant_do(c, &sql_version_freeze, params, e) && tenant_do(c, &sql_dataset_withdraw, params, e) &&
         tell_joined(c, tenant, &d.id, STR_NONE, e) && schema_impact_settle(c, tenant, &d.id, e) &&
         tenant_touch_region(c, tenant, e) && hide_copies(c, &d.id, e) && tenant_do(c, &sql_catalogue_delete, params, e) &&
         exports_ask(c, tenant, &d.id, e) &&
         tenant_do(c, &sql_tombstone_put, params, e) && publish_outbox(c, tenant, &d.id, S("withdrawn"), e) &&
         tenant_audit(c, tenant, account, S("withdraw"), dataset_id, STR_NONE, e) && stock_settle(c, tenant, 0, e);
    arena_free(&a);
    return ok;
}
