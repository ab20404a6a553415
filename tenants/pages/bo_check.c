/* Step 4: the checks of the convention, then the publication or the submission. */
#include "core/base/jr.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_dataset.h"
#include "tenants/pages/bo_describe.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/errors.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/publish_steps.h"

static void put_missing(struct req *r, const json_t *metas, struct page_bo_check *p)
{
    unsigned missing = meta_missing(metas);
    struct page_bo_check_missing *list = ARENA_ARRAY(r->a, struct page_bo_check_missing, META_HEADINGS);
    for (unsigned h = 0; h < META_HEADINGS; h++) {
        const char *field = bo_describe_field((enum meta_heading)h);
        if (field && (missing & (1u << h)))
            list[p->missing_n++] = (struct page_bo_check_missing){
                str_of(meta_heading_word((enum meta_heading)h, r->lang)),
                arena_printf(r->a, STR_FMT "#f-%s", STR_ARG(p->describe_url), field)};
    }
    p->missing = list;
}

static struct markup publish_form(struct req *r, int64_t aside)
{
    const struct bo_field fields[] = {
        {.name = "confirm",
         .kind = BO_CHECK,
         .label = page_say(r, TEXT_BO_CONFIRM),
         .required = true},
        {.name = "accept_errors",
         .kind = BO_CHECK,
         .label = arena_printf(r->a, STR_FMT " (" STR_FMT ")",
                               STR_ARG(page_say(r, TEXT_BO_ACCEPT_ASIDE)),
                               STR_ARG(say_count(r->a, r->lang, aside)))},
    };
    bool direct = bo_is_direct(r);
    return bo_form_html(
        r, &(struct bo_form){
               .action = bo_dataset_url(r, r->params[0], direct ? "submit" : "publish"),
               .fields = fields,
               .n = aside > 0 ? 2 : 1,
               .submit = page_say(r, direct ? TEXT_BO_SUBMIT_TITLE : TEXT_BO_PUBLISH_TITLE),
               .cancel_url = bo_dataset_url(r, r->params[0], "")});
}

static bool reply_check(struct req *r, struct err *e)
{
    if (!bo_dataset_is_there(r, e))
        return false;
    struct bo_said said[META_HEADINGS + 4];
    json_t *metas = bo_dataset_json(r, DS_METAS), *report = bo_dataset_json(r, DS_REPORT);
    int64_t aside = req_i64(r, 0, 0, DS_ASIDE);
    struct str title = bo_dataset_title(r, metas), deadline = req_col(r, 0, 0, DS_DEADLINE);
    struct page_bo_check p = {.steps = bo_steps(r, 4),
                              .describe_url = bo_dataset_url(r, r->params[0], "describe"),
                              .direct = bo_is_direct(r),
                              .rows = say_count(r->a, r->lang, req_i64(r, 0, 0, DS_NEXT_ROWS)),
                              .personal = bo_warned(report, "warn_personal"),
                              .waiting = str_eq(req_col(r, 0, 0, DS_REVIEW), S("submitted")),
                              .form = publish_form(r, aside)};
    put_missing(r, metas, &p);
    if (aside > 0)
        p.aside = say_count(r->a, r->lang, aside);
    p.deadline =
        arena_printf(r->a, STR_FMT ", " STR_FMT, STR_ARG(say_date(r->a, r->lang, deadline)),
                     STR_ARG(str_from(deadline, deadline.n > 11 ? 11 : deadline.n)));
    p.blocked = p.missing_n > 0 || !req_col(r, 0, 0, DS_COLUMNS).n ||
                !batch_bool(&r->batch, 0, 0, DS_HAS_DRAFT);
    p.said_n = bo_headings(r, metas, said);
    struct page_bo_check_said *list = ARENA_ARRAY(r->a, struct page_bo_check_said, p.said_n + 1);
    for (size_t i = 0; i < p.said_n; i++)
        list[i] = (struct page_bo_check_said){said[i].label, said[i].value};
    p.said = list;
    json_decref(metas);
    json_decref(report);
    struct buf body = {0};
    page_bo_check(&body, r->lang, &p);
    bo_reply(
        r, bo_status(r),
        &(struct bo_page){.title = page_say(r, p.direct ? TEXT_BO_CHECK_DIRECT : TEXT_BO_CHECK),
                          .nav = BO_DATASETS,
                          .up = title,
                          .up_url = bo_dataset_url(r, r->params[0], "")},
        &body);
    return true;
}

const struct step bo_check[] = {
    {STEP_DB, bo_dataset_ask, NULL}, {STEP_REPLY, reply_check, NULL}, {STEP_END, NULL, NULL}};

static bool confirmed_publish(struct req *r, struct err *e)
{
    return req_form(r, S("confirm")).n ? publish_work_publish(r, e)
                                       : ERR(e, err_confirm_needed, "unticked");
}

static bool confirmed_submit(struct req *r, struct err *e)
{
    return req_form(r, S("confirm")).n ? publish_work_submit(r, e)
                                       : ERR(e, err_confirm_needed, "unticked");
}

static bool publish(struct req *r, step_fn *work, const char *done, struct err *e)
{
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    ask->dataset_id = r->params[0];
    ask->accept_errors = req_form(r, S("accept_errors")).n > 0;
    bo_then(r, bo_dataset_url(r, r->params[0], arena_printf(r->a, "?done=%s", done).p));
    return bo_call(r, work, ask, e);
}

static bool work_publish(struct req *r, struct err *e)
{
    return publish(r, confirmed_publish, "published", e);
}

static bool work_submit(struct req *r, struct err *e)
{
    return publish(r, confirmed_submit, "submitted", e);
}

const struct step bo_publish[] = {
    {STEP_WORK, work_publish, NULL},
    {STEP_DB, bo_dataset_ask, NULL},
    {STEP_REPLY, reply_check, NULL},
    {STEP_END, NULL, NULL},
};
const struct step bo_submit[] = {
    {STEP_WORK, work_submit, NULL},
    {STEP_DB, bo_dataset_ask, NULL},
    {STEP_REPLY, reply_check, NULL},
    {STEP_END, NULL, NULL},
};
