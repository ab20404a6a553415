#include "core/data/format/sheet_pick.h"

#include "core/data/format/sheet_list.h"
#include "core/data/value/shape.h"

enum look { LOOK_EMPTY, LOOK_ROWS, LOOK_TABLE };

static size_t filled(const struct record *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n && i <= RECORD_COLUMNS_MAX; i++)
        n += shape_trim(r->cells[i]).n > 0;
    return n;
}

static bool look(struct rows *rows, enum look *found, struct err *e)
{
    struct record row;
    bool wide = false;
    *found = LOOK_EMPTY;
    for (size_t i = 0; i < SHEET_PICK_ROWS && *found != LOOK_TABLE; i++) {
        if (!rows->next(rows, &row, e))
            return false;
        if (row.end)
            return true;
        size_t n = filled(&row);
        if (n > 0)
            *found = wide ? LOOK_TABLE : LOOK_ROWS;
        wide = wide || n > 1;
    }
    *found = *found == LOOK_EMPTY ? LOOK_EMPTY : LOOK_TABLE;
    return true;
}

bool sheet_pick(struct rows *rows, struct err *e)
{
    enum look found, most;
    if (!look(rows, &most, e))
        return false;
    const struct sheet_list *l = rows->sheets(rows);
    size_t best = l->chosen, looked_at = 1;
    for (size_t at = best + 1; most != LOOK_TABLE && at < l->n && looked_at < SHEET_PICK_SHEETS; at++) {
        struct err passed_by = {0};
        if (l->at[at].hidden)
            continue;
        looked_at++;
        if (!rows->go_to(rows, at, &passed_by) || !look(rows, &found, &passed_by) || found <= most)
            continue;
        best = at;
        most = found;
    }
    return best == l->chosen ? rows->rewind(rows, e) : rows->go_to(rows, best, e);
}
