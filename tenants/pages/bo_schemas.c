/* The region's schemas, legal reasons, threshold of small counts, advice on licences: /backoffice/schemas. */
#include "core/base/jr.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/html.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/check_steps.h"
#include "tenants/publishing/sql.h"

enum { CALL_SCHEMAS, CALL_REASONS, CALL_ADVICE, CALL_LICENCES, CALL_THRESHOLD, CHOICES_MAX = 200 };

static bool ask_all(struct req *r, struct err *e)
{
    const struct str tenant = uuid_str(&r->tenant->id);
    (void)e;
    req_ask(r, &sql_schema_list, &tenant);
    req_ask(r, &sql_legal_reason_list, (struct str[]){tenant, STR_NONE});
    req_ask(r, &sql_licence_advice_list, &tenant);
    req_ask(r, &sql_licence_list, NULL);
    req_ask(r, &sql_secrecy_threshold, (struct str[]){uuid_str(&r->tenant->root)});
    return true;
}

/* What the newest version asks and nobody checks. */
static void put_unchecked(struct req *r, size_t row, struct page_bo_schemas_schemas *s)
{
    struct err ignored = {0};
    struct str text = req_col(r, CALL_SCHEMAS, row, 8);
    json_t *rules = text.n ? jr_parse(text, &ignored) : NULL;
    const json_t *rule;
    size_t n = json_array_size(rules), i;
    struct page_bo_schemas_schemas_unchecked *list = ARENA_ARRAY(r->a, struct page_bo_schemas_schemas_unchecked, n + 1);
    json_array_foreach(rules, i, rule)
        list[i].rule = arena_str(r->a, str_of(json_string_value(rule)));
    s->unchecked = list;
    s->unchecked_n = n;
    s->left = say_count(r->a, r->lang, (int64_t)n);
    json_decref(rules);
}

/* One line a name: its newest version, the older ones behind it. */
static void put_schemas(struct req *r, struct page_bo_schemas *p)
{
    size_t rows = req_rows(r, CALL_SCHEMAS);
    struct page_bo_schemas_schemas *list = ARENA_ARRAY(r->a, struct page_bo_schemas_schemas, rows + 1);
    for (size_t i = 0; i < rows; i++) {
        struct str name = req_col(r, CALL_SCHEMAS, i, 0), version = req_col(r, CALL_SCHEMAS, i, 1);
        if (p->schemas_n && str_eq(name, list[p->schemas_n - 1].name)) {
            struct str *others = &list[p->schemas_n - 1].others;
            *others = others->n ? arena_printf(r->a, STR_FMT ", " STR_FMT, STR_ARG(*others), STR_ARG(version)) : version;
            continue;
        }
        list[p->schemas_n++] = (struct page_bo_schemas_schemas){
            .name = name, .version = version, .title = req_col(r, CALL_SCHEMAS, i, 2), .source = req_col(r, CALL_SCHEMAS, i, 3),
            .own = batch_bool(&r->batch, CALL_SCHEMAS, i, 4), .fields = say_count(r->a, r->lang, req_i64(r, CALL_SCHEMAS, i, 5))};
        put_unchecked(r, i, &list[p->schemas_n - 1]);
    }
    p->schemas = list;
}

static void put_reasons(struct req *r, struct page_bo_schemas *p)
{
    size_t n = req_rows(r, CALL_REASONS);
    struct page_bo_schemas_reasons *list = ARENA_ARRAY(r->a, struct page_bo_schemas_reasons, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct page_bo_schemas_reasons){req_col(r, CALL_REASONS, i, 0), req_col(r, CALL_REASONS, i, 1),
                                                   req_col(r, CALL_REASONS, i, 2), batch_bool(&r->batch, CALL_REASONS, i, 3)};
    p->reasons = list;
    p->reasons_n = n;
}

static void put_themes(struct req *r, struct page_bo_schemas *p)
{
    size_t n = req_rows(r, CALL_ADVICE), licences = req_rows(r, CALL_LICENCES);
    int title = r->lang == LANG_FR ? 1 : 2, licence = r->lang == LANG_FR ? 1 : 3;
    struct page_bo_schemas_themes *list = ARENA_ARRAY(r->a, struct page_bo_schemas_themes, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct page_bo_schemas_themes_licences *choices = ARENA_ARRAY(r->a, struct page_bo_schemas_themes_licences, licences + 1);
        choices[0] = (struct page_bo_schemas_themes_licences){S(""), page_say(r, TEXT_CHK_NO_ADVICE),
                                                              req_col(r, CALL_ADVICE, i, 3).n == 0};
        for (size_t k = 0; k < licences; k++)
            choices[k + 1] = (struct page_bo_schemas_themes_licences){
                req_col(r, CALL_LICENCES, k, 0), req_col(r, CALL_LICENCES, k, licence),
                str_eq(req_col(r, CALL_LICENCES, k, 0), req_col(r, CALL_ADVICE, i, 3))};
        list[i] = (struct page_bo_schemas_themes){.code = req_col(r, CALL_ADVICE, i, 0), .title = req_col(r, CALL_ADVICE, i, title),
                                                  .licences = choices, .licences_n = licences + 1};
    }
    p->themes = list;
    p->themes_n = n;
}

static struct markup add_form(struct req *r)
{
    const struct bo_field fields[] = {
        {.name = "definition", .kind = BO_AREA, .label = page_say(r, TEXT_CHK_SCHEMA_JSON), .hint = page_say(r, TEXT_CHK_SCHEMA_JSON_HINT), .required = true},
        {.name = "name", .label = page_say(r, TEXT_CHK_SCHEMA_NAME), .hint = page_say(r, TEXT_CHK_SCHEMA_NAME_HINT)},
        {.name = "version", .label = page_say(r, TEXT_CHK_COL_VERSION), .hint = page_say(r, TEXT_CHK_SCHEMA_VERSION_HINT)},
        {.name = "source", .label = page_say(r, TEXT_CHK_COL_FROM), .type = "url"},
    };
    return bo_form_html(r, &(struct bo_form){.action = S("/backoffice/schemas"),
                                             .fields = fields,
                                             .n = 4,
                                             .submit = page_say(r, TEXT_CHK_SCHEMA_ADD)});
}

static struct markup reason_form(struct req *r, const struct page_bo_schemas *p)
{
    struct bo_choice *choices = ARENA_ARRAY(r->a, struct bo_choice, p->schemas_n + 1);
    choices[0] = (struct bo_choice){S(""), page_say(r, TEXT_CHK_ANY_SCHEMA)};
    for (size_t i = 0; i < p->schemas_n; i++)
        choices[i + 1] = (struct bo_choice){p->schemas[i].name, p->schemas[i].title};
    const struct bo_field fields[] = {
        {.name = "text", .kind = BO_AREA, .label = page_say(r, TEXT_CHK_REASON_TEXT), .required = true},
        {.name = "schema", .kind = BO_SELECT, .label = page_say(r, TEXT_CHK_REASON_FOR), .choices = choices, .nchoices = p->schemas_n + 1},
    };
    return bo_form_html(r, &(struct bo_form){.action = S("/backoffice/schemas/reason"), .fields = fields, .n = 2,
                                             .submit = page_say(r, TEXT_CHK_REASON_ADD)});
}

static struct markup threshold_form(struct req *r)
{
    const struct bo_field field = {.name = "threshold",
                                   .label = page_say(r, TEXT_CHK_THRESHOLD),
                                   .hint = page_say(r, TEXT_CHK_THRESHOLD_HINT),
                                   .type = "number",
                                   .required = true,
                                   .value = req_col(r, CALL_THRESHOLD, 0, 0)};
    return bo_form_html(r, &(struct bo_form){.action = S("/backoffice/schemas/threshold"), .fields = &field, .n = 1,
                                             .submit = page_say(r, TEXT_BO_CHANGE)});
}

static bool reply_schemas(struct req *r, struct err *e)
{
    (void)e;
    struct page_bo_schemas p = {.csrf = r->who.csrf, .add = add_form(r), .threshold = threshold_form(r)};
    put_schemas(r, &p);
    put_reasons(r, &p);
    put_themes(r, &p);
    p.reason = reason_form(r, &p);
    struct buf body = {0};
    page_bo_schemas(&body, r->lang, &p);
    bo_reply(r, bo_status(r), &(struct bo_page){.title = page_say(r, TEXT_CHK_SCHEMAS), .nav = BO_SCHEMAS}, &body);
    return true;
}

const struct step bo_schemas[] = {{STEP_DB, ask_all, NULL}, {STEP_REPLY, reply_schemas, NULL}, {STEP_END, NULL, NULL}};

static bool call(struct req *r, step_fn *work, struct err *e)
{
    struct check_ask *ask = ARENA_NEW(r->a, struct check_ask);
    struct str name = str_trim(req_form(r, S("name"))), version = str_trim(req_form(r, S("version")));
    struct str source = str_trim(req_form(r, S("source"))), licence = req_form(r, S("licence"));
    ask->new = (struct registry_new){
        .text = req_form(r, S("definition")), .name = name, .version = version, .source = source.n ? source : STR_NONE};
    ask->text = req_form(r, S("text"));
    ask->schema = req_form(r, S("schema"));
    ask->reason_id = req_form(r, S("reason_id"));
    ask->theme = req_form(r, S("theme"));
    ask->licence = licence.n ? licence : STR_NONE;
    ask->threshold = req_form(r, S("threshold"));
    bo_then(r, S("/backoffice/schemas/?done=saved"));
    return bo_call(r, work, ask, e);
}

#define WRITE(name, work)                                                                                          \
    static bool work_##name(struct req *r, struct err *e)                                                          \
    {                                                                                                              \
        return call(r, work, e);                                                                                   \
    }                                                                                                              \
    const struct step bo_schemas_##name[] = {                                                                      \
        {STEP_WORK, work_##name, NULL}, {STEP_DB, ask_all, NULL}, {STEP_REPLY, reply_schemas, NULL}, {STEP_END, NULL, NULL}, \
    }
WRITE(add, check_work_schema_add);
WRITE(reason, check_work_reason_add);
WRITE(retire, check_work_reason_retire);
WRITE(advice, check_work_advise);
WRITE(threshold, check_work_threshold);
