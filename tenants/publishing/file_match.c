#include "tenants/publishing/file_match.h"

#include "core/base/map.h"
#include "tenants/publishing/attachment.h"
#include "tenants/publishing/sql.h"

bool file_match_grant(struct req *r, struct err *e)
{
    return grant_ask(r, r->params[0], e);
}

static const struct view_column *column_of(const struct dataset_view *v, struct str said)
{
    if (said.n)
        return view_find(v, said, false);
    for (size_t i = 0; i < view_columns(v); i++)
        if (view_column(v, i)->file && !view_column(v, i)->hidden)
            return view_column(v, i);
    return NULL;
}

/* A draft, or no such column: there is nothing to compare, and nothing wrong. */
bool file_match_rows(struct req *r, struct file_match *m, struct err *e)
{
    (void)e;
    struct grant g;
    struct err ignored = {0};
    const struct view_column *c =
        grant_take(r, r->params[0], &g, &ignored) ? column_of(g.view, m->column) : NULL;
    if (!c)
        return true;
    m->column = arena_str(r->a, c->name);
    const struct query_param params[] = {
        {S("select"), m->column}, {S("group_by"), m->column}, {S("limit"), S("20000")}};
    if (!query_make(r->a, g.view, QUERY_RECORDS, params, 3, &m->query, &ignored))
        return true;
    req_ask_rows(r, m->query->rows.sql, m->query->rows.nparams, m->query->rows.params, false);
    m->there = true;
    return true;
}

bool file_match_names(struct req *r, struct file_match *m, struct err *e)
{
    (void)e;
    if (!m->there)
        return true;
    size_t n = req_rows(r, 0);
    int at = m->query->columns[0].at;
    m->cells = ARENA_ARRAY(r->a, struct str, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct str cell = req_col(r, 0, i, at);
        if (cell.n)
            m->cells[m->ncells++] = arena_str(r->a, cell);
    }
    req_ask(r, &sql_attachment_names, (struct str[]){uuid_str(&r->tenant->id), r->params[0]});
    return true;
}

static void note(struct str *names, size_t *n, struct str name)
{
    if (*n < FILE_MATCH_NAMES)
        names[*n] = name;
    ++*n;
}

void file_match_done(struct req *r, struct file_match *m)
{
    static char named, kept;
    struct map names = {0};
    if (!m->there)
        return;
    for (size_t i = 0; i < m->ncells; i++)
        map_put(&names, m->cells[i], &named);
    m->nfiles = req_rows(r, 0);
    for (size_t i = 0; i < m->nfiles; i++) {
        struct str name = req_col(r, 0, i, 1);
        if (map_get(&names, name))
            map_put(&names, name, &kept);
        else if (m->ncells < FILE_MATCH_CELLS)
            note(m->file_names, &m->lonely_files, arena_str(r->a, name));
    }
    for (size_t i = 0; i < m->ncells; i++)
        if (map_get(&names, m->cells[i]) == &named)
            note(m->cell_names, &m->lonely_cells, m->cells[i]);
    map_free(&names);
}

static void put_names(struct jw *w, const char *key, const struct str *names, size_t n)
{
    jw_key(w, str_of(key));
    jw_open(w, '{');
    JW_I64(w, "count", (int64_t)n);
    jw_key(w, S("names"));
    jw_open(w, '[');
    for (size_t i = 0; i < file_match_shown(n); i++)
        jw_str(w, names[i]);
    jw_close(w, ']');
    jw_close(w, '}');
}

void file_match_put(struct jw *w, const struct file_match *m)
{
    jw_key(w, S("match"));
    if (!m->there) {
        jw_null(w);
        return;
    }
    jw_open(w, '{');
    JW_STR(w, "column", m->column);
    JW_I64(w, "cells", (int64_t)m->ncells);
    JW_I64(w, "files", (int64_t)m->nfiles);
    put_names(w, "without_file", m->cell_names, m->lonely_cells);
    put_names(w, "without_cell", m->file_names, m->lonely_files);
    jw_close(w, '}');
}
