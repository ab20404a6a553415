#pragma once
#include "core/web/request.h"

/*
 * schema_impact -- what a new version of a schema means for the datasets that follow an older one, by portal (N17, R23).
 *
 * A list that the worker writes when it meets the new version (registry_news.h), portal by portal: each dataset with the
 * version its rows were checked against and a verdict. "fails": the new version requires a column that the dataset lacks.
 * "recheck": rules of its columns are others, so that its next file may meet faults; which columns is said. "same": nothing
 * that touches its columns changed. A line is settled when a file was published that was read against the new version, with
 * the faults that were counted then; or when the dataset left the schema.
 *
 * Rows are not read again from the database for it: they are not what the file was (dates, decimals, yes and no are typed),
 * and would be given faults that the file has not.
 *
 * A portal sees its own (people of one organisation theirs), the region's administrators all below their root.
 */

/* Blocking, in a transaction of that portal. */
bool schema_impact_note(struct conn *c, const struct uuid *tenant, struct err *e); /* the worker's: the list, and a mail */
bool schema_impact_settle(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e);

enum schema_impact_column {
    IMPACT_TENANT, IMPACT_PORTAL, IMPACT_HOST, IMPACT_DATASET, IMPACT_TITLE, IMPACT_SCHEMA, IMPACT_SCHEMA_TITLE, IMPACT_FOLLOWED,
    IMPACT_VERSION, IMPACT_DECLARED, IMPACT_VERDICT, IMPACT_MISSING, IMPACT_CHANGED, IMPACT_GONE, IMPACT_ADDED, IMPACT_ERRORS,
    IMPACT_MADE, IMPACT_SETTLED, IMPACT_SETTLED_ERRORS, IMPACT_OPEN,
};
/* STEP_DB: asks schema_impact_list.sql; of all portals on a route of the region. */
bool schema_impact_ask(struct req *r, struct err *e);

extern const struct route_table schema_impact_route_table; /* /api/portal/v1 (schema_impact_api.c) */
