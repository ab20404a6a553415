/* Where a dataset's file is fetched from, and how the last run went. */
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_dataset.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/source.h"
#include "tenants/publishing/sql.h"

/* source_one.sql's columns, call 1 */
enum { COL_URL, COL_EVERY, COL_ACTIVE, COL_SECRET, COL_RESULT, COL_ERROR, COL_FAILURES, COL_RAN, COL_NEXT,
       COL_UPLOAD, COL_UPLOAD_STATE,
       COL_UPLOAD_ERROR, COL_HELD };

static bool ask(struct req *r, struct err *e)
{
    bo_dataset_ask(r, e);
    req_ask(r, &sql_source_one, (struct str[]){uuid_str(&r->tenant->id), r->params[0], bo_organisation(r)});
    return true;
}

static bool is(struct req *r, int column, struct str word)
{
    return str_eq(req_col(r, 1, 0, column), word);
}

static struct str result_words(struct req *r)
{
    if (is(r, COL_RESULT, S("failed")) || is(r, COL_UPLOAD_STATE, S("failed")))
        return page_say(r, TEXT_BO_SRC_FAILED);
    if (is(r, COL_RESULT, S("unchanged")))
        return page_say(r, TEXT_BO_SRC_UNCHANGED);
    if (is(r, COL_RESULT, S("waiting")))
        return page_say(r, TEXT_BO_SRC_WAITING);
    if (is(r, COL_RESULT, S("taken")))
        return page_say(r, is(r, COL_UPLOAD_STATE, S("published")) ? TEXT_BO_SRC_PUBLISHED : TEXT_BO_SRC_TAKEN);
    return page_say(r, TEXT_BO_SRC_NEVER);
}

static struct str error_words(struct req *r)
{
    struct str json = req_col(r, 1, 0, COL_ERROR);
    struct buf b = {0};
    json = json.n ? json : req_col(r, 1, 0, COL_UPLOAD_ERROR);
    if (!json.n)
        return STR_NONE;
    fault_say(json, r->lang, &b);
    struct str words = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return words;
}

static struct str moment(struct req *r, int column)
{
    struct str iso = req_col(r, 1, 0, column);
    return iso.n < 16 ? page_say(r, TEXT_BO_SRC_NEVER)
                      : arena_printf(r->a, STR_FMT ", " STR_FMT " UTC", STR_ARG(say_date(r->a, r->lang, iso)),
                                     STR_ARG(str_part(iso, 11, 5)));
}

static struct markup form(struct req *r, bool there)
{
    const struct bo_choice every[] = {{S("60"), page_say(r, TEXT_BO_SRC_HOUR)}, {S("360"), page_say(r, TEXT_BO_SRC_SIX)},
                                      {S("1440"), page_say(r, TEXT_BO_SRC_DAY)}, {S("10080"), page_say(r, TEXT_BO_SRC_WEEK)},
                                      {S("43200"), page_say(r, TEXT_BO_SRC_MONTH)}};
    const struct bo_field fields[] = {
        {.name = "url", .kind = BO_TEXT, .type = "url", .label = page_say(r, TEXT_BO_SRC_URL), .required = true,
         .hint = page_say(r, TEXT_BO_SRC_URL_HINT), .value = there ? req_col(r, 1, 0, COL_URL) : STR_NONE},
        {.name = "every", .kind = BO_SELECT, .required = true, .label = page_say(r, TEXT_BO_SRC_EVERY), .choices = every, .nchoices = 5,
         .value = there ? req_col(r, 1, 0, COL_EVERY) : S("1440")},
        {.name = "active", .kind = BO_CHECK, .label = page_say(r, TEXT_BO_SRC_ACTIVE), .value = !there || batch_bool(&r->batch, 1, 0, COL_ACTIVE) ? S("on") : STR_NONE},
        {.name = "secret", .kind = BO_TEXT, .type = "password", .complete = "off", .label = page_say(r, TEXT_BO_SRC_SECRET),
         .hint = page_say(r, there && batch_bool(&r->batch, 1, 0, COL_SECRET) ? TEXT_BO_SRC_SECRET_KEPT : TEXT_BO_SRC_SECRET_HINT)},
    };
    return bo_form_html(r, &(struct bo_form){.action = bo_dataset_url(r, r->params[0], "source"),
                                             .fields = fields,
                                             .n = 4,
                                             .submit = page_say(r, TEXT_BO_SRC_SAVE),
                                             .cancel_url = bo_dataset_url(r, r->params[0], "")});
}

static bool reply(struct req *r, struct err *e)
{
    if (!bo_dataset_is_there(r, e))
        return false;
    struct page_bo_source p = {
        .csrf = r->who.csrf, .action = bo_dataset_url(r, r->params[0], "source"), .there = req_rows(r, 1) == 1};
    p.may_change = bo_may_publish(r) && batch_bool(&r->batch, 0, 0, DS_IS_ORIGIN);
    if (p.there) {
        p.url = req_col(r, 1, 0, COL_URL);
        p.active = batch_bool(&r->batch, 1, 0, COL_ACTIVE);
        p.held = batch_bool(&r->batch, 1, 0, COL_HELD);
        p.bad = is(r, COL_RESULT, S("failed")) || is(r, COL_UPLOAD_STATE, S("failed"));
        p.why = error_words(r);
        p.result = result_words(r);
        p.ran = moment(r, COL_RAN);
        p.next = moment(r, COL_NEXT);
        p.failures = req_i64(r, 1, 0, COL_FAILURES) ? say_count(r->a, r->lang, req_i64(r, 1, 0, COL_FAILURES)) : STR_NONE;
        p.preview = bo_dataset_url(r, r->params[0], "preview");
    }
    p.form = form(r, p.there);
    json_t *metas = bo_dataset_json(r, DS_METAS);
    struct str title = bo_dataset_title(r, metas);
    json_decref(metas);
    struct buf body = {0};
    page_bo_source(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){.title = page_say(r, TEXT_BO_SRC_PAGE), .lead = page_say(r, TEXT_BO_SRC_LEAD),
                                                .nav = BO_DATASETS, .up = title, .up_url = bo_dataset_url(r, r->params[0], "")},
             &body);
    return true;
}

static bool work_put(struct req *r, struct err *e)
{
    struct source_new *new = ARENA_NEW(r->a, struct source_new);
    *new = (struct source_new){.url = req_form(r, S("url")),
                               .active = req_form(r, S("active")).n > 0,
                               .secret = str_trim(req_form(r, S("secret")))};
    str_i64(req_form(r, S("every")), &new->every_min);
    bo_then(r, bo_dataset_url(r, r->params[0], "source?done=scheduled"));
    return bo_call(r, source_work_put, new, e);
}

static bool work_run(struct req *r, struct err *e)
{
    bo_then(r, bo_dataset_url(r, r->params[0], "source?done=scheduled"));
    return bo_call(r, source_work_run, NULL, e);
}

static bool work_remove(struct req *r, struct err *e)
{
    bo_then(r, bo_dataset_url(r, r->params[0], "source?done=saved"));
    return bo_call(r, source_work_remove, NULL, e);
}

const struct step bo_source[] = {{STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};
#define VERB(name)                                                                                                     \
    const struct step bo_source_##name[] = {                                                                           \
        {STEP_WORK, work_##name, NULL}, {STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}}
VERB(put);
VERB(run);
VERB(remove);
