/* One dataset's findings, legal reasons, schema and scores: /backoffice/datasets/{dataset}/checks. */
#include "core/base/jr.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_checks.h"
#include "tenants/pages/bo_findings.h"
#include "tenants/pages/bo_joined.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/html.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/check_facts.h"
#include "tenants/publishing/hvd.h"
#include "tenants/publishing/check_steps.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/sql.h"

enum { CALL_CHECKS, CALL_OVERRIDES, CALL_REASONS, CALL_SCHEMAS, CALL_DPO, CALL_JOINED, CHOICES_MAX = 200 };

static bool ask_all(struct req *r, struct err *e)
{
    struct str tenant = uuid_str(&r->tenant->id);
    (void)e;
    req_ask(r, &sql_checks_of_dataset, (struct str[]){tenant, r->params[0], bo_organisation(r)});
    req_ask(r, &sql_check_override_list, (struct str[]){tenant, r->params[0]});
    req_ask(r, &sql_legal_reason_list, (struct str[]){tenant, STR_NONE});
    req_ask(r, &sql_schema_list, (struct str[]){tenant});
    req_ask(r, &sql_is_dpo, (struct str[]){tenant, uuid_str(&r->who.account)});
    req_ask(r, &sql_joined_list, (struct str[]){tenant, r->params[0], bo_organisation(r), STR_NONE});
    return true;
}

static json_t *column(struct req *r, unsigned call, enum check_column c)
{
    struct err ignored = {0};
    struct str text = req_col(r, call, 0, c);
    return text.n ? jr_parse(text, &ignored) : NULL;
}

json_t *bo_checks_report(struct req *r, unsigned call)
{
    json_t *schema = column(r, call, CHECK_SCHEMA), *found = column(r, call, CHECK_FOUND);
    json_t *report = json_object();
    if (json_object_size(schema) > 0)
        json_object_set(report, "schema", schema);
    if (batch_bool(&r->batch, call, 0, CHECK_CHECKED))
        json_object_set_new(report, "personal", json_pack("{s:O}", "findings", found));
    json_decref(schema);
    json_decref(found);
    return report;
}

static bool may_write(struct req *r)
{
    return (r->who.is_region && r->who.role >= ADMIN) || (req_rows(r, CALL_DPO) == 1 && batch_bool(&r->batch, CALL_DPO, 0, 0));
}

static struct markup reason_form(struct req *r, struct str schema)
{
    struct bo_choice *choices = ARENA_ARRAY(r->a, struct bo_choice, CHOICES_MAX + 1);
    size_t n = 0;
    choices[n++] = (struct bo_choice){S(""), page_say(r, TEXT_CHK_REASON_NONE)};
    for (size_t i = 0; i < req_rows(r, CALL_REASONS) && n < CHOICES_MAX; i++) {
        struct str of = req_col(r, CALL_REASONS, i, 2);
        if (!of.n || str_eq(of, schema))
            choices[n++] = (struct bo_choice){req_col(r, CALL_REASONS, i, 0), req_col(r, CALL_REASONS, i, 1)};
    }
    const struct bo_field fields[] = {
        {.name = "reason_id", .kind = BO_SELECT, .label = page_say(r, TEXT_CHK_REASON_PICK), .choices = choices, .nchoices = n},
        {.name = "text", .kind = BO_AREA, .label = page_say(r, TEXT_CHK_REASON_WRITE)},
    };
    return bo_form_html(r, &(struct bo_form){.action = bo_dataset_url(r, r->params[0], "override"), .fields = fields,
                                             .n = may_write(r) ? 2 : 1, .submit = page_say(r, TEXT_CHK_REASON_GIVE)});
}

static struct markup schema_form(struct req *r, struct str now)
{
    struct bo_choice *choices = ARENA_ARRAY(r->a, struct bo_choice, CHOICES_MAX + 1);
    size_t n = 0;
    choices[n++] = (struct bo_choice){S(""), page_say(r, TEXT_CHK_FOLLOW_NONE)};
    for (size_t i = 0; i < req_rows(r, CALL_SCHEMAS) && n < CHOICES_MAX; i++) {
        struct str name = req_col(r, CALL_SCHEMAS, i, 0);
        if (i > 0 && str_eq(name, req_col(r, CALL_SCHEMAS, i - 1, 0)))
            continue; /* the newest of each stands first */
        choices[n++] = (struct bo_choice){
            name, arena_printf(r->a, STR_FMT " (" STR_FMT " " STR_FMT ")", STR_ARG(req_col(r, CALL_SCHEMAS, i, 2)), STR_ARG(name),
                               STR_ARG(req_col(r, CALL_SCHEMAS, i, 1)))};
    }
    const struct bo_field field = {.name = "schema", .kind = BO_SELECT, .label = page_say(r, TEXT_CHK_FOLLOW),
                                   .hint = page_say(r, TEXT_CHK_FOLLOW_HINT), .value = now, .choices = choices, .nchoices = n};
    return bo_form_html(r, &(struct bo_form){.action = bo_dataset_url(r, r->params[0], "schema"), .fields = &field, .n = 1,
                                             .submit = page_say(r, TEXT_CHK_FOLLOW_SAVE)});
}

static void put_given(struct req *r, struct page_bo_checks *p)
{
    size_t n = req_rows(r, CALL_OVERRIDES);
    struct page_bo_checks_given *list = ARENA_ARRAY(r->a, struct page_bo_checks_given, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct err ignored = {0};
        struct buf said = {0};
        json_t *covers = jr_parse(req_col(r, CALL_OVERRIDES, i, 1), &ignored);
        check_say(covers, r->lang, &said);
        struct str who = req_col(r, CALL_OVERRIDES, i, 3);
        list[i] = (struct page_bo_checks_given){.columns = arena_str(r->a, buf_str(&said)),
                                                .reason = req_col(r, CALL_OVERRIDES, i, 2),
                                                .who = who.n ? who : page_say(r, TEXT_CHK_OPERATOR),
                                                .when = req_col(r, CALL_OVERRIDES, i, 4),
                                                .revoked = batch_bool(&r->batch, CALL_OVERRIDES, i, 5)};
        buf_free(&said);
        json_decref(covers);
        p->may_revoke = p->may_revoke || !list[i].revoked;
    }
    p->given = list;
    p->given_n = n;
    p->csrf = r->who.csrf;
    p->revoke = bo_dataset_url(r, r->params[0], "override/revoke");
}

static struct str out_of(struct req *r, unsigned points, unsigned of)
{
    return arena_printf(r->a, "%u/%u", points, of);
}

static void put_scores(struct req *r, const struct quality_facts *f, struct page_bo_checks *p)
{
    static const enum text_key ratings[] = {TEXT_CHK_EXCELLENT, TEXT_CHK_GOOD, TEXT_CHK_SUFFICIENT, TEXT_CHK_BAD};
    struct page_bo_checks_mqa_points *mqa = ARENA_ARRAY(r->a, struct page_bo_checks_mqa_points, 40);
    struct page_bo_checks_national_points *national = ARENA_ARRAY(r->a, struct page_bo_checks_national_points, 20);
    struct quality_point q;
    unsigned of, points = quality_points(f, QUALITY_MQA, &of);
    p->mqa = say_count(r->a, r->lang, points);
    p->mqa_of = say_count(r->a, r->lang, of);
    p->rating = page_say(r, ratings[points >= 351 ? 0 : points >= 221 ? 1 : points >= 121 ? 2 : 3]);
    points = quality_points(f, QUALITY_NATIONAL, &of);
    p->national = say_count(r->a, r->lang, points);
    p->national_of = say_count(r->a, r->lang, of);
    for (size_t at = 0; quality_next(f, QUALITY_MQA, r->lang, &at, &q);)
        mqa[p->mqa_points_n++] =
            (struct page_bo_checks_mqa_points){str_of(q.title), out_of(r, q.points, q.of), str_of(q.remedy), q.met};
    for (size_t at = 0; quality_next(f, QUALITY_NATIONAL, r->lang, &at, &q);)
        national[p->national_points_n++] =
            (struct page_bo_checks_national_points){str_of(q.title), out_of(r, q.points, q.of), str_of(q.remedy), q.met};
    p->mqa_points = mqa;
    p->national_points = national;
}

/* R30, R31: told, never stopping. */
static void put_licence(struct req *r, struct page_bo_checks *p)
{
    json_t *licence = column(r, CALL_CHECKS, CHECK_LICENCE), *advice = column(r, CALL_CHECKS, CHECK_ADVICE);
    const json_t *first = json_array_get(advice, 0);
    const char *title = r->lang == LANG_FR ? "title_fr" : "title_en";
    if (licence && !jr_bool(licence, "homologated", true))
        p->unlisted = arena_str(r->a, jr_str(licence, title));
    if (first && !str_eq(jr_str(first, "id"), jr_str(licence, "id")))
        p->advised = arena_str(r->a, jr_str(first, r->lang == LANG_FR ? "fr" : "en"));
    json_decref(licence);
    json_decref(advice);
}

static bool reply_checks(struct req *r, struct err *e)
{
    struct quality_facts facts;
    json_t *metas;
    if (req_rows(r, CALL_CHECKS) == 0) {
        ERR(e, err_dataset_unknown, "no row");
        return err_arg(e, STR_FMT, STR_ARG(str_part(r->params[0], 0, 100)));
    }
    struct str version = req_col(r, CALL_CHECKS, 0, CHECK_VERSION), newest = req_col(r, CALL_CHECKS, 0, CHECK_NEWEST);
    struct str conforms = req_col(r, CALL_CHECKS, 0, CHECK_CONFORMS), title = req_col(r, CALL_CHECKS, 0, CHECK_TITLE);
    json_t *report = bo_checks_report(r, CALL_CHECKS), *uncovered = column(r, CALL_CHECKS, CHECK_UNCOVERED);
    struct str schema = conforms.n ? conforms : arena_str(r->a, jr_str(jr_object(report, "schema"), "name"));
    check_facts(r, CALL_CHECKS, &metas, &facts);
    struct page_bo_checks p = {.findings = bo_findings(r, report, uncovered, STR_NONE),
                               .reason = reason_form(r, schema),
                               .schema = schema_form(r, conforms),
                               .may_give = json_array_size(uncovered) > 0,
                               .not_checked = req_col(r, CALL_CHECKS, 0, CHECK_ROWS).n > 0 &&
                                              !batch_bool(&r->batch, CALL_CHECKS, 0, CHECK_CHECKED),
                               .newer = conforms.n && newest.n && !str_eq(version, newest) ? newest : STR_NONE};
    size_t asks;
    p.joined = bo_joined(r, CALL_JOINED, bo_dataset_url(r, r->params[0], "describe"), uncovered, &asks);
    put_given(r, &p);
    put_scores(r, &facts, &p);
    put_licence(r, &p);
    p.hvd = check_facts_hvd_strict(&facts);
    p.hvd_words = check_facts_hvd_bare(r->a, &facts) ? hvd_words(r->a) : STR_NONE;
    json_decref(metas);
    json_decref(report);
    json_decref(uncovered);
    struct buf body = {0};
    page_bo_checks(&body, r->lang, &p);
    bo_reply(r, bo_status(r),
             &(struct bo_page){.title = page_say(r, TEXT_CHK_TITLE),
                               .nav = BO_DATASETS,
                               .up = title.n ? title : r->params[0],
                               .up_url = bo_dataset_url(r, r->params[0], "")},
             &body);
    return true;
}

const struct step bo_checks[] = {{STEP_DB, ask_all, NULL}, {STEP_REPLY, reply_checks, NULL}, {STEP_END, NULL, NULL}};

static bool call(struct req *r, step_fn *work, const char *done, struct err *e)
{
    struct check_ask *ask = ARENA_NEW(r->a, struct check_ask);
    ask->dataset_id = r->params[0];
    ask->reason_id = req_form(r, S("reason_id"));
    ask->text = ask->reason_id.n ? STR_NONE : req_form(r, S("text"));
    ask->schema = req_form(r, S("schema"));
    bo_then(r, bo_dataset_url(r, r->params[0], arena_printf(r->a, "checks?done=%s", done).p));
    return bo_call(r, work, ask, e);
}

static bool work_override(struct req *r, struct err *e)
{
    return call(r, check_work_override, "allowed", e);
}

static bool work_revoke(struct req *r, struct err *e)
{
    return call(r, check_work_override_revoke, "revoked_reason", e);
}

static bool work_schema(struct req *r, struct err *e)
{
    return call(r, check_work_conform, "saved", e);
}

const struct step bo_checks_override[] = {
    {STEP_WORK, work_override, NULL}, {STEP_DB, ask_all, NULL}, {STEP_REPLY, reply_checks, NULL}, {STEP_END, NULL, NULL},
};
const struct step bo_checks_revoke[] = {
    {STEP_WORK, work_revoke, NULL}, {STEP_DB, ask_all, NULL}, {STEP_REPLY, reply_checks, NULL}, {STEP_END, NULL, NULL},
};
const struct step bo_checks_schema[] = {
    {STEP_WORK, work_schema, NULL}, {STEP_DB, ask_all, NULL}, {STEP_REPLY, reply_checks, NULL}, {STEP_END, NULL, NULL},
};
