#include "tenants/publishing/correct.h"

#include "core/base/jr.h"
#include "core/data/step/step.h"
#include "tenants/publishing/errors.h"

static bool bad(struct err *e)
{
    return ERR(e, err_correction_form, "shape");
}

static bool good_cell(const json_t *c)
{
    int64_t column = jr_i64(c, "column", 0);
    struct str value = jr_str(c, "value");
    return jr_i64(c, "line", 0) > 0 && column > 0 && column <= RECORD_COLUMNS_MAX && value.p && value.n <= RECORD_CELL_MAX &&
           !memchr(value.p, 0, value.n);
}

static bool same_cell(const json_t *a, const json_t *b)
{
    return jr_i64(a, "line", 0) == jr_i64(b, "line", 0) && jr_i64(a, "column", 0) == jr_i64(b, "column", 0);
}

static void put_cell(json_t *list, const json_t *cell)
{
    const json_t *old;
    size_t i;
    json_array_foreach(list, i, old)
        if (same_cell(old, cell)) {
            json_array_set(list, i, (json_t *)(uintptr_t)cell);
            return;
        }
    json_array_append(list, (json_t *)(uintptr_t)cell);
}

static void put_line(json_t *list, const json_t *line)
{
    const json_t *old;
    size_t i;
    json_array_foreach(list, i, old)
        if (json_equal(old, line))
            return;
    json_array_append(list, (json_t *)(uintptr_t)line);
}

static json_t *list_of(json_t *options, const char *key)
{
    json_t *list = json_object_get(options, key);
    if (!json_is_array(list)) {
        list = json_array();
        json_object_set_new(options, key, list);
    }
    return list;
}

static bool add_edits(json_t *options, const json_t *asked, struct err *e)
{
    json_t *cells = list_of(options, "corrections"), *lines = list_of(options, "left_out");
    const json_t *item;
    size_t i;
    json_array_foreach(jr_array(asked, "corrections"), i, item) {
        if (!good_cell(item))
            return bad(e);
        put_cell(cells, item);
    }
    json_array_foreach(jr_array(asked, "left_out"), i, item) {
        if (!json_is_integer(item) || json_integer_value(item) <= 0)
            return bad(e);
        put_line(lines, item);
    }
    return json_array_size(cells) + json_array_size(lines) <= CORRECTIONS_MAX || bad(e);
}

static void put_field(json_t *list, const json_t *field)
{
    const json_t *old;
    size_t i;
    json_array_foreach(list, i, old)
        if (jr_str(old, "name").n && str_eq(jr_str(old, "name"), jr_str(field, "name"))) {
            json_array_set(list, i, (json_t *)(uintptr_t)field);
            return;
        }
    json_array_append(list, (json_t *)(uintptr_t)field);
}

static void put_fields(json_t *options, const json_t *asked)
{
    const json_t *field;
    size_t i;
    json_t *list = list_of(options, "fields");
    json_array_foreach(jr_array(asked, "fields"), i, field)
        put_field(list, field);
}

json_t *correct_merge(const json_t *options, const json_t *asked, struct err *e)
{
    json_t *merged = json_is_object(options) ? json_deep_copy(options) : json_object();
    const json_t *steps = json_object_get(asked, "steps");
    if (jr_bool(asked, "reset", false)) {
        json_object_del(merged, "corrections");
        json_object_del(merged, "left_out");
    }
    put_fields(merged, asked);
    if (jr_object(asked, "reading"))
        json_object_set(merged, "reading", json_object_get(asked, "reading"));
    bool ok = !steps || steps_check(steps, e);
    if (ok && steps)
        json_object_set(merged, "steps", (json_t *)(uintptr_t)steps);
    ok = ok && add_edits(merged, asked, e);
    if (ok)
        return merged;
    json_decref(merged);
    return NULL;
}
