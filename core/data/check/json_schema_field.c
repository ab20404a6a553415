#include "core/data/check/json_schema_field.h"

#include <stdio.h>

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/data/check/json_schema_geometry.h"
#include "core/data/check/json_schema_logic.h"
#include "core/data/check/table_schema.h"

bool json_schema_is_whole(const struct place *p)
{
    bool shape =
        place_has(p, "coordinates") || place_has(p, "geometries") || place_has(p, "geometry");
    return p->geometry || (place_has(p, "type") && shape) ||
           (place_has(p, "lon") && place_has(p, "lat") && place_members(p, 3) == 2);
}

/* ---- type and format ---- */

static const struct {
    const char *format, *type, *kept; /* kept: the format of a string */
} formats[] = {
    {"date", "date", ""},         {"date-time", "datetime", ""}, {"time", "time", ""},
    {"duration", "duration", ""}, {"email", "string", "email"},  {"idn-email", "string", "email"},
    {"uri", "string", "uri"},     {"iri", "string", "uri"},      {"url", "string", "uri"},
    {"uuid", "string", "uuid"},
};

static void put_format(struct json_schema *s, struct place *p, json_t *field)
{
    const json_t *given = place_get(s, p, "format");
    const char *word = json_string_value(given);
    if (!word)
        return;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (!strcmp(formats[i].format, word)) {
            json_object_set_new(field, "type", json_string(formats[i].type));
            json_object_set_new(field, "format", json_string(formats[i].kept));
            return;
        }
    place_leave(
        s, p->path,
        arena_printf(&s->arena, "format " STR_FMT,
                     STR_ARG(str_part(str_of(word), 0, utf8_floor(str_part(str_of(word), 0, 60)))))
            .p);
}

/* A geometry in a cell is one of GeoJSON; a type that nobody knows is any. */
static void put_type(struct json_schema *s, struct place *p, json_t *field, const char *type)
{
    static const char *const plain[] = {"string",  "integer", "number",
                                        "boolean", "array",   "object"};
    const char *known = "any";
    for (size_t i = 0; type && i < sizeof plain / sizeof plain[0]; i++)
        if (!strcmp(type, plain[i]))
            known = plain[i];
    if (type && !strcmp(known, "any"))
        place_leave(s, p->path, "type");
    if (json_schema_is_whole(p)) {
        bool point = place_has(p, "lon") && !p->geometry;
        json_object_set_new(field, "type", json_string(point ? "geopoint" : "geojson"));
        json_object_set_new(field, "format", json_string(point ? "object" : ""));
        return;
    }
    json_object_set_new(field, "type", json_string(known));
    if (!strcmp(known, "string"))
        put_format(s, p, field);
    else if (type && place_get(s, p, "format"))
        place_leave(s, p->path, "format");
}

/* ---- constraints ---- */

static size_t bytes_of(const json_t *list)
{
    const json_t *v;
    size_t i, n = 0;
    json_array_foreach(list, i, v)
        n += 16 + json_string_length(v);
    return n;
}

static bool is_scalar(const json_t *v)
{
    return json_is_string(v) || json_is_number(v) || json_is_boolean(v);
}

/* null among the values is no value of a cell. */
static void put_values(struct json_schema *s, struct place *p, json_t *rules)
{
    json_t *list = place_get(s, p, "enum"), *one = place_get(s, p, "const"), *v;
    json_t *values = json_array();
    size_t i;
    json_array_foreach(list, i, v) {
        if (json_is_null(v))
            p->nullable = true;
        else if (is_scalar(v))
            json_array_append(values, v);
        else
            place_leave(s, p->path, "enum");
    }
    if (one && is_scalar(one) && !list)
        json_array_append(values, one);
    else if (one)
        place_also(s, p, "const");
    s->bytes += bytes_of(values);
    if (json_array_size(values) > 0)
        json_object_set(rules, "enum", values);
    json_decref(values);
}

/* draft-04 says with true that the bound itself is outside, later ones give the bound. */
static void put_bound(struct json_schema *s, struct place *p, const char *inclusive,
                      const char *exclusive, json_t *rules)
{
    json_t *bound = place_get(s, p, inclusive), *open = place_get(s, p, exclusive);
    if (json_is_number(open))
        json_object_set(rules, exclusive, open);
    if (json_is_number(open) && bound)
        place_also(s, p, inclusive);
    else if (json_is_number(bound))
        json_object_set(rules, json_is_true(open) ? exclusive : inclusive, bound);
}

static void put_count(struct json_schema *s, struct place *p, const char *keyword,
                      json_t *rules)
{
    json_t *v = place_get(s, p, keyword);
    if (json_is_integer(v) && json_integer_value(v) >= 0)
        json_object_set(rules, keyword, v);
    else if (v)
        place_leave(s, p->path, keyword);
}

static void put_pattern(struct json_schema *s, struct place *p, json_t *rules)
{
    json_t *pattern = place_get(s, p, "pattern");
    if (!json_is_string(pattern))
        return;
    s->bytes += json_string_length(pattern);
    json_object_set(rules, "find", pattern);
}

/* A keyword holds for values of its own type only: where the schema names none, or several, each is a rule. */
static void put_as_rules(struct json_schema *s, struct place *p)
{
    static const char *const keywords[] = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems",
                                           "maxItems", "uniqueItems", "items", "pattern", "minLength", "maxLength",
                                           "format", "properties", "required", "additionalProperties"};
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        place_also(s, p, keywords[i]);
}

static json_t *constraints_of(struct json_schema *s, struct place *p, const char *type)
{
    json_t *rules = json_object();
    struct str t = type ? str_of(type) : S("");
    put_values(s, p, rules);
    if (!type && !place_comes_back(p)) {
        put_as_rules(s, p);
    } else if (str_eq(t, S("number")) || str_eq(t, S("integer"))) {
        put_bound(s, p, "minimum", "exclusiveMinimum", rules);
        put_bound(s, p, "maximum", "exclusiveMaximum", rules);
    } else if (str_eq(t, S("array"))) {
        put_count(s, p, "minItems", rules);
        put_count(s, p, "maxItems", rules);
        if (json_is_true(place_get(s, p, "uniqueItems")))
            json_object_set_new(rules, "uniqueItems", json_true());
    } else if (str_eq(t, S("string"))) {
        put_pattern(s, p, rules);
        put_count(s, p, "minLength", rules);
        put_count(s, p, "maxLength", rules);
    }
    return rules;
}

/* ---- what people read ---- */

static void put_words(struct json_schema *s, const struct place *p, json_t *field)
{
    static const char *const keys[] = {"title", "description"};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < p->n; i++) {
            json_t *v = json_object_get(p->parts[i], keys[k]);
            if (!json_is_string(v) || json_object_get(field, keys[k]))
                continue;
            s->bytes += json_string_length(v);
            json_object_set(field, keys[k], v);
        }
    for (size_t i = 0; i < p->n && !json_object_get(field, "example"); i++) {
        json_t *list = json_object_get(p->parts[i], "examples"),
               *one = json_object_get(p->parts[i], "example");
        json_t *shown = list ? json_array_get(list, 0) : one;
        if (shown && is_scalar(shown))
            json_object_set(field, "example", shown);
    }
}

/* ---- what stands in the cell ---- */

static void put_rules(struct json_schema *s, const struct place *p, json_t *field)
{
    json_t *holds = json_schema_holds(s, p);
    unsigned kinds = json_schema_is_whole(p) ? json_schema_kinds(s, p) & GEOMETRY_ANY : 0;
    if (holds)
        json_object_set_new(field, "holds", holds);
    if (kinds && kinds != GEOMETRY_ANY)
        json_object_set_new(field, "kinds", json_schema_kinds_list(kinds));
}

static json_t *inner(struct json_schema *s, struct place *p, const char *key, bool required,
                     unsigned depth)
{
    json_t *field = json_schema_field(s, p, key, depth);
    if (required)
        json_object_set_new(json_object_get(field, "constraints"), "required", json_true());
    return field;
}

static void put_element(struct json_schema *s, const struct place *p, json_t *field, unsigned depth)
{
    struct place *items = ARENA_NEW(&s->arena, struct place);
    struct str path = arena_printf(&s->arena, STR_FMT "[]", STR_ARG(p->path));
    if (place_items(s, p, path, items))
        json_object_set_new(field, "arrayItem", inner(s, items, "", false, depth + 1));
}

static void put_members(struct json_schema *s, const struct place *p, json_t *field, unsigned depth)
{
    json_t *members = json_array();
    struct place_walk walk = {0};
    const char *key;
    while (!s->over && (key = place_next(p, &walk))) {
        struct place *member = ARENA_NEW(&s->arena, struct place);
        place_member(s, p, key, arena_printf(&s->arena, STR_FMT ".%s", STR_ARG(p->path), key),
                     member);
        json_array_append_new(members, inner(s, member, key, place_requires(p, key), depth + 1));
    }
    const json_t *v;
    size_t k;
    for (size_t i = 0; i < p->n; i++)
        json_array_foreach(jr_array(p->parts[i], "required"), k, v)
            if (json_is_string(v) && !place_has(p, json_string_value(v)))
                place_leave(s, p->path, "required");
    json_object_set_new(field, "members", members);
    json_object_set_new(field, "closed", json_boolean(place_is_closed(p)));
}

json_t *json_schema_field(struct json_schema *s, struct place *p, const char *key, unsigned depth)
{
    json_t *field = json_object();
    bool back = place_comes_back(p);
    const char *type = back ? NULL : place_type(s, p);
    bool list = type && !strcmp(type, "array"),
         object = type && !strcmp(type, "object") && !json_schema_is_whole(p);
    if (back)
        place_leave(s, p->path, "$ref");
    json_object_set_new(field, "name", json_stringn(p->path.p, p->path.n));
    json_object_set_new(field, "key", json_string(key));
    put_type(s, p, field, type);
    put_words(s, p, field);
    json_object_set_new(field, "constraints", constraints_of(s, p, type));
    json_object_set_new(field, "nullable", json_boolean(p->nullable));
    place_close(s, p);
    put_rules(s, p, field);
    s->bytes += 100 + 2 * p->path.n;
    s->over = s->over || s->bytes > PLACE_BYTES_MAX || p->path.n > 500;
    if (!list && !object)
        return field;
    json_object_set_new(field, "tree", json_true());
    if (depth + 1 >= TABLE_TREE_DEPTH)
        place_leave(s, p->path, list ? "items" : "properties");
    else if (list)
        put_element(s, p, field, depth);
    else
        put_members(s, p, field, depth);
    return field;
}
