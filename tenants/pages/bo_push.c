/* The batches that programs pushed: what waits and why, and taking one back. */
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_dataset.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/push.h"
#include "tenants/publishing/sql.h"

/* push_list.sql's columns, call 1 */
enum { COL_ID, COL_OP, COL_STATE, COL_RECORDS, COL_ASIDE, COL_ERROR, COL_CREATED };

static bool ask(struct req *r, struct err *e)
{
    bo_dataset_ask(r, e);
    req_ask(r, &sql_push_list,
            (struct str[]){uuid_str(&r->tenant->id), r->params[0], bo_organisation(r), S("100")});
    return true;
}

/* The oldest that waits stands first; the others wait behind it. */
static struct str held(struct req *r)
{
    struct buf b = {0};
    struct str json = req_rows(r, 1) ? req_col(r, 1, 0, COL_ERROR) : STR_NONE;
    if (!json.n)
        return STR_NONE;
    fault_say(json, r->lang, &b);
    struct str words = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return words;
}

static struct page_bo_push_batches read_batch(struct req *r, size_t row)
{
    struct str id = req_col(r, 1, row, COL_ID), state = req_col(r, 1, row, COL_STATE);
    struct str iso = req_col(r, 1, row, COL_CREATED);
    int64_t aside = req_i64(r, 1, row, COL_ASIDE);
    return (struct page_bo_push_batches){
        .id = id,
        .when = arena_printf(r->a, STR_FMT ", " STR_FMT " UTC",
                             STR_ARG(say_date(r->a, r->lang, iso)), STR_ARG(str_part(iso, 11, 5))),
        .records = say_count(r->a, r->lang, req_i64(r, 1, row, COL_RECORDS)),
        .aside = aside ? say_count(r->a, r->lang, aside) : STR_NONE,
        .held = row == 0 && req_col(r, 1, row, COL_ERROR).n > 0,
        .url = arena_printf(r->a, "/api/portal/v1/datasets/" STR_FMT "/push/" STR_FMT,
                            STR_ARG(r->params[0]), STR_ARG(id)),
        .removes = str_eq(req_col(r, 1, row, COL_OP), S("remove")),
        .waiting = str_eq(state, S("waiting")),
        .dropped = str_eq(state, S("dropped"))};
}

static bool reply(struct req *r, struct err *e)
{
    if (!bo_dataset_is_there(r, e))
        return false;
    size_t n = req_rows(r, 1);
    struct page_bo_push_batches *list = ARENA_ARRAY(r->a, struct page_bo_push_batches, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = read_batch(r, i);
    struct page_bo_push p = {
        .held = held(r),
        .csrf = r->who.csrf,
        .action = bo_dataset_url(r, r->params[0], "push"),
        .address = arena_printf(r->a, STR_FMT "/api/portal/v1/datasets/" STR_FMT "/push",
                                STR_ARG(req_base_url(r)), STR_ARG(r->params[0])),
        .may_change = bo_may_publish(r) && batch_bool(&r->batch, 0, 0, DS_IS_ORIGIN),
        .batches = list,
        .batches_n = n};
    json_t *metas = bo_dataset_json(r, DS_METAS);
    struct str title = bo_dataset_title(r, metas);
    json_decref(metas);
    struct buf body = {0};
    page_bo_push(&body, r->lang, &p);
    bo_reply(r, bo_status(r),
             &(struct bo_page){.title = page_say(r, TEXT_BO_PUSH_PAGE),
                               .lead = page_say(r, TEXT_BO_PUSH_LEAD),
                               .nav = BO_DATASETS,
                               .up = title,
                               .up_url = bo_dataset_url(r, r->params[0], "")},
             &body);
    return true;
}

static bool work_drop(struct req *r, struct err *e)
{
    bo_then(r, bo_dataset_url(r, r->params[0], "push?done=dropped"));
    return bo_call(r, push_work_drop, NULL, e);
}

const struct step bo_push[] = {
    {STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};
const struct step bo_push_drop[] = {
    {STEP_WORK, work_drop, NULL},
    {STEP_DB, ask, NULL},
    {STEP_REPLY, reply, NULL},
    {STEP_END, NULL, NULL},
};
