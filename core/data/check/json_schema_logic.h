#pragma once
#include "core/data/check/json_schema_place.h"

/*
 * json_schema_logic -- what holds of several columns or of one value in several ways (oneOf, anyOf,
 * not, if, dependencies, a second part of an allOf), as nodes that table_logic.h reads. Inside
 * core/data/check/json_schema*.c only.
 *
 * A table has one list of nodes, "logic"; they name each other by their place in it, so that a
 * schema that comes back to itself is finite, one that is shared is made once, and none is deep. A
 * node is a JSON Schema of what table_logic.h knows: "items" (those behind "prefixItems"), "contains",
 * "propertyNames", "additionalProperties", "not", "if", "then", "else" are nodes, "allOf", "anyOf",
 * "oneOf", "prefixItems" lists of them, "properties", "patternProperties" and "dependentSchemas" have
 * them as values; "never" and "unknown" (a rule within is left, and named) are true. "closed" has the
 * names of the members that there may be, "known" those that additionalProperties does not speak of,
 * and "named" beside either the patterns of such names.
 */
enum { LOGIC_NODES_MAX = 2000, LOGIC_DEPTH = 12 };

void json_schema_logic_open(struct json_schema *s); /* a table begins */
/* The rules of the place: places of nodes. NULL: it has none. */
json_t *json_schema_holds(struct json_schema *s, const struct place *p);
/* json_schema_spoken.c: names of the members of this place that its rules and those around it speak of, each once, as far
 * up as the row: the place without a path. */
json_t *json_schema_spoken(struct json_schema *s, const struct place *p);
/* One of them chooses among objects only. */
bool json_schema_chooses_objects(struct json_schema *s, const struct place *p);
