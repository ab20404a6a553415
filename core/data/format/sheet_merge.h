#pragma once
#include "core/base/buf.h"
#include "core/data/value/record.h"

/*
 * sheet_merge -- what merged cells of a sheet stand for. The file has their value in the first cell
 * only.
 *
 * A zone over several rows: its value is each row's (a département beside its communes), in the
 * first column of the zone; rows that have nothing of their own stay blank. A zone over several
 * columns of one row is a title and stays as it is, but for a header in two rows: where the first
 * row with two values or more has them all in zones, over columns or over it and the next row, it
 * goes blank, and what it says comes before the names of the row below ("Population 2020").
 */
enum {
    SHEET_MERGES_MAX = 1 << 16,
    SHEET_SPREAD_MAX = 4 << 20,   /* cells that are there by repetition only */
    SHEET_SPREAD_CELL_MAX = 1000, /* bytes; a longer text stands in its first cell only */
};

struct sheet_merge {
    uint64_t top, bottom; /* rows, from 1 */
    size_t left, right;   /* columns, from 0 */
};

struct sheet_merges {
    struct sheet_merge *at; /* by their top row */
    size_t n, room, next;
    uint64_t spread, others; /* zones whose value is given to several rows; those that have it in
                                their first cell only */
    uint64_t last, names_row, cells;
    bool headed;
    struct {
        uint64_t bottom;
        struct buf value, group;
    } column[RECORD_COLUMNS_MAX + 1];
};

void sheet_merges_add(struct sheet_merges *m, struct sheet_merge zone);
void sheet_merges_sort(
    struct sheet_merges *m); /* once all are there, if they were not added by their top row */
void sheet_merges_rewind(struct sheet_merges *m);
void sheet_merges_reset(struct sheet_merges *m); /* of another sheet, or of the same found anew: none yet */

/* The rows in their order: what their cells stand for; at most `most` cells, *n of them are there.
 * False: past SHEET_SPREAD_MAX. */
bool sheet_merges_fill(struct sheet_merges *m, uint64_t row, struct str *cells, size_t most,
                       size_t *n);
void sheet_merges_free(struct sheet_merges *m);
