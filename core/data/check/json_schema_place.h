#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/base/err.h"

/*
 * json_schema_place -- what a JSON Schema says of one place: the parts that hold together there.
 *
 * An object, what its $ref leads to and what its allOf lists are parts of one place: all of them
 * hold. Inside core/data/check/json_schema*.c only.
 */
enum { PLACE_PARTS_MAX = 24, PLACE_RULES_MAX = 24, PLACES_MAX = 5000, PLACE_BYTES_MAX = 1 << 20 };

struct json_schema {
    json_t *root;
    struct arena arena;
    json_t *left;  /* of the table being made: what it does not check */
    json_t *logic; /* of the table being made: nodes (json_schema_logic.h) */
    json_t **node_of; /* by node: the schema it was made of; NULL: a single keyword's */
    size_t places; /* that were looked at */
    size_t bytes;  /* of names and values in the answer */
    bool over;     /* one of both was too many */
};

/* A keyword that a column alone cannot answer for: a node of the table's logic. */
struct place_rule {
    json_t *schema;
    const char *keyword;
};

struct place {
    json_t *parts[PLACE_PARTS_MAX];
    size_t n;
    struct place_rule rules[PLACE_RULES_MAX];
    size_t nrules;
    struct str path;
    const struct place *up; /* what it stands in */
    bool nullable;          /* null is one of its values */
    bool geometry;          /* a $ref to geojson.org */
    unsigned kinds;         /* of geometry, by json_schema_geometry.h; 0: any */
};

/* rule: a keyword, with what makes it clear. */
void place_leave(struct json_schema *s, struct str path, const char *rule);

void place_open(struct json_schema *s, json_t *schema, struct str path, struct place *out);
/* The member's place: whatever the parts say of it. False: none says anything. */
bool place_member(struct json_schema *s, const struct place *p, const char *key, struct str path,
                  struct place *out);
bool place_items(struct json_schema *s, const struct place *p, struct str path, struct place *out);
bool place_comes_back(const struct place *p); /* a part of it is one of what it stands in */

/* The first part's; NULL: none has it. Another part's that differs becomes a rule. */
json_t *place_get(struct json_schema *s, struct place *p, const char *keyword);
/* What the parts say by this keyword becomes a rule, too. */
void place_also(struct json_schema *s, struct place *p, const char *keyword);
void place_leave_rules(struct json_schema *s, const struct place *p); /* where no row can be asked */
json_t *place_resolve(const struct json_schema *s, struct str ref);   /* "#…"; NULL: nothing there */
const char *place_type(struct json_schema *s, struct place *p); /* NULL: any, or several */
bool place_requires(const struct place *p, const char *key);
bool place_is_closed(const struct place *p); /* but to the names of a patternProperties: see place_close */
void place_close(struct json_schema *s, struct place *p); /* a part that is closed to what another or a pattern names: a rule */
bool place_has(const struct place *p, const char *key); /* a part describes this member */

/* Members in the order of the parts, each once: from a zeroed walk until NULL. */
struct place_walk {
    size_t part;
    void *at;
};
const char *place_next(const struct place *p, struct place_walk *walk);
size_t place_members(const struct place *p, size_t most); /* counted up to `most` */
