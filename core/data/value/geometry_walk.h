#pragma once
#include "core/data/value/geometry.h"

/*
 * geometry_walk -- the parts of a geometry one by one, from the EWKB that geometry_read wrote.
 *
 * A part is a point, a line, or a ring of a polygon; lists and collections are walked through. What
 * is not such EWKB ends the walk.
 */
struct geometry_part {
    enum geometry_kind
        kind; /* GEOMETRY_POINT, GEOMETRY_LINE, or GEOMETRY_POLYGON for one of its rings */
    uint32_t ring, rings; /* of a polygon: 0 is the outer one */
    uint32_t points;
    const char *coordinates; /* points × two doubles, not aligned */
};

bool geometry_walk(struct str ewkb, void (*part)(const struct geometry_part *part, void *context),
                   void *context);
void geometry_point_at(const struct geometry_part *part, uint32_t at, double *lon, double *lat);
