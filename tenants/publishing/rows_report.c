#include "tenants/publishing/rows_report.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/data/value/reason.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/load.h"

static const char *const kinds[ROWS_KINDS] = {"aside", "spoiled", "refused", "schema"};

const char *rows_kind_name(enum rows_kind kind)
{
    return kinds[kind];
}

bool rows_kind_named(struct str name, enum rows_kind *kind, struct err *e)
{
    enum rows_kind found = ROWS_ASIDE;
    while (found < ROWS_KINDS && !str_eq(name, str_of(kinds[found])))
        found++;
    if (name.n && found == ROWS_KINDS) {
        ERR(e, err_rows_kind, "kind");
        return err_arg(e, STR_FMT, STR_ARG(str_part(name, 0, 60)));
    }
    *kind = found;
    return true;
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
        .emptied = kind == ROWS_REFUSED && str_eq(jr_str(column, "bad"), S("null")),
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

/* Faults of columns are no rows to look at; notices are no faults; a row of too few or too many cells is set aside already. */
static bool is_of_rows(const json_t *group)
{
    struct str code = jr_str(jr_object(group, "reason"), "code");
    return str_eq(jr_str(group, "severity"), S("error")) && !str_eq(jr_str(group, "part"), S("columns")) &&
           !str_eq(code, S("row_short")) && !str_eq(code, S("row_long"));
}

static const json_t *groups_of(const json_t *report)
{
    return jr_array(jr_object(jr_object(report, "schema"), "check"), "groups");
}

static void add_group(struct list *l, const json_t *columns, const json_t *group)
{
    const json_t *column = json_array_get(columns, (size_t)(jr_i64(group, "at", 0) - 1)), *cell; /* none: past its end */
    struct str label = jr_str(column, "label");
    size_t i;
    json_array_foreach(jr_array(group, "cells"), i, cell)
        if (is_of_rows(group) && l->n < l->most)
            l->cells[l->n++] = (struct rows_cell){.kind = ROWS_SCHEMA,
                                                  .line = jr_i64(cell, "line", 0),
                                                  .column = jr_str(column, "name"),
                                                  .label = label.n ? label : jr_str(cell, "column"),
                                                  .value = jr_str(cell, "value"),
                                                  .file_column = jr_i64(column, "file_column", 0),
                                                  .reason = json_object_get(cell, "reason")};
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
    json_array_foreach(groups_of(report), i, item)
        l.most += json_array_size(jr_array(item, "cells"));
    l.cells = ARENA_ARRAY(a, struct rows_cell, l.most + 1);
    json_array_foreach(aside, i, item)
        add(&l, ROWS_ASIDE, columns, item, json_object_get(item, "reason"));
    json_array_foreach(columns, i, item)
        add_column(&l, columns, item);
    json_array_foreach(groups_of(report), i, item)
        add_group(&l, columns, item);
    qsort(l.cells, l.n, sizeof *l.cells, in_order);
    *list = l.cells;
    return l.n;
}

/* Of one column: what its warnings say of what a spreadsheet destroyed. */
static int64_t spoiled_of(const json_t *column)
{
    const char *code;
    json_t *places;
    int64_t total = 0;
    json_object_foreach(json_object_get(column, "damaged"), code, places) {
        int64_t listed = (int64_t)json_array_size(places), said = 0;
        str_i64(str_of(json_string_value(json_array_get(jr_array(warning_of(column, code), "args"), 0))), &said);
        total += said > listed ? said : listed;
    }
    return total;
}

/* A row that is set aside may be listed with several cells. */
static int64_t aside_of(const json_t *report)
{
    int64_t rows = jr_i64(jr_object(report, "rows"), "aside", 0), listed = (int64_t)json_array_size(jr_array(report, "aside"));
    return rows > listed ? rows : listed;
}

int64_t rows_total(const json_t *report, enum rows_kind kind)
{
    int64_t of[ROWS_KINDS] = {[ROWS_ASIDE] = aside_of(report)}, all = 0;
    const json_t *item;
    size_t i;
    json_array_foreach(jr_array(report, "columns"), i, item) {
        of[ROWS_SPOILED] += spoiled_of(item);
        of[ROWS_REFUSED] += jr_i64(jr_object(item, "refused"), "count", 0);
    }
    json_array_foreach(groups_of(report), i, item)
        of[ROWS_SCHEMA] += is_of_rows(item) ? jr_i64(item, "count", 0) : 0;
    for (size_t k = 0; k < ROWS_KINDS; k++)
        all += of[k];
    return kind == ROWS_KINDS ? all : of[kind];
}

size_t rows_only(struct rows_cell *cells, size_t n, enum rows_kind kind)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kind == ROWS_KINDS || cells[i].kind == kind)
            cells[kept++] = cells[i];
    return kept;
}

/* A spreadsheet opens it: what would be a formula there is a text. */
static void put_cell(struct buf *out, struct str s)
{
    struct buf text = {0};
    if (s.n && strchr("=+-@\t\r", s.p[0]))
        buf_addc(&text, '\'');
    buf_add(&text, s);
    buf_quoted(out, buf_str(&text));
    buf_free(&text);
}

void rows_csv(const struct rows_cell *cells, size_t n, int64_t total, enum lang lang, struct buf *out)
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
    if (total > (int64_t)n)
        buf_printf(out, lang == LANG_FR ? ";\"\";\"\";\"\";\"%zu lignes listées sur %lld\"\r\n"
                                        : ";\"\";\"\";\"\";\"%zu of %lld lines listed\"\r\n",
                   n, (long long)total);
}
