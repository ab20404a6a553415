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
    {"never", ask_never, LOGIC_NEVER, false},
    {"type", logic_value_type, LOGIC_SAYS_MORE, false},
    {"enum", logic_value_values, LOGIC_SAYS_MORE, false},
    {"required", logic_within_required, LOGIC_LACKS, false},
    {"properties", logic_within_members, LOGIC_SAYS_MORE, true},
    {"patternProperties", logic_names_patterns, LOGIC_SAYS_MORE, true},
    {"closed", logic_names_closed, LOGIC_IS_MORE, true},
    {"additionalProperties", logic_names_others, LOGIC_SAYS_MORE, true},
    {"propertyNames", logic_names_each, LOGIC_SAYS_MORE, true},
    {"minProperties", logic_names_count, LOGIC_SAYS_MORE, false},
    {"maxProperties", logic_names_count, LOGIC_SAYS_MORE, false},
    {"prefixItems", logic_within_prefix, LOGIC_SAYS_MORE, true},
    {"items", logic_within_items, LOGIC_SAYS_MORE, true},
    {"contains", logic_within_contains, LOGIC_SAYS_MORE, true},
    {"format", logic_value_format, LOGIC_SAYS_MORE, false},
    {"pattern", logic_value_pattern, LOGIC_SAYS_MORE, false},
    {"minLength", logic_value_length, LOGIC_SAYS_MORE, false},
    {"maxLength", logic_value_length, LOGIC_SAYS_MORE, false},
    {"minItems", logic_value_length, LOGIC_SAYS_MORE, false},
    {"maxItems", logic_value_length, LOGIC_SAYS_MORE, false},
    {"uniqueItems", logic_value_twice, LOGIC_SAYS_MORE, false},
    {"minimum", logic_value_bound, LOGIC_SAYS_MORE, false},
    {"maximum", logic_value_bound, LOGIC_SAYS_MORE, false},
    {"exclusiveMinimum", logic_value_bound, LOGIC_SAYS_MORE, false},
    {"exclusiveMaximum", logic_value_bound, LOGIC_SAYS_MORE, false},
    {"multipleOf", logic_value_multiple, LOGIC_SAYS_MORE, false},
    {"allOf", ask_all, LOGIC_SAYS_MORE, true},
    {"dependentRequired", ask_needs, LOGIC_LACKS, false},
    {"dependentSchemas", ask_needs, LOGIC_SAYS_MORE, true},
    {"if", ask_if, LOGIC_SAYS_MORE, true},
    {"anyOf", ask_any, LOGIC_NONE_FITS, true},
    {"oneOf", ask_one, LOGIC_NONE_FITS, true},
    {"not", ask_not, LOGIC_EXCLUDED, true},
    {"unknown", ask_nothing, LOGIC_SAYS_MORE, false},
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

bool logic_step(struct asking *q)
{
    struct logic_columns *c = q->columns;
    if (c->left == 0 || c->left_all == 0)
        return false;
    c->left--;
    c->left_all--;
    return true;
}

enum logic_answer logic_ask(struct asking *q, int64_t node, const struct logic_subject *at)
{
    if (node < 0 || (uint64_t)node >= q->l->n || q->depth == LOGIC_DEPTH_MAX || !logic_step(q))
        return LOGIC_UNKNOWN;
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

static void read_pattern(struct table_schema *s, struct table_logic *l, struct logic_rule *r)
{
    (void)l;
    r->pattern = pattern_new_anywhere(logic_text(r->value));
    if (!r->pattern)
        table_schema_leave(s, STR_NONE, S("pattern"));
}

static void read_format(struct table_schema *s, struct table_logic *l, struct logic_rule *r)
{
    r->form = form_of(&l->arena, logic_text(r->value));
    if (!r->form)
        table_schema_leave(s, STR_NONE, arena_printf(&s->arena, "format " STR_FMT, STR_ARG(str_part(logic_text(r->value), 0, 40))));
}

static void read_step(struct table_schema *s, struct table_logic *l, struct logic_rule *r)
{
    char room[32];
    (void)l;
    if (!decimal_step(decimal_of_json(r->value, room), &r->step))
        table_schema_leave(s, STR_NONE, S("multipleOf"));
}

static void read_names(struct table_schema *s, struct table_logic *l, struct logic_rule *r)
{
    bool own = !strcmp(r->keyword->name, "patternProperties");
    json_t *names = own ? (json_t *)(uintptr_t)r->value : json_object_get(r->node, "named"), *v;
    const char *name;
    size_t n = json_object_size(names);
    if (n == 0)
        return;
    if (n > LOGIC_NAMES_MAX - l->names) {
        table_schema_leave(s, STR_NONE, S("patternProperties"));
        return;
    }
    l->names += n;
    r->names = ARENA_ARRAY(&l->arena, struct pattern *, n);
    json_object_foreach(names, name, v) {
        r->names[r->nnames] = pattern_new_anywhere(str_of(name));
        if (!r->names[r->nnames++])
            table_schema_leave(s, STR_NONE, S("patternProperties"));
    }
}

static const struct {
    const char *keyword;
    void (*read)(struct table_schema *s, struct table_logic *l, struct logic_rule *r);
} readers[] = {
    {"pattern", read_pattern},
    {"format", read_format},
    {"multipleOf", read_step},
    {"patternProperties", read_names},
    {"additionalProperties", read_names},
    {"closed", read_names},
};

static void read_rule(struct table_schema *s, struct table_logic *l, struct logic_rule *r)
{
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (!strcmp(r->keyword->name, readers[i].keyword))
            readers[i].read(s, l, r);
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

static void free_rule(struct logic_rule *r)
{
    pattern_free(r->pattern);
    for (size_t i = 0; i < r->nnames; i++)
        pattern_free(r->names[i]);
}

void table_logic_free(struct table_logic *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < l->nodes[i].n; k++)
            free_rule(&l->nodes[i].rules[k]);
    arena_free(&l->arena);
    free(l);
}

static bool node_names(const struct logic_node *node, const char *key)
{
    for (size_t i = 0; i < node->n; i++)
        for (size_t k = 0; !strcmp(node->rules[i].keyword->name, "patternProperties") && k < node->rules[i].nnames; k++)
            if (node->rules[i].names[k] && pattern_match(node->rules[i].names[k], str_of(key)) == PATTERN_YES)
                return true;
    return false;
}

bool table_logic_names(const struct table_logic *l, const json_t *holds, const char *key)
{
    const json_t *v;
    size_t i;
    json_array_foreach(holds, i, v)
        if (json_integer_value(v) >= 0 && (uint64_t)json_integer_value(v) < l->n && node_names(&l->nodes[json_integer_value(v)], key))
            return true;
    return false;
}
