#include "core/data/intake/reader_row.h"

#include "core/base/scan.h"
#include "core/base/utf8.h"
#include "core/data/value/shape.h"

bool reader_row_first(struct reader *r, struct err *e)
{
    struct record skipped;
    if (!r->rows->rewind(r->rows, e))
        return false;
    for (unsigned i = 0; i < r->lead; i++)
        if (!r->rows->next(r->rows, &skipped, e))
            return false;
    return true;
}

static bool only_blanks_from(const struct record *row, size_t from)
{
    if (row->n > RECORD_COLUMNS_MAX)
        return false;
    for (size_t i = from; i < row->n; i++)
        if (shape_trim(row->cells[i]).n > 0)
            return false;
    return true;
}

static enum fate aside(struct reader *r, const struct record *row, enum reason_code code, struct reason *why)
{
    *why = reason_make(code);
    if (code != REASON_row_nul && r->aside.n < ASIDE_LISTED_MAX) {
        reason_n(&r->arena, why, row->n);
        reason_n(&r->arena, why, row->wanted ? row->wanted : r->ncolumns);
    }
    return FATE_ASIDE;
}

static enum fate fate_of(struct reader *r, const struct record *row, struct reason *why)
{
    if (row->end)
        return FATE_END;
    if (row->gone)
        return FATE_GONE;
    if (row->wanted)
        return aside(r, row, row->n < row->wanted ? REASON_row_short : REASON_row_long, why);
    if (record_is_blank(row) && row->n <= RECORD_COLUMNS_MAX)
        return FATE_BLANK;
    if (row->has_nul)
        return aside(r, row, REASON_row_nul, why);
    if (row->n < r->ncolumns && !r->rows->pads)
        return aside(r, row, REASON_row_short, why);
    if (row->n > r->ncolumns && !only_blanks_from(row, r->ncolumns))
        return aside(r, row, REASON_row_long, why);
    return FATE_KEPT;
}

bool reader_row_next(struct reader *r, struct record *row, enum fate *fate, struct reason *why, struct err *e)
{
    if (!r->rows->next(r->rows, row, e))
        return false;
    *fate = fate_of(r, row, why);
    return true;
}

bool reader_fits(const struct column *c, struct str cell, struct buf *scratch)
{
    if (c->type == TYPE_TEXT || shape_trim(cell).n == 0)
        return true;
    buf_reset(scratch);
    return type_put(scratch, c->type, c->format, cell, false);
}

bool reader_refuses(const struct column *c, struct str cell, struct buf *scratch)
{
    return c->fixed && !c->bad_is_null && !reader_fits(c, cell, scratch);
}

size_t reader_row_refused(const struct reader *r, const struct record *row, struct buf *scratch)
{
    for (size_t i = 0; i < r->ncolumns; i++)
        if (reader_refuses(&r->columns[i], reader_cell(row, i), scratch))
            return i;
    return r->ncolumns;
}

/* As a canonical CSV writes it: comma, LF, quotes only where needed. */
static size_t cell_bytes(struct str s)
{
    size_t first = scan_csv(s, ',', NULL);
    return first == s.n ? s.n : s.n + str_count(str_from(s, first), '"') + 2;
}

size_t reader_row_bytes(const struct reader *r, const struct record *row)
{
    size_t n = r->ncolumns; /* commas and the line end */
    for (size_t i = 0; i < r->ncolumns; i++)
        n += cell_bytes(row ? reader_cell(row, i) : r->columns[i].label);
    return n;
}

void reader_bad(struct reader *r, struct bad_list *list, uint64_t line, size_t column, struct str value,
                const struct reason *why)
{
    size_t most = list == &r->aside ? ASIDE_LISTED_MAX : COLUMN_LISTED_MAX;
    list->total++;
    if (list->n == most)
        return;
    if (!list->cells)
        list->cells = ARENA_ARRAY(&r->arena, struct bad_cell, most);
    value = reader_shown(value);
    if (value.n > REASON_ARG_MAX) {
        value.n = REASON_ARG_MAX;
        value.n = utf8_floor(value);
    }
    list->cells[list->n++] = (struct bad_cell){line, column, arena_str(&r->arena, value), *why};
}
