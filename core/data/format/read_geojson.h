#pragma once
#include <jansson.h>

#include "core/base/err.h"
#include "core/data/value/record.h"

/*
 * read_geojson -- the features of a GeoJSON file as rows: a FeatureCollection, one Feature, or
 * Features one behind the other (with or without RFC 8142's separators).
 *
 * Ours and not GDAL's: cells are views of the mapped file, so that numbers keep every digit, text
 * its type, and 300,000 rows take no memory; GDAL holds the whole and needs loading. It is asked
 * only where the file is in another reference system (read_ogr_format.h).
 *
 * The first record are the names: every property that any feature has, in the order of their first
 * appearance, the features' id where they have one, geo_point_2d, and geo_shape unless all are
 * points. A null, and a geometry without coordinates, are blank; what is nested stays JSON.
 *
 * Where another reference system is named in a Feature, or at such length that a glance does not see its name, the file is
 * refused: its coordinates would be read as others.
 *
 * Bounds: RECORD_COLUMNS_MAX, GEOJSON_SHAPE_MAX, JSON_SCAN_DEPTH. Errors: err_data_geo,
 * err_data_columns, err_data_no_rows.
 */
enum { GEOJSON_SHAPE_MAX = 48 << 20 }; /* bytes of one geometry */

bool geojson_is(struct str file);
/* Its member "crs", as it is written; empty: none. */
struct str geojson_reference(struct str file);
/* false, always: what that member says cannot be turned. */
bool geojson_refuse(struct str crs, struct err *e);
/* Reads it once; `file` is borrowed. It has no options. */
bool geojson_open(struct str file, const json_t *options, struct rows **out, struct err *e);
