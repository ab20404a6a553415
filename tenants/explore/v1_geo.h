#pragma once
#include "core/web/step.h"

/*
 * v1_geo -- /api/records/1.0/boundingbox and /api/records/1.0/geocluster, of the first column with a geometry.
 *
 * boundingbox: {"count", "bbox": [west, south, east, north] or [], "geometries": {"Point": n}}; the kinds are counted
 * for points only. geocluster: clusterprecision (a zoom, 0 to 25), clusterdistance (pixels), y.S: {"clusters":
 * [{"cluster_center": [latitude, longitude], "count", "series"}], "count": {"min", "max"}, "clusterprecision"}.
 *
 * fails  err_query_parameter
 *
 * Source: explore-api.md section 3.
 */
extern const struct step v1_boundingbox[];
extern const struct step v1_geocluster[];
