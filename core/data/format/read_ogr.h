#pragma once
#include <jansson.h>

#include "core/base/err.h"
#include "core/data/value/record.h"

/*
 * read_ogr -- the rows of one layer of a geographic file, as text cells: GPKG, FlatGeobuf, KML,
 * GPX, GML, and Shapefile and KMZ out of their zip; GeoJSON where it is written in another
 * reference system than longitude and latitude. A KML over 16 MB is read in pieces (read_kml.h).
 *
 * The first record are the names. Its columns: the fields of the layer, then geo_point_2d (the
 * point itself, "lat, lon", or the centre of the shape), then geo_shape (GeoJSON) unless the layer
 * has nothing but points. Coordinates are turned into EPSG:4326; heights are left out, curves
 * become lines.
 *
 * Any failure that GDAL reports refuses the file: under pressure it gives fewer rows and a good
 * exit.
 *
 * Bounds: OGR_*. Errors: err_data_geo (what is wrong in it), err_data_geo_layer, err_data_geo_bomb.
 */
enum {
    OGR_LAYERS_MAX = 200,
    OGR_UNFOLDED_MAX = 512 << 20, /* bytes of a zip's parts together */
    OGR_RATIO_MAX = 100,          /* unfolded over packed, past the first 16 MiB */
};

/* Option {"layer": its name}; absent: the first that has rows. `file` is borrowed. Needs ogr_load
 * before. */
bool ogr_is(struct str file);
bool ogr_open(struct str file, const json_t *options, struct rows **out, struct err *e);
