#pragma once
#include "core/base/arena.h"
#include "core/data/query/view.h"

/*
 * v1_place -- places as the first version of the API writes them, latitude first, as ODSQL.
 *
 * False: the text is no such place. Numbers are copied, so they are such as ODSQL reads, with digits on
 * both sides of a point.
 *
 * Source: explore-api.md section 3.
 */
bool v1_is_number(struct str s);
/* The one so called (geo_field=); without a name the first with a geometry. NULL: none */
const struct view_column *v1_place_column(const struct dataset_view *v, struct str name);

/* "lat,lon,metres" */
bool v1_distance(struct arena *a, const struct view_column *c, struct str value, struct str *out);
/* "lat,lon,lat,lon", two opposite corners */
bool v1_box(struct arena *a, const struct view_column *c, struct str value, struct str *out);
/* "(lat,lon),(lat,lon)…", closed here, in one more pair of brackets or not, or WKT: an operand geom'…' */
bool v1_geometry(struct arena *a, struct str value, struct str *out);
