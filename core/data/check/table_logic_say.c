/* What is told of a no, in the words of the schema. */
#include <stdlib.h>

#include "core/base/utf8.h"
#include "core/data/check/table_logic_inside.h"

enum logic_said table_logic_said(const struct logic_blame *blame)
{
    enum logic_said said = blame->rule->keyword->said;
    return said == LOGIC_NONE_FITS && blame->fits > 1 ? LOGIC_SEVERAL_FIT : said;
}

struct str table_logic_say(struct arena *a, const struct logic_rule *rule)
{
    enum { SAID = 90 };
    struct buf out = {.max = 8 << 10};
    char *value = NULL;
    buf_printf(&out, "%s ", rule->keyword->name);
    if (json_is_string(rule->value))
        buf_add(&out, logic_text(rule->value));
    else if ((value = json_dumps(rule->value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))))
        buf_addz(&out, value);
    struct str said = buf_str(&out);
    bool cut = said.n > SAID;
    said.n = cut ? utf8_floor(str_part(said, 0, SAID)) : said.n;
    said = arena_printf(a, STR_FMT "%s", STR_ARG(said), cut ? "…" : "");
    buf_free(&out);
    free(value);
    return said;
}

static size_t add_name(const char **names, size_t n, size_t most, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return n;
    if (n < most)
        names[n++] = name;
    return n;
}

static size_t spoken(const struct table_logic *l, const json_t *node, const char **names, size_t n, size_t most, unsigned depth);

/* value: a place of a node, or a list of them. */
static size_t spoken_at(const struct table_logic *l, const json_t *value, const char **names, size_t n, size_t most, unsigned depth)
{
    const json_t *v;
    size_t i;
    if (json_is_integer(value) && json_integer_value(value) >= 0 && (uint64_t)json_integer_value(value) < l->n)
        for (size_t k = 0; k < l->nodes[json_integer_value(value)].n && k < 1; k++)
            n = spoken(l, l->nodes[json_integer_value(value)].rules[0].node, names, n, most, depth + 1);
    json_array_foreach(value, i, v)
        n = json_is_integer(v) ? spoken_at(l, v, names, n, most, depth) : n;
    return n;
}

static size_t spoken(const struct table_logic *l, const json_t *node, const char **names, size_t n, size_t most, unsigned depth)
{
    enum { SPOKEN_DEPTH = 4 };
    static const char *const same[] = {"allOf", "anyOf", "oneOf", "not", "if"};
    const json_t *v;
    const char *key;
    json_t *member;
    size_t i;
    if (depth > SPOKEN_DEPTH)
        return n;
    json_object_foreach((json_t *)(uintptr_t)json_object_get(node, "properties"), key, member)
        n = add_name(names, n, most, key);
    json_array_foreach(json_object_get(node, "required"), i, v)
        n = json_is_string(v) ? add_name(names, n, most, json_string_value(v)) : n;
    for (size_t k = 0; k < sizeof same / sizeof same[0]; k++)
        n = spoken_at(l, json_object_get(node, same[k]), names, n, most, depth);
    return n;
}

size_t table_logic_spoken(const struct table_logic *l, const json_t *value, const char **names, size_t most)
{
    return spoken_at(l, value, names, 0, most, 0);
}
