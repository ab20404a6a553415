/* One dataset: where it stands, and the verbs that change who may read it. */
#include "tenants/pages/bo_dataset.h"

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_describe.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/meta.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/review_clock.h"

bool bo_dataset_ask(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_bo_dataset, (struct str[]){uuid_str(&r->tenant->id), r->params[0], bo_organisation(r), clock_now(r->a)});
    return true;
}

bool bo_dataset_is_there(struct req *r, struct err *e)
{
    if (req_rows(r, 0) == 1)
        return true;
    ERR(e, err_dataset_unknown, "no row");
    return err_arg(e, STR_FMT, STR_ARG(str_part(r->params[0], 0, 100)));
}

json_t *bo_dataset_json(struct req *r, enum bo_dataset_column column)
{
    struct err ignored;
    struct str text = req_col(r, 0, 0, (int)column);
    return text.n ? jr_parse(text, &ignored) : NULL;
}

struct str bo_dataset_title(struct req *r, const json_t *metas)
{
    struct str title = arena_str(r->a, jr_str(jr_object(metas, "default"), "title"));
    return title.n ? title : r->params[0];
}

bool bo_dataset_page_ask(struct req *r, struct err *e)
{
    bo_dataset_ask(r, e);
    req_ask(r, &sql_bo_versions, (struct str[]){uuid_str(&r->tenant->id), r->params[0]});
    return true;
}

static bool is(struct req *r, enum bo_dataset_column column, struct str word)
{
    return str_eq(req_col(r, 0, 0, (int)column), word);
}

static void put_state(struct req *r, struct page_bo_dataset *p)
{
    p->published = is(r, DS_STATE, S("published"));
    p->is_draft = is(r, DS_STATE, S("draft"));
    p->withdrawn = is(r, DS_STATE, S("withdrawn"));
    p->is_open = p->published && is(r, DS_VISIBILITY, S("open"));
    p->is_closed = p->published && is(r, DS_VISIBILITY, S("closed"));
    p->is_described = p->published && is(r, DS_VISIBILITY, S("described"));
    p->is_copy = !batch_bool(&r->batch, 0, 0, DS_IS_ORIGIN);
    p->has_draft = batch_bool(&r->batch, 0, 0, DS_HAS_DRAFT);
    p->submitted = is(r, DS_REVIEW, S("submitted"));
    p->refused = is(r, DS_REVIEW, S("refused"));
    p->reading = is(r, DS_UPLOAD_STATE, S("queued")) || is(r, DS_UPLOAD_STATE, S("reading"));
    p->ready = req_col(r, 0, 0, DS_COLUMNS).n > 0;
    p->may_publish = bo_may_publish(r);
    p->direct = bo_is_direct(r);
}

static void put_words(struct req *r, struct page_bo_dataset *p)
{
    struct str deadline = req_col(r, 0, 0, DS_DEADLINE);
    p->article = req_col(r, 0, 0, DS_ARTICLE);
    p->message = req_col(r, 0, 0, DS_MESSAGE);
    p->reason = req_col(r, 0, 0, DS_REASON);
    p->question = req_col(r, 0, 0, DS_QUESTION);
    p->answer = req_form(r, S("answer"));
    p->left = bo_left(r, req_i64(r, 0, 0, DS_LEFT));
    p->deadline = arena_printf(r->a, STR_FMT ", " STR_FMT, STR_ARG(say_date(r->a, r->lang, deadline)),
                               STR_ARG(str_from(deadline, deadline.n > 11 ? 11 : deadline.n)));
    if (is(r, DS_UPLOAD_STATE, S("failed"))) {
        struct buf b = {0};
        fault_say(req_col(r, 0, 0, DS_UPLOAD_ERROR), r->lang, &b);
        p->failed = arena_str(r->a, buf_str(&b));
        buf_free(&b);
    }
    if (p->published) {
        struct str base = req_base_url(r);
        p->public_url = arena_printf(r->a, STR_FMT "/explore/dataset/" STR_FMT "/", STR_ARG(base), STR_ARG(r->params[0]));
        p->api_url = arena_printf(r->a, STR_FMT "/api/explore/v2.1/catalog/datasets/" STR_FMT "/records", STR_ARG(base),
                                  STR_ARG(r->params[0]));
    }
}

static void put_versions(struct req *r, struct page_bo_dataset *p)
{
    size_t n = req_rows(r, 1);
    struct page_bo_dataset_versions *list = ARENA_ARRAY(r->a, struct page_bo_dataset_versions, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct page_bo_dataset_versions){
            .number = (int)req_i64(r, 1, i, 0), .published = say_date(r->a, r->lang, req_col(r, 1, i, 1)),
            .rows = say_count(r->a, r->lang, req_i64(r, 1, i, 2)), .by = req_col(r, 1, i, 4),
            .now = batch_bool(&r->batch, 1, i, 5), .kept = !str_eq(req_col(r, 1, i, 3), S("dropped"))};
    p->versions = list;
    p->versions_n = n;
}

bool bo_dataset_page(struct req *r, struct err *e)
{
    if (!bo_dataset_is_there(r, e))
        return false;
    struct bo_said said[META_HEADINGS + 4];
    json_t *metas = bo_dataset_json(r, DS_METAS);
    struct str title = bo_dataset_title(r, metas);
    const struct bo_field end[] = {
        {.name = "reason", .kind = BO_AREA, .label = page_say(r, TEXT_BO_WITHDRAW_REASON), .required = true,
         .hint = page_say(r, TEXT_BO_WITHDRAW_HINT)},
        {.name = "successor", .label = page_say(r, TEXT_BO_WITHDRAW_SUCCESSOR), .complete = "off",
         .hint = page_say(r, TEXT_BO_WITHDRAW_SUCCESSOR_HINT)},
    };
    struct page_bo_dataset p = {
        .csrf = r->who.csrf, .base = bo_dataset_url(r, r->params[0], ""), .title = title, .dataset_id = r->params[0],
        .producer = req_col(r, 0, 0, DS_PRODUCER), .source = req_col(r, 0, 0, DS_SOURCE),
        .rows = say_count(r->a, r->lang, req_i64(r, 0, 0, DS_ROWS)),
        .when = say_date(r->a, r->lang, req_col(r, 0, 0, DS_PROCESSED))};
    put_state(r, &p);
    put_words(r, &p);
    put_versions(r, &p);
    p.withdraw = bo_form_html(r, &(struct bo_form){.action = bo_dataset_url(r, r->params[0], "withdraw"), .fields = end,
                                                   .n = 2, .danger = true, .submit = page_say(r, TEXT_BO_WITHDRAW_TITLE)});
    p.said_n = bo_headings(r, metas, said);
    struct page_bo_dataset_said *list = ARENA_ARRAY(r->a, struct page_bo_dataset_said, p.said_n + 1);
    for (size_t i = 0; i < p.said_n; i++)
        list[i] = (struct page_bo_dataset_said){said[i].label, said[i].value};
    p.said = list;
    json_decref(metas);
    struct buf body = {0};
    page_bo_dataset(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){.title = title, .nav = BO_DATASETS, .up = page_say(r, TEXT_BO_DATASETS),
                                                .up_url = S("/backoffice/datasets/")}, &body);
    return true;
}

const struct step bo_dataset[] = {
    {STEP_DB, bo_dataset_page_ask, NULL}, {STEP_REPLY, bo_dataset_page, NULL}, {STEP_END, NULL, NULL}};

/* ---- verbs: each its own form, each its own address ---- */

static bool verb(struct req *r, step_fn *work, const char *done, struct err *e)
{
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    ask->dataset_id = r->params[0];
    ask->reason = req_form(r, S("reason"));
    ask->successor = req_form(r, S("successor"));
    bo_then(r, bo_dataset_url(r, r->params[0], arena_printf(r->a, "?done=%s", done).p));
    return bo_call(r, work, ask, e);
}

static bool work_open(struct req *r, struct err *e)
{
    return verb(r, publish_work_open, "opened", e);
}

static bool work_close(struct req *r, struct err *e)
{
    return verb(r, publish_work_close, "closed", e);
}

static bool work_withdraw(struct req *r, struct err *e)
{
    return verb(r, publish_work_withdraw, "withdrawn", e);
}

const struct step bo_dataset_open[] = {
    {STEP_WORK, work_open, NULL}, {STEP_DB, bo_dataset_page_ask, NULL}, {STEP_REPLY, bo_dataset_page, NULL}, {STEP_END, NULL, NULL},
};
const struct step bo_dataset_close[] = {
    {STEP_WORK, work_close, NULL}, {STEP_DB, bo_dataset_page_ask, NULL}, {STEP_REPLY, bo_dataset_page, NULL}, {STEP_END, NULL, NULL},
};
const struct step bo_dataset_withdraw[] = {
    {STEP_WORK, work_withdraw, NULL}, {STEP_DB, bo_dataset_page_ask, NULL}, {STEP_REPLY, bo_dataset_page, NULL}, {STEP_END, NULL, NULL},
};

/* The question is read again in the same transaction: an answer meets the submission that asked, or none. */
static bool answer(struct req *r, struct conn *c, struct err *e)
{
    const struct str params[] = {uuid_str(&r->tenant->id), r->params[0], uuid_str(&r->who.organisation), clock_now(r->a)};
    PGresult *row = conn_ask(c, &sql_bo_dataset, params, e);
    struct str review = row && PQntuples(row) == 1 ? arena_str(r->a, str_of(PQgetvalue(row, 0, DS_REVIEW_ID))) : STR_NONE;
    PQclear(row);
    bo_then(r, bo_dataset_url(r, r->params[0], "?done=answered"));
    return row && review_clock_answer(c, &r->tenant->id, review, &r->who.organisation, req_form(r, S("answer")), bo_me(r), e);
}

static bool work_answer(struct req *r, struct err *e)
{
    return (bo_is_direct(r) || ERR(e, err_review_unknown, "not a direct publisher")) && bo_write(r, answer, e);
}

const struct step bo_dataset_answer[] = {
    {STEP_WORK, work_answer, NULL}, {STEP_DB, bo_dataset_page_ask, NULL}, {STEP_REPLY, bo_dataset_page, NULL}, {STEP_END, NULL, NULL},
};

/* ---- the columns ---- */

static const json_t *named(const json_t *list, struct str name)
{
    size_t i;
    json_t *f;
    json_array_foreach(list, i, f)
        if (str_eq(jr_str(f, "name"), name))
            return f;
    return NULL;
}

static bool has_word(const json_t *list, struct str word)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        if (str_eq(word, str_of(json_string_value(item))))
            return true;
    return false;
}

static void put_fields(struct req *r, struct page_bo_fields *p)
{
    json_t *columns = bo_dataset_json(r, DS_COLUMNS), *kept = bo_dataset_json(r, DS_FIELDS), *key = bo_dataset_json(r, DS_KEY);
    size_t n = json_array_size(columns), i;
    json_t *column;
    struct page_bo_fields_fields *list = ARENA_ARRAY(r->a, struct page_bo_fields_fields, n + 1);
    json_array_foreach(columns, i, column)
    {
        struct str name = arena_str(r->a, jr_str(column, "name"));
        const json_t *setting = named(kept, name);
        struct str label = arena_str(r->a, jr_str(setting, "label"));
        list[i] = (struct page_bo_fields_fields){
            .name = name, .label = label.n ? label : arena_str(r->a, jr_str(column, "label")),
            .description = arena_str(r->a, jr_str(setting, "description")),
            .type = bo_type_word(r, arena_str(r->a, jr_str(column, "type"))), .key = has_word(key, name),
            .facet = jr_bool(jr_object(setting, "annotations"), "facet", false),
            .is_text = str_eq(jr_str(column, "type"), S("text")),
            .list = arena_str(r->a, jr_str(jr_object(setting, "annotations"), "multivalued"))};
    }
    p->fields = list;
    p->fields_n = n;
    json_decref(columns);
    json_decref(kept);
    json_decref(key);
}

static bool reply_fields(struct req *r, struct err *e)
{
    if (!bo_dataset_is_there(r, e))
        return false;
    struct page_bo_fields p = {.csrf = r->who.csrf, .action = bo_dataset_url(r, r->params[0], "fields")};
    put_fields(r, &p);
    json_t *metas = bo_dataset_json(r, DS_METAS);
    struct str title = bo_dataset_title(r, metas);
    json_decref(metas);
    struct buf body = {0};
    page_bo_fields(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){.title = page_say(r, TEXT_BO_EDIT_FIELDS), .nav = BO_DATASETS, .up = title,
                                                .up_url = bo_dataset_url(r, r->params[0], "")}, &body);
    return true;
}

const struct step bo_fields[] = {{STEP_DB, bo_dataset_ask, NULL}, {STEP_REPLY, reply_fields, NULL}, {STEP_END, NULL, NULL}};

enum { SEPARATOR_MAX = 8 };

static json_t *text_of(struct str s)
{
    return json_stringn(s.p ? s.p : "", s.n);
}

/* What the page shows of a column's annotations; the others stay. A list's separator may be white space. */
static json_t *sent_notes(struct req *r, struct str column)
{
    bool facet = req_form(r, arena_printf(r->a, "facet:" STR_FMT, STR_ARG(column))).n > 0;
    struct str list = str_part(req_form(r, arena_printf(r->a, "list:" STR_FMT, STR_ARG(column))), 0, SEPARATOR_MAX);
    list.n = utf8_floor(list);
    return json_pack("{s:b, s:o}", "facet", facet, "multivalued", list.n ? text_of(list) : json_null());
}

/* label:NAME, desc:NAME, facet:NAME, list:NAME as the API takes them. */
static json_t *sent_fields(struct req *r, json_t *key)
{
    json_t *list = json_array();
    struct str name, value;
    for (size_t at = 0; (at = req_form_all(r, at, &name, &value));) {
        struct str column = str_from(name, str_starts(name, S("key:")) ? 4 : 6);
        if (str_starts(name, S("key:")))
            json_array_append_new(key, text_of(column));
        if (!str_starts(name, S("label:")))
            continue;
        struct str about = req_form(r, arena_printf(r->a, "desc:" STR_FMT, STR_ARG(column)));
        json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o}", "name", text_of(column), "label", text_of(str_trim(value)),
                                              "description", text_of(str_trim(about)), "annotate", sent_notes(r, column)));
    }
    return list;
}

static bool work_fields(struct req *r, struct err *e)
{
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    json_t *key = json_array(), *fields = sent_fields(r, key);
    ask->dataset_id = r->params[0];
    ask->fields = fields;
    ask->key = key;
    bo_then(r, bo_dataset_url(r, r->params[0], "?done=saved"));
    bool ok = bo_call(r, publish_work_draft, ask, e);
    json_decref(key);
    json_decref(fields);
    return ok;
}

const struct step bo_fields_save[] = {
    {STEP_WORK, work_fields, NULL}, {STEP_DB, bo_dataset_ask, NULL}, {STEP_REPLY, reply_fields, NULL}, {STEP_END, NULL, NULL},
};
