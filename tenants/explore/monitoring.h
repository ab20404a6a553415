#pragma once
#include "core/web/step.h"

/*
 * monitoring -- the source /api/explore/v2.1/monitoring, for administrators of the portal: one dataset, ods-datasets-monitoring,
 * of a row for each dataset of the portal with what is counted of it.
 *
 * In /records and /exports/json where, refine, order_by, limit (100 at most in the one) and offset are those of the
 * catalogue, whose names they take; it has no facets, and select and group_by change nothing.
 *
 * Source: explore-api.md section 7.
 */
extern const struct step monitoring_source[], monitoring_list[], monitoring_one[], monitoring_facets[], monitoring_exports[];
extern const struct step monitoring_datasets[]; /* /records and /exports/json */
