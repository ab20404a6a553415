/* What the rules of a place speak of: names of members, and whether they choose among objects. */
#include "core/data/check/json_schema_logic.h"

#include "core/base/jr.h"
#include "core/data/check/table_schema.h"

static void add_name(json_t *names, const char *name)
{
    const json_t *v;
    size_t i;
    if (json_array_size(names) == TABLE_FIELDS_MAX)
        return;
    json_array_foreach(names, i, v)
        if (!strcmp(json_string_value(v), name))
            return;
    json_array_append_new(names, json_string(name));
}

static void add_keys(json_t *names, json_t *members)
{
    const char *key;
    json_t *v;
    json_object_foreach(members, key, v)
        add_name(names, key);
}

static void add_texts(json_t *names, const json_t *list)
{
    const json_t *v;
    size_t i;
    json_array_foreach(list, i, v)
        if (json_is_string(v))
            add_name(names, json_string_value(v));
}

/* A walk through what rules say of one object. down: the members that lead to it. */
struct speaking {
    struct json_schema *s;
    json_t *names;
    const char *down[LOGIC_DEPTH];
    unsigned ndown;
};

static void add_spoken(struct speaking *w, json_t *schema, const char *only, unsigned ndown, unsigned depth);

/* What stands under a keyword and says something of the same object. */
static void add_spoken_of(struct speaking *w, json_t *v, unsigned ndown, unsigned depth)
{
    json_t *each;
    size_t i;
    if (json_is_object(v))
        add_spoken(w, v, NULL, ndown, depth + 1);
    json_array_foreach(v, i, each)
        add_spoken(w, each, NULL, ndown, depth + 1);
}

static void add_needed(struct speaking *w, json_t *needs, unsigned ndown, unsigned depth)
{
    const char *key;
    json_t *v;
    json_object_foreach(needs, key, v) {
        if (ndown == 0) {
            add_name(w->names, key);
            add_texts(w->names, v);
        }
        if (json_is_object(v))
            add_spoken(w, v, NULL, ndown, depth + 1);
    }
}

static void add_own(struct speaking *w, json_t *schema, unsigned ndown, unsigned depth)
{
    json_t *members = json_object_get(schema, "properties");
    struct str ref = jr_str(schema, "$ref");
    if (str_starts(ref, S("#")))
        add_spoken(w, place_resolve(w->s, ref), NULL, ndown, depth + 1);
    if (ndown > 0) {
        add_spoken(w, json_object_get(members, w->down[ndown - 1]), NULL, ndown - 1, depth + 1);
        return;
    }
    add_keys(w->names, members);
    add_texts(w->names, json_object_get(schema, "required"));
}

static void add_spoken(struct speaking *w, json_t *schema, const char *only, unsigned ndown, unsigned depth)
{
    static const char *const same[] = {"if", "then", "else", "not", "allOf", "anyOf", "oneOf"},
                             *const needs[] = {"dependentRequired", "dependentSchemas", "dependencies"};
    if (depth > LOGIC_DEPTH || !json_is_object(schema))
        return;
    if (++w->s->places > PLACES_MAX) {
        w->s->over = true;
        return;
    }
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        if (!only || !strcmp(only, same[i]) || (!strcmp(only, "if") && i < 3))
            add_spoken_of(w, json_object_get(schema, same[i]), ndown, depth);
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (!only || !strcmp(only, needs[i]))
            add_needed(w, json_object_get(schema, needs[i]), ndown, depth);
    if (!only)
        add_own(w, schema, ndown, depth);
}

json_t *json_schema_spoken(struct json_schema *s, const struct place *p)
{
    struct speaking w = {.s = s, .names = json_array()};
    for (const struct place *at = p; at; at = at->up) {
        for (size_t i = 0; i < at->nrules; i++)
            add_spoken(&w, at->rules[i].schema, at->rules[i].keyword, w.ndown, 0);
        if (at->path.n == 0 || !at->up || w.ndown == LOGIC_DEPTH)
            break;
        w.down[w.ndown++] = arena_copy(&s->arena, str_from(at->path, at->up->path.n ? at->up->path.n + 1 : 0));
    }
    return w.names;
}

static bool is_of_object(const struct json_schema *s, const json_t *schema)
{
    for (unsigned hops = 0; hops < LOGIC_DEPTH && str_starts(jr_str(schema, "$ref"), S("#")); hops++)
        schema = place_resolve(s, jr_str(schema, "$ref"));
    return str_eq(jr_str(schema, "type"), S("object")) || json_object_get(schema, "properties") ||
           (json_object_get(schema, "required") && !json_object_get(schema, "type"));
}

bool json_schema_chooses_objects(struct json_schema *s, const struct place *p)
{
    for (size_t i = 0; i < p->nrules; i++) {
        bool choice = !strcmp(p->rules[i].keyword, "anyOf") || !strcmp(p->rules[i].keyword, "oneOf");
        const json_t *list = choice ? json_object_get(p->rules[i].schema, p->rules[i].keyword) : NULL, *v;
        bool all = json_array_size(list) > 0;
        size_t k;
        json_array_foreach(list, k, v)
            all = all && is_of_object(s, v);
        if (all)
            return true;
    }
    return false;
}
