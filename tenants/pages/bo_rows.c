/* Rows and cells to look at: corrected in place, left out, taken away as a file. */
#include "core/base/jr.h"
#include "tenants/pages/bo_describe.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/bo_upload.h"
#include "tenants/pages/bo_wizard.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/rows_report.h"

enum { PAGE = 25, EDITABLE = 116 /* a report cuts values at 120 bytes */ };

static struct str kind_word(struct req *r, enum rows_kind kind)
{
    static const enum text_key words[] = {TEXT_BO_KIND_ASIDE, TEXT_BO_KIND_SPOILED, TEXT_BO_KIND_REFUSED,
                                          TEXT_BO_KIND_SCHEMA};
    return page_say(r, words[kind]);
}

static void put_cell(struct req *r, const struct rows_cell *from, struct page_bo_rows_cells *to)
{
    long long line = (long long)from->line, column = (long long)from->file_column;
    *to = (struct page_bo_rows_cells){
        .line = say_count(r->a, r->lang, from->line), .label = arena_str(r->a, from->label.n ? from->label : from->column),
        .value = arena_str(r->a, from->value), .reason = bo_reason(r, from->reason), .kind = from->emptied ? page_say(r, TEXT_BO_KIND_EMPTIED) : kind_word(r, from->kind),
        .fix = arena_printf(r->a, "fix:%lld:%lld", line, column), .was = arena_printf(r->a, "was:%lld:%lld", line, column),
        .leave = arena_printf(r->a, "%lld", line), .editable = column > 0 && from->value.n < EDITABLE,
        .is_aside = from->kind == ROWS_ASIDE, .spoiled = from->kind == ROWS_SPOILED};
}

/* A cell with several faults is corrected at the first of them. */
static void put_list(struct req *r, const struct rows_cell *cells, size_t n, struct page_bo_rows *p)
{
    struct page_bo_rows_cells *list = ARENA_ARRAY(r->a, struct page_bo_rows_cells, PAGE);
    for (; p->cells_n < n && p->cells_n < PAGE; p->cells_n++) {
        put_cell(r, &cells[p->cells_n], &list[p->cells_n]);
        for (size_t i = 0; i < p->cells_n; i++)
            if (str_eq(list[i].fix, list[p->cells_n].fix))
                list[p->cells_n].editable = false;
    }
    p->cells = list;
}

static void put_counts(struct req *r, const json_t *report, struct page_bo_rows *p)
{
    const json_t *rows = jr_object(report, "rows");
    const struct {
        const char *key;
        struct str *to;
        bool always;
    } counts[] = {{"seen", &p->seen, true},         {"kept", &p->kept, true},           {"aside", &p->aside, true},
                  {"blank", &p->blank, true},       {"left_out", &p->left_out, false}, {"filtered", &p->filtered, false},
                  {"doubles", &p->doubles, false},  {"grouped", &p->grouped, false}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        int64_t n = jr_i64(rows, counts[i].key, 0);
        if (n > 0 || counts[i].always)
            *counts[i].to = say_count(r->a, r->lang, n);
    }
    int64_t corrected = jr_i64(report, "corrections", 0);
    if (corrected > 0)
        p->corrected = say_count(r->a, r->lang, corrected);
}

static struct markup pages(struct req *r, struct str base, enum rows_kind kind, uint64_t page, size_t n)
{
    const char *of = kind == ROWS_KINDS ? "" : rows_kind_name(kind), *named = kind == ROWS_KINDS ? "" : "kind=", *and = kind == ROWS_KINDS ? "" : "&";
    struct buf b = {0};
    uint64_t last = n ? (n - 1) / PAGE + 1 : 1;
    struct page_bo_pages p = {.at = say_count(r->a, r->lang, (int64_t)page), .last = say_count(r->a, r->lang, (int64_t)last)};
    if (page > 1)
        p.before_url = arena_printf(r->a, STR_FMT "?%s%s%spage=%llu", STR_ARG(base), named, of, and, (unsigned long long)page - 1);
    if (page < last)
        p.after_url = arena_printf(r->a, STR_FMT "?%s%s%spage=%llu", STR_ARG(base), named, of, and, (unsigned long long)page + 1);
    page_bo_pages(&b, r->lang, &p);
    struct str html = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return markup_trusted(html);
}

static bool reply(struct req *r, struct err *e)
{
    if (bo_upload_waits(r, e))
        return e->kind == NULL;
    json_t *report = jr_parse(req_col(r, 0, 0, UP_REPORT), e);
    if (!report)
        return false;
    struct rows_cell *cells;
    struct str id = req_col(r, 0, 0, UP_ID), base = bo_upload_url(r, id, "rows");
    struct err unknown = {0};
    enum rows_kind kind = ROWS_KINDS;
    bool known = rows_kind_named(req_query(r, S("kind")), &kind, &unknown);
    size_t n = rows_cells(r->a, report, &cells);
    n = known ? rows_only(cells, n, kind) : 0;
    int64_t total = known ? rows_total(report, kind) : 0;
    uint64_t page = 1;
    if (!str_u64(req_query(r, S("page")), &page) || page < 1 || (page - 1) * PAGE >= n)
        page = 1;
    struct page_bo_rows p = {.steps = bo_steps(r, 2), .csrf = r->who.csrf, .action = base,
                             .csv_url = arena_printf(r->a, STR_FMT "/list?format=csv", STR_ARG(base)),
                             .json_url = arena_printf(r->a, STR_FMT "/list", STR_ARG(base)),
                             .preview_url = bo_upload_url(r, id, ""), .replace_url = bo_upload_replace_url(r), .total = (int)total,
                             .any = n > 0, .none = known && n == 0, .pages = pages(r, base, kind, page, n)};
    if (total > (int64_t)n)
        p.listed = say_count(r->a, r->lang, (int64_t)n);
    if (!known)
        p.no_kind = page_error(r, &unknown);
    if (!known || kind != ROWS_KINDS)
        p.all_url = base;
    put_list(r, cells + (page - 1) * PAGE, n - (page - 1) * PAGE, &p);
    put_counts(r, report, &p);
    json_decref(report);
    struct buf body = {0};
    page_bo_rows(&body, r->lang, &p);
    bo_upload_show(r, page_say(r, TEXT_BO_ROWS_TITLE), &body, 0);
    return true;
}

const struct step bo_rows[] = {{STEP_DB, bo_upload_ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};

/* "fix:12:3": a cell whose value is no longer what it was. */
static void take_fix(struct req *r, struct str name, struct str value, json_t *corrections)
{
    struct str rest = str_from(name, 4), line, column;
    int64_t l = 0, c = 0;
    if (!str_cut(&rest, ':', &line) || !str_cut(&rest, ':', &column) || !str_i64(line, &l) || !str_i64(column, &c))
        return;
    struct str was = req_form(r, arena_printf(r->a, "was:%lld:%lld", (long long)l, (long long)c));
    if (!str_eq(was, value))
        json_array_append_new(corrections, json_pack("{s:I,s:I,s:s%}", "line", (json_int_t)l, "column", (json_int_t)c, "value",
                                                     value.p ? value.p : "", value.n));
}

static json_t *asked(struct req *r)
{
    json_t *corrections = json_array(), *left = json_array();
    struct str name, value;
    int64_t line;
    for (size_t at = 0; (at = req_form_all(r, at, &name, &value));) {
        if (str_starts(name, S("fix:")))
            take_fix(r, name, value, corrections);
        else if (str_eq(name, S("leave")) && str_i64(value, &line))
            json_array_append_new(left, json_integer(line));
    }
    return json_pack("{s:o,s:o}", "corrections", corrections, "left_out", left);
}

static bool work_rows(struct req *r, struct err *e)
{
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    json_t *again = asked(r);
    ask->again = again;
    ask->upload = r->params[0];
    bool ok = bo_call(r, publish_work_again, ask, e);
    json_decref(again);
    if (ok && !bo_state(r)->err.kind)
        req_redirect(r, 303, bo_upload_url(r, ask->upload, "rows?done=read"));
    return ok;
}

const struct step bo_rows_save[] = {
    {STEP_WORK, work_rows, NULL}, {STEP_DB, bo_upload_ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL},
};
