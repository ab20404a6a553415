#pragma once
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/data/value/type.h"

/*
 * write_ogr -- rows as a GeoPackage, a FlatGeobuf, a zip of Shapefiles or a GeoJSON in another
 * reference system, by GDAL in the sealed child.
 *
 * The rows come as one file of our own making (ogr_rows_*, little endian): the dataset's id, the
 * fields with their types, then for each row the text of every cell and the EWKB of its geometry.
 * The file that is asked for is made in the child's memory and leaves on a pipe; the child opens
 * nothing.
 *
 * A Shapefile holds one kind of geometry: of a dataset with several there are several in the zip,
 * the first with the dataset's id, the others with -points, -lines… behind it.
 *
 * Geometries are turned into what ogr_turn_to said; one that has no place there is none. A GeoJSON's
 * rows have one field, the JSON of their properties; its member `crs` is that of the format's
 * version of 2008, which GDAL and QGIS read (RFC 7946 knows WGS 84 alone).
 *
 * Errors: err_data_geo (GDAL's words), err_data_geo_missing, err_data_unread.
 */
void ogr_rows_begin(struct buf *out, struct str dataset, size_t nfields);
void ogr_rows_field(struct buf *out, struct str name, enum column_type type);
void ogr_rows_cell(struct buf *out,
                   struct str text); /* absent: NULL; the geometry stands behind the last field */

typedef bool ogr_sink(void *to, struct str bytes, struct err *e);

/* In the child, after ogr_load and child_seal. format: "gpkg", "fgb", "shp" or "geojson";
 * epsg: what ogr_turn_to was told. */
bool ogr_write(struct str rows, const char *format, int epsg, ogr_sink *sink, void *to, struct err *e);
bool ogr_writes(const char *format);
