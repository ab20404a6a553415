#pragma once
#include <jansson.h>

#include "core/db/conn.h"

/*
 * registry -- the schemas that datasets may follow: carried by the program, added by a region, each with its versions.
 *
 * Blocking, inside the caller's transaction. A version that is known is never changed; a new one is a new row, and the
 * worker tells the producers of what follows the older one once (registry_news.h). schemas/README.md says where the
 * carried ones come from.
 */

/* Puts what the program carries and the database lacks; as owner, outside a transaction. *added: how many. */
bool registry_carry(struct conn *c, unsigned *added, struct err *e);

struct registry_new {
    struct str text;           /* the schema's JSON: a Table Schema, or a JSON Schema of rows (json_schema.h) */
    struct str name, version;  /* absent: as the schema says itself */
    struct str source;         /* where it was taken from; may be absent */
};
struct registry_added {
    struct str name, version;
    unsigned unknown;          /* rules that checking leaves out (table_schema.h) */
    struct str *unchecked;     /* their names, "column: rule"; in the arena */
    size_t nunchecked;
};

/* For one region (root: of portal.root). fails err_schema_invalid, err_schema_named, err_schema_known, err_schema_room */
bool registry_add(struct conn *c, struct arena *a, const struct uuid *root, const struct registry_new *new,
                  struct str account, struct registry_added *done, struct err *e);

/* {"schema", "schemas", "secrecy_threshold"} of the reader's options (reader_checks.h) are put into *options.
 * dataset: zeroed, a file that has none yet. */
bool registry_options(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, json_t *options, struct err *e);

/* One column of a schema, for a template or a form. Strings live in the arena; allowed: its values, "" where free. */
struct registry_field {
    struct str name, title, type, description, example, allowed;
    bool required;
    bool iso; /* of a day or a moment: written as ISO 8601, not in a pattern of its own */
};
/* Of a table (JSON), as sql_schema_one gives it. */
bool registry_fields_read(struct arena *a, struct str table, struct registry_field **fields, size_t *n, struct err *e);
/* version: absent, the newest. *fields, *n, *title, *used (the version): in the arena. fails err_schema_unknown */
bool registry_fields(struct conn *c, struct arena *a, const struct uuid *tenant, struct str name, struct str version,
                     struct registry_field **fields, size_t *n, struct str *title, struct str *used, struct err *e);

/* The dataset follows this schema from now on; name absent: none. organisation: whose datasets may be touched, or
 * absent. fails err_schema_unknown */
bool registry_conform(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str name, struct str organisation,
                      struct str account, struct err *e);
