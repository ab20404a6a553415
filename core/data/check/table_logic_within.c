/* The rules of what stands within: members of an object or columns of a row, items of a list. */
#include "core/data/check/table_logic_inside.h"

static const struct table_field *field_within(const struct table_field *f, const char *key)
{
    for (size_t i = 0; f && i < f->nmembers; i++)
        if (str_eq(f->members[i].key, str_of(key)))
            return &f->members[i];
    return f;
}

enum logic_answer logic_member(struct asking *q, const struct logic_subject *at, const char *key, struct logic_subject *out)
{
    if (!at->value)
        return q->columns->member(q->columns->context, at->object, key, out);
    *out = (struct logic_subject){.value = json_object_get(at->value, key), .field = field_within(at->field, key)};
    return logic_yes_or_no(out->value);
}

enum logic_answer logic_within_list(struct asking *q, const struct logic_rule *r, const struct logic_subject *at, const json_t *names)
{
    enum logic_answer all = LOGIC_YES;
    struct logic_subject ignored;
    const json_t *v;
    size_t i;
    json_array_foreach(names, i, v) {
        enum logic_answer there = logic_member(q, at, json_string_value(v), &ignored);
        if (there == LOGIC_NO)
            return logic_is_to_blame(q, r, at, json_string_value(v));
        all = logic_both(all, there);
    }
    return all;
}

enum logic_answer logic_within_required(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    return logic_is_object(at) ? logic_within_list(q, r, at, r->value) : LOGIC_YES;
}

/* Null, or not there: a yes where null is one. */
static enum logic_answer ask_maybe(struct asking *q, int64_t node, const struct logic_subject *at)
{
    return at->value && logic_ask(q, node, at) == LOGIC_YES ? LOGIC_YES : LOGIC_UNKNOWN;
}

enum logic_answer logic_within_members(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    const char *key;
    json_t *v;
    if (!logic_is_object(at))
        return LOGIC_YES;
    json_object_foreach((json_t *)(uintptr_t)r->value, key, v) {
        struct logic_subject inner = {0};
        enum logic_answer there = logic_member(q, at, key, &inner), one = LOGIC_YES;
        if (there == LOGIC_YES)
            one = logic_ask(q, json_integer_value(v), &inner);
        else if (there == LOGIC_UNKNOWN)
            one = ask_maybe(q, json_integer_value(v), &inner);
        all = logic_both(all, one);
        if (all == LOGIC_NO)
            return LOGIC_NO;
    }
    return all;
}

static struct logic_subject item_of(const struct logic_subject *at, size_t i)
{
    const struct table_field *f = at->field;
    return (struct logic_subject){
        .value = json_array_get(at->value, i), .field = f && f->element ? f->element : f, .column = at->column};
}

/* Those behind "prefixItems". */
enum logic_answer logic_within_items(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    size_t from = json_array_size(json_object_get(r->node, "prefixItems"));
    for (size_t i = from; i < json_array_size(at->value); i++) {
        struct logic_subject item = item_of(at, i);
        all = logic_both(all, logic_ask(q, json_integer_value(r->value), &item));
        if (all == LOGIC_NO)
            return LOGIC_NO;
    }
    return all;
}

enum logic_answer logic_within_prefix(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    enum logic_answer all = LOGIC_YES;
    for (size_t i = 0; i < json_array_size(r->value) && i < json_array_size(at->value); i++) {
        struct logic_subject item = item_of(at, i);
        all = logic_both(all, logic_ask(q, json_integer_value(json_array_get(r->value, i)), &item));
        if (all == LOGIC_NO)
            return LOGIC_NO;
    }
    return all;
}

enum logic_answer logic_within_contains(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    struct logic_count items = {.least = logic_bound(r->node, "minContains", 1), .most = logic_bound(r->node, "maxContains", UINT64_MAX)};
    if (!json_is_array(at->value))
        return LOGIC_YES;
    for (size_t i = 0; i < json_array_size(at->value); i++) {
        struct logic_subject item = item_of(at, i);
        enum logic_answer one = logic_ask(q, json_integer_value(r->value), &item);
        items.sure += one == LOGIC_YES;
        items.maybe += one == LOGIC_UNKNOWN;
    }
    enum logic_answer fits = logic_counted(items);
    return fits == LOGIC_NO ? logic_is_to_blame(q, r, at, NULL) : fits;
}
