#pragma once
#include <jansson.h>

#include "core/base/err.h"

/*
 * json_schema -- a JSON Schema of rows, as the table that table_schema.h checks.
 *
 * The rows are the items of a list: the whole document, a list within it at most JSON_LIST_DEPTH
 * keys deep ({"marches": {"marche": […]}}), or the properties of a GeoJSON FeatureCollection. Each
 * list becomes a table; the first is the answer, the others stand in its "variants". Columns have
 * the names that read_json.h and read_geojson.h give: members of objects behind a dot, lists in one
 * cell; what stands in such a cell is checked as well ("titulaires[].titulaire.id").
 *
 * Understood: type, enum, const, pattern, minLength, maxLength, minimum, maximum and the exclusive
 * ones of both generations, minItems, maxItems, uniqueItems, required, additionalProperties false,
 * format (date, date-time, time, duration, email, uri, uuid), local $ref, allOf, "or null"; of a row
 * and of what stands in it (json_schema_logic.h): oneOf, anyOf, not, if, dependencies,
 * dependentRequired and dependentSchemas, multipleOf (draft-03's divisibleBy too), contains with
 * minContains and maxContains, prefixItems (a list of items with additionalItems before 2020),
 * patternProperties, additionalProperties, propertyNames, minProperties and maxProperties; kinds of
 * geometry (json_schema_geometry.h). Every other rule, and these around the rows, is named in
 * "unchecked" as "column: keyword".
 *
 * An empty list, null and a member that lacks are all an empty cell, so that minItems and a type
 * are not asked of them; what has "properties" is an object, also where no type says so.
 *
 * The schema comes from outside: places, depth, values and answers are bounded; a $ref that comes
 * back to itself is left at depth DEPTH_MAX and named. Nothing is fetched: a $ref to elsewhere is
 * named, but those of geojson.org, which the reader of GeoJSON keeps.
 *
 * Source: JSON Schema draft-04 to 2020-12; RFC 7946; RFC 6901 for $ref.
 */
bool json_schema_is(const json_t *definition);

/* To be released with json_decref; shares values with the definition. NULL: err_schema_invalid
 * (what, where) */
json_t *json_schema_table(json_t *definition, struct err *e);
