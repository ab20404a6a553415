#pragma once
#include <jansson.h>

#include "core/base/buf.h"
#include "core/base/rand.h"

/*
 * compare -- what differs between two versions of a dataset: columns by name, rows by key or by content.
 *
 * columns: portal.version.columns. The SQL is made of constants of ours, hexadecimal digits of the ids and
 * column numbers (core/data/intake/version.h); no byte of a file is part of it.
 */
struct compare_side {
    struct uuid version;
    const json_t *columns;
};

/* {"added": [names], "dropped": [names], "retyped": [{"name", "from", "to"}]} */
json_t *compare_columns(const json_t *before, const json_t *after);

enum compare_by { COMPARE_NOTHING, COMPARE_CONTENT, COMPARE_KEY };

/* One statement with one row: added, removed, changed, as text. By the columns of `key` (names) where both sides
 * have all of them with one type; else by content: a row is the same when every column that both sides have is,
 * and `changed` is NULL. COMPARE_NOTHING, no SQL: they have no column in common. A key that stands several times
 * is one thing that changed or not, counted with all its rows. */
enum compare_by compare_rows(struct buf *sql, const struct compare_side *before, const struct compare_side *after,
                             const json_t *key);

/* What subtracting one version from a later one gives away of columns of counts (secrecy.h): rows are paired by the key's
 * columns, without a key by those of text, truth, and numbers that are labels; dates must be the same in any case, or it is
 * another moment. counts: names of columns of whole numbers on both sides, at most COMPARE_COUNTS, for each one more is kept
 * of every pair. One statement, both tables read once.
 *   TOTALS  one row: rows that stand several times; then of each count: pairs with both figures, those that changed, went up,
 *           went down, and by 1 to threshold - 1
 *   CELLS   a row of each count: JSON of the first ten of the last: [{"value": "Tours : 12 → 14"}]
 * False, no SQL: there is nothing to pair rows by. */
enum { COMPARE_COUNTS = 60 };
enum compare_what { COMPARE_TOTALS, COMPARE_CELLS };
bool compare_counts(struct buf *sql, enum compare_what what, const struct compare_side *before, const struct compare_side *after,
                    const json_t *key, const json_t *counts, unsigned threshold);
