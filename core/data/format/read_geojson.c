#include "core/data/format/read_geojson.h"

#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/utf8.h"
#include "core/data/format/encoding.h"
#include "core/data/errors.h"
#include "core/data/format/read_ogr_format.h"
#include "core/data/value/geometry.h"
#include "core/data/value/json_scan.h"

enum { HEAD = 4096, TEXT_MAX = 64 << 20 };

struct geojson {
    struct rows rows; /* first: rows.next(&g->rows, …) */
    struct arena arena;
    struct json_scan start, at; /* behind the bracket of "features", or at the first Feature */
    bool listed;                /* in an array: commas between them, a bracket behind */
    size_t nproperties, ncolumns;
    struct str keys[RECORD_COLUMNS_MAX + 1]; /* as written between the quotes */
    struct str names[RECORD_COLUMNS_MAX + 4], cells[RECORD_COLUMNS_MAX + 4];
    size_t from[RECORD_COLUMNS_MAX +
                4]; /* in `text`, one more than where; 0: the cell is a view of the file */
    size_t length[RECORD_COLUMNS_MAX + 4];
    bool words[RECORD_COLUMNS_MAX + 4], seen[RECORD_COLUMNS_MAX + 4], quoted[RECORD_COLUMNS_MAX + 4];
    bool has_id, has_geometry, has_shape, has_point;
    struct buf text;
    bool names_given;
    uint64_t line;
};

struct feature {
    struct str properties, geometry, id;
};

static bool broken(const struct geojson *g, const char *what, struct err *e)
{
    ERR(e, err_data_geo, "%s, feature %llu", what, (unsigned long long)g->line);
    return err_arg(e, "%s, feature %llu", what, (unsigned long long)g->line);
}

/* ---- where the features stand ---- */

static struct str without_bom(struct str file)
{
    return str_from(file, str_starts(file, S("\xef\xbb\xbf")) ? 3 : 0);
}

static bool holds(struct str s, const char *word)
{
    return memmem(s.p, s.n, word, strlen(word)) != NULL;
}

bool geojson_is(struct str file)
{
    struct str head = str_part(without_bom(file), 0, HEAD), start = str_trim(head);
    struct str tail = str_from(file, file.n > HEAD ? file.n - HEAD : 0);
    if (start.n > 0 && start.p[0] == '\x1e')
        start = str_from(start, 1);
    return start.n > 0 && start.p[0] == '{' &&
           (holds(head, "\"FeatureCollection\"") || holds(head, "\"Feature\"") ||
            holds(tail, "\"FeatureCollection\""));
}

struct str geojson_reference(struct str file)
{
    struct json_scan j = json_scan_of(without_bom(file));
    struct str key, value, crs = STR_NONE;
    bool more;
    if (json_scan_open(&j, '{'))
        while (json_scan_member(&j, &key, &value, &more) && more)
            if (str_eq(key, S("crs")))
                crs = value;
    return crs;
}

bool geojson_refuse(struct str crs, struct err *e)
{
    enum { SHOWN = 150 };
    struct str shown = str_part(crs, 0, SHOWN);
    ERR(e, err_data_geo, "crs " STR_FMT, STR_ARG(shown));
    return err_arg(e, "crs " STR_FMT, STR_ARG(shown));
}

static bool find_features(struct geojson *g, struct str file, struct err *e)
{
    struct json_scan j = json_scan_of(without_bom(file));
    struct str key, value, type = STR_NONE, list = STR_NONE;
    bool more;
    g->start = j;
    if (json_scan_take(&j, '\x1e'))
        return true;
    if (!json_scan_open(&j, '{'))
        return broken(g, "JSON", e);
    while (json_scan_member(&j, &key, &value, &more) && more) {
        if (str_eq(key, S("type")))
            type = value;
        else if (str_eq(key, S("features")))
            list = value;
        else if (str_eq(key, S("crs")) && ogr_format_is_turned(value))
            return geojson_refuse(value, e);
    }
    if (j.failed)
        return broken(g, "JSON", e);
    if (str_eq(type, S("\"Feature\"")))
        return true;
    if (!str_eq(type, S("\"FeatureCollection\"")) || list.n == 0 || list.p[0] != '[')
        return broken(g, "FeatureCollection", e);
    g->listed = true;
    g->start = json_scan_of(str_from(list, 1));
    return true;
}

static bool split_feature(struct geojson *g, struct str json, struct feature *f, struct err *e)
{
    struct json_scan j = json_scan_of(json);
    struct str key, value;
    bool more;
    *f = (struct feature){0};
    if (!json_scan_open(&j, '{'))
        return broken(g, "Feature", e);
    while (json_scan_member(&j, &key, &value, &more) && more) {
        if (str_eq(value, S("null")))
            continue;
        if (str_eq(key, S("properties")))
            f->properties = value;
        else if (str_eq(key, S("geometry")))
            f->geometry = value;
        else if (str_eq(key, S("id")))
            f->id = value;
        else if (str_eq(key, S("crs")) && ogr_format_is_turned(value))
            return geojson_refuse(value, e);
    }
    if (f->geometry.n > GEOJSON_SHAPE_MAX)
        return broken(g, "48 Mo", e);
    return !j.failed || broken(g, "JSON", e);
}

/* The next feature; *more false: that was the last. */
static bool next_feature(struct geojson *g, struct feature *f, bool *more, struct err *e)
{
    struct json_scan *j = &g->at;
    struct str json;
    g->line++;
    if (g->listed && json_scan_take(j, ']')) {
        *more = false;
        return true;
    }
    if (g->listed && j->began && !json_scan_take(j, ','))
        return broken(g, "JSON", e);
    while (!g->listed && json_scan_take(j, '\x1e'))
        ;
    if (!g->listed && json_scan_end(j)) {
        *more = false;
        return true;
    }
    j->began = *more = true;
    return (json_scan_value(j, &json) || broken(g, "JSON", e)) && split_feature(g, json, f, e);
}

static void restart(struct geojson *g)
{
    g->at = g->start;
    g->line = 0;
}

/* ---- the columns ---- */

/* Features have their properties in the same order, nearly always: `guess` is where the one before
 * stood, plus one. */
static size_t column_of(const struct geojson *g, struct str key, size_t guess)
{
    if (guess < g->nproperties && str_eq(g->keys[guess], key))
        return guess;
    for (size_t i = 0; i < g->nproperties; i++)
        if (str_eq(g->keys[i], key))
            return i;
    return g->nproperties;
}

static bool too_many(struct geojson *g, struct err *e)
{
    ERR(e, err_data_columns, "feature %llu", (unsigned long long)g->line);
    err_arg(e, "%d", RECORD_COLUMNS_MAX + 1);
    err_arg(e, "%d", RECORD_COLUMNS_MAX);
    return err_arg(e, "%llu", (unsigned long long)g->line);
}

static bool see_properties(struct geojson *g, struct str properties, struct err *e)
{
    struct json_scan j = json_scan_of(properties);
    struct str key, value;
    bool more;
    size_t guess = 0;
    if (!properties.p)
        return true;
    if (!json_scan_open(&j, '{'))
        return broken(g, "properties", e);
    while (json_scan_member(&j, &key, &value, &more) && more) {
        size_t at = column_of(g, key, guess);
        if (at == RECORD_COLUMNS_MAX)
            return too_many(g, e);
        if (at == g->nproperties)
            g->keys[g->nproperties++] = key;
        guess = at + 1;
        if (str_eq(value, S("null")))
            continue;
        g->words[at] = value.p[0] == '"' && (g->words[at] || !g->seen[at]);
        g->seen[at] = true;
    }
    return !j.failed || broken(g, "properties", e);
}

static bool see_all(struct geojson *g, struct err *e)
{
    struct feature f;
    struct geometry shape;
    bool more = true;
    restart(g);
    while (next_feature(g, &f, &more, e) && more) {
        if (!see_properties(g, f.properties, e))
            return false;
        g->has_id |= f.id.p != NULL;
        g->has_geometry |= f.geometry.p != NULL;
        if (f.geometry.p && !g->has_shape)
            g->has_shape = !geometry_read(f.geometry, NULL, &shape) || shape.kind > GEOMETRY_POINT;
    }
    return !more; /* else it failed */
}

static bool has_name(const struct geojson *g, const char *name)
{
    for (size_t i = 0; i < g->ncolumns; i++)
        if (str_ieq(g->names[i], str_of(name)))
            return true;
    return false;
}

/* A string between its quotes, into `text`; false: it is not one. */
static bool put_string(struct geojson *g, struct str raw, bool *repaired)
{
    struct buf *out = &g->text;
    size_t before = out->n;
    if (!json_scan_unescape(raw, out))
        return false;
    struct str put = {out->p + before, out->n - before};
    if (out->over || utf8_valid(put))
        return true;
    struct buf good = {.max = TEXT_MAX};
    encoding_put_1252(&good, put);
    out->n = before;
    buf_add(out, buf_str(&good));
    buf_free(&good);
    *repaired = true;
    return true;
}

static struct str name_of(struct geojson *g, struct str key)
{
    bool repaired;
    buf_reset(&g->text);
    return put_string(g, key, &repaired) ? arena_str(&g->arena, buf_str(&g->text))
                                         : arena_str(&g->arena, key);
}

static bool name_columns(struct geojson *g, struct err *e)
{
    for (size_t i = 0; i < g->nproperties; i++)
        g->names[g->ncolumns++] = name_of(g, g->keys[i]);
    g->has_id = g->has_id && !has_name(g, "id");
    if (g->has_id)
        g->names[g->ncolumns++] = S("id");
    g->has_point = g->has_geometry && !has_name(g, "geo_point_2d");
    g->has_shape = g->has_geometry && (g->has_shape || !g->has_point);
    if (g->has_point)
        g->names[g->ncolumns++] = S("geo_point_2d");
    if (g->has_shape)
        g->names[g->ncolumns++] = S("geo_shape");
    return g->ncolumns > 0 || ERR(e, err_data_no_rows, "no property");
}

/* ---- cells ---- */

static void set_view(struct geojson *g, size_t column, struct str s)
{
    g->from[column] = 0;
    g->cells[column] = s;
}

static void set_text(struct geojson *g, size_t column, size_t from)
{
    g->from[column] = from + 1;
    g->length[column] = g->text.n - from;
}

static bool put_value(struct geojson *g, size_t column, struct str value, struct record *out)
{
    struct str inside = value.n >= 2 ? str_part(value, 1, value.n - 2) : value;
    bool string = value.p[0] == '"';
    struct str shown = string ? inside : str_eq(value, S("null")) ? S("") : value;
    g->quoted[column] = string;
    if ((!string || !memchr(inside.p, '\\', inside.n)) && utf8_valid(shown)) {
        set_view(g, column, shown);
        out->has_nul |= memchr(shown.p, 0, shown.n) != NULL;
        return true;
    }
    size_t from = g->text.n;
    if (string ? !put_string(g, inside, &out->repaired)
               : (encoding_put_1252(&g->text, shown), false))
        return false;
    set_text(g, column, from);
    out->has_nul |= memchr(g->text.p + from, 0, g->text.n - from) != NULL;
    return true;
}

static bool put_properties(struct geojson *g, struct str properties, struct record *out,
                           struct err *e)
{
    struct json_scan j = json_scan_of(properties);
    struct str key, value;
    bool more;
    size_t guess = 0;
    if (!properties.p)
        return true;
    if (!json_scan_open(&j, '{'))
        return broken(g, "properties", e);
    while (json_scan_member(&j, &key, &value, &more) && more) {
        size_t at = column_of(g, key, guess);
        if (at == g->nproperties || !put_value(g, at, value, out))
            return broken(g, "properties", e);
        guess = at + 1;
    }
    return !j.failed || broken(g, "properties", e);
}

static void put_geometry(struct geojson *g, struct str json, size_t column)
{
    struct geometry shape;
    bool known = json.p && geometry_read(json, NULL, &shape);
    if (!json.p || (known && shape.kind == GEOMETRY_EMPTY))
        return;
    if (g->has_point && known) {
        size_t from = g->text.n;
        geometry_put_centre(&g->text, &shape);
        set_text(g, column, from);
    }
    if (g->has_shape)
        set_view(g, column + g->has_point, json);
}

static bool put_record(struct geojson *g, const struct feature *f, struct record *out,
                       struct err *e)
{
    buf_reset(&g->text);
    for (size_t i = 0; i < g->ncolumns; i++)
        set_view(g, i, S("")), g->quoted[i] = false;
    size_t column = g->nproperties;
    if (!put_properties(g, f->properties, out, e))
        return false;
    if (g->has_id && f->id.p && !put_value(g, column, f->id, out))
        return broken(g, "id", e);
    put_geometry(g, f->geometry, column + g->has_id);
    if (g->text.over)
        return broken(g, "64 Mo", e);
    for (size_t i = 0; i < g->ncolumns; i++)
        if (g->from[i])
            g->cells[i] = (struct str){g->text.p + g->from[i] - 1, g->length[i]};
    out->cells = g->cells;
    out->quoted = g->quoted;
    return true;
}

static bool next(struct rows *self, struct record *out, struct err *e)
{
    struct geojson *g = (struct geojson *)self;
    struct feature f;
    bool more;
    *out = (struct record){.n = g->ncolumns, .cells = g->names};
    if (!g->names_given) {
        g->names_given = true;
        return true;
    }
    if (!next_feature(g, &f, &more, e))
        return false;
    out->line = g->line;
    out->end = !more;
    return !more || put_record(g, &f, out, e);
}

static bool rewind_rows(struct rows *self, struct err *e)
{
    struct geojson *g = (struct geojson *)self;
    (void)e;
    restart(g);
    g->names_given = false;
    return true;
}

static void geojson_close(struct rows *self)
{
    struct geojson *g = (struct geojson *)self;
    buf_free(&g->text);
    arena_free(&g->arena);
    free(g);
}

bool geojson_open(struct str file, const json_t *options, struct rows **out, struct err *e)
{
    struct geojson *g = calloc(1, sizeof *g);
    (void)options;
    if (!g)
        return ERR(e, err_data_unread, "memory");
    g->text.max = TEXT_MAX;
    g->rows = (struct rows){.next = next, .rewind = rewind_rows, .close = geojson_close, .titled = true, .words = g->words};
    if (!find_features(g, file, e) || !see_all(g, e) || !name_columns(g, e)) {
        geojson_close(&g->rows);
        return false;
    }
    rewind_rows(&g->rows, e);
    *out = &g->rows;
    return true;
}
