#include "core/data/intake/reader_hidden.h"

#include "core/data/value/field_name.h"
#include "core/data/intake/reader_row.h"
#include "core/data/format/sheet_list.h"

/* Of the widest row: what stands beside the header counts. */
static size_t width(struct rows *rows, struct err *e)
{
    struct record row;
    size_t n = 0;
    while (rows->next(rows, &row, e) && !row.end)
        n = row.n > n ? row.n : n;
    return n < RECORD_COLUMNS_MAX ? n : RECORD_COLUMNS_MAX;
}

/* A first row that may be no header names them all the same: words there can only make it stricter.
 */
static bool name_columns(struct rows *rows, struct arena *a, struct str *names, size_t n,
                         struct err *e)
{
    struct dialect d = {0};
    struct record row = {0};
    if (!dialect_header(rows, &d, e))
        return false;
    for (unsigned i = 0; i <= d.preamble; i++)
        if (!rows->next(rows, &row, e) || row.end)
            return false;
    for (size_t i = 0; i < n; i++) {
        struct str label = i < row.n ? field_label(a, row.cells[i]) : STR_NONE;
        names[i] = field_name(a, label, i + 1, names, i);
    }
    return true;
}

static void look(struct rows *rows, struct arena *a, struct str sheet, struct personal *p)
{
    struct err e = {0};
    struct record row;
    size_t n = width(rows, &e);
    struct str *names = ARENA_ARRAY(a, struct str, n + 1);
    if (n == 0 || !rows->rewind(rows, &e) || !name_columns(rows, a, names, n, &e) ||
        !rows->rewind(rows, &e))
        return;
    struct personal *own = personal_sheet(p, sheet, names, n);
    while (rows->next(rows, &row, &e) && !row.end)
        personal_row(own, row.line, row.cells, row.n < n ? row.n : n);
}

static void look_at(struct reader *r, struct arena *a, struct str sheet, struct personal *p)
{
    struct str file = r->unfold.bytes ? (struct str){r->unfold.bytes, r->unfold.n} : r->file;
    struct rows *rows = NULL;
    struct err e = {0};
    json_t *options = json_object();
    json_object_set_new(options, "sheet", json_stringn(sheet.p, sheet.n));
    if (r->format->open(file, options, &rows, &e)) {
        look(rows, a, sheet, p);
        rows->close(rows);
    }
    json_decref(options);
}

void reader_hidden_look(struct reader *r, struct personal *p)
{
    const struct sheet_list *l = r->source->sheets ? r->source->sheets(r->source) : NULL;
    for (size_t i = 0; l && i < l->n; i++)
        if (l->at[i].hidden && i != l->chosen && l->at[i].name.n)
            look_at(r, &r->arena, l->at[i].name, p);
}
