#include "core/data/check/table_logic_inside.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/must.h"
#include "core/data/check/json_schema_logic.h"

enum logic_answer logic_is_to_blame(struct asking *q, const struct logic_rule *r, const struct logic_subject *at, const char *key)
{
    *q->blame = (struct logic_blame){.rule = r, .at = *at, .key = key};
    return LOGIC_NO;
}

/* ---- several nodes ---- */

static enum logic_answer ask_all(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    const json_t *v;
    size_t i;
    json_array_foreach(r->value, i, v) {
        all = logic_both(all, logic_ask(q, json_integer_value(v), at));
        if (all == LOGIC_NO)
            return LOGIC_NO;
    }
    return all;
}

struct tally {
    unsigned fit, unknown;
};

static struct tally tally_of(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    struct tally t = {0};
    const json_t *v;
    size_t i;
    json_array_foreach(r->value, i, v) {
        enum logic_answer one = logic_ask(q, json_integer_value(v), at);
        t.fit += one == LOGIC_YES;
        t.unknown += one == LOGIC_UNKNOWN;
    }
    return t;
}

static enum logic_answer ask_any(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    struct tally t = tally_of(q, r, at);
    if (t.fit + t.unknown == 0)
        return logic_is_to_blame(q, r, at, NULL);
    return t.fit ? LOGIC_YES : LOGIC_UNKNOWN;
}

static enum logic_answer ask_one(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    struct tally t = tally_of(q, r, at);
    if (t.fit == 1 && t.unknown == 0)
        return LOGIC_YES;
    if (t.fit < 2 && t.unknown > 0)
        return LOGIC_UNKNOWN;
    logic_is_to_blame(q, r, at, NULL);
    q->blame->fits = t.fit;
    return LOGIC_NO;
}

static enum logic_answer ask_not(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer one = logic_ask(q, json_integer_value(r->value), at);
    return one == LOGIC_YES ? logic_is_to_blame(q, r, at, NULL) : one == LOGIC_NO ? LOGIC_YES : LOGIC_UNKNOWN;
}

static enum logic_answer because(struct asking *q, const struct logic_rule *r, const struct logic_subject *at,
                                 enum logic_answer answer)
{
    if (answer == LOGIC_NO && !q->blame->because) {
        q->blame->because = r;
        q->blame->because_at = *at;
    }
    return answer;
}

static enum logic_answer ask_branch(struct asking *q, const struct logic_rule *r, const struct logic_subject *at, const char *way)
{
    const json_t *node = json_object_get(r->node, way);
    return node ? because(q, r, at, logic_ask(q, json_integer_value(node), at)) : LOGIC_YES;
}

static enum logic_answer ask_if(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer is = logic_ask(q, json_integer_value(r->value), at);
    if (is != LOGIC_UNKNOWN)
        return ask_branch(q, r, at, is == LOGIC_YES ? "then" : "else");
    enum logic_answer then = ask_branch(q, r, at, "then"), other = ask_branch(q, r, at, "else");
    return then == LOGIC_YES && other == LOGIC_YES ? LOGIC_YES : LOGIC_UNKNOWN;
}

/* "dependentRequired" has names, "dependentSchemas" a node, for each member that is there. */
static enum logic_answer ask_needs(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    struct logic_subject ignored;
    const char *key;
    json_t *v;
    if (!logic_is_object(at))
        return LOGIC_YES;
    json_object_foreach((json_t *)(uintptr_t)r->value, key, v) {
        enum logic_answer there = logic_member(q, at, key, &ignored), then;
        if (there == LOGIC_NO)
            continue;
        then = json_is_array(v) ? logic_within_list(q, r, at, v) : logic_ask(q, json_integer_value(v), at);
        then = there == LOGIC_YES || then == LOGIC_YES ? because(q, r, at, then) : LOGIC_UNKNOWN;
        all = logic_both(all, then);
        if (all == LOGIC_NO)
            return LOGIC_NO;
    }
    return all;
}

static enum logic_answer ask_nothing(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    (void)q;
    (void)r;
    (void)at;
    return LOGIC_UNKNOWN;
}

static enum logic_answer ask_never(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    (void)q;
    (void)r;
    (void)at;
    return LOGIC_NO;
}

/* In this order they are asked: the first no is the one that is told. */
static const struct logic_keyword keywords[] = {
    {"never", ask_never, LOGIC_NEVER},
    {"type", logic_value_type, LOGIC_SAYS_MORE},
    {"enum", logic_value_values, LOGIC_SAYS_MORE},
    {"required", logic_within_required, LOGIC_LACKS},
    {"properties", logic_within_members, LOGIC_SAYS_MORE},
    {"closed", logic_within_closed, LOGIC_IS_MORE},
    {"items", logic_within_items, LOGIC_SAYS_MORE},
    {"format", logic_value_format, LOGIC_SAYS_MORE},
    {"pattern", logic_value_pattern, LOGIC_SAYS_MORE},
    {"minLength", logic_value_length, LOGIC_SAYS_MORE},
    {"maxLength", logic_value_length, LOGIC_SAYS_MORE},
    {"minItems", logic_value_length, LOGIC_SAYS_MORE},
    {"maxItems", logic_value_length, LOGIC_SAYS_MORE},
    {"uniqueItems", logic_value_twice, LOGIC_SAYS_MORE},
    {"minimum", logic_value_bound, LOGIC_SAYS_MORE},
    {"maximum", logic_value_bound, LOGIC_SAYS_MORE},
    {"exclusiveMinimum", logic_value_bound, LOGIC_SAYS_MORE},
    {"exclusiveMaximum", logic_value_bound, LOGIC_SAYS_MORE},
    {"allOf", ask_all, LOGIC_SAYS_MORE},
    {"dependentRequired", ask_needs, LOGIC_LACKS},
    {"dependentSchemas", ask_needs, LOGIC_SAYS_MORE},
    {"if", ask_if, LOGIC_SAYS_MORE},
    {"anyOf", ask_any, LOGIC_NONE_FITS},
    {"oneOf", ask_one, LOGIC_NONE_FITS},
    {"not", ask_not, LOGIC_EXCLUDED},
    {"unknown", ask_nothing, LOGIC_SAYS_MORE},
};
enum { KEYWORDS = sizeof keywords / sizeof keywords[0] };

/* ---- nodes ---- */

static enum logic_answer ask_rules(struct asking *q, const struct logic_node *node, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    for (size_t i = 0; i < node->n && all != LOGIC_NO; i++) {
        const struct logic_rule *r = &node->rules[i];
        struct logic_blame before = *q->blame;
        *q->blame = (struct logic_blame){0};
        enum logic_answer one = r->keyword->ask(q, r, at);
        if (one == LOGIC_NO && !q->blame->rule)
            logic_is_to_blame(q, r, at, NULL);
        else if (one != LOGIC_NO)
            *q->blame = before;
        all = logic_both(all, one);
    }
    return all;
}

enum logic_answer logic_ask(struct asking *q, int64_t node, const struct logic_subject *at)
{
    struct logic_columns *c = q->columns;
    if (node < 0 || (uint64_t)node >= q->l->n || q->depth == LOGIC_DEPTH_MAX || c->left == 0 || c->left_all == 0)
        return LOGIC_UNKNOWN;
    c->left--;
    c->left_all--;
    q->depth++;
    enum logic_answer answer = ask_rules(q, &q->l->nodes[node], at);
    q->depth--;
    return answer;
}

enum logic_answer table_logic_holds(const struct table_logic *l, int64_t node, struct logic_columns *columns,
                                    struct logic_subject at, struct logic_blame *blame)
{
    struct asking q = {.l = l, .columns = columns, .blame = blame};
    *blame = (struct logic_blame){0};
    return logic_ask(&q, node, &at);
}

/* ---- reading ---- */

static const struct {
    const char *word;
    enum table_type type;
    const char *format;
} forms[] = {
    {"date", TABLE_DATE, ""},       {"date-time", TABLE_DATETIME, ""}, {"time", TABLE_TIME, ""},
    {"duration", TABLE_DURATION, ""}, {"email", TABLE_STRING, "email"}, {"idn-email", TABLE_STRING, "email"},
    {"uri", TABLE_STRING, "uri"},   {"iri", TABLE_STRING, "uri"},      {"url", TABLE_STRING, "uri"},
    {"uuid", TABLE_STRING, "uuid"},
};

static struct table_field *form_of(struct arena *a, struct str word)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (str_eq(word, str_of(forms[i].word))) {
            struct table_field *f = ARENA_NEW(a, struct table_field);
            f->type = forms[i].type;
            f->format = str_of(forms[i].format);
            return f;
        }
    return NULL;
}

static void read_rule(struct table_schema *s, struct table_logic *l, struct logic_rule *r)
{
    const char *name = r->keyword->name;
    if (!strcmp(name, "pattern")) {
        r->pattern = pattern_new_anywhere(logic_text(r->value));
        if (!r->pattern)
            table_schema_leave(s, STR_NONE, S("pattern"));
    } else if (!strcmp(name, "format")) {
        r->form = form_of(&l->arena, logic_text(r->value));
        if (!r->form)
            table_schema_leave(s, STR_NONE, arena_printf(&s->arena, "format " STR_FMT, STR_ARG(str_part(logic_text(r->value), 0, 40))));
    }
}

static void read_node(struct table_schema *s, struct table_logic *l, const json_t *node, struct logic_node *out)
{
    out->rules = ARENA_ARRAY(&l->arena, struct logic_rule, KEYWORDS);
    for (size_t i = 0; i < KEYWORDS; i++) {
        const json_t *v = json_object_get(node, keywords[i].name);
        if (!v)
            continue;
        struct logic_rule *r = &out->rules[out->n++];
        *r = (struct logic_rule){.keyword = &keywords[i], .value = v, .node = node};
        read_rule(s, l, r);
    }
}

struct table_logic *table_logic_read(struct table_schema *s)
{
    const json_t *list = jr_array(s->json, "logic"), *node;
    size_t i;
    if (json_array_size(list) == 0 || json_array_size(list) > LOGIC_NODES_MAX)
        return NULL;
    struct table_logic *l = must_alloc(sizeof *l);
    *l = (struct table_logic){.n = json_array_size(list)};
    l->nodes = ARENA_ARRAY(&l->arena, struct logic_node, l->n);
    json_array_foreach(list, i, node)
        read_node(s, l, node, &l->nodes[i]);
    return l;
}

void table_logic_free(struct table_logic *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < l->nodes[i].n; k++)
            pattern_free(l->nodes[i].rules[k].pattern);
    arena_free(&l->arena);
    free(l);
}
