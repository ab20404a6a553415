#pragma once
#include <jansson.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rand.h"
#include "core/data/query/view.h"

/*
 * row_words -- the words of a row: which columns are searched, how they are written in SQL, and the index behind them.
 *
 * A row's words are data.words(VARIADIC ARRAY[…]::text[]) of migrations/0007: of each word its French stem and itself,
 * without accents and capitals. The same expression is the index and the question, so that an answer is the
 * same with and without index; that is why it is written here and nowhere else.
 */
bool row_words_searched(const struct view_column *c);
/* The column as text: of `r` in a question, bare in the index. Dates as YYYY-MM-DD. */
void row_words_column(struct buf *out, const struct view_column *c, bool of_r);

/* The text index of a loaded version, made later in a transaction of its own: the index, and data.w_<32 hex>, the
 * different words of all rows, for slips of the pen (without figures, 3 to 60 letters).
 * columns: portal.version.columns, an array. `ddl` stays empty when nothing is searched.
 * fails  err_data_unread */
bool row_words_index(struct buf *ddl, const struct uuid *version, const json_t *columns, struct err *e);
