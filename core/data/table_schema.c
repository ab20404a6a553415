#include "core/data/table_schema.h"

#include <stdio.h>
#include <strings.h>

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/data/date_pattern.h"
#include "core/data/errors.h"
#include "core/data/table_rules.h"

static const char *const type_names[TABLE_TYPES] = {
    [TABLE_STRING] = "string",     [TABLE_INTEGER] = "integer",   [TABLE_NUMBER] = "number",
    [TABLE_BOOLEAN] = "boolean",   [TABLE_DATE] = "date",         [TABLE_TIME] = "time",
    [TABLE_DATETIME] = "datetime", [TABLE_YEAR] = "year",         [TABLE_YEARMONTH] = "yearmonth",
    [TABLE_DURATION] = "duration", [TABLE_GEOPOINT] = "geopoint", [TABLE_GEOJSON] = "geojson",
    [TABLE_OBJECT] = "object",     [TABLE_ARRAY] = "array",       [TABLE_LIST] = "list",
    [TABLE_ANY] = "any",
};

const char *table_type_name(enum table_type t)
{
    return type_names[t];
}

static struct str text_of(const json_t *v)
{
    return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

/* Examples and bounds are written as words, numbers or truths. */
static struct str scalar(struct arena *a, const json_t *v)
{
    if (json_is_integer(v))
        return arena_printf(a, "%lld", (long long)json_integer_value(v));
    if (json_is_real(v))
        return arena_printf(a, "%.15g", json_real_value(v));
    if (json_is_boolean(v))
        return json_is_true(v) ? S("true") : S("false");
    return text_of(json_is_array(v) ? json_array_get(v, 0) : v);
}

static void read_type(struct table_schema *s, const json_t *field, struct table_field *f)
{
    struct str type = jr_str(field, "type");
    f->type = TABLE_STRING;
    if (type.n == 0)
        return;
    for (size_t t = 0; t < TABLE_TYPES; t++)
        if (str_eq(type, str_of(type_names[t]))) {
            f->type = (enum table_type)t;
            return;
        }
    s->unknown++;
    f->type = TABLE_ANY;
}

static void read_format(struct table_schema *s, const json_t *field, struct table_field *f)
{
    bool moment = f->type == TABLE_DATE || f->type == TABLE_TIME || f->type == TABLE_DATETIME;
    f->format = jr_str(field, "format");
    if (!moment || f->format.n == 0 || str_eq(f->format, S("default")) ||
        str_eq(f->format, S("any")))
        return;
    if (date_pattern_valid(f->format))
        return;
    s->unknown++;
    f->type = TABLE_ANY;
}

static void read_marks(const json_t *field, struct table_field *f)
{
    struct str decimal = jr_str(field, "decimalChar"), group = jr_str(field, "groupChar"),
               cut = jr_str(field, "delimiter");
    f->decimal = decimal.n == 1 ? decimal.p[0] : '.';
    if (group.n > 0 && group.n < sizeof f->group)
        memcpy(f->group, group.p, group.n);
    f->bare = jr_bool(field, "bareNumber", true);
    f->trues = jr_array(field, "trueValues");
    f->falses = jr_array(field, "falseValues");
    f->delimiter = cut.n == 1 ? cut.p[0] : ',';
}

static void read_bound(struct table_schema *s, const json_t *rules, const char *key,
                       const struct table_field *f, bool *has, struct table_value *value,
                       struct str *text)
{
    enum reason_code ignored;
    const json_t *v = json_object_get(rules, key);
    struct table_field plain = *f;
    plain.decimal = json_is_string(v) ? f->decimal : '.';
    *text = scalar(&s->arena, v);
    *has = v && text->n && table_cast(&plain, *text, value, &ignored);
    s->unknown += v && !*has;
}

static void read_allowed(struct table_schema *s, const json_t *list, struct table_field *f)
{
    struct buf said = {.max = 400};
    const json_t *v;
    size_t i;
    f->allowed = ARENA_ARRAY(&s->arena, struct table_value, json_array_size(list) + 1);
    json_array_foreach(list, i, v)
    {
        enum reason_code ignored;
        struct table_field plain = *f;
        struct str word = scalar(&s->arena, v);
        plain.decimal = json_is_string(v) ? f->decimal : '.';
        struct table_value *value = &f->allowed[f->nallowed];
        if (!table_cast(&plain, word, value, &ignored))
            *value = (struct table_value){.kind = TABLE_HAS_TEXT, .text = word};
        f->nallowed++;
        if (said.n < 90)
            buf_printf(&said, "%s" STR_FMT, i ? ", " : "", STR_ARG(word));
        else if (said.n < 110)
            buf_addz(&said, ", …                              ");
    }
    f->allowed_text = arena_str(&s->arena, str_trim(buf_str(&said)));
    buf_free(&said);
}

static void read_constraints(struct table_schema *s, const json_t *field, struct table_field *f)
{
    const json_t *rules = jr_object(field, "constraints"), *list = jr_array(rules, "enum");
    struct str pattern = jr_str(rules, "pattern");
    f->required = jr_bool(rules, "required", false);
    f->unique = jr_bool(rules, "unique", false);
    f->min_length = jr_i64(rules, "minLength", -1);
    f->max_length = jr_i64(rules, "maxLength", -1);
    read_bound(s, rules, "minimum", f, &f->has_minimum, &f->minimum, &f->minimum_text);
    read_bound(s, rules, "maximum", f, &f->has_maximum, &f->maximum, &f->maximum_text);
    if (json_array_size(list) > 0)
        read_allowed(s, list, f);
    if (pattern.n) {
        f->pattern = pattern_new(pattern);
        f->pattern_text = f->example.n ? f->example : pattern;
        s->unknown += !f->pattern;
    }
}

static void read_field(struct table_schema *s, const json_t *field, struct table_field *f,
                       unsigned depth)
{
    const json_t *example = json_object_get(field, "example"),
                 *item = jr_object(field, "arrayItem");
    struct str itemtype = jr_str(field, "itemType");
    f->name = str_trim(jr_str(field, "name"));
    f->title = jr_str(field, "title");
    f->description = jr_str(field, "description");
    f->example = scalar(&s->arena, example ? example : json_object_get(field, "examples"));
    read_marks(field, f);
    read_type(s, field, f);
    read_format(s, field, f);
    read_constraints(s, field, f);
    if (depth == 0 && (item || itemtype.n)) {
        f->item = ARENA_NEW(&s->arena, struct table_field);
        json_t *made = item ? NULL : json_pack("{s:s%}", "type", itemtype.p, itemtype.n);
        read_field(s, item ? item : made, f->item, 1);
        json_decref(made);
    }
}

static bool read_fields(struct table_schema *s, struct err *e)
{
    const json_t *fields = jr_array(s->json, "fields"), *field;
    size_t n = json_array_size(fields), i;
    if (n == 0 || n > TABLE_FIELDS_MAX) {
        ERR(e, err_schema_invalid, "%zu fields", n);
        return err_arg(e, "fields");
    }
    s->fields = ARENA_ARRAY(&s->arena, struct table_field, n);
    json_array_foreach(fields, i, field)
    {
        read_field(s, field, &s->fields[i], 0);
        s->n = i + 1; /* what table_schema_free has to release */
        if (s->fields[i].name.n)
            continue;
        ERR(e, err_schema_invalid, "field %zu", i);
        return err_arg(e, "fields[%zu].name", i);
    }
    return true;
}

static void read_missing(struct table_schema *s)
{
    const json_t *list = jr_array(s->json, "missingValues"), *v;
    size_t i;
    s->missing = ARENA_ARRAY(&s->arena, struct str, json_array_size(list) + 1);
    if (!list)
        s->missing[s->nmissing++] = S("");
    json_array_foreach(list, i, v)
    {
        struct str word =
            json_is_object(v) ? jr_str(v, "value") : text_of(v); /* v2: {"value", "label"} */
        if (word.p)
            s->missing[s->nmissing++] = word;
    }
}

static void read_key(struct table_schema *s)
{
    const json_t *key = json_object_get(s->json, "primaryKey"), *v;
    size_t i, n = json_is_array(key) ? json_array_size(key) : 1;
    s->key = ARENA_ARRAY(&s->arena, size_t, n + 1);
    if (json_is_string(key) && (s->key[0] = table_schema_field(s, text_of(key), NULL)) < s->n)
        s->nkey = 1;
    json_array_foreach(key, i, v)
    {
        size_t at = table_schema_field(s, text_of(v), NULL);
        if (at < s->n)
            s->key[s->nkey++] = at;
    }
}

static void read_match(struct table_schema *s)
{
    static const char *const names[] = {"exact", "equal", "subset", "superset", "partial"};
    const json_t *given = json_object_get(s->json, "fieldsMatch");
    struct str word = json_is_array(given) ? text_of(json_array_get(given, 0)) : text_of(given);
    s->match = TABLE_LOOSE; /* v1: what lacks and what is more are told, neither stops anything */
    for (size_t i = 0; i < 5; i++)
        if (str_eq(word, str_of(names[i])))
            s->match = (enum table_match)i;
}

/* "v2.1.0" and "2.1.0" are one version. */
static struct str version_of(struct str version)
{
    return version.n > 1 && (version.p[0] == 'v' || version.p[0] == 'V') ? str_from(version, 1)
                                                                         : version;
}

bool table_schema_read(json_t *definition, struct table_schema *out, struct err *e)
{
    *out = (struct table_schema){.json = json_incref(definition)};
    if (!json_is_object(definition)) {
        table_schema_free(out);
        ERR(e, err_schema_invalid, "not an object");
        return err_arg(e, "JSON");
    }
    out->name = jr_str(definition, "name");
    out->title = jr_str(definition, "title");
    out->version = version_of(jr_str(definition, "version"));
    read_missing(out);
    if (!read_fields(out, e)) {
        table_schema_free(out);
        return false;
    }
    read_key(out);
    read_match(out);
    table_rules_read(out);
    return true;
}

void table_schema_free(struct table_schema *s)
{
    for (size_t i = 0; i < s->n; i++) {
        pattern_free(s->fields[i].pattern);
        if (s->fields[i].item)
            pattern_free(s->fields[i].item->pattern);
    }
    json_decref(s->json);
    arena_free(&s->arena);
    *s = (struct table_schema){0};
}

size_t table_schema_field(const struct table_schema *s, struct str name, bool *other_case)
{
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->fields[i].name, name))
            return i;
    for (size_t i = 0; other_case && i < s->n; i++)
        if (str_ieq(s->fields[i].name, name)) {
            *other_case = true;
            return i;
        }
    return s->n;
}

bool table_schema_is_missing(const struct table_schema *s, struct str cell)
{
    for (size_t i = 0; i < s->nmissing; i++)
        if (str_eq(s->missing[i], cell))
            return true;
    return str_trim(cell).n == 0;
}
