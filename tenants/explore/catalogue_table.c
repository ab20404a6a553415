/* What is computed of the catalogue, or grouped, as a file: rows in the notations that rows have. */
#include "core/base/errors.h"
#include "core/data/export/spill.h"
#include "core/web/engine.h"
#include "tenants/explore/catalogue_file.h"
#include "tenants/explore/explore.h"
#include "tenants/people/grant.h"

/* Feeds and data.json are about datasets. */
static const struct export_format *notation_of(const struct catalogue_format *format)
{
    static const char *const names[] = {"csv", "json", "jsonl", "xlsx", "ods"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(format->name, names[i]) == 0)
            return export_find(str_of(names[i]));
    return NULL;
}

bool catalogue_table_ask(struct req *r, struct catalogue_file *f, struct err *e)
{
    size_t n;
    const struct export_format *notation = notation_of(f->format);
    const struct query_param *params = explore_is_v20(r) && !req_query(r, S("with_bom")).p
                                           ? explore_params_with(r, S("with_bom"), S("false"), &n) /* a mark is 2.1's */
                                           : explore_params(r, &n);
    struct odsql_scope scope = {.clause = req_query(r, S("group_by")).n ? CLAUSE_GROUP_BY : CLAUSE_SELECT};
    if (!notation)
        return odsql_complain(&scope, e, "Only whole datasets can be exported as %s.", f->format->name);
    if (!query_make(r->a, grant_catalogue(r), QUERY_EXPORT, params, n, &f->query, e) ||
        !export_open(&f->table, r->a, f->query, notation, params, n, e))
        return false;
    req_ask_portal(r, f->query->rows.sql, f->query->rows.nparams, f->query->rows.params);
    return true;
}

/* The answer stays until the next question only, and its reader may be slow. */
bool catalogue_table_begin(struct req *r, struct catalogue_file *f, struct err *e)
{
    f->spill = spill_open(req_engine(r)->c.spool_dir);
    if (!f->spill)
        return ERR(e, err_internal, "no place for the rows of an export");
    spill_rows(f->spill, r->batch.calls[0].result);
    return true;
}

bool catalogue_table_write(struct req *r, struct catalogue_file *f, struct buf *out, struct err *e)
{
    PGresult *rows = spill_next(f->spill, QUERY_SLICE_BYTES, e);
    if (!rows)
        return false;
    if (!f->started)
        export_start(&f->table, out);
    f->started = true;
    export_rows(&f->table, out, rows, PQntuples(rows));
    PQclear(rows);
    r->stream_end = spill_ended(f->spill);
    if (r->stream_end)
        export_end(&f->table, out);
    if (f->table.failed.kind)
        *e = f->table.failed;
    return !f->table.failed.kind;
}
