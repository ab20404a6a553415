/* The steps as they are written: keys and their kinds in one table. */
#include <stddef.h>

#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/step/step_inner.h"

enum wanted { WANT_NAME, WANT_TEXT, WANT_MAYBE_TEXT, WANT_COLUMNS, WANT_MAYBE_COLUMNS, WANT_NAMES, WANT_MAYBE_NAMES,
       WANT_FLAG, WANT_TYPE };

struct param {
    const char *key;
    enum wanted wanted;
    size_t at; /* in struct step; lists and flags have one place each */
};

enum { PARAMS_MAX = 5 };
#define AT(member) offsetof(struct step, member)

static const struct {
    const char *name;
    struct param params[PARAMS_MAX];
} shapes[] = {
    {"rename", {{"column", WANT_NAME, AT(column)}, {"to", WANT_NAME, AT(to)}}},
    {"type", {{"column", WANT_NAME, AT(column)}, {"type", WANT_TYPE, AT(type)}}},
    {"split", {{"column", WANT_NAME, AT(column)}, {"separator", WANT_TEXT, AT(text)}, {"into", WANT_NAMES, 0}}},
    {"point", {{"latitude", WANT_NAME, AT(column)}, {"longitude", WANT_NAME, AT(other)}, {"into", WANT_NAME, AT(to)},
               {"lambert93", WANT_FLAG, 0}}},
    {"filter", {{"column", WANT_NAME, AT(column)}, {"keep", WANT_TEXT, AT(by)}, {"value", WANT_MAYBE_TEXT, AT(text)}}},
    {"concatenate", {{"columns", WANT_COLUMNS, 0}, {"separator", WANT_MAYBE_TEXT, AT(text)}, {"into", WANT_NAME, AT(to)}}},
    {"replace", {{"column", WANT_NAME, AT(column)}, {"find", WANT_TEXT, AT(text)}, {"by", WANT_MAYBE_TEXT, AT(by)},
                 {"whole", WANT_FLAG, 0}}},
    {"deduplicate", {{"columns", WANT_MAYBE_COLUMNS, 0}}},
    {"fill", {{"column", WANT_NAME, AT(column)}, {"value", WANT_MAYBE_TEXT, AT(text)}, {"previous", WANT_FLAG, 0}}},
    {"keep", {{"columns", WANT_COLUMNS, 0}}},
    {"drop", {{"columns", WANT_COLUMNS, 0}}},
    {"join", {{"column", WANT_NAME, AT(column)}, {"dataset", WANT_NAME, AT(dataset)}, {"on", WANT_NAME, AT(other)},
              {"take", WANT_NAMES, 0}}},
    {"group", {{"columns", WANT_COLUMNS, 0}, {"sum", WANT_MAYBE_NAMES, 0}, {"unit", WANT_MAYBE_TEXT, AT(other)},
               {"into", WANT_NAME, AT(to)}}},
};
enum { KINDS = sizeof shapes / sizeof shapes[0] };

bool step_refuse(const struct step *s, const struct err_kind *kind, struct str what, struct err *e)
{
    ERR(e, *kind, "step %u", s->number);
    err_arg(e, "%u", s->number);
    err_arg(e, "%s", s->kind ? s->kind->name : "?");
    return err_arg(e, STR_FMT, STR_ARG(str_part(what, 0, 100)));
}

static bool is_text(struct str s)
{
    return s.p && s.n <= STEP_TEXT_MAX && !memchr(s.p, 0, s.n);
}

static bool take_list(struct arena *a, const json_t *value, struct str **list, size_t *n)
{
    size_t i, most = json_array_size(value);
    json_t *item;
    if (!json_is_array(value) || most == 0 || most > RECORD_COLUMNS_MAX)
        return false;
    *list = ARENA_ARRAY(a, struct str, most);
    json_array_foreach(value, i, item) {
        struct str name = str_trim(json_is_string(item) ? (struct str){json_string_value(item), json_string_length(item)}
                                                        : STR_NONE);
        if (name.n == 0 || !is_text(name))
            return false;
        (*list)[i] = arena_str(a, name);
    }
    *n = most;
    return true;
}

static bool take(struct arena *a, struct step *s, const struct param *p, const json_t *value)
{
    struct str text = json_is_string(value) ? (struct str){json_string_value(value), json_string_length(value)} : STR_NONE;
    struct str *to = (struct str *)(void *)((char *)s + p->at);
    switch (p->wanted) {
    case WANT_NAME:
        *to = arena_str(a, str_trim(text));
        return is_text(*to) && to->n > 0;
    case WANT_TEXT:
        *to = arena_str(a, text);
        return is_text(text) && text.n > 0;
    case WANT_MAYBE_TEXT:
        *to = value ? arena_str(a, text) : STR_NONE;
        return !value || is_text(text);
    case WANT_TYPE:
        return type_asked(text, &s->type);
    case WANT_FLAG:
        s->flag = json_is_true(value);
        return !value || json_is_boolean(value);
    case WANT_MAYBE_NAMES:
        return !value || take_list(a, value, &s->names, &s->nnames);
    case WANT_NAMES:
        return take_list(a, value, &s->names, &s->nnames);
    case WANT_MAYBE_COLUMNS:
        return !value || take_list(a, value, &s->columns, &s->ncolumns);
    case WANT_COLUMNS:
        return take_list(a, value, &s->columns, &s->ncolumns);
    }
    return false;
}

/* A key that no step of this kind has is a slip of the pen that would be done without. */
static const char *unknown_key(const struct param *params, const json_t *json)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)json, key, value) {
        bool known = strcmp(key, "do") == 0;
        for (size_t i = 0; !known && i < PARAMS_MAX && params[i].key; i++)
            known = strcmp(params[i].key, key) == 0;
        if (!known)
            return key;
    }
    return NULL;
}

bool step_parse(struct arena *a, const json_t *json, unsigned number, struct step *out, struct err *e)
{
    struct step s = {.number = number};
    struct str name = jr_str(json, "do");
    size_t k = 0;
    while (k < KINDS && !str_eq(name, str_of(shapes[k].name)))
        k++;
    if (k == KINDS)
        return step_refuse(&s, &err_step_unknown, name, e);
    s.kind = step_kind(name);
    const struct param *params = shapes[k].params;
    for (size_t i = 0; i < PARAMS_MAX && params[i].key; i++)
        if (!take(a, &s, &params[i], json_object_get(json, params[i].key)))
            return step_refuse(&s, &err_step_param, str_of(params[i].key), e);
    const char *wrong = unknown_key(params, json);
    if (wrong)
        return step_refuse(&s, &err_step_param, str_of(wrong), e);
    if (str_eq(name, S("fill")) && s.flag == (s.text.n > 0))
        return step_refuse(&s, &err_step_param, S("value"), e);
    *out = s;
    return true;
}

bool steps_check(const json_t *steps, struct err *e)
{
    struct arena a = {0};
    struct step s;
    size_t i, joins = 0;
    json_t *json;
    if (!json_is_array(steps) || json_array_size(steps) > STEPS_MAX) {
        ERR(e, err_steps_many, "%zu", json_array_size(steps));
        return err_arg(e, "%d", STEPS_MAX);
    }
    bool ok = true;
    json_array_foreach(steps, i, json) {
        ok = step_parse(&a, json, (unsigned)i + 1, &s, e);
        if (ok && s.dataset.n && ++joins > STEP_JOINS_MAX)
            ok = step_refuse(&s, &err_step_joins, S(""), e);
        if (ok && s.kind == step_kind(S("group")) && i + 1 < json_array_size(steps))
            ok = step_refuse(&s, &err_step_last, S(""), e);
        if (!ok)
            break;
    }
    arena_free(&a);
    return ok;
}
