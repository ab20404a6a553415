#pragma once
#include "core/data/check/json_schema_place.h"

/*
 * json_schema_geometry -- which kinds of geometry a schema lets a place have. Inside
 * core/data/check/json_schema*.c only.
 *
 * Said by a $ref to geojson.org, by the values of the member "type", and by choices among such.
 * What it says of coordinates the reader of geometries keeps itself.
 *
 * A set of kinds: bit 1 << (a kind of geometry.h), GEOMETRY_OR_NULL for none; 0: nothing is said.
 */
enum { GEOMETRY_OR_NULL = 1, GEOMETRY_ANY = 0xFE };

unsigned json_schema_ref_kinds(struct str ref); /* 0: not of geojson.org */
unsigned json_schema_kinds(struct json_schema *s, const struct place *p);
/* ["LineString", "MultiLineString"]; null among them is JSON's; NULL: nothing is said. */
json_t *json_schema_kinds_list(unsigned kinds);
unsigned json_schema_kinds_of(const json_t *list); /* the same back */
