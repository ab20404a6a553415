#pragma once
#include "core/base/buf.h"
#include "core/base/str.h"

/*
 * geometry -- one geometry written as GeoJSON or as WKT (wkt.h): checked, measured, and turned into
 * the EWKB that COPY BINARY takes.
 *
 * Read are the seven geometries of RFC 7946, and a Feature around one (the Explore API answers a
 * shape so). Heights are left out, a ring that is not closed is closed. What PostgreSQL would
 * refuse (a ring of less than four points, a line of one) is refused here, so that no value can
 * make a load fail.
 *
 * Source: RFC 7946 section 3.1; PostGIS 3.3, "EWKB".
 */
enum geometry_kind { /* as WKB numbers them */
                     GEOMETRY_EMPTY,
                     GEOMETRY_POINT,
                     GEOMETRY_LINE,
                     GEOMETRY_POLYGON,
                     GEOMETRY_MULTIPOINT,
                     GEOMETRY_MULTILINE,
                     GEOMETRY_MULTIPOLYGON,
                     GEOMETRY_COLLECTION,
};

enum { GEOMETRY_POINTS_MAX = 2000000, GEOMETRY_DEPTH_MAX = 4 };

struct geometry {
    enum geometry_kind kind;
    uint64_t points;
    double west, south, east, north; /* not set when it is empty */
    double lon, lat;                 /* the centre of what has most dimensions */
    bool on_earth;                   /* latitudes within 90 degrees, longitudes within 360 */
    bool beyond;                     /* a longitude past 180: drawn across the antimeridian */
};

/* False: not such a geometry, and what was added to `ewkb` (little endian, SRID 4326; NULL: nothing
 * is written) means nothing. An empty geometry, or one that is not on Earth, is read: look at
 * `out`. */
bool geometry_read(struct str text, struct buf *ewkb, struct geometry *out);

/* Begins as an object or as WKT does: worth being read. */
bool geometry_likely(struct str trimmed);

/* The centre as a cell of two degrees has it: "48.85, 2.35"; past the antimeridian, it is that
 * side's longitude. */
void geometry_put_centre(struct buf *cell, const struct geometry *g);

void geometry_put_point(struct buf *ewkb, double lon, double lat);
