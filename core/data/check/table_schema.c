#include "core/data/check/table_schema.h"

#include <stdio.h>
#include <strings.h>

#include "core/base/jr.h"
#include "core/base/utf8.h"
#include "core/data/check/date_pattern.h"
#include "core/data/errors.h"
#include "core/data/check/json_schema.h"
#include "core/data/check/json_schema_geometry.h"
#include "core/data/check/table_logic.h"
#include "core/data/check/table_rules.h"

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
        return arena_n(a, json_integer_value(v));
    if (json_is_real(v))
        return arena_printf(a, "%.15g", json_real_value(v));
    if (json_is_boolean(v))
        return json_is_true(v) ? S("true") : S("false");
    return text_of(json_is_array(v) ? json_array_get(v, 0) : v);
}

static struct str cut(struct str s, size_t most)
{
    s = str_part(s, 0, most);
    s.n = utf8_floor(s);
    return s;
}

void table_schema_leave(struct table_schema *s, struct str field, struct str rule)
{
    struct str said = field.n ? arena_printf(&s->arena, STR_FMT ": " STR_FMT,
                                             STR_ARG(cut(field, 200)), STR_ARG(cut(rule, 100)))
                              : arena_str(&s->arena, cut(rule, 300));
    for (size_t i = 0; i < s->nleft; i++)
        if (str_eq(s->left[i], said))
            return;
    s->unknown++;
    if (s->nleft < TABLE_LEFT_MAX)
        s->left[s->nleft++] = said;
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
    table_schema_leave(s, f->name,
                       arena_printf(&s->arena, "type " STR_FMT, STR_ARG(str_part(type, 0, 60))));
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
    table_schema_leave(
        s, f->name,
        arena_printf(&s->arena, "format " STR_FMT, STR_ARG(str_part(f->format, 0, 60))));
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

static bool read_bound(struct table_schema *s, const json_t *rules, const char *key,
                       const struct table_field *f, bool *has, struct table_value *value,
                       struct str *text)
{
    enum reason_code ignored;
    const json_t *v = json_object_get(rules, key);
    struct table_field plain = *f;
    plain.decimal = json_is_string(v) ? f->decimal : '.';
    *text = scalar(&s->arena, v);
    bool is = v && text->n && table_cast(&plain, *text, value, &ignored);
    *has = *has || is;
    if (v && !is)
        table_schema_leave(s, f->name, str_of(key));
    return is;
}

static void read_allowed(struct table_schema *s, const json_t *list, struct table_field *f)
{
    struct buf said = {.max = 400};
    const json_t *v;
    size_t i;
    f->allowed = ARENA_ARRAY(&s->arena, struct table_value, json_array_size(list) + 1);
    json_array_foreach(list, i, v) {
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

/* Where both kinds are given the open one stands, which v2 and JSON Schema alike have alone. */
static void read_bounds(struct table_schema *s, const json_t *rules, struct table_field *f)
{
    read_bound(s, rules, "minimum", f, &f->has_minimum, &f->minimum, &f->minimum_text);
    read_bound(s, rules, "maximum", f, &f->has_maximum, &f->maximum, &f->maximum_text);
    if (json_object_get(rules, "exclusiveMinimum"))
        f->open_minimum = read_bound(s, rules, "exclusiveMinimum", f, &f->has_minimum, &f->minimum,
                                     &f->minimum_text);
    if (json_object_get(rules, "exclusiveMaximum"))
        f->open_maximum = read_bound(s, rules, "exclusiveMaximum", f, &f->has_maximum, &f->maximum,
                                     &f->maximum_text);
}

/* "find": anywhere in the value. */
static void read_pattern(struct table_schema *s, const json_t *rules, struct table_field *f)
{
    struct str whole = jr_str(rules, "pattern"), part = jr_str(rules, "find");
    struct str pattern = whole.n ? whole : part;
    if (!pattern.n)
        return;
    f->pattern = whole.n ? pattern_new(whole) : pattern_new_anywhere(part);
    f->pattern_text = f->example.n ? f->example : pattern;
    if (!f->pattern)
        table_schema_leave(s, f->name, S("pattern"));
}

static void read_constraints(struct table_schema *s, const json_t *field, struct table_field *f)
{
    const json_t *rules = jr_object(field, "constraints"), *list = jr_array(rules, "enum");
    f->required = jr_bool(rules, "required", false);
    f->unique = jr_bool(rules, "unique", false);
    f->min_length = jr_i64(rules, "minLength", -1);
    f->max_length = jr_i64(rules, "maxLength", -1);
    f->min_items = jr_i64(rules, "minItems", -1);
    f->max_items = jr_i64(rules, "maxItems", -1);
    f->unique_items = jr_bool(rules, "uniqueItems", false);
    read_bounds(s, rules, f);
    if (json_array_size(list) > 0)
        read_allowed(s, list, f);
    read_pattern(s, rules, f);
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
    f->tree = jr_bool(field, "tree", false);
    f->nullable = jr_bool(field, "nullable", false);
    f->closed = jr_bool(field, "closed", false);
    f->key = jr_str(field, "key");
    f->holds = jr_array(field, "holds");
    f->kinds = json_schema_kinds_of(jr_array(field, "kinds"));
    if (depth == 0 && !f->tree && (item || itemtype.n)) {
        f->item = ARENA_NEW(&s->arena, struct table_field);
        json_t *made = item ? NULL : json_pack("{s:s%}", "type", itemtype.p, itemtype.n);
        read_field(s, item ? item : made, f->item, 1);
        json_decref(made);
    }
}

/* ---- what stands within a cell ---- */

static size_t count_inner(const json_t *field, unsigned depth)
{
    const json_t *item = jr_object(field, "arrayItem"), *members = jr_array(field, "members"), *m;
    size_t n = 0, i;
    if (depth == TABLE_TREE_DEPTH || !jr_bool(field, "tree", false))
        return 0;
    if (item)
        n += 1 + count_inner(item, depth + 1);
    json_array_foreach(members, i, m)
        n += 1 + count_inner(m, depth + 1);
    return n;
}

static struct table_field *take(struct table_schema *s, size_t n)
{
    struct table_field *first = &s->fields[s->total];
    s->total += n;
    return first;
}

static void read_inner(struct table_schema *s, const json_t *field, struct table_field *f,
                       unsigned depth)
{
    const json_t *item = jr_object(field, "arrayItem"), *members = jr_array(field, "members"), *m;
    size_t i;
    if (depth == TABLE_TREE_DEPTH || !f->tree)
        return;
    if (item) {
        f->element = take(s, 1);
        read_field(s, item, f->element, 1);
        read_inner(s, item, f->element, depth + 1);
    }
    f->nmembers = json_array_size(members);
    f->members = f->nmembers ? take(s, f->nmembers) : NULL;
    json_array_foreach(members, i, m) {
        read_field(s, m, &f->members[i], 1);
        read_inner(s, m, &f->members[i], depth + 1);
    }
}

static size_t object_of(const json_t *holder, const char *key, size_t below)
{
    int64_t at = jr_i64(holder, key, 0);
    return at > 0 && (uint64_t)at <= below ? (size_t)at : 0;
}

static void read_objects(struct table_schema *s)
{
    const json_t *list = jr_array(s->json, "objects"), *o;
    size_t n = json_array_size(list), i;
    s->nobjects = n < TABLE_INNER_MAX ? n : TABLE_INNER_MAX;
    s->objects = ARENA_ARRAY(&s->arena, struct table_object, s->nobjects + 1);
    json_array_foreach(list, i, o)
        if (i < s->nobjects)
            s->objects[i] = (struct table_object){jr_str(o, "name"), object_of(o, "parent", i),
                                                  jr_bool(o, "closed", false), jr_array(o, "holds")};
    s->closed = jr_bool(s->json, "closed", false);
    s->of_json = jr_bool(s->json, "ofJson", false);
    s->geo = jr_bool(s->json, "geo", false);
    s->kinds = json_schema_kinds_of(jr_array(s->json, "geometry"));
    s->holds = jr_array(s->json, "holds");
}

static bool no_field(struct err *e, size_t n, const char *what)
{
    ERR(e, err_schema_invalid, "%zu %s", n, what);
    return err_arg(e, "%s", what);
}

static bool read_fields(struct table_schema *s, struct err *e)
{
    const json_t *fields = jr_array(s->json, "fields"), *field;
    size_t n = json_array_size(fields), inner = 0, i;
    if (n == 0 || n > TABLE_FIELDS_MAX)
        return no_field(e, n, "fields");
    json_array_foreach(fields, i, field)
        inner += count_inner(field, 0);
    if (inner > TABLE_INNER_MAX)
        return no_field(e, inner, "members");
    s->fields = ARENA_ARRAY(&s->arena, struct table_field, n + inner);
    s->n = s->total = n; /* what table_schema_free has to release */
    json_array_foreach(fields, i, field) {
        struct table_field *f = &s->fields[i];
        read_field(s, field, f, 0);
        read_inner(s, field, f, 0);
        f->object = object_of(field, "object", s->nobjects);
        f->required_within = object_of(field, "requiredWithin", s->nobjects);
        if (f->name.n)
            continue;
        ERR(e, err_schema_invalid, "field %zu", i);
        return err_arg(e, "fields[%zu].name", i);
    }
    return true;
}

static void read_left(struct table_schema *s)
{
    const json_t *v;
    size_t i;
    json_array_foreach(jr_array(s->json, "unchecked"), i, v)
        table_schema_leave(s, STR_NONE, text_of(v));
}

static void read_missing(struct table_schema *s)
{
    const json_t *list = jr_array(s->json, "missingValues"), *v;
    size_t i;
    s->missing = ARENA_ARRAY(&s->arena, struct str, json_array_size(list) + 1);
    if (!list)
        s->missing[s->nmissing++] = S("");
    json_array_foreach(list, i, v) {
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
    json_array_foreach(key, i, v) {
        size_t at = table_schema_field(s, text_of(v), NULL);
        if (at < s->n)
            s->key[s->nkey++] = at;
    }
}

/* One name or several; false: none, or one that is no field. */
static bool read_names(struct table_schema *s, const json_t *given, size_t **at, size_t *n)
{
    size_t i = 0;
    *n = json_is_array(given) ? json_array_size(given) : 1;
    if (*n == 0 || *n > s->n)
        return false;
    *at = ARENA_ARRAY(&s->arena, size_t, *n);
    do
        (*at)[i] = table_schema_field(s, text_of(json_is_array(given) ? json_array_get(given, i) : given), NULL);
    while ((*at)[i] < s->n && ++i < *n);
    return i == *n;
}

static struct str names_of(struct table_schema *s, const size_t *at, size_t n)
{
    struct str names = s->fields[at[0]].name;
    for (size_t i = 1; i < n && names.n < 200; i++)
        names = arena_printf(&s->arena, STR_FMT ", " STR_FMT, STR_ARG(names), STR_ARG(s->fields[at[i]].name));
    return names;
}

static bool read_reference(struct table_schema *s, const json_t *given, struct table_reference *r)
{
    const json_t *target = jr_object(given, "reference");
    size_t n;
    *r = (struct table_reference){.resource = jr_str(target, "resource")};
    if (!target || !read_names(s, json_object_get(given, "fields"), &r->from, &r->n))
        return false;
    if (r->resource.n)
        return true;
    if (!read_names(s, json_object_get(target, "fields"), &r->to, &n) || n != r->n)
        return false;
    r->names = names_of(s, r->to, n);
    return true;
}

static void read_references(struct table_schema *s)
{
    const json_t *list = json_object_get(s->json, "foreignKeys"), *given;
    size_t n = json_array_size(list), i;
    n = n > TABLE_REFERENCES_MAX ? TABLE_REFERENCES_MAX : n;
    s->references = ARENA_ARRAY(&s->arena, struct table_reference, n + 1);
    json_array_foreach(list, i, given)
    {
        if (i < n && read_reference(s, given, &s->references[s->nreferences]))
            s->nreferences++;
        else
            table_schema_leave(s, STR_NONE, S("foreignKeys"));
    }
    if (list && !json_is_array(list))
        table_schema_leave(s, STR_NONE, S("foreignKeys"));
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
    bool other = json_schema_is(definition);
    *out = (struct table_schema){.json = other ? json_schema_table(definition, e)
                                               : json_incref(definition)};
    if (other && !out->json)
        return false;
    definition = out->json;
    if (!json_is_object(definition)) {
        table_schema_free(out);
        ERR(e, err_schema_invalid, "not an object");
        return err_arg(e, "JSON");
    }
    out->name = jr_str(definition, "name");
    out->title = jr_str(definition, "title");
    out->version = version_of(jr_str(definition, "version"));
    read_missing(out);
    read_left(out);
    read_objects(out);
    if (!read_fields(out, e)) {
        table_schema_free(out);
        return false;
    }
    out->logic = table_logic_read(out);
    read_key(out);
    read_references(out);
    read_match(out);
    table_rules_read(out);
    return true;
}

void table_schema_free(struct table_schema *s)
{
    for (size_t i = 0; i < s->total; i++) {
        pattern_free(s->fields[i].pattern);
        if (s->fields[i].item)
            pattern_free(s->fields[i].item->pattern);
    }
    table_logic_free(s->logic);
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
