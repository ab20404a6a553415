/* The row report of an upload: /api/portal/v1/uploads/{upload}/rows, and the same for the back office's links. */
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/data/value/reason.h"
#include "core/web/errors.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/rows_report.h"
#include "tenants/publishing/rows_steps.h"
#include "tenants/publishing/sql.h"

enum { COL_REPORT = 5, COL_ORGANISATION = 9, PAGE = 100, PAGE_MAX = 1000 };

static bool ask(struct req *r, struct err *e)
{
    struct uuid id;
    if (!uuid_parse(r->params[0], &id))
        return ERR(e, err_upload_unknown, "not an id");
    req_ask(r, &sql_upload_one, (struct str[]){uuid_str(&r->tenant->id), uuid_str(&id)});
    return true;
}

static uint64_t number(struct req *r, struct str name, uint64_t otherwise, uint64_t most)
{
    uint64_t n;
    return !str_u64(req_query(r, name), &n) ? otherwise : n > most ? most : n;
}

static void put_cell(struct req *r, struct jw *w, const struct rows_cell *cell)
{
    struct buf said = {0};
    if (json_is_object(cell->reason))
        reason_say(cell->reason, r->lang, &said);
    jw_open(w, '{');
    JW_I64(w, "line", cell->line);
    JW_STR(w, "column", cell->column.n ? cell->column : STR_NONE);
    JW_STR(w, "label", cell->label.n ? cell->label : STR_NONE);
    JW_STR(w, "value", cell->value);
    JW_STR(w, "kind", str_of(rows_kind_name(cell->kind)));
    JW_STR(w, "reason", buf_str(&said));
    if (cell->file_column > 0)
        JW_I64(w, "file_column", cell->file_column);
    jw_close(w, '}');
    buf_free(&said);
}

static void reply_json(struct req *r, const json_t *report, const struct rows_cell *cells, size_t n, int64_t total)
{
    uint64_t offset = number(r, S("offset"), 0, n), limit = number(r, S("limit"), PAGE, PAGE_MAX);
    char *rows = json_dumps(jr_object(report, "rows"), JSON_COMPACT);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_RAW(w, "rows", arena_str(r->a, str_of(rows)));
    JW_I64(w, "total_count", total);
    JW_I64(w, "listed", (int64_t)n);
    jw_key(w, S("results"));
    jw_open(w, '[');
    for (uint64_t i = offset; i < n && i < offset + limit; i++)
        put_cell(r, w, &cells[i]);
    jw_close(w, ']');
    jw_close(w, '}');
    free(rows);
}

static void reply_csv(struct req *r, const struct rows_cell *cells, size_t n, int64_t total)
{
    req_set(r, S("content-disposition"), S("attachment; filename=\"lignes.csv\""));
    rows_csv(cells, n, total, r->lang, req_reply(r, 200, S("text/csv; charset=utf-8")));
}

static bool reply(struct req *r, struct err *e)
{
    bool mine = req_rows(r, 0) == 1 && (!r->who.organisation.text[0] ||
                                        str_eq(req_col(r, 0, 0, COL_ORGANISATION), uuid_str(&r->who.organisation)));
    struct str text = mine ? req_col(r, 0, 0, COL_REPORT) : STR_NONE;
    enum rows_kind kind;
    if (!text.n)
        return ERR(e, err_upload_unknown, "no report");
    if (!rows_kind_named(req_query(r, S("kind")), &kind, e))
        return false;
    json_t *report = jr_parse(text, e);
    if (!report)
        return false;
    struct rows_cell *cells;
    size_t n = rows_cells(r->a, report, &cells);
    n = rows_only(cells, n, kind);
    int64_t total = rows_total(report, kind);
    if (str_eq(req_query(r, S("format")), S("csv")))
        reply_csv(r, cells, n, total);
    else
        reply_json(r, report, cells, n, total);
    json_decref(report);
    return true;
}

const struct step rows_report_steps[] = {{STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};
