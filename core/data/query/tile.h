#pragma once
#include "core/data/query/query.h"

/*
 * tile -- one vector tile (Mapbox Vector Tile 2) of a view's rows, made by PostGIS from the
 * geometry that is stored in EPSG:3857.
 *
 * The layer has the dataset's id; a feature has the row's place as its id, and the first
 * TILE_FIELDS fields that are not geographic as its tags. A tile has TILE_ROWS rows at most; up to
 * zoom TILE_THIN points that would be drawn on one another are one. The view's row filter, `where`,
 * `refine` and `exclude` hold as they do for records.
 *
 * Source: MVT specification 2.1; architecture.md section 2.11.
 */
enum { TILE_ZOOM_MAX = 20, TILE_THIN = 12, TILE_ROWS = 20000, TILE_FIELDS = 16 };

bool tile_can(const struct dataset_view *v); /* it has a geometry */

/* The same rows as one drawing, TILE_SKETCH_ROWS of them at most: of more, one in `*step`, all over
 * the file. Each row of the result, in a square of TILE_SKETCH across whose y goes down from 0 to
 * minus the height: dimension (int), x and y of its middle (float8), its outline as SVG writes a
 * path (text), width and height of the whole (float8), the first field of text (text, cut), and
 * the longitude and latitude of its middle (float8).
 * fails  as query_make */
enum { TILE_SKETCH = 1000, TILE_SKETCH_ROWS = 3000 };
bool tile_sketch(struct arena *a, const struct dataset_view *v, const struct query_param *params,
                 size_t n, struct query_sql *out, int64_t *step, struct err *e);

/* The result is one bytea. fails  err_query_parameter (z, x, y), and as query_make */
bool tile_make(struct arena *a, const struct dataset_view *v, int64_t z, int64_t x, int64_t y,
               const struct query_param *params, size_t n, struct query_sql *out, struct err *e);
