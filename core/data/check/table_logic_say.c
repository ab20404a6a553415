/* What is told of a no, in the words of the schema. */
#include <stdlib.h>

#include "core/base/utf8.h"
#include "core/data/check/table_logic_inside.h"

enum logic_said table_logic_said(const struct logic_blame *blame)
{
    enum logic_said said = blame->rule->keyword->said;
    return blame->name ? LOGIC_NAME : said == LOGIC_NONE_FITS && blame->fits > 1 ? LOGIC_SEVERAL_FIT : said;
}

/* ---- a rule ---- */

static void say_word(struct buf *out, const char *word, const json_t *v)
{
    char *value = json_is_string(v) ? NULL : json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    buf_printf(out, "%s ", word);
    buf_add(out, value ? str_of(value) : logic_text(v));
    free(value);
}

/* One node deep. */
static void say_node(const struct table_logic *l, struct buf *out, int64_t at)
{
    for (size_t i = 0; at >= 0 && (uint64_t)at < l->n && i < l->nodes[at].n; i++) {
        const struct logic_rule *r = &l->nodes[at].rules[i];
        buf_addz(out, i ? ", " : "");
        if (r->keyword->of_nodes)
            buf_printf(out, "%s …", r->keyword->name);
        else
            say_word(out, r->keyword->name, r->value);
    }
}

/* "contains (enum ["A"]), minContains 2" */
static void say_contains(const struct table_logic *l, struct buf *out, const struct logic_rule *rule)
{
    static const char *const bounds[] = {"minContains", "maxContains"};
    buf_addz(out, "contains (");
    say_node(l, out, json_integer_value(rule->value));
    buf_addz(out, ")");
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        if (json_object_get(rule->node, bounds[i])) {
            buf_addz(out, ", ");
            say_word(out, bounds[i], json_object_get(rule->node, bounds[i]));
        }
}

static struct str shortened(struct arena *a, struct buf *out)
{
    enum { SAID = 90 };
    struct str said = buf_str(out);
    bool cut = said.n > SAID;
    said.n = cut ? utf8_floor(str_part(said, 0, SAID)) : said.n;
    said = arena_printf(a, STR_FMT "%s", STR_ARG(said), cut ? "…" : "");
    buf_free(out);
    return said;
}

struct str table_logic_say(const struct table_logic *l, struct arena *a, const struct logic_rule *rule)
{
    struct buf out = {.max = 8 << 10};
    if (!strcmp(rule->keyword->name, "contains"))
        say_contains(l, &out, rule);
    else
        say_word(&out, rule->keyword->name, rule->value);
    return shortened(a, &out);
}

struct str table_logic_say_node(const struct table_logic *l, struct arena *a, const json_t *node)
{
    struct buf out = {.max = 8 << 10};
    if (json_is_integer(node))
        say_node(l, &out, json_integer_value(node));
    return shortened(a, &out);
}

/* ---- what it speaks of ---- */

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
