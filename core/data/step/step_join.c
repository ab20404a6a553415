/* The step that brings columns of another dataset: its rows come as a CSV that the worker wrote. */
#include <stdlib.h>

#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/format/read_csv.h"
#include "core/data/value/shape.h"
#include "core/data/step/step_kinds.h"

struct step_row {
    struct str key, *cells;
    size_t order; /* among equal keys the first one counts */
};

struct step_book {
    struct arena a;
    struct step_row *rows;
    size_t n, room;
};

static int by_key(const void *x, const void *y)
{
    const struct step_row *a = x, *b = y;
    int d = str_cmp(a->key, b->key);
    return d ? d : (a->order > b->order) - (a->order < b->order);
}

static void keep_row(struct step_book *book, const struct record *r, size_t ncells)
{
    if (book->n == book->room) {
        book->room = book->room ? book->room * 2 : 1024;
        book->rows = must_realloc(book->rows, book->room * sizeof *book->rows);
    }
    struct step_row *row = &book->rows[book->n];
    *row = (struct step_row){arena_str(&book->a, shape_trim(r->cells[0])), ARENA_ARRAY(&book->a, struct str, ncells), book->n};
    for (size_t i = 0; i < ncells; i++)
        row->cells[i] = arena_str(&book->a, r->cells[i + 1]);
    book->n += row->key.n > 0;
}

static bool read_book(struct step_book *book, struct str csv, size_t ncells, struct err *e)
{
    struct csv from;
    struct record r;
    bool ok;
    csv_init(&from, csv, ENCODING_UTF8, ',');
    while ((ok = from.rows.next(&from.rows, &r, e)) && !r.end)
        if (r.n == ncells + 1)
            keep_row(book, &r, ncells);
    csv_free(&from);
    if (ok && book->n)
        qsort(book->rows, book->n, sizeof *book->rows, by_key);
    return ok;
}

bool step_prepare_join(struct steps *all, struct step *s, struct err *e)
{
    size_t before = 0;
    for (const struct step *other = all->list; other < s; other++)
        before += other->dataset.n > 0;
    if (before >= all->from.njoins)
        return step_refuse(s, &err_step_dataset, s->dataset, e);
    if (!step_find(all, s, s->column, &s->at, e))
        return false;
    s->at_other = all->ncolumns;
    for (size_t i = 0; i < s->nnames; i++)
        if (!step_add(all, s, s->names[i], e))
            return false;
    s->book = must_alloc(sizeof *s->book);
    return read_book(s->book, all->from.joins[before], s->nnames, e);
}

static const struct step_row *look_up(const struct step_book *book, struct str key)
{
    size_t low = 0, high = book->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(book->rows[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < book->n && str_eq(book->rows[low].key, key) ? &book->rows[low] : NULL;
}

enum record_gone step_apply_join(struct steps *all, struct step *s)
{
    struct str key = shape_trim(all->cells[s->at]);
    const struct step_row *row = key.n ? look_up(s->book, key) : NULL;
    for (size_t i = 0; i < s->nnames; i++)
        all->cells[s->at_other + i] = row ? row->cells[i] : step_blank();
    s->changed += row != NULL;
    s->unmatched += !row;
    return RECORD_HERE;
}

void step_book_free(struct step_book *book)
{
    arena_free(&book->a);
    free(book->rows);
    free(book);
}
