#include "core/data/query/row_json.h"

#include <jansson.h>
#include <stdlib.h>

#include "core/base/jw.h"
#include "core/data/query/cell_inside.h"
#include "core/data/query/record_id.h"

/* ---- a value ---- */

static void put_list(struct buf *out, struct str s, struct str separator)
{
    bool first = true;
    buf_addc(out, '[');
    while (s.p) {
        ptrdiff_t at = separator.n ? str_find(s, separator) : -1;
        struct str part = at < 0 ? s : str_part(s, 0, (size_t)at);
        s = at < 0 ? STR_NONE : str_from(s, (size_t)at + separator.n);
        if (!first)
            buf_addz(out, ", ");
        jw_escape(out, part);
        first = false;
    }
    buf_addc(out, ']');
}

static bool put_bytes(struct buf *out, const struct cell *x)
{
    if (x->c->multivalued.p)
        put_list(out, x->s, x->c->multivalued);
    else
        jw_escape_utf8(out, x->s);
    return true;
}

/* The text needs no escapes. */
static bool put_quoted(struct buf *out, const struct cell *x)
{
    size_t start = out->n;
    buf_addc(out, '"');
    bool any = cell_text_of(x->c)(out, x);
    if (any)
        buf_addc(out, '"');
    else
        out->n = start;
    return any;
}

static bool put_boolean(struct buf *out, const struct cell *x)
{
    buf_addz(out, x->s.n && x->s.p[0] ? "true" : "false");
    return true;
}

static bool put_point(struct buf *out, const struct cell *x)
{
    double lon, lat;
    if (!cell_point_of(x->s, &lon, &lat))
        return false;
    buf_addz(out, "{\"lon\": ");
    cell_double(out, lon);
    buf_addz(out, ", \"lat\": ");
    cell_double(out, lat);
    buf_addc(out, '}');
    return true;
}

static bool put_shape(struct buf *out, const struct cell *x)
{
    buf_addz(out, "{\"type\": \"Feature\", \"geometry\": ");
    cell_shape(out, x->s);
    buf_addz(out, ", \"properties\": {}}");
    return true;
}

/* NULL: numbers are the same in both. */
static put_fn *const by_type[COLUMN_TYPES] = {
    [TYPE_TEXT] = put_bytes,
    [TYPE_DATE] = put_quoted,
    [TYPE_DATETIME] = put_quoted,
    [TYPE_BOOLEAN] = put_boolean,
    [TYPE_GEO_POINT] = put_point,
    [TYPE_GEO_SHAPE] = put_shape,
    [TYPE_FILE] = put_bytes,
};

static put_fn *plain_of(const struct query_column *c)
{
    return by_type[c->type] ? by_type[c->type] : cell_text_of(c);
}

/* JSON within a text is written again, so that what we send is JSON whatever the text holds. */
static bool put_inner(struct buf *out, const struct cell *x)
{
    json_t *value = json_loadb(x->s.p, x->s.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    json_decref(value);
    bool any = text || x->c->shape == SHAPE_JSON;
    if (text)
        buf_addz(out, text);
    else if (any)
        jw_escape_utf8(out, x->s);
    free(text);
    return any;
}

static bool put_file(struct buf *out, const struct cell *x)
{
    const struct query_files *files = x->c->files;
    return (files && files->put(files, out, x->s)) || plain_of(x->c)(out, x);
}

static bool put_cluster(struct buf *out, const struct cell *x)
{
    buf_addz(out, "{\"cluster_centroid\": ");
    buf_addz(out, plain_of(x->c)(out, x) ? "}" : "null}");
    return true;
}

static put_fn *form_of(const struct query_column *c)
{
    static put_fn *const by_shape[] = {[SHAPE_JSON] = put_inner,
                                       [SHAPE_JSON_OR_NULL] = put_inner,
                                       [SHAPE_CLUSTER] = put_cluster,
                                       [SHAPE_FILE] = put_file};
    return c->range != RANGE_NONE   ? put_quoted
           : c->shape != SHAPE_PLAIN ? by_shape[c->shape]
                                     : plain_of(c);
}

static inline void put_cell(struct buf *out, const struct query_column *c, put_fn *form, const PGresult *r, int row)
{
    struct cell x = {.c = c, .r = r, .row = row, .s = cell_bytes(r, row, c->at)};
    if (!x.s.p || !form(out, &x))
        buf_addz(out, "null");
}

void row_json_cell(struct buf *out, const struct query_column *c, const PGresult *r, int row)
{
    put_cell(out, c, form_of(c), r, row);
}

/* ---- a row ---- */

static struct str key_of(struct arena *a, struct str text)
{
    char *p = arena_alloc(a, text.n + ROW_JSON_KEY);
    memcpy(p, text.p, text.n);
    return (struct str){p, text.n};
}

/* Of a length that the compiler knows: without a call. */
static inline void put_key(struct buf *out, struct str key)
{
    char *room = key.n <= ROW_JSON_KEY ? buf_room(out, ROW_JSON_KEY) : NULL;
    if (!room) {
        buf_add(out, key);
        return;
    }
    memcpy(room, key.p, ROW_JSON_KEY);
    out->n += key.n;
}

void row_json_init(struct row_json *w, struct arena *a, const struct query *q)
{
    struct buf b = {0};
    *w = (struct row_json){.query = q};
    w->fields = ARENA_ARRAY(a, struct row_json_field, q->ncolumns + 1);
    for (size_t i = 0; i < q->ncolumns; i++) {
        buf_reset(&b);
        buf_addz(&b, ", ");
        jw_escape(&b, q->use_labels ? q->columns[i].label : q->columns[i].key);
        buf_addz(&b, ": ");
        w->fields[i] = (struct row_json_field){key_of(a, buf_str(&b)), form_of(&q->columns[i])};
    }
    buf_free(&b);
}

static void put_app_metas(const struct row_json *w, struct buf *out, const PGresult *r, int row)
{
    char id[41];
    size_t size = 0;
    record_id(w->query->view, cell_i64(r, row, 0), id);
    for (int i = 1; i < PQnfields(r); i++)
        size += (size_t)PQgetlength(r, row, i);
    buf_printf(out, "\"_id\": \"%s\", \"_size\": %zu", id, size);
}

void row_json_object(const struct row_json *w, struct buf *out, const PGresult *r, int row)
{
    bool any = false;
    buf_addc(out, '{');
    if (w->query->app_metas) {
        put_app_metas(w, out, r, row);
        any = true;
    }
    for (size_t i = 0; i < w->query->ncolumns; i++) {
        const struct query_column *c = &w->query->columns[i];
        if (c == w->skip)
            continue;
        put_key(out, any ? w->fields[i].key : str_from(w->fields[i].key, 2));
        put_cell(out, c, w->fields[i].form, r, row);
        any = true;
    }
    buf_addc(out, '}');
}

void row_json_page(const struct row_json *w, struct buf *out, const PGresult *r)
{
    for (int row = 0; row < PQntuples(r); row++) {
        if (row)
            buf_add(out, S(", "));
        row_json_object(w, out, r, row);
    }
}
