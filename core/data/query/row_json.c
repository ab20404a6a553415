#include "core/data/query/row_json.h"

#include "core/base/jw.h"

void row_json_init(struct row_json *w, struct arena *a, const struct query *q)
{
    struct buf b = {0};
    *w = (struct row_json){.query = q};
    w->keys = ARENA_ARRAY(a, struct str, q->ncolumns + 1);
    for (size_t i = 0; i < q->ncolumns; i++) {
        buf_reset(&b);
        buf_addz(&b, ", ");
        jw_escape(&b, q->use_labels ? q->columns[i].label : q->columns[i].key);
        buf_addz(&b, ": ");
        w->keys[i] = arena_str(a, buf_str(&b));
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
        if (&w->query->columns[i] == w->skip)
            continue;
        buf_add(out, any ? w->keys[i] : str_from(w->keys[i], 2));
        cell_json(out, &w->query->columns[i], r, row);
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
