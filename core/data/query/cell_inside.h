#pragma once
#include "core/data/query/cell.h"

/* cell_inside -- what cell.c and row_json.c share; nobody else includes it. */

struct cell {
    const struct query_column *c;
    const PGresult *r;
    int row;
    struct str s;              /* its bytes; absent: null */
    struct str list_separator; /* as text */
};

/* Appends a value that is there; false, and nothing: it has no form (NaN, infinity, an empty point). */
typedef bool put_fn(struct buf *out, const struct cell *x);

put_fn *cell_text_of(const struct query_column *c);
void cell_double(struct buf *out, double v);
void cell_shape(struct buf *out, struct str json); /* of a geometry, as PostGIS writes it */
bool cell_point_of(struct str wkb, double *lon, double *lat);

/* Absent: NULL. */
static inline struct str cell_bytes(const PGresult *r, int row, int column)
{
    int n = PQgetlength(r, row, column);
    if (n == 0 && PQgetisnull(r, row, column))
        return STR_NONE;
    return (struct str){PQgetvalue(r, row, column), (size_t)n};
}
