/* The rules of one value: what it is, and what it may be. */
#include <float.h>
#include <math.h>

#include "core/base/utf8.h"
#include "core/data/check/table_logic_inside.h"

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
    return json_is_number(at->value) || (at->loose && reads_as_number(logic_text(at->value), out));
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
        return json_is_boolean(v) || (at->loose && reads_as_truth(logic_text(v)));
    return (str_eq(type, S("object")) && (!v || json_is_object(v))) || (str_eq(type, S("array")) && json_is_array(v)) ||
           (str_eq(type, S("string")) && json_is_string(v)) || (str_eq(type, S("null")) && json_is_null(v));
}

/* A loose 12 is a text only where it must be one. */
enum logic_answer logic_value_type(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    const json_t *v;
    double ignored;
    bool text = false, other = false;
    size_t i;
    (void)q;
    json_array_foreach(r->value, i, v) {
        bool is_text = str_eq(logic_text(v), S("string"));
        text = text || (is_text && is_of_type(at, logic_text(v)));
        other = other || (!is_text && is_of_type(at, logic_text(v)));
    }
    if (text && !other && at->loose && (number_in(at, &ignored) || reads_as_truth(logic_text(at->value))))
        return LOGIC_UNKNOWN;
    return logic_yes_or_no(text || other);
}

static bool is_same(const struct logic_subject *at, const json_t *v)
{
    double d;
    if (json_is_number(v))
        return number_in(at, &d) && !(d < json_number_value(v)) && !(d > json_number_value(v));
    if (json_is_boolean(v) && at->loose)
        return str_eq(logic_text(at->value), json_is_true(v) ? S("true") : S("false"));
    return json_equal(at->value, v);
}

enum logic_answer logic_value_values(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    const json_t *v;
    size_t i;
    (void)q;
    json_array_foreach(r->value, i, v)
        if (at->value && is_same(at, v))
            return LOGIC_YES;
    return LOGIC_NO;
}

enum logic_answer logic_value_pattern(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    static const enum logic_answer answers[] = {
        [PATTERN_NO] = LOGIC_NO, [PATTERN_YES] = LOGIC_YES, [PATTERN_UNKNOWN] = LOGIC_UNKNOWN};
    (void)q;
    if (!json_is_string(at->value))
        return LOGIC_YES;
    return r->pattern ? answers[pattern_match(r->pattern, logic_text(at->value))] : LOGIC_UNKNOWN;
}

enum logic_answer logic_value_format(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    struct table_value ignored;
    enum reason_code why;
    (void)q;
    if (!json_is_string(at->value))
        return LOGIC_YES;
    return r->form ? logic_yes_or_no(table_cast(r->form, logic_text(at->value), &ignored, &why)) : LOGIC_UNKNOWN;
}

/* Characters of a text, or items of a list, of at least or at most so many. */
enum logic_answer logic_value_length(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    const char *name = r->keyword->name;
    bool items = strstr(name, "Items"), least = str_starts(str_of(name), S("min"));
    (void)q;
    if (items ? !json_is_array(at->value) : !json_is_string(at->value))
        return LOGIC_YES;
    json_int_t n = (json_int_t)(items ? json_array_size(at->value) : utf8_count(logic_text(at->value)));
    return logic_yes_or_no(least ? n >= json_integer_value(r->value) : n <= json_integer_value(r->value));
}

enum logic_answer logic_value_bound(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    const char *name = r->keyword->name;
    double d, bound = json_number_value(r->value);
    bool open = str_starts(str_of(name), S("exclusive")), lower = strstr(name, "inimum");
    (void)q;
    if (!number_in(at, &d))
        return LOGIC_YES;
    return logic_yes_or_no(lower ? (open ? d > bound : d >= bound) : (open ? d < bound : d <= bound));
}

enum logic_answer logic_value_twice(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
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

/* The cell's own digits, or those of a text that may be a number; absent: no number, or more digits than are kept. */
static struct str digits_of(const struct logic_subject *at, char room[32])
{
    if (at->digits.n)
        return at->digits;
    return json_is_string(at->value) ? logic_text(at->value) : decimal_of_json(at->value, room);
}

enum logic_answer logic_value_multiple(struct asking *q, const struct logic_rule *r, const struct logic_subject *at)
{
    char room[32];
    double ignored;
    bool is;
    (void)q;
    if (!number_in(at, &ignored))
        return LOGIC_YES;
    return decimal_is_multiple(digits_of(at, room), r->step, &is) ? logic_yes_or_no(is) : LOGIC_UNKNOWN;
}
