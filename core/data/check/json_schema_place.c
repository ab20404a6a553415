#include "core/data/check/json_schema_place.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/data/check/json_schema_geometry.h"
#include "core/data/check/table_schema.h"

enum { EXPAND_DEPTH = 16, POINTER_MAX = 1000 };

static struct str cut(struct str s, size_t most)
{
    s = str_part(s, 0, most);
    s.n = utf8_floor(s);
    return s;
}

void place_leave(struct json_schema *s, struct str path, const char *rule)
{
    if (json_array_size(s->left) == TABLE_LEFT_MAX)
        return;
    struct str said = path.n
                          ? arena_printf(&s->arena, STR_FMT ": %s", STR_ARG(cut(path, 200)), rule)
                          : str_of(rule);
    const json_t *v;
    size_t i;
    json_array_foreach(s->left, i, v)
        if (str_eq(said, str_of(json_string_value(v))))
            return;
    bool last = json_array_size(s->left) == TABLE_LEFT_MAX - 1;
    json_array_append_new(s->left, last ? json_string("…") : json_stringn(said.p, said.n));
}

/* ---- $ref ---- */

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* "a~1b%20c" as "a/b c"; false: longer than room. */
static bool plain_step(struct str step, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < step.n; i++) {
        char c = step.p[i];
        if (n + 1 == room)
            return false;
        if (c == '%' && i + 2 < step.n && hex(step.p[i + 1]) >= 0 && hex(step.p[i + 2]) >= 0) {
            c = (char)(hex(step.p[i + 1]) * 16 + hex(step.p[i + 2]));
            i += 2;
        } else if (c == '~' && i + 1 < step.n && (step.p[i + 1] == '0' || step.p[i + 1] == '1')) {
            c = step.p[++i] == '0' ? '~' : '/';
        }
        out[n++] = c;
    }
    out[n] = 0;
    return true;
}

json_t *place_resolve(const struct json_schema *s, struct str ref)
{
    json_t *at = s->root;
    struct str rest = str_from(ref, 1), step;
    char key[POINTER_MAX];
    int64_t index;
    if (rest.n == 0)
        return at;
    if (rest.p[0] != '/')
        return NULL;
    rest = str_from(rest, 1);
    while (at && str_cut(&rest, '/', &step)) {
        if (!plain_step(step, key, sizeof key))
            return NULL;
        at = json_is_array(at)
                 ? (str_i64(str_of(key), &index) && index >= 0 ? json_array_get(at, (size_t)index)
                                                               : NULL)
                 : json_object_get(at, key);
    }
    return at;
}

/* ---- the parts ---- */

static void expand(struct json_schema *s, json_t *schema, struct place *p, unsigned depth);

static void expand_ref(struct json_schema *s, struct str ref, struct place *p, unsigned depth)
{
    json_t *target = ref.p[0] == '#' ? place_resolve(s, ref) : NULL;
    if (target)
        expand(s, target, p, depth + 1);
    else if (json_schema_ref_kinds(ref))
        p->geometry = true;
    else
        place_leave(s, p->path, arena_printf(&s->arena, "$ref " STR_FMT, STR_ARG(cut(ref, 150))).p);
}

static bool is_null(const json_t *schema)
{
    return str_eq(jr_str(schema, "type"), S("null")) && json_object_size(schema) == 1;
}

static void add_rule(struct json_schema *s, struct place *p, json_t *schema, const char *keyword)
{
    for (size_t i = 0; i < p->nrules; i++)
        if (p->rules[i].schema == schema && !strcmp(p->rules[i].keyword, keyword))
            return;
    if (p->nrules == PLACE_RULES_MAX)
        place_leave(s, p->path, keyword);
    else
        p->rules[p->nrules++] = (struct place_rule){schema, keyword};
}

/* "This or null" is one shape; whatever else is to be chosen among is a rule. */
static void expand_choice(struct json_schema *s, json_t *part, const char *keyword,
                          struct place *p, unsigned depth)
{
    json_t *list = json_object_get(part, keyword), *first = json_array_get(list, 0),
           *second = json_array_get(list, 1);
    if (!list)
        return;
    if (json_array_size(list) == 2 && is_null(first) != is_null(second)) {
        p->nullable = true;
        expand(s, is_null(first) ? second : first, p, depth + 1);
    } else {
        add_rule(s, p, part, keyword);
    }
}

static void take_rules(struct json_schema *s, json_t *part, struct place *p)
{
    static const char *const rules[] = {"not", "if", "dependencies", "dependentRequired", "dependentSchemas", "multipleOf",
                                        "divisibleBy", "contains", "minProperties", "maxProperties", "patternProperties",
                                        "propertyNames"};
    const json_t *items = json_object_get(part, "items"), *prefix = json_object_get(part, "prefixItems"),
                 *others = json_object_get(part, "additionalProperties");
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (json_object_get(part, rules[i]))
            add_rule(s, p, part, rules[i]);
    if (json_is_array(items) || prefix)
        add_rule(s, p, part, items ? "items" : "prefixItems");
    if (json_is_object(others) && json_object_size(others) > 0)
        add_rule(s, p, part, "additionalProperties");
}

void place_leave_rules(struct json_schema *s, const struct place *p)
{
    for (size_t i = 0; i < p->nrules; i++)
        place_leave(s, p->path, p->rules[i].keyword);
}

/* Rules that no column and no cell can be asked for. */
static void leave_others(struct json_schema *s, const json_t *part, struct str path)
{
    static const char *const others[] = {"disallow",    "extends",       "unevaluatedItems", "unevaluatedProperties",
                                         "$dynamicRef", "$recursiveRef"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (json_object_get(part, others[i]))
            place_leave(s, path, others[i]);
    if (json_is_boolean(json_object_get(part, "required"))) /* draft-03 */
        place_leave(s, path, "required");
}

static bool is_known(const struct place *p, const json_t *part)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->parts[i] == part)
            return true;
    return false;
}

static void expand(struct json_schema *s, json_t *schema, struct place *p, unsigned depth)
{
    json_t *each;
    size_t i;
    if (json_is_true(schema) || is_known(p, schema))
        return;
    if (++s->places > PLACES_MAX)
        s->over = true;
    if (json_is_false(schema)) {
        add_rule(s, p, schema, "false");
        return;
    }
    if (!json_is_object(schema) || p->n == PLACE_PARTS_MAX || depth == EXPAND_DEPTH || s->over) {
        place_leave(s, p->path, "allOf");
        return;
    }
    p->parts[p->n++] = schema;
    leave_others(s, schema, p->path);
    take_rules(s, schema, p);
    struct str ref = jr_str(schema, "$ref");
    if (ref.n)
        expand_ref(s, ref, p, depth);
    json_array_foreach(json_object_get(schema, "allOf"), i, each)
        expand(s, each, p, depth + 1);
    expand_choice(s, schema, "anyOf", p, depth);
    expand_choice(s, schema, "oneOf", p, depth);
}

void place_open(struct json_schema *s, json_t *schema, struct str path, struct place *out)
{
    out->n = out->nrules = 0;
    out->path = path;
    out->up = NULL;
    out->nullable = out->geometry = false;
    out->kinds = 0;
    expand(s, schema, out, 0);
}

bool place_member(struct json_schema *s, const struct place *p, const char *key, struct str path,
                  struct place *out)
{
    bool found = false;
    place_open(s, json_true(), path, out);
    out->up = p;
    for (size_t i = 0; i < p->n; i++) {
        json_t *schema = json_object_get(jr_object(p->parts[i], "properties"), key);
        if (schema)
            expand(s, schema, out, 0);
        found = found || schema;
    }
    return found;
}

bool place_items(struct json_schema *s, const struct place *p, struct str path, struct place *out)
{
    bool found = false;
    place_open(s, json_true(), path, out);
    out->up = p;
    for (size_t i = 0; i < p->n; i++) {
        json_t *schema = json_object_get(p->parts[i], "items");
        if (json_is_array(schema) || json_object_get(p->parts[i], "prefixItems"))
            continue; /* of the items behind them, if any */
        if (schema)
            expand(s, schema, out, 0);
        found = found || json_is_object(schema);
    }
    return found;
}

bool place_comes_back(const struct place *p)
{
    for (const struct place *up = p->up; up; up = up->up)
        for (size_t i = 0; i < p->n; i++)
            if (is_known(up, p->parts[i]))
                return true;
    return false;
}

/* ---- what they say ---- */

void place_also(struct json_schema *s, struct place *p, const char *keyword)
{
    for (size_t i = 0; i < p->n; i++)
        if (json_object_get(p->parts[i], keyword))
            add_rule(s, p, p->parts[i], keyword);
}

json_t *place_get(struct json_schema *s, struct place *p, const char *keyword)
{
    json_t *first = NULL;
    for (size_t i = 0; i < p->n; i++) {
        json_t *v = json_object_get(p->parts[i], keyword);
        if (v && first && !json_equal(v, first))
            add_rule(s, p, p->parts[i], keyword);
        first = first ? first : v;
    }
    return first;
}

/* ["string", "null"] is a string that may be null; ["integer", "number"] a number. */
static const char *one_of(struct json_schema *s, struct place *p, const json_t *list)
{
    const char *type = NULL;
    bool several = false;
    const json_t *v;
    size_t i;
    json_array_foreach(list, i, v) {
        const char *word = json_string_value(v);
        if (!word)
            continue;
        if (!strcmp(word, "null"))
            p->nullable = true;
        else if (type && strcmp(type, word))
            several = strcmp(type, "number") || strcmp(word, "integer") ? true : several;
        else
            type = word;
    }
    if (several)
        place_also(s, p, "type");
    return several ? NULL : type;
}

const char *place_type(struct json_schema *s, struct place *p)
{
    const json_t *type = place_get(s, p, "type");
    if (json_is_string(type))
        return json_string_value(type);
    if (json_is_array(type))
        return one_of(s, p, type);
    if (place_members(p, 1) > 0)
        return "object";
    for (size_t i = 0; i < p->n; i++)
        if (json_object_get(p->parts[i], "items"))
            return "array";
    return NULL;
}

bool place_requires(const struct place *p, const char *key)
{
    const json_t *v;
    size_t k;
    for (size_t i = 0; i < p->n; i++)
        json_array_foreach(jr_array(p->parts[i], "required"), k, v)
            if (json_is_string(v) && !strcmp(json_string_value(v), key))
                return true;
    return false;
}

/* Whether the part names all members that the others do. */
static bool names_all(const struct place *p, const json_t *part)
{
    struct place_walk walk = {0};
    const char *key;
    while ((key = place_next(p, &walk)))
        if (!json_object_get(jr_object(part, "properties"), key))
            return false;
    return true;
}

static bool has_patterns(const json_t *part)
{
    return json_object_size(json_object_get(part, "patternProperties")) > 0;
}

void place_close(struct json_schema *s, struct place *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (json_is_false(json_object_get(p->parts[i], "additionalProperties")) && (has_patterns(p->parts[i]) || !names_all(p, p->parts[i])))
            add_rule(s, p, p->parts[i], "additionalProperties");
}

bool place_is_closed(const struct place *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (json_is_false(json_object_get(p->parts[i], "additionalProperties")) && !has_patterns(p->parts[i]))
            return true;
    return false;
}

bool place_has(const struct place *p, const char *key)
{
    for (size_t i = 0; i < p->n; i++)
        if (json_object_get(jr_object(p->parts[i], "properties"), key))
            return true;
    return false;
}

static bool is_before(const struct place *p, size_t part, const char *key)
{
    for (size_t i = 0; i < part; i++)
        if (json_object_get(jr_object(p->parts[i], "properties"), key))
            return true;
    return false;
}

const char *place_next(const struct place *p, struct place_walk *walk)
{
    for (; walk->part < p->n; walk->part++, walk->at = NULL) {
        json_t *members = json_object_get(p->parts[walk->part], "properties");
        walk->at = walk->at ? json_object_iter_next(members, walk->at) : json_object_iter(members);
        for (; walk->at; walk->at = json_object_iter_next(members, walk->at))
            if (!is_before(p, walk->part, json_object_iter_key(walk->at)))
                return json_object_iter_key(walk->at);
    }
    return NULL;
}

size_t place_members(const struct place *p, size_t most)
{
    struct place_walk walk = {0};
    size_t n = 0;
    while (n < most && place_next(p, &walk))
        n++;
    return n;
}
