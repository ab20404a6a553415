/* Step 4: the checks of the convention, then the publication or the submission. */
#include "core/base/jr.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_checks.h"
#include "tenants/pages/bo_dataset.h"
#include "tenants/pages/bo_describe.h"
#include "tenants/pages/bo_findings.h"
#include "tenants/pages/bo_joined.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/errors.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/check_facts.h"
#include "tenants/publishing/hvd.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/sql.h"

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

/* The checks of what would be published are result 1, what it is joined with result 2. */
static bool ask_check(struct req *r, struct err *e)
{
    bo_dataset_ask(r, e);
    req_ask(r, &sql_checks_of_dataset, (struct str[]){uuid_str(&r->tenant->id), r->params[0], bo_organisation(r)});
    req_ask(r, &sql_joined_list, (struct str[]){uuid_str(&r->tenant->id), r->params[0], bo_organisation(r), STR_NONE});
    return true;
}

/* A version that nobody attested asks for both; a change of the description alone for nothing. */
static bool must_attest(struct req *r)
{
    return batch_bool(&r->batch, 1, 0, CHECK_DRAFT) && !str_eq(req_col(r, 1, 0, CHECK_LACKS), S("[]"));
}

static bool is_held(struct req *r)
{
    json_t *diff = bo_dataset_json(r, DS_DIFF);
    bool held = jr_bool(diff, "held", false);
    json_decref(diff);
    return held;
}

static struct markup publish_form(struct req *r, int64_t aside)
{
    bool attest = must_attest(r);
    struct bo_field fields[5];
    size_t n = 0;
    if (attest) {
        fields[n++] = (struct bo_field){.name = "attest_personal",
                                        .kind = BO_CHECK,
                                        .required = true,
                                        .label = page_say(r, TEXT_CHK_ATTEST_PERSONAL)};
        fields[n++] = (struct bo_field){
            .name = "attest_rights", .kind = BO_CHECK, .required = true, .label = page_say(r, TEXT_CHK_ATTEST_RIGHTS)};
    }
    if (aside > 0)
        fields[n++] = (struct bo_field){.name = "accept_errors",
                                        .kind = BO_CHECK,
                                        .label = arena_printf(r->a, STR_FMT " (" STR_FMT ")",
                                                              STR_ARG(page_say(r, TEXT_BO_ACCEPT_ASIDE)),
                                                              STR_ARG(say_count(r->a, r->lang, aside)))};
    if (attest)
        fields[n++] = (struct bo_field){
            .name = "third", .label = page_say(r, TEXT_CHK_THIRD), .hint = page_say(r, TEXT_CHK_THIRD_HINT)};
    bool direct = bo_is_direct(r);
    if (is_held(r))
        fields[n++] = (struct bo_field){
            .name = "accept_shape", .kind = BO_CHECK, .label = page_say(r, TEXT_BO_ACCEPT_SHAPE), .required = true};
    return bo_form_html(
        r, &(struct bo_form){
               .action = bo_dataset_url(r, r->params[0], direct ? "submit" : "publish"),
               .fields = fields,
               .n = n,
               .submit = page_say(r, direct ? TEXT_BO_SUBMIT_TITLE : TEXT_BO_PUBLISH_TITLE),
               .cancel_url = bo_dataset_url(r, r->params[0], "")});
}

/* What was found, and whether it stops what this page would do: a submission opens, and so does an open dataset. */
static void put_findings(struct req *r, struct page_bo_check *p)
{
    json_t *report = bo_checks_report(r, 1);
    struct err ignored = {0};
    struct str text = req_col(r, 1, 0, CHECK_UNCOVERED);
    json_t *uncovered = text.n ? jr_parse(text, &ignored) : NULL;
    p->findings = bo_findings(r, report, uncovered, STR_NONE);
    size_t stopping = json_array_size(uncovered), asks;
    p->joined = bo_joined(r, 2, bo_dataset_url(r, r->params[0], "describe"), uncovered, &asks);
    p->found = (int)(stopping - asks);
    p->asks = asks > 0;
    p->checks_url = bo_dataset_url(r, r->params[0], "checks");
    p->stops = stopping > 0 && (p->direct || str_eq(req_col(r, 1, 0, CHECK_VISIBILITY), S("open")));
    json_decref(report);
    json_decref(uncovered);
}

static void put_hvd(struct req *r, struct page_bo_check *p)
{
    struct quality_facts facts;
    json_t *metas;
    check_facts(r, 1, &metas, &facts);
    p->hvd = check_facts_hvd_strict(&facts);
    p->hvd_words = check_facts_hvd_bare(r->a, &facts) ? hvd_words(r->a) : STR_NONE;
    json_decref(metas);
}

static bool reply_check(struct req *r, struct err *e)
{
    if (!bo_dataset_is_there(r, e))
        return false;
    struct bo_said said[META_HEADINGS + 4];
    json_t *metas = bo_dataset_json(r, DS_METAS);
    int64_t aside = req_i64(r, 0, 0, DS_ASIDE);
    struct str title = bo_dataset_title(r, metas), deadline = req_col(r, 0, 0, DS_DEADLINE);
    struct page_bo_check p = {.steps = bo_steps(r, 4),
                              .describe_url = bo_dataset_url(r, r->params[0], "describe"),
                              .direct = bo_is_direct(r),
                              .rows = say_count(r->a, r->lang, req_i64(r, 0, 0, DS_NEXT_ROWS)),
                              .waiting = str_eq(req_col(r, 0, 0, DS_REVIEW), S("submitted")),
                              .form = publish_form(r, aside)};
    put_findings(r, &p);
    put_hvd(r, &p);
    put_missing(r, metas, &p);
    if (aside > 0)
        p.aside = say_count(r->a, r->lang, aside);
    p.deadline =
        arena_printf(r->a, STR_FMT ", " STR_FMT, STR_ARG(say_date(r->a, r->lang, deadline)),
                     STR_ARG(str_from(deadline, deadline.n > 11 ? 11 : deadline.n)));
    p.blocked = p.missing_n > 0 || p.stops || !req_col(r, 0, 0, DS_COLUMNS).n ||
                !batch_bool(&r->batch, 0, 0, DS_HAS_DRAFT);
    p.said_n = bo_headings(r, metas, said);
    struct page_bo_check_said *list = ARENA_ARRAY(r->a, struct page_bo_check_said, p.said_n + 1);
    for (size_t i = 0; i < p.said_n; i++)
        list[i] = (struct page_bo_check_said){said[i].label, said[i].value};
    p.said = list;
    json_decref(metas);
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
    {STEP_DB, ask_check, NULL}, {STEP_REPLY, reply_check, NULL}, {STEP_END, NULL, NULL}};

static bool publish(struct req *r, step_fn *work, const char *done, struct err *e)
{
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    ask->dataset_id = r->params[0];
    ask->accept_errors = req_form(r, S("accept_errors")).n > 0;
    ask->attest = (struct attest){.personal = req_form(r, S("attest_personal")).n > 0,
                                  .rights = req_form(r, S("attest_rights")).n > 0, .third = req_form(r, S("third"))};
    ask->accept_shape = req_form(r, S("accept_shape")).n > 0;
    bo_then(r, bo_dataset_url(r, r->params[0], arena_printf(r->a, "?done=%s", done).p));
    return bo_call(r, work, ask, e);
}

static bool work_publish(struct req *r, struct err *e)
{
    return publish(r, publish_work_publish, "published", e);
}

static bool work_submit(struct req *r, struct err *e)
{
    return publish(r, publish_work_submit, "submitted", e);
}

const struct step bo_publish[] = {
    {STEP_WORK, work_publish, NULL},
    {STEP_DB, ask_check, NULL},
    {STEP_REPLY, reply_check, NULL},
    {STEP_END, NULL, NULL},
};
const struct step bo_submit[] = {
    {STEP_WORK, work_submit, NULL},
    {STEP_DB, ask_check, NULL},
    {STEP_REPLY, reply_check, NULL},
    {STEP_END, NULL, NULL},
};
