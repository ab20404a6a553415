#pragma once
#include "core/data/check/json_schema_place.h"

/*
 * json_schema_field -- a place of a JSON Schema as a field of a table (table_schema.h): its type,
 * its constraints, and what stands in its cell. Inside core/data/check/json_schema*.c only.
 */

/* A geometry, a Feature, {"lon", "lat"}: one value for the readers (read_json.h). */
bool json_schema_is_whole(const struct place *p);

/* p->nullable is set where null is a value. depth: of cells within cells. */
json_t *json_schema_field(struct json_schema *s, struct place *p, const char *key, unsigned depth);
