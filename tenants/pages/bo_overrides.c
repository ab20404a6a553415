/* Overrides of the checks, of one portal or of all: /backoffice/overrides. */
#include "core/base/jr.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/override.h"

static struct str covers_words(struct req *r, size_t i)
{
    struct err ignored = {0};
    struct buf said = {0};
    json_t *covers = jr_parse(req_col(r, 0, i, OVERRIDE_COVERS), &ignored);
    check_say(covers, r->lang, &said);
    struct str words = arena_str(r->a, buf_str(&said));
    buf_free(&said);
    json_decref(covers);
    return words;
}

static struct str or_operator(struct req *r, struct str who)
{
    return who.n ? who : page_say(r, TEXT_CHK_OPERATOR);
}

static void put_row(struct req *r, size_t i, struct page_bo_overrides_rows *row)
{
    struct str id = req_col(r, 0, i, OVERRIDE_DATASET), title = req_col(r, 0, i, OVERRIDE_TITLE),
               tenant = req_col(r, 0, i, OVERRIDE_TENANT);
    bool own = str_eq(tenant, uuid_str(&r->tenant->id)), mine = own || bo_may_admin(r),
         revoked = req_col(r, 0, i, OVERRIDE_REVOKED).n > 0;
    *row = (struct page_bo_overrides_rows){
        .id = req_col(r, 0, i, OVERRIDE_ID), .tenant = tenant, .portal = req_col(r, 0, i, OVERRIDE_PORTAL),
        .title = title.n ? title : id, .dataset = id, .covers = covers_words(r, i), .reason = req_col(r, 0, i, OVERRIDE_REASON),
        .who = or_operator(r, req_col(r, 0, i, OVERRIDE_BY)), .when = req_col(r, 0, i, OVERRIDE_MADE),
        .seen = revoked ? STR_NONE : req_col(r, 0, i, OVERRIDE_SEEN), .seen_by = req_col(r, 0, i, OVERRIDE_SEEN_BY),
        .revoked = req_col(r, 0, i, OVERRIDE_REVOKED), .revoked_by = or_operator(r, req_col(r, 0, i, OVERRIDE_REVOKED_BY)),
        .is_open = batch_bool(&r->batch, 0, i, OVERRIDE_OPEN), .may_revoke = mine && !revoked,
        .is_new = !revoked && !req_col(r, 0, i, OVERRIDE_SEEN).n};
    if (own && id.n)
        row->url = arena_printf(r->a, "/backoffice/datasets/" STR_FMT "/checks/", STR_ARG(id));
    else if (row->is_open)
        row->url = arena_printf(r->a, STR_FMT "/explore/dataset/" STR_FMT "/",
                                STR_ARG(req_tenant_url(r, req_col(r, 0, i, OVERRIDE_HOST))), STR_ARG(id));
}

static bool reply_overrides(struct req *r, struct err *e)
{
    (void)e;
    bool region = r->route->access == REGION_DPO;
    size_t n = req_rows(r, 0);
    struct page_bo_overrides_rows *list = ARENA_ARRAY(r->a, struct page_bo_overrides_rows, n + 1);
    int fresh = 0;
    for (size_t i = 0; i < n; i++) {
        put_row(r, i, &list[i]);
        fresh += list[i].is_new;
    }
    struct buf body = {0};
    page_bo_overrides(
        &body, r->lang,
        &(struct page_bo_overrides){
            .csrf = r->who.csrf, .region = region, .total = (int)n, .fresh = fresh, .rows = list, .rows_n = n});
    bo_reply(
        r, bo_status(r),
        &(struct bo_page){.title = page_say(r, region ? TEXT_OVR_TITLE_REGION : TEXT_OVR_TITLE), .nav = BO_OVERRIDES},
        &body);
    return true;
}

const struct step bo_overrides[] = {
    {STEP_WORK, override_work_may, NULL}, {STEP_DB, override_ask_list, NULL}, {STEP_REPLY, reply_overrides, NULL}, {STEP_END, NULL, NULL},
};
const struct step bo_overrides_region[] = {
    {STEP_DB, override_ask_list, NULL}, {STEP_REPLY, reply_overrides, NULL}, {STEP_END, NULL, NULL},
};

/* Back to the list the form stood on. What cannot be mended (it is revoked already, it is another's) ends the request. */
static bool call(struct req *r, step_fn *work, const char *done, struct err *e)
{
    struct override_ask *ask = ARENA_NEW(r->a, struct override_ask);
    ask->id = req_form(r, S("override"));
    ask->tenant = req_form(r, S("tenant"));
    if (!bo_call(r, work, ask, e))
        return false;
    if (bo_state(r)->err.kind) { /* there is no form to mend */
        *e = bo_state(r)->err;
        return false;
    }
    bool region = str_eq(req_form(r, S("list")), S("region"));
    req_redirect(r, 303,
                 arena_printf(r->a, "/backoffice/overrides/%s?done=%s", region ? "region/" : "",
                              ask->closed ? "revoked_closed" : done));
    return true;
}

static bool work_seen(struct req *r, struct err *e)
{
    return call(r, override_work_seen, "seen", e);
}

static bool work_revoke(struct req *r, struct err *e)
{
    return call(r, override_work_revoke, "override_revoked", e);
}

const struct step bo_overrides_seen[] = {{STEP_WORK, work_seen, NULL}, {STEP_END, NULL, NULL}};
const struct step bo_overrides_revoke[] = {{STEP_WORK, work_revoke, NULL}, {STEP_END, NULL, NULL}};
