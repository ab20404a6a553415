#pragma once
#include <libpq-fe.h>

#include "core/base/buf.h"
#include "core/data/query/query.h"

/*
 * cell -- one value of a binary result, appended as plain text (as JSON: row_json.h); nothing is allocated.
 *
 * Source: PostgreSQL 15 binary formats (int8, float8, numeric, date, timestamptz, bool), OGC EWKB;
 * explore-api.md sections 1.9 and 5.
 */
bool cell_null(const struct query_column *c, const PGresult *r, int row);
/* As CSV has it, not quoted: points "lat, lon", shapes as bare geometry, lists joined. */
void cell_text(struct buf *out, const struct query_column *c, const PGresult *r, int row, struct str list_separator);
/* A bare GeoJSON geometry ("type" first when `type_first`); false: null or not a geometry. */
bool cell_geometry(struct buf *out, const struct query_column *c, const PGresult *r, int row);
/* A point's place in degrees; false: null, or none. */
bool cell_point(const struct query_column *c, const PGresult *r, int row, double *lon, double *lat);
int64_t cell_i64(const PGresult *r, int row, int column); /* int2, int4 or int8 */
