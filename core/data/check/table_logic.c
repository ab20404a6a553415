#include "core/data/check/table_logic.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/must.h"
#include "core/base/utf8.h"
#include "core/data/check/json_schema_logic.h"

struct table_logic {
    struct arena arena;
    struct logic_node *nodes;
    size_t n;
};

/* A question on its way through the nodes. */
struct asking {
    const struct table_logic *l;
    struct logic_columns *columns;
    struct logic_blame *blame;
    unsigned depth;
};

typedef enum logic_answer ask_fn(struct asking *q, const struct logic_rule *r, const struct logic_subject *at);

struct logic_keyword {
    const char *name;
    ask_fn *ask;
    enum logic_said said;
};

static enum logic_answer yes_or_no(bool yes)
{
    return yes ? LOGIC_YES : LOGIC_NO;
}

static enum logic_answer is_to_blame(struct asking *q, const struct logic_rule *r, const struct logic_subject *at, const char *key)
{
    *q->blame = (struct logic_blame){.rule = r, .at = *at, .key = key};
    return LOGIC_NO;
}

static enum logic_answer ask_node(struct asking *q, int64_t node, const struct logic_subject *at);

/* ---- one value ---- */

static struct str text_of(const json_t *v)
{
    return (struct str){json_string_value(v), json_string_length(v)};
}

/* As JSON writes numbers: 012 is a text. */
static bool reads_as_number(struct str s, double *out)
{
    json_t *v = s.n > 0 && s.n < 64 && s.p[0] != '"' ? json_loadb(s.p, s.n, JSON_DECODE_ANY, NULL) : NULL;
    bool is = json_is_number(v);
    if (is)
        *out = json_number_value(v);
    json_decref(v);
    return is;
}

static bool number_in(const struct logic_subject *at, double *out)
{
    *out = json_number_value(at->value);
    return json_is_number(at->value) || (at->loose && reads_as_number(text_of(at->value), out));
}

static bool reads_as_truth(struct str s)
{
    return str_eq(s, S("true")) || str_eq(s, S("false"));
}

static bool is_of_type(const struct logic_subject *at, struct str type)
{
    const json_t *v = at->value;
    double d;
    if (str_eq(type, S("integer")))
        return number_in(at, &d) && floor(d) >= d && fabs(d) <= DBL_MAX;
    if (str_eq(type, S("number")))
        return number_in(at, &d);
    if (str_eq(type, S("boolean")))
        return json_is_boolean(v) || (at->loose && reads_as_truth(text_of(v)));
    return (str_eq(type, S("object")) && (!v || json_is_object(v))) || (str_eq(type, S("array")) && json_is_array(v)) ||
           (str_eq(type, S("string")) && json_is_string(v)) || (str_eq(type, S("null")) && json_is_null(v));
}

/* A loose 12 is a text only where it must be one. */
static enum logic_answer ask_type(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    const json_t *v;
    double ignored;
    bool text = false, other = false;
    size_t i;
    (void)q;
    json_array_foreach(r->value, i, v) {
        bool is_text = str_eq(text_of(v), S("string"));
        text = text || (is_text && is_of_type(at, text_of(v)));
        other = other || (!is_text && is_of_type(at, text_of(v)));
    }
    if (text && !other && at->loose && (number_in(at, &ignored) || reads_as_truth(text_of(at->value))))
        return LOGIC_UNKNOWN;
    return yes_or_no(text || other);
}

static bool is_same(const struct logic_subject *at, const json_t *v)
{
    double d;
    if (json_is_number(v))
        return number_in(at, &d) && !(d < json_number_value(v)) && !(d > json_number_value(v));
    if (json_is_boolean(v) && at->loose)
        return str_eq(text_of(at->value), json_is_true(v) ? S("true") : S("false"));
    return json_equal(at->value, v);
}

static enum logic_answer ask_values(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    const json_t *v;
    size_t i;
    (void)q;
    json_array_foreach(r->value, i, v)
        if (at->value && is_same(at, v))
            return LOGIC_YES;
    return LOGIC_NO;
}

static enum logic_answer ask_pattern(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    static const enum logic_answer answers[] = {
        [PATTERN_NO] = LOGIC_NO, [PATTERN_YES] = LOGIC_YES, [PATTERN_UNKNOWN] = LOGIC_UNKNOWN};
    (void)q;
    if (!json_is_string(at->value))
        return LOGIC_YES;
    return r->pattern ? answers[pattern_match(r->pattern, text_of(at->value))] : LOGIC_UNKNOWN;
}

static enum logic_answer ask_format(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    struct table_value ignored;
    enum reason_code why;
    (void)q;
    if (!json_is_string(at->value))
        return LOGIC_YES;
    return r->form ? yes_or_no(table_cast(r->form, text_of(at->value), &ignored, &why)) : LOGIC_UNKNOWN;
}

/* Characters of a text, or items of a list, of at least or at most so many. */
static enum logic_answer ask_length(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    const char *name = r->keyword->name;
    bool items = strstr(name, "Items"), least = str_starts(str_of(name), S("min"));
    (void)q;
    if (items ? !json_is_array(at->value) : !json_is_string(at->value))
        return LOGIC_YES;
    json_int_t n = (json_int_t)(items ? json_array_size(at->value) : utf8_count(text_of(at->value)));
    return yes_or_no(least ? n >= json_integer_value(r->value) : n <= json_integer_value(r->value));
}

static enum logic_answer ask_bound(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    const char *name = r->keyword->name;
    double d, bound = json_number_value(r->value);
    bool open = str_starts(str_of(name), S("exclusive")), lower = strstr(name, "inimum");
    (void)q;
    if (!number_in(at, &d))
        return LOGIC_YES;
    return yes_or_no(lower ? (open ? d > bound : d >= bound) : (open ? d < bound : d <= bound));
}

static enum logic_answer ask_twice(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum { COMPARED = 200 }; /* each with each */
    size_t n = json_array_size(at->value);
    (void)q;
    (void)r;
    if (n > COMPARED)
        return LOGIC_UNKNOWN;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (json_equal(json_array_get(at->value, i), json_array_get(at->value, k)))
                return LOGIC_NO;
    return LOGIC_YES;
}

/* ---- what stands within ---- */

static bool is_object(const struct logic_subject *at)
{
    return !at->value || json_is_object(at->value);
}

static const struct table_field *field_within(const struct table_field *f, const char *key)
{
    for (size_t i = 0; f && i < f->nmembers; i++)
        if (str_eq(f->members[i].key, str_of(key)))
            return &f->members[i];
    return f;
}

static enum logic_answer member_of(struct asking *q, const struct logic_subject *at, const char *key, struct logic_subject *out)
{
    if (!at->value)
        return q->columns->member(q->columns->context, at->object, key, out);
    *out = (struct logic_subject){.value = json_object_get(at->value, key), .field = field_within(at->field, key)};
    return yes_or_no(out->value);
}

/* Of several answers that all have to be yes. */
static enum logic_answer both(enum logic_answer a, enum logic_answer b)
{
    return a == LOGIC_NO || b == LOGIC_NO ? LOGIC_NO : a == LOGIC_YES ? b : LOGIC_UNKNOWN;
}

static enum logic_answer ask_list(struct asking *q, const struct logic_rule *r, const struct logic_subject *at, const json_t *names)
{
    enum logic_answer all = LOGIC_YES;
    struct logic_subject ignored;
    const json_t *v;
    size_t i;
    json_array_foreach(names, i, v) {
        enum logic_answer there = member_of(q, at, json_string_value(v), &ignored);
        if (there == LOGIC_NO)
            return is_to_blame(q, r, at, json_string_value(v));
        all = both(all, there);
    }
    return all;
}

static enum logic_answer ask_required(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    return is_object(at) ? ask_list(q, r, at, r->value) : LOGIC_YES;
}

/* Null, or not there: a yes where null is one. */
static enum logic_answer ask_maybe(struct asking *q, int64_t node, const struct logic_subject *at)
{
    return at->value && ask_node(q, node, at) == LOGIC_YES ? LOGIC_YES : LOGIC_UNKNOWN;
}

static enum logic_answer ask_members(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    const char *key;
    json_t *v;
    if (!is_object(at))
        return LOGIC_YES;
    json_object_foreach((json_t *)(uintptr_t)r->value, key, v) {
        struct logic_subject inner = {0};
        enum logic_answer there = member_of(q, at, key, &inner), one = LOGIC_YES;
        if (there == LOGIC_YES)
            one = ask_node(q, json_integer_value(v), &inner);
        else if (there == LOGIC_UNKNOWN)
            one = ask_maybe(q, json_integer_value(v), &inner);
        all = both(all, one);
        if (all == LOGIC_NO)
            return LOGIC_NO;
    }
    return all;
}

static enum logic_answer ask_items(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    const json_t *v;
    size_t i;
    json_array_foreach(at->value, i, v) {
        struct logic_subject item = {.value = v, .field = at->field && at->field->element ? at->field->element : at->field};
        all = both(all, ask_node(q, json_integer_value(r->value), &item));
        if (all == LOGIC_NO)
            return LOGIC_NO;
    }
    return all;
}

static enum logic_answer ask_closed(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    const json_t *known = r->value;
    const char *key = NULL;
    json_t *v;
    if (!is_object(at))
        return LOGIC_YES;
    if (!at->value) {
        enum logic_answer others = q->columns->others(q->columns->context, at->object, known, &key);
        return others == LOGIC_YES ? is_to_blame(q, r, at, key) : others == LOGIC_NO ? LOGIC_YES : LOGIC_UNKNOWN;
    }
    json_object_foreach((json_t *)(uintptr_t)at->value, key, v)
        if (!json_object_get(known, key))
            return is_to_blame(q, r, at, key);
    return LOGIC_YES;
}

/* ---- several nodes ---- */

static enum logic_answer ask_all(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    const json_t *v;
    size_t i;
    json_array_foreach(r->value, i, v) {
        all = both(all, ask_node(q, json_integer_value(v), at));
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
        enum logic_answer one = ask_node(q, json_integer_value(v), at);
        t.fit += one == LOGIC_YES;
        t.unknown += one == LOGIC_UNKNOWN;
    }
    return t;
}

static enum logic_answer ask_any(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    struct tally t = tally_of(q, r, at);
    if (t.fit + t.unknown == 0)
        return is_to_blame(q, r, at, NULL);
    return t.fit ? LOGIC_YES : LOGIC_UNKNOWN;
}

static enum logic_answer ask_one(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    struct tally t = tally_of(q, r, at);
    if (t.fit == 1 && t.unknown == 0)
        return LOGIC_YES;
    if (t.fit < 2 && t.unknown > 0)
        return LOGIC_UNKNOWN;
    is_to_blame(q, r, at, NULL);
    q->blame->fits = t.fit;
    return LOGIC_NO;
}

static enum logic_answer ask_not(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer one = ask_node(q, json_integer_value(r->value), at);
    return one == LOGIC_YES ? is_to_blame(q, r, at, NULL) : one == LOGIC_NO ? LOGIC_YES : LOGIC_UNKNOWN;
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
    return node ? because(q, r, at, ask_node(q, json_integer_value(node), at)) : LOGIC_YES;
}

static enum logic_answer ask_if(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer is = ask_node(q, json_integer_value(r->value), at);
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
    if (!is_object(at))
        return LOGIC_YES;
    json_object_foreach((json_t *)(uintptr_t)r->value, key, v) {
        enum logic_answer there = member_of(q, at, key, &ignored), then;
        if (there == LOGIC_NO)
            continue;
        then = json_is_array(v) ? ask_list(q, r, at, v) : ask_node(q, json_integer_value(v), at);
        then = there == LOGIC_YES || then == LOGIC_YES ? because(q, r, at, then) : LOGIC_UNKNOWN;
        all = both(all, then);
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
    {"type", ask_type, LOGIC_SAYS_MORE},
    {"enum", ask_values, LOGIC_SAYS_MORE},
    {"required", ask_required, LOGIC_LACKS},
    {"properties", ask_members, LOGIC_SAYS_MORE},
    {"closed", ask_closed, LOGIC_IS_MORE},
    {"items", ask_items, LOGIC_SAYS_MORE},
    {"format", ask_format, LOGIC_SAYS_MORE},
    {"pattern", ask_pattern, LOGIC_SAYS_MORE},
    {"minLength", ask_length, LOGIC_SAYS_MORE},
    {"maxLength", ask_length, LOGIC_SAYS_MORE},
    {"minItems", ask_length, LOGIC_SAYS_MORE},
    {"maxItems", ask_length, LOGIC_SAYS_MORE},
    {"uniqueItems", ask_twice, LOGIC_SAYS_MORE},
    {"minimum", ask_bound, LOGIC_SAYS_MORE},
    {"maximum", ask_bound, LOGIC_SAYS_MORE},
    {"exclusiveMinimum", ask_bound, LOGIC_SAYS_MORE},
    {"exclusiveMaximum", ask_bound, LOGIC_SAYS_MORE},
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
            is_to_blame(q, r, at, NULL);
        else if (one != LOGIC_NO)
            *q->blame = before;
        all = both(all, one);
    }
    return all;
}

static enum logic_answer ask_node(struct asking *q, int64_t node, const struct logic_subject *at)
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
    return ask_node(&q, node, &at);
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
        r->pattern = pattern_new_anywhere(text_of(r->value));
        if (!r->pattern)
            table_schema_leave(s, STR_NONE, S("pattern"));
    } else if (!strcmp(name, "format")) {
        r->form = form_of(&l->arena, text_of(r->value));
        if (!r->form)
            table_schema_leave(s, STR_NONE, arena_printf(&s->arena, "format " STR_FMT, STR_ARG(str_part(text_of(r->value), 0, 40))));
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

/* ---- in words ---- */

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
        buf_add(&out, text_of(rule->value));
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
