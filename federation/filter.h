#pragma once
#include "federation/source.h"

/*
 * filter -- how many rows of a source a copy with a row filter shows (R77).
 *
 * The filter is ODSQL on the source's columns and goes through the query compiler, as every reader's
 * does: none of its text becomes SQL. The copy points to the whole version; the filter is applied at
 * each reading.
 */

/* *records: as digits, in `a`. No filter: those of the source. Fails with the kinds of core/data/query/odsql.h, which put
 * the copy aside for people to look at. */
bool filter_records(struct conn *c, struct arena *a, const struct source *s, struct str row_filter, struct str *records,
                    struct err *e);
