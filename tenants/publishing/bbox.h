#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/base/jw.h"

/*
 * bbox -- where a dataset lies: as its producer says (metas.default.bbox, GeoJSON), else as its rows lie
 * (portal.version.extent), written the way each reader wants it.
 *
 * Degrees of WGS 84, west < east, south < north; an extent of one point is none.
 * Source: R44; explore-api.md 1.6; standards.md 1.8 (polygons only), 1.11.
 */
struct bbox {
    double west, south, east, north;
};

/* metas.default.bbox: a Feature or a bare Polygon of at most a thousand corners. */
bool bbox_read(const json_t *geojson, struct bbox *out);
/* What is known of a dataset: given first. `extent`: "{w,s,e,n}" as PostgreSQL writes it; may be absent. */
bool bbox_of(const json_t *metas, struct str extent, struct bbox *out);

void bbox_feature(struct jw *w, const struct bbox *b);        /* GeoJSON, as the Explore API has it */
struct str bbox_wkt(struct arena *a, const struct bbox *b);   /* POLYGON((…)), west first */
struct str bbox_words(struct arena *a, const struct bbox *b); /* "south west north east", schema.org */
