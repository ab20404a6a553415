#include "core/data/check/json_schema.h"

#include <stdio.h>

#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/check/json_schema_field.h"
#include "core/data/check/json_schema_geometry.h"
#include "core/data/check/json_schema_logic.h"
#include "core/data/format/read_json.h"
#include "core/data/format/read_json_list.h"
#include "core/data/check/table_schema.h"

enum { TABLES_MAX = 8 };

bool json_schema_is(const json_t *definition)
{
    static const char *const marks[] = {"properties", "items", "allOf", "$ref", "anyOf", "oneOf"};
    if (!json_is_object(definition) || json_object_get(definition, "fields"))
        return false;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (json_object_get(definition, marks[i]))
            return true;
    return str_find(jr_str(definition, "$schema"), S("json-schema.org")) >= 0;
}

/* ---- the columns of one table ---- */

/* Where a walk through the objects of a row is. object, anchor: as table_field.object; anchor: the
 * nearest object around that may lack; all between it and here are required. */
struct level {
    struct str path;
    size_t object, anchor;
    unsigned depth;
    bool required_leaf; /* some column within is required: one can tell whether the object is there
                         */
};

struct making {
    struct json_schema *s;
    json_t *fields, *objects;
    unsigned flat; /* how deep objects become columns */
};

static struct str path_of(struct json_schema *s, struct str path, const char *key)
{
    return path.n ? arena_printf(&s->arena, STR_FMT ".%s", STR_ARG(path), key)
                  : arena_str(&s->arena, str_of(key));
}

/* A choice among objects is one too, where no type says so. */
static bool is_object(struct json_schema *s, struct place *p)
{
    const char *type = place_type(s, p);
    return type ? !strcmp(type, "object") : json_schema_chooses_objects(s, p);
}

/* "a.b" may be the member b of a, and a member called "a.b": they are one column of the file. */
static bool has_field(const struct making *m, struct str path)
{
    const json_t *f;
    size_t i;
    json_array_foreach(m->fields, i, f)
        if (str_eq(jr_str(f, "name"), path))
            return true;
    return false;
}

static void put_columns(struct making *m, const struct place *p, struct level *l);

/* A value of the row's own, or a list, or an object that a cell holds whole. */
static void put_column(struct making *m, struct place *p, const char *key, bool required,
                       struct level *l)
{
    json_t *field = json_schema_field(m->s, p, key, 0);
    json_t *rules = json_object_get(field, "constraints");
    if (required && p->nullable) {
        place_leave(m->s, p->path, "required"); /* null and absent are both an empty cell */
        required = false;
    }
    if (required && l->anchor == 0)
        json_object_set_new(rules, "required", json_true());
    else if (required)
        json_object_set_new(field, "requiredWithin", json_integer((json_int_t)l->anchor));
    if (l->object)
        json_object_set_new(field, "object", json_integer((json_int_t)l->object));
    l->required_leaf = l->required_leaf || required;
    m->s->over = m->s->over || json_array_size(m->fields) == TABLE_FIELDS_MAX;
    json_array_append_new(m->fields, field);
}

static void put_object(struct making *m, struct place *p, bool required, struct level *l)
{
    place_close(m->s, p);
    json_array_append_new(m->objects,
                          json_pack("{s:s%,s:I,s:b,s:o*}", "name", p->path.p, p->path.n, "parent",
                                    (json_int_t)l->object, "closed", place_is_closed(p), "holds",
                                    json_schema_holds(m->s, p)));
    size_t object = json_array_size(m->objects);
    struct level inner = {.path = p->path,
                          .object = object,
                          .anchor = required ? l->anchor : object,
                          .depth = l->depth + 1};
    put_columns(m, p, &inner);
    if (required && !inner.required_leaf)
        place_leave(m->s, p->path, "required");
    l->required_leaf = l->required_leaf || (required && inner.required_leaf);
}

static void put_member(struct making *m, const struct place *parent, const char *key,
                       struct level *l)
{
    struct str path = path_of(m->s, l->path, key);
    struct place *p = ARENA_NEW(&m->s->arena, struct place);
    bool required = place_requires(parent, key);
    place_member(m->s, parent, key, path, p);
    bool flat = is_object(m->s, p) && l->depth < m->flat && !json_schema_is_whole(p) &&
                !place_comes_back(p);
    if (m->s->over)
        return;
    if (has_field(m, path))
        place_leave(m->s, path, "properties");
    else if (flat)
        put_object(m, p, required, l);
    else
        put_column(m, p, key, required, l);
}

/* So is what rules speak of and nothing describes; not where the object is closed to it. */
static void put_spoken(struct making *m, const struct place *p, struct level *l)
{
    json_t *names = json_schema_spoken(m->s, p), *v;
    size_t i;
    json_array_foreach(names, i, v) {
        const char *key = json_string_value(v);
        if (!m->s->over && !place_is_closed(p) && !place_has(p, key) && !has_field(m, path_of(m->s, l->path, key)))
            put_member(m, p, key, l);
    }
    json_decref(names);
}

/* What is required and described nowhere is a column of any kind. */
static void put_undescribed(struct making *m, const struct place *p, struct level *l)
{
    const json_t *v;
    size_t k;
    for (size_t i = 0; i < p->n; i++)
        json_array_foreach(jr_array(p->parts[i], "required"), k, v)
            if (json_is_string(v) && !m->s->over && !place_has(p, json_string_value(v)) &&
                !has_field(m, path_of(m->s, l->path, json_string_value(v))))
                put_member(m, p, json_string_value(v), l);
}

static void put_columns(struct making *m, const struct place *p, struct level *l)
{
    struct place_walk walk = {0};
    const char *key;
    while (!m->s->over && (key = place_next(p, &walk)))
        put_member(m, p, key, l);
    put_undescribed(m, p, l);
    put_spoken(m, p, l);
}

/* ---- tables ---- */

struct tables {
    struct json_schema s;
    json_t *list[TABLES_MAX];
    size_t n;
};

/* NULL: a row without a column. */
static json_t *table_of(struct json_schema *s, struct place *row, struct str path, unsigned kinds, bool geo)
{
    struct making m = {.s = s,
                       .fields = json_array(),
                       .objects = json_array(),
                       .flat = geo ? 0 : JSON_FLAT_DEPTH - 1};
    struct level l = {.path = S("")};
    json_schema_logic_open(s);
    place_close(s, row);
    put_columns(&m, row, &l);
    json_t *holds = json_schema_holds(s, row);
    if (json_array_size(m.fields) == 0) {
        json_decref(m.fields);
        json_decref(m.objects);
        json_decref(holds);
        json_decref(s->logic);
        return NULL;
    }
    return json_pack("{s:s%,s:b,s:b,s:b,s:o,s:o,s:O,s:o*,s:o,s:o*}", "path", path.p, path.n, "closed",
                     place_is_closed(row), "ofJson", true, "geo", geo, "fields", m.fields,
                     "objects", m.objects, "unchecked", s->left, "holds", holds, "logic", s->logic,
                     "geometry", json_schema_kinds_list(kinds));
}

static void add_table(struct tables *t, struct place *row, struct str path, unsigned kinds, bool geo)
{
    if (t->n == TABLES_MAX) {
        t->s.over = true;
        return;
    }
    json_t *table = table_of(&t->s, row, path, kinds, geo);
    json_decref(t->s.left);
    t->s.left = json_array();
    if (table)
        t->list[t->n++] = table;
}

/* A list of objects: a table. */
static bool add_list(struct tables *t, struct place *list, struct str path)
{
    struct place *row = ARENA_NEW(&t->s.arena, struct place);
    if (!place_items(&t->s, list, S(""), row) || !is_object(&t->s, row) ||
        (!place_members(row, 1) && !row->nrules))
        return false;
    if (place_get(&t->s, list, "minItems") || place_get(&t->s, list, "maxItems"))
        place_leave(&t->s, path, "minItems, maxItems");
    place_leave_rules(&t->s, list);
    add_table(t, row, path, 0, false);
    return true;
}

/* Of what a Feature says beside its properties the reader itself keeps the form; which kinds of
 * geometry it may have is asked of the column of shapes. */
static bool add_features(struct tables *t, const struct place *root)
{
    struct arena *a = &t->s.arena;
    struct place *list = ARENA_NEW(a, struct place), *feature = ARENA_NEW(a, struct place),
                 *row = ARENA_NEW(a, struct place), *shape = ARENA_NEW(a, struct place);
    if (!place_member(&t->s, root, "features", S("features"), list) ||
        !place_items(&t->s, list, S("features[]"), feature) ||
        !place_member(&t->s, feature, "properties", S(""), row))
        return false;
    place_member(&t->s, feature, "geometry", S("geometry"), shape);
    place_leave_rules(&t->s, list);
    place_leave_rules(&t->s, feature);
    add_table(t, row, S("features"), json_schema_kinds(&t->s, shape), true);
    return true;
}

/* Lists within an object. *own: members that are neither lists of rows nor lead to one. */
static bool add_within(struct tables *t, const struct place *p, struct str path, unsigned depth,
                       size_t *own)
{
    struct place_walk walk = {0};
    const char *key;
    bool found = false;
    while (!t->s.over && (key = place_next(p, &walk))) {
        struct place *member = ARENA_NEW(&t->s.arena, struct place);
        struct str at = path_of(&t->s, path, key);
        size_t ignored = 0;
        place_member(&t->s, p, key, at, member);
        const char *type = place_comes_back(member) ? NULL : place_type(&t->s, member);
        bool is_list = type && !strcmp(type, "array") && add_list(t, member, at);
        bool leads = type && !strcmp(type, "object") && depth < JSON_LIST_DEPTH &&
                     add_within(t, member, at, depth + 1, &ignored);
        if (leads)
            place_leave_rules(&t->s, member);
        *own += !is_list && !leads;
        if (!is_list && !leads && member->n > 0)
            place_leave(&t->s, at, "properties"); /* it stands outside the rows */
        found = found || is_list || leads;
    }
    return found;
}

/* An object that holds lists is a wrapping, where it says little else itself; else a row with
 * lists in its cells. */
static void find_tables(struct tables *t, struct place *root)
{
    enum { WRAPPING_OWN = 3 };
    size_t own = 0;
    const char *type = place_type(&t->s, root);
    if (type && !strcmp(type, "array")) {
        add_list(t, root, S(""));
        return;
    }
    if (add_features(t, root) || (add_within(t, root, S(""), 1, &own) && own < WRAPPING_OWN)) {
        place_leave_rules(&t->s, root);
        return;
    }
    while (t->n > 0)
        json_decref(t->list[--t->n]);
    json_array_clear(t->s.left);
    place_open(&t->s, t->s.root, S(""), root); /* what it leaves is said anew */
    add_table(t, root, S(""), 0, false);
}

/* ---- the answer ---- */

/* Schemas in use say their name beside the $ref of an allOf. */
static struct str said_of(const struct place *root, const char *key)
{
    struct str said = STR_NONE;
    for (size_t i = 0; i < root->n && !said.n; i++)
        said = jr_str(root->parts[i], key);
    return said;
}

static json_t *finish(struct tables *t, const struct place *root)
{
    static const char *const keys[] = {"name", "title", "version", "description", "homepage"};
    json_t *first = t->list[0], *others = json_array();
    json_array_extend(json_object_get(first, "unchecked"),
                      t->s.left); /* met behind the last list */
    for (size_t i = 1; i < t->n; i++)
        json_array_append_new(others, t->list[i]);
    t->n = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct str said = said_of(root, keys[i]);
        if (said.n)
            json_object_set_new(first, keys[i], json_stringn(said.p, said.n));
    }
    if (json_array_size(others) > 0)
        json_object_set(first, "variants", others);
    json_decref(others);
    return first;
}

json_t *json_schema_table(json_t *definition, struct err *e)
{
    struct tables t = {.s = {.root = definition, .left = json_array()}};
    struct place *root = ARENA_NEW(&t.s.arena, struct place);
    json_t *table = NULL;
    place_open(&t.s, definition, S(""), root);
    find_tables(&t, root);
    if (t.n > 0 && !t.s.over)
        table = finish(&t, root);
    while (t.n > 0)
        json_decref(t.list[--t.n]);
    if (!table) {
        ERR(e, err_schema_invalid, "%zu places", t.s.places);
        err_arg(e, "%s", t.s.over ? "$ref, properties" : "properties");
    }
    json_decref(t.s.left);
    arena_free(&t.s.arena);
    return table;
}
