/* What stands within one cell: JSON of a list or an object, or words parted by "|". */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/map.h"
#include "core/base/must.h"
#include "core/data/check/table_check_inside.h"

/* A value as the report shows it, in the checker's scratch. */
struct shown {
    char number[32];
    char *dump;
};

static struct str text_of(const json_t *v, struct shown *s)
{
    if (json_is_string(v))
        return (struct str){json_string_value(v), json_string_length(v)};
    if (json_is_boolean(v))
        return json_is_true(v) ? S("true") : S("false");
    if (json_is_integer(v))
        snprintf(s->number, sizeof s->number, "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v))
        snprintf(s->number, sizeof s->number, "%.15g", json_real_value(v));
    else
        s->dump = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    return str_of(s->dump ? s->dump : s->number);
}

static void blame(struct table_checker *c, enum reason_code code, const struct table_field *f,
                  uint64_t line, const json_t *v)
{
    struct shown shown = {0};
    table_check_find_s(c, code, (size_t)(f - c->s->fields), line, text_of(v, &shown), STR_NONE);
    free(shown.dump);
}

/* ---- single values ---- */

static bool is_any(const json_t *v)
{
    return v != NULL;
}

static bool is_text(const json_t *v)
{
    return json_is_string(v);
}

static bool is_number(const json_t *v)
{
    return json_is_number(v);
}

static bool is_whole(const json_t *v)
{
    double d = json_number_value(v);
    return json_is_integer(v) || (json_is_real(v) && floor(d) >= d);
}

static bool is_truth(const json_t *v)
{
    return json_is_boolean(v);
}

static bool is_object(const json_t *v)
{
    return json_is_object(v);
}

/* In JSON a number between quotes is no number, and a number no text. */
static const struct {
    bool (*is)(const json_t *v); /* NULL: a text */
    enum reason_code code;
} kinds[TABLE_TYPES] = {
    [TABLE_ANY] = {is_any, REASON_not_text},
    [TABLE_INTEGER] = {is_whole, REASON_not_integer},
    [TABLE_NUMBER] = {is_number, REASON_not_number},
    [TABLE_BOOLEAN] = {is_truth, REASON_not_boolean},
    [TABLE_GEOPOINT] = {is_object, REASON_not_geopoint},
    [TABLE_GEOJSON] = {is_object, REASON_not_geojson},
};

static void check_value(struct table_checker *c, const struct table_field *f, uint64_t line,
                        const json_t *v)
{
    struct shown shown = {0};
    bool text = !kinds[f->type].is;
    if (text ? !is_text(v) : !kinds[f->type].is(v)) {
        blame(c, text ? REASON_not_text : kinds[f->type].code, f, line, v);
        return;
    }
    table_check_text(c, (size_t)(f - c->s->fields), line, text_of(v, &shown));
    free(shown.dump);
}

/* ---- lists ---- */

static int by_hash(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* By hash, as rows are known (table_check.h). */
static bool has_twice(const json_t *list)
{
    size_t n = json_array_size(list), i;
    uint64_t *seen = must_alloc((n + 1) * sizeof *seen);
    const json_t *v;
    bool twice = false;
    json_array_foreach(list, i, v) {
        char *dump = json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
        seen[i] = map_hash(str_of(dump));
        free(dump);
    }
    qsort(seen, n, sizeof *seen, by_hash);
    for (i = 1; i < n && !twice; i++)
        twice = seen[i] == seen[i - 1];
    free(seen);
    return twice;
}

static void check_node(struct table_checker *c, const struct table_field *f, uint64_t line,
                       json_t *v);

static void check_list(struct table_checker *c, const struct table_field *f, uint64_t line,
                       const json_t *v)
{
    size_t at = (size_t)(f - c->s->fields), n = json_array_size(v), i;
    struct shown shown = {0};
    struct str text = text_of(v, &shown);
    json_t *each;
    if (f->min_items >= 0 && (int64_t)n < f->min_items)
        table_check_find_n(c, REASON_list_short, at, line, text, (uint64_t)f->min_items);
    if (f->max_items >= 0 && (int64_t)n > f->max_items)
        table_check_find_n(c, REASON_list_long, at, line, text, (uint64_t)f->max_items);
    if (f->unique_items && has_twice(v))
        table_check_find_s(c, REASON_list_twice, at, line, text, STR_NONE);
    free(shown.dump);
    json_array_foreach(v, i, each)
        if (f->element)
            check_node(c, f->element, line, each);
}

/* ---- objects ---- */

static const struct table_field *member_of(const struct table_field *f, const char *key)
{
    for (size_t i = 0; i < f->nmembers; i++)
        if (str_eq(f->members[i].key, str_of(key)))
            return &f->members[i];
    return NULL;
}

static void check_object(struct table_checker *c, const struct table_field *f, uint64_t line,
                         json_t *v)
{
    const char *key;
    json_t *each;
    json_object_foreach(v, key, each) {
        const struct table_field *m = member_of(f, key);
        if (m)
            check_node(c, m, line, each);
        else if (f->closed)
            table_check_find_s(c, REASON_member_extra, (size_t)(f - c->s->fields), line,
                               str_of(key), STR_NONE);
    }
    for (size_t i = 0; i < f->nmembers; i++) {
        struct str name = f->members[i].key;
        if (f->members[i].required && !json_object_getn(v, name.p, name.n))
            table_check_find_s(c, REASON_value_required, (size_t)(&f->members[i] - c->s->fields),
                               line, S(""), STR_NONE);
    }
}

static void check_form(struct table_checker *c, const struct table_field *f, uint64_t line, json_t *v)
{
    if (!f->tree)
        check_value(c, f, line, v);
    else if (f->type == TABLE_ARRAY)
        check_list(c, f, line, v);
    else
        check_object(c, f, line, v);
    table_check_logic_value(c, f, line, v);
}

static void check_node(struct table_checker *c, const struct table_field *f, uint64_t line,
                       json_t *v)
{
    bool list = f->tree && f->type == TABLE_ARRAY;
    if (json_is_null(v) && (f->nullable || (f->type == TABLE_ANY && f->nallowed == 0)))
        return;
    if (json_is_null(v))
        blame(c, REASON_value_required, f, line, v);
    else if (f->tree && (list ? !json_is_array(v) : !json_is_object(v)))
        blame(c, list ? REASON_not_array : REASON_not_object, f, line, v);
    else
        check_form(c, f, line, v);
}

/* ---- the cell ---- */

/* a|b, as lists of words become cells (read_json.h). */
static json_t *words_of(struct str cell)
{
    json_t *list = json_array();
    struct str word;
    while (str_cut(&cell, '|', &word))
        json_array_append_new(list, json_stringn(word.p, word.n));
    return list;
}

json_t *table_check_tree_read(const struct table_field *f, struct str cell)
{
    struct err ignored = {0};
    bool bracketed = str_starts(cell, S("[")) || str_starts(cell, S("{"));
    return bracketed || f->type != TABLE_ARRAY ? jr_parse(cell, &ignored) : words_of(cell);
}

void table_check_tree(struct table_checker *c, size_t at, uint64_t line, struct str cell)
{
    const struct table_field *f = &c->s->fields[at];
    if (cell.n > TREE_BYTES_MAX) {
        table_check_find(c, REASON_value_unchecked, at, WHOLE, line, cell, false);
        return;
    }
    json_t *v = table_check_tree_read(f, cell);
    if (v)
        check_node(c, f, line, v);
    else
        table_check_find_s(c, f->type == TABLE_ARRAY ? REASON_not_array : REASON_not_object, at,
                           line, cell, STR_NONE);
    json_decref(v);
}
