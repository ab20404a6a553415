#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/data/check/pattern.h"
#include "core/data/value/reason.h"

/*
 * table_schema -- a national or regional schema: what the columns of a file should be.
 *
 * Source: Table Schema v1 and v2 (specs.frictionlessdata.io); standards.md section 2.3, with what
 * schemas in use add (arrayItem, custom_checks, fmt:, empty formats, versions with a "v"). A JSON
 * Schema is read too, as the table that json_schema.h makes of it. What is not understood is left
 * out and named (`left`), never an error: a schema of tomorrow still checks what it shares with
 * today's.
 */
enum table_type {
    TABLE_STRING,
    TABLE_INTEGER,
    TABLE_NUMBER,
    TABLE_BOOLEAN,
    TABLE_DATE,
    TABLE_TIME,
    TABLE_DATETIME,
    TABLE_YEAR,
    TABLE_YEARMONTH,
    TABLE_DURATION,
    TABLE_GEOPOINT,
    TABLE_GEOJSON,
    TABLE_OBJECT,
    TABLE_ARRAY,
    TABLE_LIST,
    TABLE_ANY,
    TABLE_TYPES,
};
const char *table_type_name(enum table_type t);

enum {
    TABLE_FIELDS_MAX = 500,
    TABLE_INNER_MAX = 2000, /* fields within cells */
    TABLE_TREE_DEPTH =
        10, /* so that a table within the reader's options stays under jr.h's depth */
    TABLE_CHECKS_MAX = 100,
    TABLE_REFERENCES_MAX = 50,
    TABLE_LEFT_MAX = 100,
    TABLE_SCHEMA_MAX = 1 << 20
};

/* One cell, cast: what bounds, enumerations and comparisons are made of. */
struct table_value {
    enum { TABLE_HAS_TEXT, TABLE_HAS_NUMBER, TABLE_HAS_TIME, TABLE_HAS_BOOL } kind;
    struct str text;
    double number;
    int64_t us; /* since 1970; a duration's length */
};

struct table_field {
    struct str name, title, description, example, format;
    enum table_type type;
    char decimal, group[5]; /* group: the separator of thousands, UTF-8; "" is none */
    bool bare;              /* false: signs of currency and percent around a number are dropped */
    const json_t *trues, *falses; /* arrays of strings; NULL: the default ones */
    bool required, unique;
    int64_t min_length, max_length; /* characters; -1: none */
    bool has_minimum, has_maximum;
    bool open_minimum, open_maximum; /* the bound itself is outside */
    struct table_value minimum, maximum, *allowed;
    struct str minimum_text, maximum_text, allowed_text, pattern_text;
    size_t nallowed;
    struct pattern *pattern;
    struct table_field *item; /* of an array or a list; NULL: anything */
    char delimiter;           /* of a list */

    /* Of JSON Schemas. `tree`: a cell holds JSON, or words parted by "|"; what stands in it is
     * judged by `element` and `members`, fields behind the columns' in s->fields. */
    bool tree, nullable, closed, unique_items;
    int64_t min_items, max_items; /* -1: none */
    struct table_field *element, *members;
    size_t nmembers;
    const json_t *holds;            /* table_logic.h; NULL: no rule */
    unsigned kinds;                 /* of geometry, by json_schema_geometry.h; 0: any */
    struct str key;                 /* of a member: its name in the object */
    size_t object, required_within; /* of a column: 1 more than the place in s->objects; 0: none */
};

/* An object that columns are the members of ("acheteur" of "acheteur.id"). */
struct table_object {
    struct str name;
    size_t parent; /* as table_field.object; a smaller one */
    bool closed;   /* has no other members */
    const json_t *holds; /* table_logic.h; NULL: no rule */
};

enum table_match {
    TABLE_EXACT,
    TABLE_EQUAL,
    TABLE_SUBSET,
    TABLE_SUPERSET,
    TABLE_PARTIAL,
    TABLE_LOOSE
};

struct table_check {
    unsigned rule; /* table_rules.c */
    struct str name;
    size_t columns[12], n; /* fields; the first is the one that is blamed */
    char op[3];
    bool option;
};

/* A foreign key: the values of some fields are those of others, of the same file or of another. */
struct table_reference {
    struct str resource; /* "": this file */
    size_t *from, *to, n; /* to: NULL where it is another file */
    struct str names;     /* of what it leads to, parted by commas */
};

struct table_schema {
    struct arena arena;
    json_t *json; /* what strings are borrowed from */
    struct str name, version, title;
    struct table_field *fields;
    size_t n, total; /* columns; and what stands within them */
    struct table_object *objects;
    size_t nobjects;
    bool closed;         /* a column that is not the schema's is a fault */
    bool of_json;        /* members have no order, and a number between quotes is a text */
    bool geo;            /* the shape and the id of a feature are no columns of the schema */
    struct str *missing; /* values that stand for "nothing" */
    size_t nmissing;
    const json_t *holds;       /* of the row; table_logic.h; NULL: no rule */
    struct table_logic *logic; /* NULL: nothing holds of several columns */
    unsigned kinds;            /* that a feature's shape may have; 0: any */
    size_t *key, nkey; /* fields of the primary key */
    struct table_reference *references;
    size_t nreferences;
    enum table_match match;
    struct table_check *checks;
    size_t nchecks;
    struct str left[TABLE_LEFT_MAX]; /* "field: rule": what is not checked */
    size_t nleft;
    unsigned unknown; /* how many such rules there are */
};

/* The definition is kept by reference. fails err_schema_invalid (what, where) */
bool table_schema_read(json_t *definition, struct table_schema *out, struct err *e);
void table_schema_leave(struct table_schema *s, struct str field, struct str rule);
void table_schema_free(struct table_schema *s); /* a zeroed one too */

/* By name; without case where the exact one is not there. s->n: none. */
size_t table_schema_field(const struct table_schema *s, struct str name, bool *other_case);

bool table_schema_is_missing(const struct table_schema *s, struct str cell);

/* False: not of the field's type; *why says it. Texts in the reason and in *out are borrowed from
 * the cell or the schema. */
bool table_cast(const struct table_field *f, struct str cell, struct table_value *out,
                enum reason_code *why);

/* Checks of whole values that other places need as well. */
bool table_is_siret(struct str digits); /* 14 digits with their key; La Poste's rule for its own */
bool table_is_siren(struct str digits);
