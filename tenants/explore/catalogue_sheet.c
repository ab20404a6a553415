/* The catalogue as a workbook: the cells of its CSV through the workbooks of rows. */
#include <endian.h>

#include "core/data/export/spill.h"
#include "tenants/explore/catalogue_file.h"

static const struct {
    const char *key;
    enum column_type type;
} typed[] = {
    {"default.records_count", TYPE_INT},
    {"default.geographic_reference_auto", TYPE_BOOLEAN},
    {"default.modified_updates_on_metadata_change", TYPE_BOOLEAN},
    {"default.modified_updates_on_data_change", TYPE_BOOLEAN},
    {"default.shared_catalog", TYPE_BOOLEAN},
    {"default.federated", TYPE_BOOLEAN},
};

static enum column_type type_of(struct str key)
{
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        if (str_eq(key, str_of(typed[i].key)))
            return typed[i].type;
    return TYPE_TEXT;
}

static void add_column(struct query *q, struct str key)
{
    q->columns[q->ncolumns] = (struct query_column){
        .key = key, .label = key, .type = type_of(key), .at = (int)q->ncolumns, .local = -1};
    q->ncolumns++;
}

static void add_template(struct arena *a, struct query *q, const char *template,
                         const char *const *keys)
{
    for (; *keys; keys++)
        add_column(q, arena_printf(a, "%s.%s", template, *keys));
}

static size_t count(const char *const *keys)
{
    size_t n = 0;
    while (keys[n])
        n++;
    return n;
}

bool catalogue_sheet_open(struct catalogue_file *f, struct err *e)
{
    struct arena *a = f->r->a;
    struct query *q = ARENA_NEW(a, struct query);
    *q = (struct query){.view = f->query->view, .limit = -1};
    q->columns = ARENA_ARRAY(a, struct query_column,
                             count(dataset_dcat_keys) + count(dataset_default_keys) + 1);
    add_template(a, q, "dcat", dataset_dcat_keys);
    add_template(a, q, "default", dataset_default_keys);
    add_column(q, S("datasetid"));
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
    const struct query *q = f->table.query;
    struct buf text = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < q->ncolumns; i++) {
        struct str key = q->columns[i].key, template;
        bool is_meta = str_chr(key, '.') >= 0;
        buf_reset(&text);
        str_cut(&key, '.', &template);
        if (is_meta)
            catalogue_file_text(f, &text, d, str_eq(template, S("dcat")) ? "dcat" : "default",
                                key.p);
        ok = put_value(row, &q->columns[i], is_meta ? buf_str(&text) : d->dataset_id);
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
