#include "core/data/check/json_schema_geometry.h"

#include "core/base/jr.h"
#include "core/data/value/geometry.h"

enum { KINDS_DEPTH = 8, ALL = GEOMETRY_ANY | GEOMETRY_OR_NULL };

/* As RFC 7946 writes them; what else geojson.org describes is of any kind. */
static const struct {
    const char *name;
    unsigned kinds;
} names[] = {
    {"Point", 1 << GEOMETRY_POINT},
    {"LineString", 1 << GEOMETRY_LINE},
    {"Polygon", 1 << GEOMETRY_POLYGON},
    {"MultiPoint", 1 << GEOMETRY_MULTIPOINT},
    {"MultiLineString", 1 << GEOMETRY_MULTILINE},
    {"MultiPolygon", 1 << GEOMETRY_MULTIPOLYGON},
    {"GeometryCollection", 1 << GEOMETRY_COLLECTION},
};
enum { NAMES = sizeof names / sizeof names[0] };

static unsigned kind_named(struct str name)
{
    for (size_t i = 0; i < NAMES; i++)
        if (str_eq(name, str_of(names[i].name)))
            return names[i].kinds;
    return 0;
}

unsigned json_schema_ref_kinds(struct str ref)
{
    struct str rest = ref;
    if (!str_starts(rest, S("https://geojson.org/schema/")) && !str_starts(rest, S("http://geojson.org/schema/")))
        return 0;
    rest = str_from(rest, (size_t)str_find(rest, S("/schema/")) + 8);
    ptrdiff_t dot = str_chr(rest, '.');
    unsigned kinds = kind_named(str_part(rest, 0, dot < 0 ? rest.n : (size_t)dot));
    return kinds ? kinds : GEOMETRY_ANY;
}

/* ---- one schema ---- */

static unsigned kinds_of(struct json_schema *s, const struct place *p, const json_t *schema, unsigned depth);

static unsigned of_values(const json_t *member)
{
    const json_t *one = json_object_get(member, "const"), *list = json_object_get(member, "enum"), *v;
    unsigned kinds = 0;
    size_t i;
    if (!one && !list)
        return GEOMETRY_ANY;
    json_array_foreach(list, i, v)
        kinds |= json_is_string(v) ? kind_named(str_of(json_string_value(v))) : 0;
    return kinds | (json_is_string(one) ? kind_named(str_of(json_string_value(one))) : 0);
}

/* "object", "null", or both. */
static unsigned of_type(const json_t *type)
{
    const json_t *v;
    unsigned kinds = 0;
    size_t i;
    if (json_is_string(type))
        return str_eq(str_of(json_string_value(type)), S("null")) ? GEOMETRY_OR_NULL : GEOMETRY_ANY;
    json_array_foreach(type, i, v)
        kinds |= of_type(v);
    return json_is_array(type) ? kinds : ALL;
}

static unsigned of_choice(struct json_schema *s, const struct place *p, const json_t *list, unsigned depth)
{
    const json_t *v;
    unsigned kinds = 0;
    size_t i;
    json_array_foreach(list, i, v)
        kinds |= kinds_of(s, p, v, depth + 1);
    return list ? kinds : ALL;
}

static unsigned of_all(struct json_schema *s, const struct place *p, const json_t *list, unsigned depth)
{
    const json_t *v;
    unsigned kinds = ALL;
    size_t i;
    json_array_foreach(list, i, v)
        kinds &= kinds_of(s, p, v, depth + 1);
    return kinds;
}

/* What says more than which kinds: left, and named. */
static void leave_rest(struct json_schema *s, const struct place *p, const json_t *schema)
{
    static const char *const others[] = {"not", "if", "enum", "const", "maxProperties", "minProperties"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (json_object_get(schema, others[i]))
            place_leave(s, p->path, others[i]);
}

static unsigned of_ref(struct json_schema *s, const struct place *p, struct str ref, unsigned depth)
{
    const json_t *target = ref.n && ref.p[0] == '#' ? place_resolve(s, ref) : NULL;
    unsigned kinds = json_schema_ref_kinds(ref);
    if (target)
        return kinds_of(s, p, target, depth + 1);
    if (ref.n && !kinds)
        place_leave(s, p->path, "$ref");
    return kinds ? kinds : ALL;
}

static unsigned kinds_of(struct json_schema *s, const struct place *p, const json_t *schema, unsigned depth)
{
    if (!json_is_object(schema) || depth == KINDS_DEPTH || ++s->places > PLACES_MAX) {
        if (!json_is_true(schema))
            place_leave(s, p->path, "geometry");
        return ALL;
    }
    const json_t *member = json_object_get(jr_object(schema, "properties"), "type");
    leave_rest(s, p, schema);
    return of_type(json_object_get(schema, "type")) & (member ? of_values(member) | GEOMETRY_OR_NULL : ALL) &
           of_ref(s, p, jr_str(schema, "$ref"), depth) & of_all(s, p, json_object_get(schema, "allOf"), depth) &
           of_choice(s, p, json_object_get(schema, "anyOf"), depth) &
           of_choice(s, p, json_object_get(schema, "oneOf"), depth);
}

/* ---- a place ---- */

/* Parts are what the first ones list and lead to: all of them hold. */
unsigned json_schema_kinds(struct json_schema *s, const struct place *p)
{
    unsigned kinds = ALL;
    for (size_t i = 0; i < p->n; i++)
        kinds &= kinds_of(s, p, p->parts[i], 0);
    kinds |= p->nullable ? GEOMETRY_OR_NULL : 0; /* the part beside "or null" alone has it not */
    return kinds == ALL ? 0 : kinds;
}

json_t *json_schema_kinds_list(unsigned kinds)
{
    if (!kinds)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < NAMES; i++)
        if (kinds & names[i].kinds)
            json_array_append_new(list, json_string(names[i].name));
    if (kinds & GEOMETRY_OR_NULL)
        json_array_append_new(list, json_null());
    return list;
}

unsigned json_schema_kinds_of(const json_t *list)
{
    const json_t *v;
    unsigned kinds = 0;
    size_t i;
    json_array_foreach(list, i, v)
        kinds |= json_is_null(v) ? GEOMETRY_OR_NULL
                 : json_is_string(v) ? kind_named(str_of(json_string_value(v))) : 0;
    return kinds;
}
