#pragma once
#include "core/data/intake/reader.h"

/* reader_row -- what becomes of each row; the same in both passes. For reader*.c only. */

enum fate { FATE_KEPT, FATE_BLANK, FATE_ASIDE, FATE_GONE, FATE_END };

/* Reads the next row below the header. *why is set for FATE_ASIDE. */
bool reader_row_next(struct reader *r, struct record *row, enum fate *fate, struct reason *why, struct err *e);
bool reader_row_first(struct reader *r, struct err *e); /* back to the first row below the header */

/* The cell of a column; empty where a padded row ends before it. */
static inline struct str reader_cell(const struct record *row, size_t column)
{
    return column < row->n && column <= RECORD_COLUMNS_MAX ? row->cells[column] : S("");
}

/* As far as a report can say it: to the first NUL, which JSON's readers refuse. */
static inline struct str reader_shown(struct str cell)
{
    const char *nul = cell.n ? memchr(cell.p, 0, cell.n) : NULL;
    return nul ? str_part(cell, 0, (size_t)(nul - cell.p)) : cell;
}

/* True when the column's type takes the cell. `out` gets its value when not NULL (not for blanks). */
bool reader_fits(const struct column *c, struct str cell, struct buf *scratch);

/* True when the column's type was fixed and does not take the cell. */
bool reader_refuses(const struct column *c, struct str cell, struct buf *scratch);

/* The first column whose fixed type refuses its cell; ncolumns: none. */
size_t reader_row_refused(const struct reader *r, const struct record *row, struct buf *scratch);

size_t reader_row_bytes(const struct reader *r, const struct record *row);
void reader_bad(struct reader *r, struct bad_list *list, uint64_t line, size_t column, struct str value,
                const struct reason *why);

/* Names, labels and types the publisher fixed; then, types known, where each column is stored. */
bool reader_columns_name(struct reader *r, const struct record *header, struct err *e);
void reader_columns_fix(struct reader *r);
void reader_columns_place(struct reader *r);
