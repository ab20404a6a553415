/* The catalogue as a workbook: the cells of its CSV through the workbooks of rows. */
#include <endian.h>

#include "core/data/export/spill.h"
#include "tenants/explore/catalogue_file.h"

static const struct {
    const char *key;
    enum column_type type;
} typed[] = {
    {"default.records_count", TYPE_INT},
    {"explore.download_count", TYPE_INT},
    {"has_records", TYPE_BOOLEAN},
    {"data_visible", TYPE_BOOLEAN},
    {"default.geographic_reference_auto", TYPE_BOOLEAN},
    {"default.modified_updates_on_metadata_change", TYPE_BOOLEAN},
    {"default.modified_updates_on_data_change", TYPE_BOOLEAN},
    {"default.shared_catalog", TYPE_BOOLEAN},
    {"default.federated", TYPE_BOOLEAN},
};

/* "title" is default.title's other name. */
static struct str without_template(const char *key)
{
    return str_starts(str_of(key), S("default.")) ? str_from(str_of(key), strlen("default.")) : str_of(key);
}

static enum column_type type_of(struct str key)
{
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        if (str_eq(key, str_of(typed[i].key)) || str_eq(key, without_template(typed[i].key)))
            return typed[i].type;
    return TYPE_TEXT;
}

bool catalogue_sheet_open(struct catalogue_file *f, struct err *e)
{
    struct arena *a = f->r->a;
    struct query *q = ARENA_NEW(a, struct query);
    *q = (struct query){.view = f->query->view, .limit = -1, .ncolumns = f->ncells};
    q->columns = ARENA_ARRAY(a, struct query_column, f->ncells + 1);
    for (size_t i = 0; i < f->ncells; i++)
        q->columns[i] = (struct query_column){.key = f->cells[i].header, .label = f->cells[i].header,
                                              .type = type_of(f->cells[i].name), .at = (int)i, .local = -1};
    return export_open(&f->table, a, q, export_find(str_of(f->format->name)), NULL, 0, e);
}

void catalogue_sheet_start(struct catalogue_file *f, struct buf *out)
{
    export_start(&f->table, out);
}

/* As a binary result has it. */
static bool put_value(PGresult *row, const struct query_column *c, struct str text)
{
    char value[8] = {0};
    int64_t whole = 0;
    if (text.n == 0)
        return PQsetvalue(row, 0, c->at, NULL, -1) == 1;
    if (c->type == TYPE_BOOLEAN) {
        value[0] = text.p[0] == 'T';
        return PQsetvalue(row, 0, c->at, value, 1) == 1;
    }
    if (c->type != TYPE_INT)
        return PQsetvalue(row, 0, c->at, (char *)(uintptr_t)text.p, (int)text.n) == 1;
    str_i64(text, &whole);
    uint64_t wire = htobe64((uint64_t)whole);
    memcpy(value, &wire, sizeof wire);
    return PQsetvalue(row, 0, c->at, value, sizeof value) == 1;
}

static bool fill(const struct catalogue_file *f, PGresult *row, const struct dataset_object *d)
{
    struct buf text = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < f->ncells; i++) {
        buf_reset(&text);
        catalogue_file_text(f, &text, d, f->cells[i].name);
        ok = put_value(row, &f->table.query->columns[i], buf_str(&text));
    }
    buf_free(&text);
    return ok;
}

void catalogue_sheet_object(struct catalogue_file *f, struct buf *out,
                            const struct dataset_object *d)
{
    PGresult *row = spill_result((int)f->table.query->ncolumns);
    if (row && fill(f, row, d))
        export_rows(&f->table, out, row, PQntuples(row));
    else
        out->over = true;
    PQclear(row);
}

void catalogue_sheet_end(struct catalogue_file *f, struct buf *out)
{
    export_end(&f->table, out);
}
