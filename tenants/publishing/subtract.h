#pragma once
#include <jansson.h>

#include "core/data/query/compare.h"
#include "core/db/conn.h"

/*
 * subtract -- counts of persons that whoever kept the published version gets by subtracting it from the next one (R102, N16).
 *
 * Adds to report.secrecy, for each column of counts (secrecy.h): a finding "difference" where figures of pairs of rows differ by
 * 1 to threshold - 1; or, in "not_judged", why that says nothing. It says something where one population holds the other: all
 * changes go one way (people came, or left), or most figures stayed (a correction). When most changed, up and down, the two
 * are different people.
 *
 * Blocking, inside the caller's transaction, as terrasse_worker: both tables are read once.
 */
bool subtract_find(struct conn *c, const struct compare_side *before, const struct compare_side *after, const json_t *key,
                   json_t *report, struct err *e);
