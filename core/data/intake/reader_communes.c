#include "core/data/intake/reader_communes.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "core/data/value/commune.h"
#include "core/data/intake/reader_row.h"
#include "core/data/value/field_name.h"

enum { LIKE = 8 };

struct code_column {
    size_t column;
    uint64_t values, gone, unknown;
    char like[LIKE], unlike[LIKE]; /* the first of each that is no more, or unknown */
    struct commune_gone first;
};

struct reader_communes {
    struct communes *list;
    struct code_column *columns;
    size_t n;
};

struct reader_communes *reader_communes_new(struct reader *r)
{
    struct code_column *columns = ARENA_ARRAY(&r->arena, struct code_column, r->ncolumns + 1);
    size_t n = 0;
    for (size_t i = 0; i < r->ncolumns; i++)
        if (r->columns[i].sniff.hints & HINT_COMMUNE)
            columns[n++].column = i;
    if (n == 0)
        return NULL;
    struct reader_communes *c = must_alloc(sizeof *c);
    *c = (struct reader_communes){communes_new(), columns, n};
    return c;
}

static void note(char like[LIKE], uint64_t before, struct str code)
{
    if (before == 0)
        snprintf(like, LIKE, STR_FMT, STR_ARG(str_part(code, 0, LIKE - 1)));
}

static void see(const struct communes *list, struct code_column *c, struct str code)
{
    struct commune_gone gone;
    if (code.n == 0)
        return;
    c->values++;
    enum commune_state state = commune_find(list, code, &gone);
    if (state == COMMUNE_GONE) {
        note(c->like, c->gone, code);
        c->first = c->gone ? c->first : gone;
        c->gone++;
    } else if (state == COMMUNE_UNKNOWN) {
        note(c->unlike, c->unknown, code);
        c->unknown++;
    }
}

void reader_communes_row(struct reader_communes *c, const struct record *row)
{
    for (size_t i = 0; c && i < c->n; i++)
        see(c->list, &c->columns[i], str_trim(reader_cell(row, c->columns[i].column)));
}

static void put_gone(const struct code_column *col, struct arena *a, struct str year, struct jw *w)
{
    struct reason why =
        reason_make(col->first.now.p ? REASON_warn_commune_gone : REASON_warn_commune_ended);
    reason_n(a, &why, col->gone);
    reason_s(a, &why, year);
    reason_s(a, &why, str_of(col->like));
    if (col->first.now.p)
        reason_s(a, &why, col->first.now);
    reason_json(w, &why);
}

static void put_unknown(const struct code_column *col, struct arena *a, struct str year,
                        struct jw *w)
{
    struct reason why = reason_make(REASON_warn_commune_unknown);
    reason_n(a, &why, col->unknown);
    reason_s(a, &why, year);
    reason_s(a, &why, str_of(col->unlike));
    reason_json(w, &why);
}

void reader_communes_warn(const struct reader_communes *c, struct arena *a, size_t column,
                          struct jw *w)
{
    for (size_t i = 0; c && i < c->n; i++) {
        const struct code_column *col = &c->columns[i];
        if (col->column != column || col->unknown * 10 > col->values)
            continue; /* they are no codes of communes */
        struct str year = arena_printf(a, "%d", communes_year(c->list));
        if (col->gone)
            put_gone(col, a, year, w);
        if (col->unknown)
            put_unknown(col, a, year, w);
    }
}

void reader_communes_free(struct reader_communes *c)
{
    if (c)
        communes_free(c->list);
    free(c);
}
