/* Step 2: what the file holds, why each column has its type, what is wrong and where. */
#include "core/base/jr.h"
#include "core/data/value/reason.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_choice.h"
#include "tenants/pages/bo_describe.h"
#include "tenants/pages/bo_findings.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_upload.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/load.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/rows_report.h"

enum { ISSUES_MAX = 60, CELLS_MAX = 20, CHOICES_MAX = 4 };

static const char *const types[] = {"text", "int", "decimal", "date", "datetime", "boolean", "geo_point_2d", "geo_shape"};
#define LIST "list:" /* before its separator, among the types */
enum { NTYPES = sizeof types / sizeof types[0] };

/* Two addresses: /new/{upload} and /{dataset}/preview. */
static bool ask_upload(struct req *r, struct err *e)
{
    (void)e;
    struct uuid upload;
    bool is_new = str_starts(r->x->path, S("/backoffice/datasets/new/"));
    bool is_id = is_new && uuid_parse(r->params[0], &upload);
    if (is_new && !is_id)
        return ERR(e, err_upload_unknown, "not an id");
    req_ask(r, &sql_bo_upload, (struct str[]){uuid_str(&r->tenant->id), is_new ? uuid_str(&upload) : STR_NONE,
                                              is_new ? STR_NONE : r->params[0], bo_organisation(r)});
    return true;
}

static struct str held(struct req *r, const json_t *object, const char *key)
{
    return arena_str(r->a, jr_str(object, key));
}

/* ---- issues ---- */

struct issues {
    struct page_bo_preview_issues list[ISSUES_MAX];
    size_t n;
    int errors, warnings;
};

static void put_cells(struct req *r, const json_t *cells, struct page_bo_preview_issues *issue)
{
    struct page_bo_preview_issues_cells *list = ARENA_ARRAY(r->a, struct page_bo_preview_issues_cells, CELLS_MAX);
    size_t i;
    json_t *cell;
    json_array_foreach(cells, i, cell)
    {
        if (i >= CELLS_MAX)
            break;
        list[issue->cells_n++] = (struct page_bo_preview_issues_cells){
            .line = say_count(r->a, r->lang, jr_i64(cell, "line", 0)), .column = held(r, cell, "column"),
            .value = held(r, cell, "value"), .reason = bo_reason(r, json_object_get(cell, "reason"))};
    }
    issue->cells = list;
}

static struct page_bo_preview_issues *add_issue(struct issues *s, bool is_error, struct str title)
{
    static struct page_bo_preview_issues spare;
    if (s->n >= ISSUES_MAX) {
        spare = (struct page_bo_preview_issues){0}; /* its cells are counted from the last time */
        return &spare;
    }
    s->errors += is_error;
    s->warnings += !is_error;
    struct page_bo_preview_issues *issue = &s->list[s->n++];
    *issue = (struct page_bo_preview_issues){.title = title, .err = is_error};
    return issue;
}

/* What a spreadsheet destroyed cannot be found again in the file: said as an error, in plain words. */
static bool is_spoiled(const json_t *warning)
{
    return str_eq(jr_str(warning, "code"), S("warn_exponent")) || str_eq(jr_str(warning, "code"), S("warn_siret_rounded"));
}

static void column_issues(struct req *r, const json_t *column, bool errors, struct issues *s)
{
    size_t i;
    json_t *warning;
    json_array_foreach(json_object_get(column, "warnings"), i, warning)
    {
        if (is_spoiled(warning) != errors)
            continue;
        struct str said = bo_reason(r, warning), label = held(r, column, "label");
        struct page_bo_preview_issues *issue = add_issue(
            s, errors, arena_printf(r->a, STR_FMT " : " STR_FMT, STR_ARG(label), STR_ARG(said)));
        if (errors)
            issue->text = page_say(r, TEXT_BO_SPOILED);
        const json_t *places = json_object_get(json_object_get(column, "damaged"), jr_str(warning, "code").p);
        put_cells(r, places ? places : json_object_get(json_object_get(column, "refused"), "cells"), issue);
    }
}

/* What became empty because somebody agreed to it: told, and nothing to do. */
static void emptied_note(struct req *r, const json_t *column, struct issues *s)
{
    const json_t *refused = json_object_get(column, "refused");
    struct page_bo_preview_issues *issue = add_issue(s, false, held(r, column, "label"));
    s->warnings--;
    issue->emptied = (int)jr_i64(refused, "count", 0);
    issue->type = bo_type_word(r, held(r, refused, "type"));
    put_cells(r, json_object_get(refused, "cells"), issue);
}

static void refused_issue(struct req *r, const json_t *column, struct issues *s)
{
    const json_t *refused = json_object_get(column, "refused");
    int64_t count = jr_i64(refused, "count", 0);
    struct str label = held(r, column, "label");
    if (count == 0)
        return;
    if (str_eq(jr_str(column, "bad"), S("null"))) {
        emptied_note(r, column, s);
        return;
    }
    struct str type = bo_type_word(r, held(r, refused, "type"));
    struct page_bo_preview_issues *issue = add_issue(
        s, false, arena_printf(r->a, STR_FMT " : " STR_FMT " " STR_FMT, STR_ARG(label), STR_ARG(page_say(r, TEXT_BO_REFUSED_CELLS)),
                               STR_ARG(type)));
    issue->text = arena_printf(r->a, STR_FMT " " STR_FMT, STR_ARG(page_say(r, TEXT_BO_REFUSED_COUNT)),
                               STR_ARG(say_count(r->a, r->lang, count)));
    put_cells(r, json_object_get(refused, "cells"), issue);
}

/* The separator that somebody chose for this file's lists; absent: none. */
static struct str list_chosen(struct req *r, struct str name)
{
    struct err ignored = {0};
    json_t *fields = jr_parse(req_col(r, 0, 0, UP_FIELDS), &ignored);
    struct str separator = arena_str(r->a, jr_str(jr_object(load_named(fields, name), "annotate"), "multivalued"));
    json_decref(fields);
    return separator;
}

/* Two columns that can become a point: the page of the steps has the button. A list is a choice of the column's type. */
static void offer_issues(struct req *r, const json_t *report, struct issues *s)
{
    size_t i;
    json_t *offer;
    json_array_foreach(json_object_get(report, "offers"), i, offer)
    {
        bool list = str_eq(jr_str(offer, "code"), S("offer_list"));
        if (!list || !list_chosen(r, str_of(json_string_value(json_array_get(jr_array(offer, "args"), 0)))).n)
            add_issue(s, false, bo_reason(r, offer))->text = page_say(r, list ? TEXT_BO_LIST_OFFERED_WHERE : TEXT_BO_STEPS_OFFERED_WHERE);
    }
}

static void collect(struct req *r, const json_t *report, struct issues *s)
{
    size_t i;
    json_t *column, *warning;
    const json_t *columns = json_object_get(report, "columns");
    int64_t aside = jr_i64(json_object_get(report, "rows"), "aside", 0);
    json_array_foreach(columns, i, column)
        column_issues(r, column, true, s);
    if (aside > 0)
        put_cells(r, json_object_get(report, "aside"),
                  add_issue(s, false, arena_printf(r->a, STR_FMT " " STR_FMT, STR_ARG(page_say(r, TEXT_BO_ASIDE_TITLE)),
                                                   STR_ARG(say_count(r->a, r->lang, aside)))));
    json_array_foreach(columns, i, column)
    {
        column_issues(r, column, false, s);
        refused_issue(r, column, s);
    }
    json_array_foreach(json_object_get(report, "warnings"), i, warning)
        add_issue(s, false, bo_reason(r, warning));
    offer_issues(r, report, s);
}

/* ---- columns ---- */

static bool is_chosen(const json_t *column, const json_t *choice)
{
    return jr_bool(column, "fixed", false) && str_eq(jr_str(choice, "type"), jr_str(column, "type")) &&
           str_eq(jr_str(choice, "format"), jr_str(column, "format"));
}

/* "date:month_first": a type with the way that its cells are written, where they leave a doubt. True: one of them is chosen. */
static bool put_choices(struct req *r, const json_t *column, struct page_bo_preview_columns_types *list, size_t *n)
{
    const json_t *choices = jr_array(column, "choices"), *choice;
    bool any = false;
    size_t i;
    json_array_foreach(choices, i, choice)
    {
        if (i == CHOICES_MAX)
            break;
        struct str type = held(r, choice, "type"), format = held(r, choice, "format");
        bool is = is_chosen(column, choice);
        any |= is;
        list[(*n)++] = (struct page_bo_preview_columns_types){
            arena_printf(r->a, STR_FMT ":" STR_FMT, STR_ARG(type), STR_ARG(format)),
            arena_printf(r->a, STR_FMT ", " STR_FMT, STR_ARG(bo_type_word(r, type)), STR_ARG(bo_type_word(r, format))), is};
    }
    return any;
}

/* "list:|", where the report offers it or it is chosen. True: it is chosen. */
static bool put_list_type(struct req *r, const json_t *report, const json_t *column, struct page_bo_preview_columns_types *list,
                          size_t *n)
{
    struct str name = jr_str(column, "name"), chosen = list_chosen(r, name), separator = chosen.n ? chosen : S("|");
    bool offered = chosen.n > 0;
    size_t i;
    json_t *offer;
    json_array_foreach(json_object_get(report, "offers"), i, offer)
        offered |= str_eq(jr_str(offer, "code"), S("offer_list")) &&
                   str_eq(str_of(json_string_value(json_array_get(jr_array(offer, "args"), 0))), name);
    if (offered)
        list[(*n)++] = (struct page_bo_preview_columns_types){
            arena_printf(r->a, LIST STR_FMT, STR_ARG(separator)),
            arena_printf(r->a, STR_FMT " " STR_FMT, STR_ARG(page_say(r, TEXT_BO_TYPE_LIST)), STR_ARG(separator)), chosen.n > 0};
    return chosen.n > 0;
}

static void put_types(struct req *r, const json_t *report, const json_t *column, struct page_bo_preview_columns *out)
{
    struct page_bo_preview_columns_types *list =
        ARENA_ARRAY(r->a, struct page_bo_preview_columns_types, NTYPES + CHOICES_MAX + 2);
    bool fixed = jr_bool(column, "fixed", false);
    struct str type = held(r, column, "type"), word = bo_type_word(r, type);
    size_t n = 0;
    list[n++] = (struct page_bo_preview_columns_types){
        fixed ? S("auto") : S(""), fixed ? page_say(r, TEXT_BO_TYPE_DETECT)
                     : arena_printf(r->a, STR_FMT " (" STR_FMT ")", STR_ARG(word), STR_ARG(page_say(r, TEXT_BO_DETECTED))),
        !fixed};
    bool chosen = put_choices(r, column, list, &n);
    chosen |= put_list_type(r, report, column, list, &n);
    for (size_t i = 0; i < NTYPES; i++)
        list[n++] = (struct page_bo_preview_columns_types){str_of(types[i]), bo_type_word(r, str_of(types[i])),
                                                           fixed && !chosen && str_eq(type, str_of(types[i]))};
    out->types = list;
    out->types_n = n;
}

/* Cells that are not of the type that nearly all have, or that was fixed: empty, once somebody agreed. */
static void put_empty(struct req *r, const json_t *column, struct page_bo_preview_columns *out)
{
    const json_t *refused = jr_object(column, "refused");
    int64_t n = jr_i64(refused, "count", 0) + jr_i64(column, "broke", 0);
    bool agreed = str_eq(jr_str(column, "bad"), S("null"));
    if (n == 0 && !agreed)
        return;
    out->empty_type = refused ? held(r, refused, "type") : held(r, column, "type");
    out->empty_n = (int)n;
    out->empty_word = bo_type_word(r, out->empty_type);
    out->agreed = agreed;
}

static struct str examples_of(struct req *r, const json_t *column)
{
    struct buf b = {0};
    size_t i;
    json_t *example;
    json_array_foreach(json_object_get(column, "examples"), i, example)
        if (i < 3)
            buf_printf(&b, "%s%s", b.n ? " ; " : "", json_string_value(example));
    struct str said = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return said;
}

static void put_column(struct req *r, const json_t *report, const json_t *column, struct page_bo_preview_columns *out)
{
    const json_t *warnings = json_object_get(column, "warnings");
    size_t i;
    json_t *warning;
    *out = (struct page_bo_preview_columns){.name = held(r, column, "name"), .label = held(r, column, "label"),
                                            .reason = bo_reason(r, json_object_get(column, "reason")),
                                            .examples = examples_of(r, column)};
    out->warn = json_array_size(warnings) > 0;
    json_array_foreach(warnings, i, warning)
        out->err = out->err || is_spoiled(warning);
    out->warn = out->warn && !out->err;
    out->ok = !out->err && !out->warn;
    out->verdict = page_say(r, out->err ? TEXT_BO_VERDICT_ERR : out->warn ? TEXT_BO_VERDICT_WARN : TEXT_BO_VERDICT_OK);
    put_types(r, report, column, out);
    put_empty(r, column, out);
}

static void put_columns(struct req *r, const json_t *report, struct page_bo_preview *p)
{
    const json_t *columns = json_object_get(report, "columns");
    size_t n = json_array_size(columns), i;
    json_t *column;
    struct page_bo_preview_columns *list = ARENA_ARRAY(r->a, struct page_bo_preview_columns, n + 1);
    json_array_foreach(columns, i, column)
        put_column(r, report, column, &list[i]);
    p->columns = list;
    p->columns_n = n;
    p->columns_count = (int)n;
}

/* ---- what will change ---- */

static struct str names_of(struct req *r, const json_t *list)
{
    struct buf b = {0};
    size_t i;
    json_t *name;
    json_array_foreach(list, i, name)
        buf_printf(&b, "%s%s", b.n ? ", " : "", json_string_value(name));
    struct str said = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return said;
}

/* Columns whose kept type refuses values: their rows are aside, unless the column is recognised anew. */
static void put_broken(struct req *r, const json_t *broken, struct page_bo_preview *p)
{
    size_t n = json_array_size(broken), i;
    json_t *column;
    struct page_bo_preview_broken *list = ARENA_ARRAY(r->a, struct page_bo_preview_broken, n + 1);
    json_array_foreach(broken, i, column)
        list[i] = (struct page_bo_preview_broken){held(r, column, "name"), bo_type_word(r, held(r, column, "type")),
                                                  bo_type_word(r, held(r, column, "detected")),
                                                  say_count(r->a, r->lang, jr_i64(column, "cells", 0))};
    p->broken = list;
    p->broken_n = n;
}

static void put_diff(struct req *r, struct page_bo_preview *p)
{
    struct err ignored;
    json_t *diff = jr_parse(req_col(r, 0, 0, UP_DIFF), &ignored), *change;
    const json_t *rows = jr_object(diff, "rows"), *columns = jr_object(diff, "columns"), *retyped = jr_array(columns, "retyped");
    size_t n = json_array_size(retyped), i;
    if (rows && jr_i64(rows, "before", 0) > 0) {
        struct page_bo_preview_retyped *list = ARENA_ARRAY(r->a, struct page_bo_preview_retyped, n + 1);
        p->has_diff = S("1");
        p->before = say_count(r->a, r->lang, jr_i64(rows, "before", 0));
        p->after = say_count(r->a, r->lang, jr_i64(rows, "after", 0));
        p->added = names_of(r, jr_array(columns, "added"));
        p->dropped = names_of(r, jr_array(columns, "dropped"));
        if (jr_i64(diff, "doubles", 0) > 0)
            p->doubles = say_count(r->a, r->lang, jr_i64(diff, "doubles", 0));
        json_array_foreach(retyped, i, change)
            list[i] = (struct page_bo_preview_retyped){held(r, change, "name"), bo_type_word(r, held(r, change, "from")),
                                                       bo_type_word(r, held(r, change, "to"))};
        p->retyped = list;
        p->retyped_n = n;
        put_broken(r, jr_array(columns, "broken"), p);
        p->held = jr_bool(diff, "held", false);
        p->discard_url = bo_may_publish(r) ? bo_dataset_url(r, req_col(r, 0, 0, UP_DATASET), "discard") : STR_NONE;
    }
    json_decref(diff);
}

/* ---- the page ---- */

static struct str how_read(struct req *r, const json_t *report)
{
    struct str separator = held(r, report, "separator");
    if (!separator.n)
        return page_say(r, TEXT_BO_HOW_SHEET);
    return arena_printf(r->a, STR_FMT " « " STR_FMT " », " STR_FMT, STR_ARG(page_say(r, TEXT_BO_HOW_SEPARATOR)),
                        STR_ARG(str_eq(separator, S("\t")) ? S("tab") : separator), STR_ARG(held(r, report, "encoding")));
}

static void reply_report(struct req *r, const json_t *report)
{
    struct issues *s = ARENA_NEW(r->a, struct issues);
    struct str dataset = req_col(r, 0, 0, UP_DATASET), id = req_col(r, 0, 0, UP_ID);
    const json_t *rows = json_object_get(report, "rows");
    int64_t aside = jr_i64(rows, "aside", 0);
    collect(r, report, s);
    struct page_bo_preview p = {
        .steps = bo_steps(r, 2),
        .findings = bo_findings(r, report, NULL, bo_upload_url(r, id, "rows?kind=schema")),
        .choice = bo_choice(r, report, true),
        .csrf = r->who.csrf,
        .types_url = S("/backoffice/datasets/types"),
        .upload = id,
        .next_url = dataset.n ? bo_dataset_url(r, dataset, "check")
                              : arena_printf(r->a, "/backoffice/datasets/new/" STR_FMT "/describe", STR_ARG(id)),
        .replace_url = bo_upload_replace_url(r),
        .file = req_col(r, 0, 0, UP_FILE),
        .how = how_read(r, report),
        .size = say_bytes(r->a, r->lang, req_i64(r, 0, 0, UP_SIZE)),
        .saved = req_col(r, 0, 0, UP_SAVED),
        .rows = say_count(r->a, r->lang, jr_i64(rows, "seen", 0)),
        .issues = s->list,
        .issues_n = s->n,
        .errors = s->errors,
        .warnings = s->warnings,
        .blocked = bo_warned(report, "warn_exponent") > 0};
    if (aside > 0)
        p.aside = say_count(r->a, r->lang, aside);
    p.cells_count = (int)rows_total(report, ROWS_KINDS);
    p.rows_url = bo_upload_url(r, id, "rows");
    p.steps_url = bo_upload_url(r, id, "steps");
    p.done_steps = (int)json_array_size(json_object_get(report, "steps"));
    put_columns(r, report, &p);
    put_diff(r, &p);
    struct buf body = {0};
    page_bo_preview(&body, r->lang, &p);
    bo_upload_show(r, page_say(r, TEXT_BO_PREVIEW), &body, 0);
}

static bool reply_upload(struct req *r, struct err *e)
{
    if (bo_upload_waits(r, e))
        return e->kind == NULL;
    json_t *report = jr_parse(req_col(r, 0, 0, UP_REPORT), e);
    if (!report)
        return false;
    reply_report(r, report);
    json_decref(report);
    return true;
}

const struct step bo_preview[] = {{STEP_DB, ask_upload, NULL}, {STEP_REPLY, reply_upload, NULL}, {STEP_END, NULL, NULL}};

/* ---- other types ---- */

/* "date" or "date:month_first". */
static json_t *chosen_type(struct str name, struct str value)
{
    if (str_starts(value, S(LIST)) && value.n > sizeof LIST - 1)
        return json_pack("{s:s%, s:s, s:{s:s%}}", "name", name.p, name.n, "type", "text", "annotate", "multivalued",
                         value.p + sizeof LIST - 1, value.n - (sizeof LIST - 1));
    ptrdiff_t colon = str_chr(value, ':');
    struct str type = colon < 0 ? value : str_part(value, 0, (size_t)colon);
    json_t *field = json_pack("{s:s%, s:s%}", "name", name.p, name.n, "type", type.p, type.n);
    if (colon >= 0)
        json_object_set_new(field, "format", json_stringn(value.p + colon + 1, value.n - (size_t)colon - 1));
    return field;
}

/* empty:<column> is ticked with the type whose other cells become empty: that of a column left to be recognised. */
static void add_chosen(struct req *r, struct str name, struct str value, json_t *list)
{
    struct str ticked = req_form(r, arena_printf(r->a, "empty:" STR_FMT, STR_ARG(name)));
    if (value.n == 0)
        value = ticked;
    if (value.n == 0)
        return;
    json_t *field = chosen_type(name, value);
    json_object_set_new(field, "bad", json_string(ticked.n ? "null" : "aside"));
    json_array_append_new(list, field);
}

/* The chosen ones alone are fixed; "" leaves a column to be recognised. */
static json_t *chosen_types(struct req *r)
{
    json_t *list = json_array();
    struct str name, value;
    for (size_t at = 0; (at = req_form_all(r, at, &name, &value));)
        if (str_eq(name, S("free")) && value.n)
            json_array_append_new(list, json_pack("{s:s%, s:s}", "name", value.p, value.n, "type", "auto"));
        else if (str_starts(name, S("type:")))
            add_chosen(r, str_from(name, 5), value, list);
    return list;
}

static bool work_types(struct req *r, struct err *e)
{
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    json_t *fields = chosen_types(r);
    json_t *again = json_pack("{s:O}", "fields", fields);
    ask->again = again;
    ask->upload = req_form(r, S("upload"));
    bool ok = bo_call(r, publish_work_again, ask, e);
    json_decref(fields);
    json_decref(again);
    if (ok && !bo_state(r)->err.kind)
        req_redirect(r, 303, arena_printf(r->a, "/backoffice/datasets/new/" STR_FMT "/?done=read", STR_ARG(ask->upload)));
    return ok;
}

const struct step bo_types[] = {
    {STEP_WORK, work_types, NULL}, {STEP_DB, bo_upload_ask_form, NULL}, {STEP_REPLY, reply_upload, NULL}, {STEP_END, NULL, NULL},
};

/* ---- another table of the file ---- */

const struct step bo_reading[] = {
    {STEP_WORK, bo_choice_work, NULL}, {STEP_DB, bo_upload_ask_form, NULL}, {STEP_REPLY, reply_upload, NULL}, {STEP_END, NULL, NULL},
};
