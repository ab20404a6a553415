#include "tenants/publishing/check_steps.h"

#include "core/base/utf8.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/sql.h"

bool check_may_write(struct req *r, struct conn *c, bool *may, struct err *e)
{
    *may = r->who.is_region && r->who.role >= ADMIN;
    if (*may)
        return true;
    PGresult *found = conn_ask(c, &sql_is_dpo, (struct str[]){uuid_str(&r->tenant->id), uuid_str(&r->who.account)}, e);
    *may = found && PQntuples(found) == 1 && PQgetvalue(found, 0, 0)[0] == 't';
    PQclear(found);
    return found != NULL;
}

static bool is_mine(struct req *r, struct conn *c, struct str dataset_id, struct err *e)
{
    struct dataset_row d;
    return dataset_find(c, r->a, &r->tenant->id, dataset_id, &d, e) && publish_may_prepare(r, c, &d, e);
}

bool check_work_override(struct req *r, struct err *e)
{
    struct check_ask *ask = r->state;
    struct override o = {.dataset_id = ask->dataset_id, .reason_id = ask->reason_id, .text = ask->text,
                         .account = uuid_str(&r->who.account)};
    struct conn *c = req_begin(r, e);
    return c && is_mine(r, c, ask->dataset_id, e) && check_may_write(r, c, &o.may_write, e) &&
           check_override(c, &r->tenant->id, &o, e) && conn_commit(c, e);
}

bool check_work_override_revoke(struct req *r, struct err *e)
{
    struct check_ask *ask = r->state;
    struct conn *c = req_begin(r, e);
    return c && is_mine(r, c, ask->dataset_id, e) &&
           check_override_revoke(c, &r->tenant->id, ask->dataset_id, uuid_str(&r->who.account), e) && conn_commit(c, e);
}

bool check_work_conform(struct req *r, struct err *e)
{
    struct check_ask *ask = r->state;
    struct conn *c = req_begin(r, e);
    return c && is_mine(r, c, ask->dataset_id, e) &&
           registry_conform(c, &r->tenant->id, ask->dataset_id, ask->schema, STR_NONE, uuid_str(&r->who.account), e) &&
           conn_commit(c, e);
}

bool check_work_schema_add(struct req *r, struct err *e)
{
    struct check_ask *ask = r->state;
    struct conn *c = req_begin(r, e);
    return c && registry_add(c, r->a, &r->tenant->root, &ask->new, uuid_str(&r->who.account), &ask->added, e) &&
           tenant_audit(c, &r->tenant->id, uuid_str(&r->who.account), S("schema-add"), ask->added.name, STR_NONE, e) &&
           conn_commit(c, e);
}

/* One row came back, or there is no such thing. */
static bool one(struct conn *c, const struct stmt *s, const struct str *params, struct err *e)
{
    PGresult *found = conn_ask(c, s, params, e);
    bool there = found && PQntuples(found) == 1;
    if (found && !there)
        ERR(e, err_legal_reason_unknown, "no row");
    PQclear(found);
    return there;
}

bool check_work_reason_add(struct req *r, struct err *e)
{
    struct check_ask *ask = r->state;
    struct str said = str_trim(ask->text);
    if (utf8_count(said) < 5 || utf8_count(said) > 500)
        return ERR(e, err_reason_not_listed, "%zu bytes", said.n);
    ask->made = uuid_make();
    struct conn *c = req_begin(r, e);
    const struct str params[] = {uuid_str(&ask->made), uuid_str(&r->tenant->id), ask->schema.n ? ask->schema : STR_NONE, said,
                                 uuid_str(&r->who.account)};
    return c && one(c, &sql_legal_reason_add, params, e) &&
           tenant_audit(c, &r->tenant->id, uuid_str(&r->who.account), S("legal-reason-add"), said, STR_NONE, e) &&
           conn_commit(c, e);
}

bool check_work_reason_retire(struct req *r, struct err *e)
{
    struct check_ask *ask = r->state;
    struct uuid id;
    if (!uuid_parse(ask->reason_id, &id))
        return ERR(e, err_legal_reason_unknown, "not an id");
    struct conn *c = req_begin(r, e);
    return c && one(c, &sql_legal_reason_retire, (struct str[]){uuid_str(&id), uuid_str(&r->tenant->id)}, e) &&
           tenant_audit(c, &r->tenant->id, uuid_str(&r->who.account), S("legal-reason-retire"), uuid_str(&id), STR_NONE, e) &&
           conn_commit(c, e);
}

bool check_work_advise(struct req *r, struct err *e)
{
    struct check_ask *ask = r->state;
    struct conn *c = req_begin(r, e);
    const struct str params[] = {uuid_str(&r->tenant->root), ask->theme, ask->licence}; /* the drop takes two of them */
    const struct stmt *s = ask->licence.n ? &sql_licence_advice_put : &sql_licence_advice_drop;
    return c && tenant_do(c, s, params, e) &&
           tenant_audit(c, &r->tenant->id, uuid_str(&r->who.account), S("licence-advice"), ask->theme, STR_NONE, e) &&
           conn_commit(c, e);
}

bool check_work_threshold(struct req *r, struct err *e)
{
    struct check_ask *ask = r->state;
    int64_t n = 0;
    if (!str_i64(str_trim(ask->threshold), &n) || n < 2 || n > 100)
        return ERR(e, err_threshold, "%lld", (long long)n);
    struct conn *c = req_begin(r, e);
    return c &&
           tenant_do(c, &sql_secrecy_threshold_put,
                     (struct str[]){uuid_str(&r->tenant->root), str_trim(ask->threshold)}, e) &&
           tenant_audit(c, &r->tenant->id, uuid_str(&r->who.account), S("secrecy-threshold"), str_trim(ask->threshold),
                        STR_NONE, e) &&
           conn_commit(c, e);
}
