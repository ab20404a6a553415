#pragma once
#include "core/base/jw.h"
#include "core/data/check/table_schema.h"

/*
 * table_check -- the rows of a file against a schema: what is wrong with the columns, the rows, the
 * cells, apart.
 *
 * Nothing here stops anything (R25, I95): findings are counted and the first LISTED of each kind
 * and column kept with row, column, value, reason. A fault of a column hides no fault of a cell.
 * Rows are known by a 64-bit hash where uniqueness is asked (two rows of 300,000 meet by chance
 * once in 200 million files).
 */
enum { TABLE_CHECK_LISTED = 50, TABLE_CHECK_GROUPS = 1000 };

struct table_checker;

/* header: the file's column names, trimmed; both must outlive the checker. */
struct table_checker *table_check_new(const struct table_schema *s, const struct str *header,
                                      size_t n);
/* quoted: as record.h has it. */
void table_check_row(struct table_checker *c, uint64_t line, const struct str *cells,
                     const bool *quoted, size_t n);
void table_check_blank(struct table_checker *c, uint64_t line);
/* A row that has too few or too many cells, set aside by the reader. */
void table_check_aside(struct table_checker *c, uint64_t line, struct str first, size_t cells);

/* After the last row: what only the whole file tells is found here, once.
 * {"errors": n, "notices": n, "rows": n, "unknown": n, "unchecked": ["field: rule"], "groups":
 * [{"code", "column", "count", "severity", "part", "at", "reason", "cells": [{"line", "column", "value",
 * "reason"}]}]}; part: "columns", "rows" or "cells"; at: the column of the file whose
 * cells they are, from 1 in the order of `header`; absent where they are no whole cells of one. */
void table_check_json(struct table_checker *c, struct jw *w);
uint64_t table_check_errors(const struct table_checker *c);
void table_check_free(struct table_checker *c); /* NULL: nothing to do */
