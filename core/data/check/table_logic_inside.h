#pragma once
#include "core/base/arena.h"
#include "core/data/check/table_logic.h"

/* What the files of table_logic share; inside core/data/check/table_logic*.c only. */
struct table_logic {
    struct arena arena;
    struct logic_node *nodes;
    size_t n;
    size_t names; /* patterns of names in all of them */
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
    bool of_nodes; /* its value are places of nodes, which are no words */
};

bool logic_step(struct asking *q); /* false: they have run out */
enum logic_answer logic_ask(struct asking *q, int64_t node, const struct logic_subject *at);
/* LOGIC_NO, with where it comes from. */
enum logic_answer logic_is_to_blame(struct asking *q, const struct logic_rule *r, const struct logic_subject *at, const char *key);

static inline enum logic_answer logic_yes_or_no(bool yes)
{
    return yes ? LOGIC_YES : LOGIC_NO;
}

/* Of several answers that all have to be yes. */
static inline enum logic_answer logic_both(enum logic_answer a, enum logic_answer b)
{
    return a == LOGIC_NO || b == LOGIC_NO ? LOGIC_NO : a == LOGIC_YES ? b : LOGIC_UNKNOWN;
}

/* How many there are, and may be. */
struct logic_count {
    uint64_t sure, maybe, least, most;
};

static inline enum logic_answer logic_counted(struct logic_count n)
{
    if (n.sure + n.maybe < n.least || n.sure > n.most)
        return LOGIC_NO;
    return n.sure >= n.least && n.sure + n.maybe <= n.most ? LOGIC_YES : LOGIC_UNKNOWN;
}

static inline uint64_t logic_bound(const json_t *node, const char *keyword, uint64_t none)
{
    const json_t *v = json_object_get(node, keyword);
    return json_is_integer(v) && json_integer_value(v) >= 0 ? (uint64_t)json_integer_value(v) : none;
}

static inline struct str logic_text(const json_t *v)
{
    return (struct str){json_string_value(v), json_string_length(v)};
}

/* A value, or columns. */
static inline bool logic_is_object(const struct logic_subject *at)
{
    return !at->value || json_is_object(at->value);
}

/* Of one value (table_logic_value.c). */
ask_fn logic_value_type;
ask_fn logic_value_values;
ask_fn logic_value_pattern;
ask_fn logic_value_format;
ask_fn logic_value_length;
ask_fn logic_value_bound;
ask_fn logic_value_twice;
ask_fn logic_value_multiple;

/* Of what stands within: members of a known name, and items (table_logic_within.c). */
ask_fn logic_within_required;
ask_fn logic_within_members;
ask_fn logic_within_items;
ask_fn logic_within_prefix;
ask_fn logic_within_contains;
enum logic_answer logic_within_list(struct asking *q, const struct logic_rule *r, const struct logic_subject *at, const json_t *names);
enum logic_answer logic_member(struct asking *q, const struct logic_subject *at, const char *key, struct logic_subject *out);

/* Of members whatever their names (table_logic_names.c). */
ask_fn logic_names_closed;
ask_fn logic_names_others;
ask_fn logic_names_patterns;
ask_fn logic_names_each;
ask_fn logic_names_count;
