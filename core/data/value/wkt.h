#pragma once
#include "core/base/buf.h"
#include "core/base/str.h"

/*
 * wkt -- a geometry written as WKT ("POLYGON((2.3 48.8, …))"), written again as GeoJSON for
 * geometry.h to read.
 *
 * The seven geometries of Simple Features, in capitals or not, with Z, M or ZM; what stands behind
 * x and y is left out. "SRID=4326;" in front is taken, another reference system refuses. A polygon
 * of one ring without its second brackets is read as well: the example of the national schema of
 * delivery areas is one (standards.md section 2.2).
 *
 * Source: OGC 06-103r4, section 7; PostGIS 3.3, "EWKT".
 */
bool wkt_likely(struct str trimmed); /* begins as one does: worth being read */

/* False: it is none, and what was added means nothing. Numbers keep their digits. */
bool wkt_put_json(struct buf *json, struct str wkt);
