#pragma once
#include <jansson.h>

#include "core/data/query/compare.h"
#include "core/db/conn.h"

/*
 * subtract -- counts of persons that whoever kept a version that was open gets by subtracting it from the next one (R102, N16).
 *
 * Compared are the versions that were open and are kept, the last SUBTRACT_VERSIONS of them, the newest first.
 * Adds to report.secrecy, for each column of counts (secrecy.h): a finding "difference" where figures of pairs of rows differ by
 * 1 to threshold - 1, once, with the newest of them that gives it away; or, in "not_judged", why nothing is said. It says
 * something where one population holds the other: all changes go one way (people came, or left), or most figures stayed (a
 * correction). When most changed, up and down, the two are different people.
 *
 * Bounded: COMPARE_COUNTS columns a statement, limit_ms (SUBTRACT_MS) for all of them; what is left then is said to be not judged.
 * Two versions of 100,000 rows take a second, and one more for each twenty columns.
 *
 * Blocking, inside the caller's transaction, as terrasse_worker. dataset zeroed: a new one, nothing was open.
 */
enum { SUBTRACT_VERSIONS = 5, SUBTRACT_MS = 60000 };

bool subtract_find(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, const struct compare_side *after,
                   const json_t *key, int64_t limit_ms, json_t *report, struct err *e);
