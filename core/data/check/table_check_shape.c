/* The kind of a geometry against those that a schema lets it have. */
#include "core/base/jr.h"
#include "core/data/check/json_schema_geometry.h"
#include "core/data/check/table_check_inside.h"
#include "core/data/value/json_scan.h"

/* The member "type" as it is written, of the geometry or of the Feature around it. */
static bool kind_in(struct str geometry, struct str *kind)
{
    struct json_scan j = json_scan_of(geometry);
    struct str key, value, inner = STR_NONE;
    bool more, found = false;
    if (!json_scan_open(&j, '{'))
        return false;
    while (!found && json_scan_member(&j, &key, &value, &more) && more) {
        found = str_eq(key, S("type")) && value.n > 2 && value.p[0] == '"' && !str_eq(value, S("\"Feature\""));
        if (found)
            *kind = str_part(value, 1, value.n - 2);
        inner = str_eq(key, S("geometry")) ? value : inner;
    }
    return found || (inner.n > 0 && inner.p[0] == '{' && inner.n < geometry.n && kind_in(inner, kind));
}

static struct str words_of(struct arena *a, unsigned kinds)
{
    json_t *list = json_schema_kinds_list(kinds), *v;
    struct buf out = {.max = 400};
    size_t i;
    json_array_foreach(list, i, v)
        if (json_is_string(v))
            buf_printf(&out, "%s%s", out.n ? ", " : "", json_string_value(v));
    struct str words = arena_str(a, buf_str(&out));
    buf_free(&out);
    json_decref(list);
    return words;
}

static bool may_be(unsigned kinds, struct str kind)
{
    json_t *one = json_pack("[s%]", kind.p, kind.n);
    unsigned is = json_schema_kinds_of(one);
    json_decref(one);
    return !is || (is & kinds); /* what is none at all is told by its type */
}

static void tell(struct table_checker *c, size_t field, size_t column, uint64_t line, unsigned kinds, struct str kind)
{
    struct reason *why = table_check_find(c, REASON_geometry_kind, field, column, line, kind, true);
    if (why)
        reason_s(&c->a, why, words_of(&c->a, kinds));
}

void table_check_kind(struct table_checker *c, size_t at, uint64_t line, struct str cell)
{
    unsigned kinds = c->s->fields[at].kinds;
    struct str kind;
    if (kind_in(cell, &kind) && !may_be(kinds, kind)) {
        tell(c, at, WHOLE, line, kinds, kind);
        c->clean[at] = false;
    }
}

/* A layer of points has no column of shapes (read_geojson.h). */
void table_check_shape(struct table_checker *c, uint64_t line, const struct str *cells, size_t n)
{
    unsigned kinds = c->s->kinds;
    size_t column = c->shape_column != WHOLE ? c->shape_column : c->point_column;
    if (!kinds || column == WHOLE)
        return;
    struct str cell = column < n ? str_trim(cells[column]) : STR_NONE, kind = S("Point");
    if (cell.n == 0 && !(kinds & GEOMETRY_OR_NULL))
        tell(c, WHOLE, column, line, kinds, S(""));
    if (cell.n > 0 && (column == c->point_column || kind_in(cell, &kind)) && !may_be(kinds, kind))
        tell(c, WHOLE, column, line, kinds, kind);
}
