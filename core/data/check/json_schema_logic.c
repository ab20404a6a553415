#include "core/data/check/json_schema_logic.h"

#include "core/base/jr.h"
#include "core/data/check/decimal.h"
#include "core/data/check/table_schema.h"

struct making {
    struct json_schema *s;
    struct str path; /* whose rule it is: what is left is named after it */
    json_t *node;
    const json_t *schema; /* of the keyword */
    unsigned depth;
};

void json_schema_logic_open(struct json_schema *s)
{
    s->logic = json_array();
    s->node_of = ARENA_ARRAY(&s->arena, json_t *, LOGIC_NODES_MAX);
}

/* ---- nodes ---- */

static json_int_t node_of(const struct making *m, json_t *schema);

static void leave(const struct making *m, const char *keyword)
{
    place_leave(m->s, m->path, keyword);
    json_object_set_new(m->node, "unknown", json_true());
}

static void set(const struct making *m, const char *key, json_t *v)
{
    m->s->bytes += 20 + (json_is_string(v) ? json_string_length(v) : 0);
    json_object_set_new(m->node, key, v);
}

static void put_same(const struct making *m, const char *keyword, json_t *v)
{
    set(m, keyword, json_incref(v));
}

static bool is_text_list(const json_t *list)
{
    const json_t *v;
    size_t i;
    json_array_foreach(list, i, v)
        if (!json_is_string(v))
            return false;
    return json_is_array(list);
}

static void put_type(const struct making *m, const char *keyword, json_t *v)
{
    json_t *list = json_is_string(v) ? json_pack("[O]", v) : json_incref(v);
    if (is_text_list(list))
        set(m, keyword, list);
    else
        leave(m, keyword), json_decref(list);
}

/* Objects among the values would lose the order of their members, or a null, on their way through the registry. */
static void put_values(const struct making *m, const char *keyword, json_t *v)
{
    json_t *list = !strcmp(keyword, "const") ? json_pack("[O]", v) : json_incref(v);
    const json_t *each;
    size_t i;
    bool plain = json_is_array(list);
    json_array_foreach(list, i, each) {
        plain = plain && !json_is_object(each) && !json_is_array(each);
        m->s->bytes += 16 + json_string_length(each);
    }
    if (plain && !json_object_get(m->node, "enum"))
        set(m, "enum", list);
    else
        leave(m, keyword), json_decref(list);
}

static void put_count(const struct making *m, const char *keyword, json_t *v)
{
    if (json_is_integer(v) && json_integer_value(v) >= 0)
        put_same(m, keyword, v);
    else
        leave(m, keyword);
}

static void put_text(const struct making *m, const char *keyword, json_t *v)
{
    if (json_is_string(v))
        put_same(m, keyword, v);
    else
        leave(m, keyword);
}

/* draft-04 says with true that the bound itself is outside. */
static void put_bound(const struct making *m, const char *keyword, json_t *v)
{
    bool lower = !strcmp(keyword, "minimum");
    const char *open = lower ? "exclusiveMinimum" : "exclusiveMaximum";
    if (json_is_number(v))
        put_same(m, json_is_true(json_object_get(m->schema, open)) ? open : keyword, v);
    else
        leave(m, keyword);
}

static void put_open_bound(const struct making *m, const char *keyword, json_t *v)
{
    if (json_is_number(v))
        put_same(m, keyword, v);
    else if (!json_is_boolean(v))
        leave(m, keyword);
}

static void put_truth(const struct making *m, const char *keyword, json_t *v)
{
    if (json_is_true(v))
        put_same(m, keyword, v);
}

static void put_required(const struct making *m, const char *keyword, json_t *v)
{
    if (is_text_list(v))
        put_same(m, keyword, v);
    else
        leave(m, keyword); /* draft-03 */
}

static void put_node(const struct making *m, const char *keyword, json_t *v)
{
    set(m, keyword, json_integer(node_of(m, v)));
}

static void put_nodes(const struct making *m, const char *keyword, json_t *v)
{
    json_t *list = json_array(), *each;
    size_t i;
    json_array_foreach(v, i, each)
        json_array_append_new(list, json_integer(node_of(m, each)));
    json_t *before = json_object_get(m->node, keyword); /* of a $ref beside an allOf */
    if (before)
        json_array_extend(before, list), json_decref(list);
    else
        set(m, keyword, list);
}

/* The forms of the first items; of the others "items" speaks. */
static void put_prefix(const struct making *m, const char *keyword, json_t *v)
{
    if (!json_is_array(v))
        leave(m, keyword);
    else if (!json_object_get(m->node, "prefixItems"))
        put_nodes(m, "prefixItems", v);
}

/* draft-04 to 2019-09 call the first ones items, and the others additionalItems. */
static void put_items(const struct making *m, const char *keyword, json_t *v)
{
    json_t *first = json_is_array(v) ? v : json_object_get(m->schema, "prefixItems"),
           *others = json_is_array(v) ? json_object_get(m->schema, "additionalItems") : v;
    if (first)
        put_prefix(m, "prefixItems", first);
    if (others)
        put_node(m, keyword, others);
}

static void put_members(const struct making *m, const char *keyword, json_t *v)
{
    json_t *members = json_object(), *each;
    const char *key;
    json_object_foreach(v, key, each) {
        m->s->bytes += 20 + strlen(key);
        json_object_set_new(members, key, json_integer(node_of(m, each)));
    }
    set(m, keyword, members);
}

static void put_needs(const struct making *m, const char *keyword, json_t *v)
{
    json_t *needs = json_object(), *forms = json_object(), *each;
    const char *key;
    (void)keyword;
    json_object_foreach(v, key, each) {
        m->s->bytes += 20 + strlen(key);
        if (is_text_list(each))
            json_object_set(needs, key, each);
        else if (json_is_string(each)) /* draft-03 */
            json_object_set_new(needs, key, json_pack("[O]", each));
        else
            json_object_set_new(forms, key, json_integer(node_of(m, each)));
    }
    set(m, "dependentRequired", needs);
    set(m, "dependentSchemas", forms);
}

static json_t *names_of(const struct making *m, const char *keyword)
{
    json_t *names = json_object(), *each;
    const char *key;
    json_object_foreach(json_object_get(m->schema, keyword), key, each) {
        m->s->bytes += 20 + strlen(key);
        json_object_set_new(names, key, json_true());
    }
    return names;
}

/* Of the members that neither a name nor a pattern describes: there are none, or what they are. */
static void put_others(const struct making *m, const char *keyword, json_t *v)
{
    bool none = json_is_false(v);
    if (!none && json_object_size(v) == 0)
        return;
    set(m, none ? "closed" : "known", names_of(m, "properties"));
    set(m, "named", names_of(m, "patternProperties"));
    if (!none)
        put_node(m, keyword, v);
}

static void put_patterns(const struct making *m, const char *keyword, json_t *v)
{
    if (json_is_object(v))
        put_members(m, keyword, v);
    else
        leave(m, keyword);
}

static void put_contains(const struct making *m, const char *keyword, json_t *v)
{
    static const char *const bounds[] = {"minContains", "maxContains"};
    put_node(m, keyword, v);
    for (size_t i = 0; i < 2; i++)
        if (json_object_get(m->schema, bounds[i]))
            put_count(m, bounds[i], json_object_get(m->schema, bounds[i]));
}

/* draft-03 calls it divisibleBy. */
static void put_step(const struct making *m, const char *keyword, json_t *v)
{
    struct decimal_step ignored;
    char room[32];
    if (decimal_step(decimal_of_json(v, room), &ignored) && !json_object_get(m->node, "multipleOf"))
        put_same(m, "multipleOf", v);
    else
        leave(m, keyword);
}

static void put_ref(const struct making *m, const char *keyword, json_t *v)
{
    struct str ref = json_is_string(v) ? str_of(json_string_value(v)) : S("");
    json_t *target = str_starts(ref, S("#")) ? place_resolve(m->s, ref) : NULL;
    if (!target) {
        leave(m, keyword);
        return;
    }
    json_t *list = json_pack("[O]", target);
    put_nodes(m, "allOf", list);
    json_decref(list);
}

static void put_unknown(const struct making *m, const char *keyword, json_t *v)
{
    (void)v;
    leave(m, keyword);
}

/* then and else stand with their if, also where a single keyword is asked for. */
static void put_if(const struct making *m, const char *keyword, json_t *v)
{
    static const char *const ways[] = {"then", "else"};
    put_node(m, keyword, v);
    for (size_t i = 0; i < 2; i++)
        if (json_object_get(m->schema, ways[i]))
            put_node(m, ways[i], json_object_get(m->schema, ways[i]));
}

static const struct keyword {
    const char *name;
    void (*put)(const struct making *m, const char *keyword, json_t *v);
} keywords[] = {
    {"$ref", put_ref},
    {"type", put_type},
    {"enum", put_values},
    {"const", put_values},
    {"format", put_text},
    {"pattern", put_text},
    {"minLength", put_count},
    {"maxLength", put_count},
    {"minimum", put_bound},
    {"maximum", put_bound},
    {"exclusiveMinimum", put_open_bound},
    {"exclusiveMaximum", put_open_bound},
    {"multipleOf", put_step},
    {"divisibleBy", put_step},
    {"minItems", put_count},
    {"maxItems", put_count},
    {"uniqueItems", put_truth},
    {"prefixItems", put_prefix},
    {"items", put_items},
    {"contains", put_contains},
    {"required", put_required},
    {"properties", put_members},
    {"patternProperties", put_patterns},
    {"additionalProperties", put_others},
    {"propertyNames", put_node},
    {"minProperties", put_count},
    {"maxProperties", put_count},
    {"dependentRequired", put_needs},
    {"dependentSchemas", put_needs},
    {"dependencies", put_needs},
    {"if", put_if},
    {"not", put_node},
    {"allOf", put_nodes},
    {"anyOf", put_nodes},
    {"oneOf", put_nodes},
    {"disallow", put_unknown},
    {"extends", put_unknown},
    {"unevaluatedItems", put_unknown},
    {"unevaluatedProperties", put_unknown},
    {"$dynamicRef", put_unknown},
    {"$recursiveRef", put_unknown},
};

/* only: one keyword; NULL: all of them. */
static void fill(const struct making *m, const char *only)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        json_t *v = json_object_get(m->schema, keywords[i].name);
        if (v && (!only || !strcmp(only, keywords[i].name)))
            keywords[i].put(m, keywords[i].name, v);
    }
}

static json_int_t add_node(const struct making *m, json_t *schema, const char *only)
{
    struct json_schema *s = m->s;
    size_t at = json_array_size(s->logic);
    struct making inner = *m;
    if (at == LOGIC_NODES_MAX || s->bytes > PLACE_BYTES_MAX) {
        s->over = true;
        return 0;
    }
    s->node_of[at] = only ? NULL : schema;
    inner.node = json_object();
    inner.schema = schema;
    inner.depth++;
    json_array_append_new(s->logic, inner.node);
    if (json_is_false(schema))
        json_object_set_new(inner.node, "never", json_true());
    else if (inner.depth > LOGIC_DEPTH || !(json_is_object(schema) || json_is_true(schema)))
        leave(&inner, only ? only : "…");
    else
        fill(&inner, only);
    return (json_int_t)at;
}

static json_int_t node_of(const struct making *m, json_t *schema)
{
    for (size_t i = 0; json_is_object(schema) && i < json_array_size(m->s->logic); i++)
        if (m->s->node_of[i] == schema)
            return (json_int_t)i;
    return add_node(m, schema, NULL);
}

json_t *json_schema_holds(struct json_schema *s, const struct place *p)
{
    struct making m = {.s = s, .path = p->path};
    json_t *list = p->nrules ? json_array() : NULL;
    for (size_t i = 0; i < p->nrules; i++)
        json_array_append_new(list, json_integer(add_node(&m, p->rules[i].schema, p->rules[i].keyword)));
    return list;
}
