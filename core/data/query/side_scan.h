#pragma once
#include "core/base/arena.h"
#include "core/data/query/odsql.h"
#include "core/data/query/query_build.h"
#include "core/data/query/side_file.h"

/*
 * side_scan -- a condition, evaluated over the columns of a side copy into one bit a row. For side*.c only.
 *
 * Two-valued: a comparison with null is false, and NOT makes it true (as the compiler's "not coalesce(…, false)"
 * does), so that true and "false or unknown" are all there is to know.
 */
struct side_scan {
    struct arena *a;
    const struct side *side;
    const struct dataset_view *view;
    bool utc;        /* the caller's time zone: moments are local time */
    unsigned leaves; /* nodes and comparisons so far: a bound for work and memory */
};

enum { SIDE_LEAVES_MAX = 400 };

/* The whole condition of a question: the view's filter, where, refine and exclude (but the refines of `but`).
 * *bits stays NULL where nothing is left out. False: SQL has to answer. */
bool side_scan_ask(struct side_scan *s, const struct ask *ask, const struct view_column *but, const uint64_t **bits);
bool side_scan_where(struct side_scan *s, const struct node *n, uint64_t *bits);
size_t side_scan_count(const struct side_scan *s, const uint64_t *bits);
