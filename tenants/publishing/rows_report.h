#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * rows_report -- the cells of a file that somebody has to look at, from the report of its reading
 * (core/data/intake/reader.h), as one list for the page, the API's JSON and its CSV.
 *
 *   aside    the row was set aside because of this cell, or as a whole (column absent)
 *   spoiled  a spreadsheet destroyed the value
 *   refused  the value keeps its column from the type of nearly all others; it is published as text, or left empty where
 *            somebody agreed to that
 *   schema   the value, or the row (column absent), is not what the national schema asks for
 *
 * Strings are borrowed from the report. A report lists the first 5,000 rows set aside, 50 faults of each kind and column of
 * the schema and up to 100 cells of each of the others; its counts are of all (rows_total).
 */
enum rows_kind { ROWS_ASIDE, ROWS_SPOILED, ROWS_REFUSED, ROWS_SCHEMA, ROWS_KINDS };

struct rows_cell {
    enum rows_kind kind;
    int64_t line;
    struct str column, label, value; /* value: cut at 120 bytes */
    bool emptied;                    /* refused, and left empty as somebody agreed */
    int64_t file_column;             /* from 1: may be corrected; 0: it may not */
    const json_t *reason;            /* core/data/value/reason.h */
};

/* In order of kind, then line. The list is in `a`; its length is given. */
size_t rows_cells(struct arena *a, const json_t *report, struct rows_cell **list);
const char *rows_kind_name(enum rows_kind kind);
/* *kind: ROWS_KINDS, all of them, where nothing is named.
 * fails  err_rows_kind: it is none */
bool rows_kind_named(struct str name, enum rows_kind *kind, struct err *e);

/* How many there are, listed or not. kind: of one, or of all with ROWS_KINDS; so is the next. */
int64_t rows_total(const json_t *report, enum rows_kind kind);
/* Keeps those of one kind; how many they are. */
size_t rows_only(struct rows_cell *cells, size_t n, enum rows_kind kind);

/* "line;column;value;kind;reason", CR LF, with a byte order mark, so that a spreadsheet reads it. A cell that
 * a spreadsheet would run as a formula has an apostrophe before it. Where total is more, a last line without a number says so. */
void rows_csv(const struct rows_cell *cells, size_t n, int64_t total, enum lang lang, struct buf *out);
