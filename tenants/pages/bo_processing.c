/* What is done to a file before its types: the list, a form for one more, the first rows before and after. The list
 * travels in the form; the file is read again at each change, so that what is shown is what will be. */
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/data/step/step.h"
#include "tenants/pages/bo_describe.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_step_kinds.h"
#include "tenants/pages/bo_upload.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/publish_steps.h"

enum { SAMPLE_COLUMNS = 12 };

static struct str dumped(struct req *r, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);
    struct str s = arena_str(r->a, str_of(text));
    free(text);
    return s;
}

static struct str counts_said(struct req *r, const json_t *done)
{
    int64_t removed = jr_i64(done, "removed", 0), changed = jr_i64(done, "changed", 0), lost = jr_i64(done, "unmatched", 0);
    if (removed > 0)
        return arena_printf(r->a, STR_FMT " " STR_FMT, STR_ARG(page_say(r, TEXT_BO_STEP_REMOVED)),
                            STR_ARG(say_count(r->a, r->lang, removed)));
    if (lost > 0)
        return arena_printf(r->a, STR_FMT " " STR_FMT, STR_ARG(page_say(r, TEXT_BO_STEP_UNMATCHED)),
                            STR_ARG(say_count(r->a, r->lang, lost)));
    if (changed > 0)
        return arena_printf(r->a, STR_FMT " " STR_FMT, STR_ARG(page_say(r, TEXT_BO_STEP_CHANGED)),
                            STR_ARG(say_count(r->a, r->lang, changed)));
    return STR_NONE;
}

static void put_done(struct req *r, const json_t *list, const json_t *counts, struct page_bo_processing *p)
{
    size_t n = json_array_size(list), i;
    json_t *step;
    struct page_bo_processing_done *done = ARENA_ARRAY(r->a, struct page_bo_processing_done, n + 1);
    json_array_foreach(list, i, step)
        done[i] = (struct page_bo_processing_done){
            .number = arena_printf(r->a, "%zu", i + 1), .said = bo_step_said(r, step),
            .counts = counts_said(r, json_array_get(counts, i)), .up = arena_printf(r->a, "up:%zu", i),
            .down = arena_printf(r->a, "down:%zu", i), .remove = arena_printf(r->a, "remove:%zu", i), .can_up = i > 0,
            .can_down = i + 1 < n};
    p->done = done;
    p->done_n = n;
}

static void put_kinds(struct req *r, const struct bo_step_kind *chosen, struct page_bo_processing *p)
{
    size_t n = 0;
    while (bo_step_kinds[n].name)
        n++;
    struct page_bo_processing_kinds *list = ARENA_ARRAY(r->a, struct page_bo_processing_kinds, n);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct page_bo_processing_kinds){str_of(bo_step_kinds[i].name), page_say(r, bo_step_kinds[i].label),
                                                    &bo_step_kinds[i] == chosen};
    p->kinds = list;
    p->kinds_n = n;
}

/* Columns as the steps so far leave them. */
static void put_columns(struct req *r, const json_t *columns, struct page_bo_processing_asked *asked)
{
    size_t n = json_array_size(columns), i;
    json_t *column;
    struct page_bo_processing_asked_choices *list = ARENA_ARRAY(r->a, struct page_bo_processing_asked_choices, n + 1);
    json_array_foreach(columns, i, column) {
        struct str source = jr_str(column, "source"), name = jr_str(column, "name");
        list[i].value = list[i].label = arena_str(r->a, source.n ? source : name);
    }
    asked->choices = list;
    asked->choices_n = n;
}

static void put_choices(struct req *r, const struct bo_step_choice *from, struct page_bo_processing_asked *asked)
{
    size_t n = 0;
    while (from[n].value)
        n++;
    struct page_bo_processing_asked_choices *list = ARENA_ARRAY(r->a, struct page_bo_processing_asked_choices, n);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct page_bo_processing_asked_choices){str_of(from[i].value), page_say(r, from[i].label)};
    asked->choices = list;
    asked->choices_n = n;
}

static void put_asked(struct req *r, const struct bo_step_kind *kind, const json_t *columns, struct page_bo_processing *p)
{
    struct page_bo_processing_asked *list = ARENA_ARRAY(r->a, struct page_bo_processing_asked, BO_STEP_PARAMS);
    for (size_t i = 0; i < BO_STEP_PARAMS && kind->params[i].key; i++) {
        enum bo_step_sort sort = kind->params[i].sort;
        struct page_bo_processing_asked *a = &list[p->asked_n++];
        *a = (struct page_bo_processing_asked){
            .name = str_of(kind->params[i].key), .label = page_say(r, kind->params[i].label), .is_text = sort == BO_STEP_TEXT,
            .is_names = sort == BO_STEP_NAMES, .is_column = sort == BO_STEP_COLUMN || sort == BO_STEP_MAYBE_COLUMN,
            .is_optional = sort == BO_STEP_MAYBE_COLUMN, .is_columns = sort == BO_STEP_COLUMNS,
            .is_choice = sort == BO_STEP_WHICH || sort == BO_STEP_TYPE, .is_check = sort == BO_STEP_FLAG};
        if (a->is_column || a->is_columns)
            put_columns(r, columns, a);
        else if (a->is_choice)
            put_choices(r, sort == BO_STEP_WHICH ? bo_step_filters : bo_step_types, a);
    }
    p->asked = list;
    p->adding = true;
    p->kind = str_of(kind->name);
    p->kind_label = page_say(r, kind->label);
    p->kind_help = page_say(r, kind->help);
}

static void put_sample(struct req *r, const json_t *sample, struct str title, struct page_bo_processing *p,
                       struct page_bo_processing_samples *out)
{
    const json_t *columns = jr_array(sample, "columns"), *rows = jr_array(sample, "rows");
    size_t n = json_array_size(columns) < SAMPLE_COLUMNS ? json_array_size(columns) : SAMPLE_COLUMNS, lines = json_array_size(rows);
    if (lines == 0)
        return;
    struct page_bo_processing_samples_heads *heads = ARENA_ARRAY(r->a, struct page_bo_processing_samples_heads, n + 1);
    struct page_bo_processing_samples_lines *list = ARENA_ARRAY(r->a, struct page_bo_processing_samples_lines, lines);
    for (size_t i = 0; i < n; i++)
        heads[i].label = arena_str(r->a, str_of(json_string_value(json_array_get(columns, i))));
    for (size_t row = 0; row < lines; row++) {
        struct page_bo_processing_samples_lines_cells *cells =
            ARENA_ARRAY(r->a, struct page_bo_processing_samples_lines_cells, n + 1);
        for (size_t i = 0; i < n; i++)
            cells[i].value = arena_str(r->a, str_of(json_string_value(json_array_get(json_array_get(rows, row), i))));
        list[row] = (struct page_bo_processing_samples_lines){cells, n};
    }
    *out = (struct page_bo_processing_samples){.title = title, .heads = heads, .heads_n = n, .lines = list, .lines_n = lines};
    p->samples_n++;
}

/* Two columns that can become a point: the step is one press away. */
static void put_offers(struct req *r, const json_t *offers, struct page_bo_processing *p)
{
    size_t i;
    json_t *offer;
    struct page_bo_processing_offers *list = ARENA_ARRAY(r->a, struct page_bo_processing_offers, json_array_size(offers) + 1);
    json_array_foreach(offers, i, offer) {
        const json_t *args = jr_array(offer, "args");
        bool metres = str_eq(jr_str(offer, "code"), S("offer_lambert93"));
        if (metres || str_eq(jr_str(offer, "code"), S("offer_point")))
            list[p->offers_n++] = (struct page_bo_processing_offers){
                .said = bo_reason(r, offer), .latitude = arena_str(r->a, str_of(json_string_value(json_array_get(args, 0)))),
                .longitude = arena_str(r->a, str_of(json_string_value(json_array_get(args, 1)))), .lambert93 = metres};
    }
    p->offers = list;
}

static void show(struct req *r, const json_t *report, const json_t *list)
{
    const struct bo_step_kind *kind = bo_step_kind(req_query(r, S("kind")));
    if (!kind)
        kind = bo_step_kind(req_form(r, S("kind")));
    struct str id = req_col(r, 0, 0, UP_ID);
    struct page_bo_processing p = {.steps = bo_steps(r, 2), .csrf = r->who.csrf, .action = bo_upload_url(r, id, "steps/"),
                                   .preview_url = bo_upload_url(r, id, ""), .current = dumped(r, list)};
    struct page_bo_processing_samples *samples = ARENA_ARRAY(r->a, struct page_bo_processing_samples, 2);
    put_done(r, list, jr_array(report, "steps"), &p);
    put_offers(r, jr_array(report, "offers"), &p);
    put_kinds(r, kind, &p);
    if (kind)
        put_asked(r, kind, jr_array(report, "columns"), &p);
    put_sample(r, jr_object(report, "before"), page_say(r, TEXT_BO_STEPS_BEFORE), &p, &samples[p.samples_n]);
    put_sample(r, jr_object(report, "after"), page_say(r, TEXT_BO_STEPS_AFTER), &p, &samples[p.samples_n]);
    p.samples = samples;
    struct buf body = {0};
    page_bo_processing(&body, r->lang, &p);
    bo_upload_show(r, page_say(r, TEXT_BO_STEPS_TITLE), &body, 0);
}

/* A file that its steps made unreadable shows why, and the list to mend. */
static bool is_refused(struct req *r)
{
    return req_rows(r, 0) == 1 && str_eq(req_col(r, 0, 0, UP_STATE), S("failed"));
}

static bool reply(struct req *r, struct err *e)
{
    if (!is_refused(r) && bo_upload_waits(r, e))
        return e->kind == NULL;
    if (is_refused(r) && !bo_state(r)->err.kind) {
        json_t *why = jr_parse(req_col(r, 0, 0, UP_ERROR), e);
        fault_read(why, &bo_state(r)->err);
        json_decref(why);
    }
    struct str text = req_col(r, 0, 0, UP_REPORT);
    json_t *report = jr_parse(text.n ? text : S("{}"), e), *list = report ? jr_parse(req_col(r, 0, 0, UP_STEPS), e) : NULL;
    if (list)
        show(r, report, list);
    json_decref(report);
    json_decref(list);
    return list != NULL;
}

const struct step bo_processing[] = {{STEP_DB, bo_upload_ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};

/* "up:2": the third changes places with the second. */
static void move(json_t *list, struct str what)
{
    struct str rest = what, word;
    uint64_t at;
    if (!str_cut(&rest, ':', &word) || !str_u64(rest, &at) || at >= json_array_size(list))
        return;
    json_t *step = json_incref(json_array_get(list, at));
    json_array_remove(list, at);
    if (str_eq(word, S("up")) && at > 0)
        json_array_insert(list, at - 1, step);
    else if (str_eq(word, S("down")))
        json_array_insert(list, at + 1 > json_array_size(list) ? json_array_size(list) : at + 1, step);
    json_decref(step);
}

static json_t *changed(struct req *r, struct err *e)
{
    json_t *list = jr_parse(req_form(r, S("current")), e);
    const struct bo_step_kind *kind = bo_step_kind(req_form(r, S("kind")));
    struct str what = req_form(r, S("do"));
    if (!list)
        return NULL;
    if (str_eq(what, S("add")) && kind)
        json_array_append_new(list, bo_step_from_form(r, kind));
    else
        move(list, what);
    return list;
}

static bool work(struct req *r, struct err *e)
{
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    json_t *list = changed(r, e);
    if (!list)
        return false;
    json_t *again = json_pack("{s:o}", "steps", list);
    ask->again = again;
    ask->upload = r->params[0];
    bool ok = bo_call(r, publish_work_again, ask, e);
    json_decref(again);
    if (ok && !bo_state(r)->err.kind)
        req_redirect(r, 303, bo_upload_url(r, ask->upload, "steps/"));
    return ok;
}

const struct step bo_processing_save[] = {
    {STEP_WORK, work, NULL}, {STEP_DB, bo_upload_ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL},
};
