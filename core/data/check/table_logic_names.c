/* The rules of an object's members whatever their names: patterns of names, their number, those that nothing else describes. */
#include "core/data/check/table_logic_inside.h"

static void count_walked(struct asking *q, struct logic_walk *w, size_t n)
{
    for (w->walked += n; w->walked >= LOGIC_WALK; w->walked -= LOGIC_WALK)
        logic_step(q);
}

static bool next_column(struct asking *q, const struct logic_subject *at, struct logic_walk *w)
{
    size_t before = w->at;
    bool is = q->columns->next(q->columns->context, at->object, w);
    count_walked(q, w, w->at - before);
    return is;
}

static bool next_member(struct asking *q, const struct logic_subject *at, struct logic_walk *w)
{
    json_t *object = (json_t *)(uintptr_t)at->value;
    if (!object)
        return next_column(q, at, w);
    count_walked(q, w, 1);
    w->iter = w->iter ? json_object_iter_next(object, w->iter) : json_object_iter(object);
    if (!w->iter)
        return false;
    w->key = json_object_iter_key(w->iter);
    w->there = logic_member(q, at, w->key, &w->member);
    return true;
}

static struct str before_dot(const char *key)
{
    const char *dot = strchr(key, '.');
    return (struct str){key, dot ? (size_t)(dot - key) : 0};
}

/* ---- names held against patterns ---- */

static const enum logic_answer answers[] = {
    [PATTERN_NO] = LOGIC_NO, [PATTERN_YES] = LOGIC_YES, [PATTERN_UNKNOWN] = LOGIC_UNKNOWN};

/* Of "a.b" it cannot be told where a alone would match otherwise. */
static enum logic_answer has_name(struct asking *q, const struct logic_rule *r, size_t pattern, const struct logic_walk *w)
{
    if (!r->names || !r->names[pattern] || !logic_step(q))
        return LOGIC_UNKNOWN;
    enum logic_answer whole = answers[pattern_match(r->names[pattern], str_of(w->key))];
    if (!w->split)
        return whole;
    return answers[pattern_match(r->names[pattern], before_dot(w->key))] == whole ? whole : LOGIC_UNKNOWN;
}

/* Described by its name or by a pattern. */
static enum logic_answer is_described(struct asking *q, const struct logic_rule *r, const struct logic_walk *w)
{
    const json_t *known = json_is_object(r->value) ? r->value : json_object_get(r->node, "known");
    struct str before = w->split ? before_dot(w->key) : STR_NONE;
    if (json_object_get(known, w->key))
        return LOGIC_YES;
    enum logic_answer any = before.n && json_object_getn(known, before.p, before.n) ? LOGIC_UNKNOWN : LOGIC_NO;
    for (size_t i = 0; i < json_object_size(json_object_get(r->node, "named")); i++) {
        enum logic_answer one = has_name(q, r, i, w);
        if (one == LOGIC_YES)
            return LOGIC_YES;
        any = one == LOGIC_UNKNOWN ? one : any;
    }
    return any;
}

/* Of a member that may not be there. */
static enum logic_answer as_sure(enum logic_answer answer, const struct logic_walk *w)
{
    return answer == LOGIC_YES || w->there == LOGIC_YES ? answer : LOGIC_UNKNOWN;
}

/* ---- rules ---- */

enum logic_answer logic_names_closed(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    struct logic_walk w = {0};
    if (!logic_is_object(at))
        return LOGIC_YES;
    while (next_member(q, at, &w)) {
        all = logic_both(all, as_sure(is_described(q, r, &w), &w));
        if (all == LOGIC_NO)
            return logic_is_to_blame(q, r, at, w.key);
    }
    return all;
}

/* The value may not be one that can be read. */
static enum logic_answer ask_value(struct asking *q, int64_t node, const struct logic_walk *w)
{
    if (w->there != LOGIC_YES || w->split || (!w->member.value && !w->member.object))
        return LOGIC_UNKNOWN;
    return logic_ask(q, node, &w->member);
}

enum logic_answer logic_names_others(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    struct logic_walk w = {0};
    if (!logic_is_object(at))
        return LOGIC_YES;
    while (next_member(q, at, &w)) {
        enum logic_answer is = is_described(q, r, &w);
        if (is != LOGIC_YES)
            all = logic_both(all, is == LOGIC_NO ? ask_value(q, json_integer_value(r->value), &w) : LOGIC_UNKNOWN);
        if (all == LOGIC_NO)
            return LOGIC_NO;
    }
    return all;
}

static enum logic_answer ask_patterns(struct asking *q, const struct logic_rule *r, const struct logic_walk *w)
{
    enum logic_answer all = LOGIC_YES;
    size_t i = 0;
    const char *pattern;
    json_t *node;
    json_object_foreach((json_t *)(uintptr_t)r->value, pattern, node) {
        enum logic_answer is = has_name(q, r, i++, w);
        if (is != LOGIC_NO)
            all = logic_both(all, is == LOGIC_YES ? ask_value(q, json_integer_value(node), w) : LOGIC_UNKNOWN);
        if (all == LOGIC_NO)
            return LOGIC_NO;
    }
    return all;
}

enum logic_answer logic_names_patterns(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    struct logic_walk w = {0};
    if (!logic_is_object(at))
        return LOGIC_YES;
    while (next_member(q, at, &w)) {
        all = logic_both(all, ask_patterns(q, r, &w));
        if (all == LOGIC_NO)
            return LOGIC_NO;
    }
    return all;
}

static enum logic_answer ask_name(struct asking *q, int64_t node, struct str name)
{
    json_t *text = json_stringn(name.p, name.n);
    enum logic_answer answer = logic_ask(q, node, &(struct logic_subject){.value = text});
    json_decref(text);
    return answer;
}

/* The rule that says no is told, of the member: the name itself is no value that stays. */
enum logic_answer logic_names_each(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    struct logic_walk w = {0};
    int64_t node = json_integer_value(r->value);
    if (!logic_is_object(at))
        return LOGIC_YES;
    while (next_member(q, at, &w)) {
        enum logic_answer one = ask_name(q, node, str_of(w.key));
        bool same = !w.split || ask_name(q, node, before_dot(w.key)) == one;
        all = logic_both(all, same ? as_sure(one, &w) : LOGIC_UNKNOWN);
        if (all == LOGIC_NO) {
            *q->blame = (struct logic_blame){.rule = q->blame->rule, .at = *at, .key = w.key, .name = true};
            return LOGIC_NO;
        }
    }
    return all;
}

/* All "a.b" may be members of one a. */
enum logic_answer logic_names_count(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    bool least = str_starts(str_of(r->keyword->name), S("min")), split = false;
    uint64_t bound = (uint64_t)json_integer_value(r->value);
    struct logic_count members = {.least = least ? bound : 0, .most = least ? UINT64_MAX : bound};
    struct logic_walk w = {0};
    if (!logic_is_object(at))
        return LOGIC_YES;
    while (next_member(q, at, &w)) {
        bool sure = w.there == LOGIC_YES && !(w.split && split);
        split = split || (w.split && w.there == LOGIC_YES);
        members.sure += sure;
        members.maybe += !sure;
    }
    return logic_counted(members);
}
