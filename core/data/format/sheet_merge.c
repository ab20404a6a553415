#include "core/data/format/sheet_merge.h"

#include <stdlib.h>

#include "core/base/must.h"

void sheet_merges_add(struct sheet_merges *m, struct sheet_merge zone)
{
    bool taken = zone.left <= RECORD_COLUMNS_MAX && zone.bottom >= zone.top &&
                 zone.right >= zone.left && m->n < SHEET_MERGES_MAX;
    m->spread += taken && zone.bottom > zone.top;
    m->others += !taken || zone.bottom == zone.top;
    if (!taken)
        return;
    if (m->n == m->room) {
        m->room = m->room ? 2 * m->room : 64;
        m->at = must_realloc(m->at, m->room * sizeof *m->at);
    }
    m->at[m->n++] = zone;
}

static int by_top(const void *x, const void *y)
{
    const struct sheet_merge *a = x, *b = y;
    return (a->top > b->top) - (a->top < b->top);
}

void sheet_merges_sort(struct sheet_merges *m)
{
    if (m->n)
        qsort(m->at, m->n, sizeof *m->at, by_top);
}

void sheet_merges_rewind(struct sheet_merges *m)
{
    m->next = 0;
    m->last = m->names_row = m->cells = 0;
    m->headed = false;
    for (size_t i = 0; i <= RECORD_COLUMNS_MAX; i++) {
        m->column[i].bottom = 0;
        buf_reset(&m->column[i].group);
    }
}

void sheet_merges_reset(struct sheet_merges *m)
{
    m->n = m->spread = m->others = 0;
    sheet_merges_rewind(m);
}

void sheet_merges_free(struct sheet_merges *m)
{
    for (size_t i = 0; i <= RECORD_COLUMNS_MAX; i++) {
        buf_free(&m->column[i].value);
        buf_free(&m->column[i].group);
    }
    free(m->at);
}

static size_t filled(const struct str *cells, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += cells[i].n > 0;
    return k;
}

/* The zones that begin in this row: [from, m->next). */
static size_t begin_row(struct sheet_merges *m, uint64_t row)
{
    while (m->next < m->n && m->at[m->next].top < row)
        m->next++;
    size_t from = m->next;
    while (m->next < m->n && m->at[m->next].top == row)
        m->next++;
    return from;
}

static const struct sheet_merge *zone_at(const struct sheet_merges *m, size_t from, size_t column)
{
    for (size_t i = from; i < m->next; i++)
        if (m->at[i].left == column)
            return &m->at[i];
    return NULL;
}

/* Two values or more, all of them over columns of this row, or over this row and the next; one over
 * columns at least. */
static bool is_upper_header(const struct sheet_merges *m, size_t from, const struct str *cells,
                            size_t n)
{
    size_t wide = 0;
    for (size_t i = 0; i < n; i++) {
        const struct sheet_merge *z = cells[i].n ? zone_at(m, from, i) : NULL;
        bool over_columns = z && z->bottom == z->top && z->right > z->left;
        if (cells[i].n && !over_columns && !(z && z->bottom == z->top + 1))
            return false;
        wide += over_columns;
    }
    return wide > 0;
}

static void keep_groups(struct sheet_merges *m, size_t from, const struct str *cells, size_t n)
{
    for (size_t i = from; i < m->next; i++)
        for (size_t k = m->at[i].left;
             k <= m->at[i].right && k <= RECORD_COLUMNS_MAX && m->at[i].left < n; k++) {
            buf_reset(&m->column[k].group);
            buf_add(&m->column[k].group, cells[m->at[i].left]);
        }
}

/* "Population" over "2020" is "Population 2020". */
static void put_names(struct sheet_merges *m, struct str *cells, size_t most, size_t *n)
{
    for (size_t i = 0; i < most && i <= RECORD_COLUMNS_MAX; i++) {
        struct buf *group = &m->column[i].group;
        if (group->n == 0)
            continue;
        for (; *n <= i; ++*n)
            cells[*n] = S("");
        buf_addz(group, cells[i].n ? " " : "");
        buf_add(group, cells[i]);
        cells[i] = buf_str(group);
    }
}

static void hold(struct sheet_merges *m, size_t from, const struct str *cells, size_t n)
{
    for (size_t i = from; i < m->next; i++) {
        const struct sheet_merge *z = &m->at[i];
        if (z->bottom == z->top || z->left >= n || cells[z->left].n > SHEET_SPREAD_CELL_MAX)
            continue;
        m->column[z->left].bottom = z->bottom;
        buf_reset(&m->column[z->left].value);
        buf_add(&m->column[z->left].value, cells[z->left]);
        m->last = z->bottom > m->last ? z->bottom : m->last;
    }
}

static void spread(struct sheet_merges *m, uint64_t row, struct str *cells, size_t most, size_t *n)
{
    if (row > m->last || filled(cells, *n) == 0)
        return;
    for (size_t i = 0; i < most && i <= RECORD_COLUMNS_MAX; i++) {
        if (m->column[i].bottom < row || (i < *n && cells[i].n))
            continue;
        for (; *n <= i; ++*n)
            cells[*n] = S("");
        cells[i] = buf_str(&m->column[i].value);
        m->cells++;
    }
}

bool sheet_merges_fill(struct sheet_merges *m, uint64_t row, struct str *cells, size_t most,
                       size_t *n)
{
    if (m->n == 0 || *n > most)
        return true;
    size_t from = begin_row(m, row), values = m->headed ? 0 : filled(cells, *n);
    if (values > 1 && is_upper_header(m, from, cells, *n)) {
        keep_groups(m, from, cells, *n);
        m->names_row = row + 1;
        *n = 0;
    }
    m->headed |= values > 1;
    if (row == m->names_row)
        put_names(m, cells, most, n);
    hold(m, from, cells, *n);
    spread(m, row, cells, most, n);
    return m->cells <= SHEET_SPREAD_MAX;
}
