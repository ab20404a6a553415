#include "tenants/pages/bo_step_kinds.h"

#include "core/base/jr.h"

const struct bo_step_kind bo_step_kinds[] = {
    {"rename", TEXT_BO_STEP_RENAME, TEXT_BO_STEP_RENAME_HELP,
     {{"column", BO_STEP_COLUMN, TEXT_BO_STEP_COLUMN}, {"to", BO_STEP_TEXT, TEXT_BO_STEP_TO}}},
    {"type", TEXT_BO_STEP_TYPE, TEXT_BO_STEP_TYPE_HELP,
     {{"column", BO_STEP_COLUMN, TEXT_BO_STEP_COLUMN}, {"type", BO_STEP_TYPE, TEXT_BO_COL_TYPE}}},
    {"split", TEXT_BO_STEP_SPLIT, TEXT_BO_STEP_SPLIT_HELP,
     {{"column", BO_STEP_COLUMN, TEXT_BO_STEP_COLUMN}, {"separator", BO_STEP_TEXT, TEXT_BO_STEP_SEPARATOR},
      {"into", BO_STEP_NAMES, TEXT_BO_STEP_INTO_MANY}}},
    {"point", TEXT_BO_STEP_POINT, TEXT_BO_STEP_POINT_HELP,
     {{"latitude", BO_STEP_COLUMN, TEXT_BO_STEP_LATITUDE}, {"longitude", BO_STEP_COLUMN, TEXT_BO_STEP_LONGITUDE},
      {"into", BO_STEP_TEXT, TEXT_BO_STEP_INTO}, {"lambert93", BO_STEP_FLAG, TEXT_BO_STEP_LAMBERT93}}},
    {"filter", TEXT_BO_STEP_FILTER, TEXT_BO_STEP_FILTER_HELP,
     {{"column", BO_STEP_COLUMN, TEXT_BO_STEP_COLUMN}, {"keep", BO_STEP_WHICH, TEXT_BO_STEP_KEEP_ROWS},
      {"value", BO_STEP_TEXT, TEXT_BO_STEP_VALUE}}},
    {"concatenate", TEXT_BO_STEP_CONCATENATE, TEXT_BO_STEP_CONCATENATE_HELP,
     {{"columns", BO_STEP_COLUMNS, TEXT_BO_STEP_COLUMNS}, {"separator", BO_STEP_TEXT, TEXT_BO_STEP_SEPARATOR},
      {"into", BO_STEP_TEXT, TEXT_BO_STEP_INTO}}},
    {"replace", TEXT_BO_STEP_REPLACE, TEXT_BO_STEP_REPLACE_HELP,
     {{"column", BO_STEP_COLUMN, TEXT_BO_STEP_COLUMN}, {"find", BO_STEP_TEXT, TEXT_BO_STEP_FIND},
      {"by", BO_STEP_TEXT, TEXT_BO_STEP_BY}, {"whole", BO_STEP_FLAG, TEXT_BO_STEP_WHOLE}}},
    {"deduplicate", TEXT_BO_STEP_DEDUPLICATE, TEXT_BO_STEP_DEDUPLICATE_HELP,
     {{"columns", BO_STEP_COLUMNS, TEXT_BO_STEP_COLUMNS}}},
    {"fill", TEXT_BO_STEP_FILL, TEXT_BO_STEP_FILL_HELP,
     {{"column", BO_STEP_COLUMN, TEXT_BO_STEP_COLUMN}, {"value", BO_STEP_TEXT, TEXT_BO_STEP_VALUE},
      {"previous", BO_STEP_FLAG, TEXT_BO_STEP_PREVIOUS}}},
    {"keep", TEXT_BO_STEP_KEEP, TEXT_BO_STEP_KEEP_HELP, {{"columns", BO_STEP_COLUMNS, TEXT_BO_STEP_COLUMNS}}},
    {"drop", TEXT_BO_STEP_DROP, TEXT_BO_STEP_DROP_HELP, {{"columns", BO_STEP_COLUMNS, TEXT_BO_STEP_COLUMNS}}},
    {"join", TEXT_BO_STEP_JOIN, TEXT_BO_STEP_JOIN_HELP,
     {{"column", BO_STEP_COLUMN, TEXT_BO_STEP_COLUMN}, {"dataset", BO_STEP_TEXT, TEXT_BO_STEP_DATASET},
      {"on", BO_STEP_TEXT, TEXT_BO_STEP_ON}, {"take", BO_STEP_NAMES, TEXT_BO_STEP_TAKE}}},
    {"group", TEXT_BO_STEP_GROUP, TEXT_BO_STEP_GROUP_HELP,
     {{"columns", BO_STEP_COLUMNS, TEXT_BO_STEP_GROUP_BY}, {"sum", BO_STEP_COLUMNS, TEXT_BO_STEP_GROUP_SUM},
      {"unit", BO_STEP_MAYBE_COLUMN, TEXT_BO_STEP_GROUP_UNIT}, {"into", BO_STEP_TEXT, TEXT_BO_STEP_GROUP_INTO}}},
    {NULL, TEXT_BO_STEP_RENAME, TEXT_BO_STEP_RENAME, {{NULL, BO_STEP_TEXT, TEXT_BO_STEP_TO}}},
};

const struct bo_step_choice bo_step_filters[] = {
    {"equals", TEXT_BO_WHICH_EQUALS}, {"differs", TEXT_BO_WHICH_DIFFERS}, {"contains", TEXT_BO_WHICH_CONTAINS},
    {"starts", TEXT_BO_WHICH_STARTS}, {"empty", TEXT_BO_WHICH_EMPTY},     {"filled", TEXT_BO_WHICH_FILLED},
    {NULL, TEXT_BO_WHICH_EQUALS},
};
const struct bo_step_choice bo_step_types[] = {
    {"text", TEXT_BO_TYPE_TEXT},         {"int", TEXT_BO_TYPE_INT},         {"decimal", TEXT_BO_TYPE_DECIMAL},
    {"date", TEXT_BO_TYPE_DATE},         {"datetime", TEXT_BO_TYPE_DATETIME}, {"boolean", TEXT_BO_TYPE_BOOLEAN},
    {"geo_point_2d", TEXT_BO_TYPE_POINT}, {NULL, TEXT_BO_TYPE_TEXT},
};

const struct bo_step_kind *bo_step_kind(struct str name)
{
    for (const struct bo_step_kind *k = bo_step_kinds; k->name; k++)
        if (str_eq(name, str_of(k->name)))
            return k;
    return NULL;
}

/* ---- said ---- */

static struct str choice_said(struct req *r, const struct bo_step_choice *list, struct str value)
{
    for (; list->value; list++)
        if (str_eq(value, str_of(list->value)))
            return page_say(r, list->label);
    return value;
}

static void say_value(struct req *r, const struct bo_step_param *param, const json_t *value, struct buf *b)
{
    const json_t *item;
    size_t i;
    struct str text = str_of(json_string_value(value));
    if (json_is_array(value)) {
        json_array_foreach(value, i, item)
            buf_printf(b, "%s%s", i ? ", " : "", json_string_value(item) ? json_string_value(item) : "");
        return;
    }
    if (json_is_true(value))
        text = page_say(r, param->label);
    else if (param->sort == BO_STEP_WHICH)
        text = choice_said(r, bo_step_filters, text);
    else if (param->sort == BO_STEP_TYPE)
        text = choice_said(r, bo_step_types, text);
    bool quoted = param->sort == BO_STEP_TEXT;
    buf_printf(b, quoted ? "« " STR_FMT " »" : STR_FMT, STR_ARG(text));
}

struct str bo_step_said(struct req *r, const json_t *step)
{
    const struct bo_step_kind *kind = bo_step_kind(jr_str(step, "do"));
    struct buf b = {0};
    if (!kind)
        return arena_str(r->a, jr_str(step, "do"));
    struct str label = page_say(r, kind->label);
    buf_add(&b, label);
    for (size_t i = 0, n = 0; i < BO_STEP_PARAMS && kind->params[i].key; i++) {
        const json_t *value = json_object_get(step, kind->params[i].key);
        if (!value || json_is_false(value))
            continue;
        buf_addz(&b, n++ ? ", " : r->lang == LANG_FR ? " : " : ": ");
        say_value(r, &kind->params[i], value, &b);
    }
    struct str said = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return said;
}

/* ---- asked ---- */

static json_t *json_of(struct str s)
{
    return json_stringn(s.p ? s.p : "", s.n);
}

/* One a line. */
static json_t *names_of(struct str text)
{
    json_t *list = json_array();
    struct str line;
    while (str_cut(&text, '\n', &line))
        if (str_trim(line).n)
            json_array_append_new(list, json_of(str_trim(line)));
    return list;
}

static json_t *columns_of(struct req *r, struct str key)
{
    json_t *list = json_array();
    struct str name, value;
    for (size_t at = 0; (at = req_form_all(r, at, &name, &value));)
        if (str_eq(name, key))
            json_array_append_new(list, json_of(value));
    return list;
}

static json_t *value_of(struct req *r, const struct bo_step_param *param)
{
    struct str value = req_form(r, str_of(param->key));
    switch (param->sort) {
    case BO_STEP_NAMES:
        return names_of(value);
    case BO_STEP_COLUMNS:
        return columns_of(r, str_of(param->key));
    case BO_STEP_FLAG:
        return value.n ? json_true() : NULL;
    case BO_STEP_COLUMN:
    case BO_STEP_MAYBE_COLUMN:
    case BO_STEP_TEXT:
    case BO_STEP_WHICH:
    case BO_STEP_TYPE:
        return value.n ? json_of(value) : NULL;
    }
    return NULL;
}

json_t *bo_step_from_form(struct req *r, const struct bo_step_kind *kind)
{
    json_t *step = json_pack("{s:s}", "do", kind->name);
    for (size_t i = 0; i < BO_STEP_PARAMS && kind->params[i].key; i++) {
        json_t *value = value_of(r, &kind->params[i]);
        bool left_out = json_is_array(value) && json_array_size(value) == 0;
        if (value && !left_out)
            json_object_set(step, kind->params[i].key, value);
        json_decref(value);
    }
    return step;
}
