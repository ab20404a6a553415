#include "tenants/publishing/rows_report.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/data/value/reason.h"
#include "tenants/publishing/load.h"

const char *rows_kind_name(enum rows_kind kind)
{
    static const char *const names[] = {"aside", "spoiled", "refused"};
    return names[kind];
}

struct list {
    struct rows_cell *cells;
    size_t n, most;
};

static void add(struct list *l, enum rows_kind kind, const json_t *columns, const json_t *cell, const json_t *reason)
{
    const json_t *column = load_named(columns, jr_str(cell, "column"));
    if (l->n == l->most)
        return;
    l->cells[l->n++] = (struct rows_cell){
        .kind = kind, .line = jr_i64(cell, "line", 0), .column = jr_str(cell, "column"), .label = jr_str(column, "label"),
        .value = jr_str(cell, "value"), .file_column = jr_i64(column, "file_column", 0), .reason = reason};
}

static const json_t *warning_of(const json_t *column, const char *code)
{
    const json_t *warning;
    size_t i;
    json_array_foreach(jr_array(column, "warnings"), i, warning)
        if (str_eq(jr_str(warning, "code"), str_of(code)))
            return warning;
    return NULL;
}

static void add_column(struct list *l, const json_t *columns, const json_t *column)
{
    const char *code;
    json_t *places;
    const json_t *cell;
    size_t i;
    json_object_foreach(json_object_get(column, "damaged"), code, places)
        json_array_foreach(places, i, cell)
            add(l, ROWS_SPOILED, columns, cell, warning_of(column, code));
    json_array_foreach(jr_array(jr_object(column, "refused"), "cells"), i, cell)
        add(l, ROWS_REFUSED, columns, cell, json_object_get(cell, "reason"));
}

static int in_order(const void *x, const void *y)
{
    const struct rows_cell *a = x, *b = y;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return (a->file_column > b->file_column) - (a->file_column < b->file_column);
}

size_t rows_cells(struct arena *a, const json_t *report, struct rows_cell **list)
{
    const json_t *columns = jr_array(report, "columns"), *aside = jr_array(report, "aside"), *item;
    size_t i;
    struct list l = {.most = json_array_size(aside)};
    json_array_foreach(columns, i, item) {
        l.most += json_array_size(jr_array(jr_object(item, "refused"), "cells"));
        const char *code;
        json_t *places;
        json_object_foreach(json_object_get(item, "damaged"), code, places)
            l.most += json_array_size(places);
    }
    l.cells = ARENA_ARRAY(a, struct rows_cell, l.most + 1);
    json_array_foreach(aside, i, item)
        add(&l, ROWS_ASIDE, columns, item, json_object_get(item, "reason"));
    json_array_foreach(columns, i, item)
        add_column(&l, columns, item);
    qsort(l.cells, l.n, sizeof *l.cells, in_order);
    *list = l.cells;
    return l.n;
}

static void put_cell(struct buf *out, struct str s)
{
    bool formula = s.n && strchr("=+-@\t\r", s.p[0]);
    buf_addc(out, '"');
    if (formula)
        buf_addc(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_addc(out, '"');
        buf_addc(out, s.p[i]);
    }
    buf_addc(out, '"');
}

void rows_csv(const struct rows_cell *cells, size_t n, enum lang lang, struct buf *out)
{
    buf_addz(out, "\xEF\xBB\xBF");
    buf_addz(out, lang == LANG_FR ? "ligne;colonne;valeur;sorte;raison\r\n" : "line;column;value;kind;reason\r\n");
    for (size_t i = 0; i < n; i++) {
        struct buf reason = {0};
        if (json_is_object(cells[i].reason))
            reason_say(cells[i].reason, lang, &reason);
        buf_addn(out, cells[i].line);
        const struct str parts[] = {cells[i].label.n ? cells[i].label : cells[i].column, cells[i].value,
                                    str_of(rows_kind_name(cells[i].kind)), buf_str(&reason)};
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
            buf_addc(out, ';');
            put_cell(out, parts[k]);
        }
        buf_addz(out, "\r\n");
        buf_free(&reason);
    }
}
