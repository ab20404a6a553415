#pragma once
#include "core/data/intake/reader_row.h"

/*
 * reader_helper -- a second thread: in pass 1 it looks at some of the columns, while the first one reads, counts and
 * looks at the others; it runs the checks in whichever pass they are.
 *
 * It is started before the seal, which lets nothing start. Rows go over in batches and in their order; what a column
 * gathers belongs to one thread alone, so the report is the same with it and without. For reader.c and who opens one.
 */
struct reader_helper;

/* NULL: one processor, or no thread to be had. Then the reader does without. */
struct reader_helper *reader_helper_start(void);
void reader_helper_stop(struct reader_helper *h); /* may be NULL; no row may be under way */

/* What it does with a row; the columns from `first` on are its own. */
typedef void reader_helper_see(struct reader *r, const struct record *row, enum fate fate, size_t first);

/* Once a pass, when the columns are known; the reader's until reader_helper_finish. */
void reader_helper_begin(struct reader_helper *h, struct reader *r, reader_helper_see *see);
size_t reader_helper_first(const struct reader_helper *h); /* the columns from here on are the helper's, for the next row */

/* What is seen of one row: waits while the helper is too far behind. */
void reader_helper_row(struct reader_helper *h, const struct record *row, enum fate fate);
void reader_helper_finish(struct reader_helper *h); /* all rows are seen */
