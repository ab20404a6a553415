#pragma once
#include "core/web/step.h"

/*
 * v1_geo -- /api/records/1.0/boundingbox, geopreview, geocluster and geopolygon, of the column geo_field or of the first one
 * with a geometry.
 *
 * boundingbox: {"count", "bbox": [west, south, east, north] or [], "geometries": {"Point": n}}; the kinds are counted
 * for points only. geopreview: [{"geometry"}, …] of `rows` rows, 1,000 if left out; geometries are sent as they are, whatever
 * clusterprecision says. geocluster: clusterprecision (a zoom, 0 to 25), clusterdistance (pixels, 40), shapeprecision (there:
 * the hull of each cluster is sent; not with clustermode=heatmap), y.S: {"clusters": [{"cluster_center": [latitude,
 * longitude], "cluster", "count", "series"}], "count": {"min", "max"}, "series": {S: {"min", "max"}}, "clusterprecision"},
 * the largest first. geopolygon: the same where a cluster is the rows that have one place; maxpoints of them are sent, the
 * bounds are of all.
 *
 * fails  err_query_parameter
 *
 * Source: explore-api.md section 3.
 */
extern const struct step v1_boundingbox[];
extern const struct step v1_geopreview[];
extern const struct step v1_geocluster[];
extern const struct step v1_geopolygon[];
