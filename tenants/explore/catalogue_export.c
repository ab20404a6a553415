/* The catalogue as a file: the names in their order at once, then the objects hundred by hundred.
 */
#include "core/base/jw.h"
#include "core/data/export/spill.h"
#include "tenants/explore/catalogue.h"
#include "tenants/explore/catalogue_file.h"
#include "tenants/explore/dataset_object.h"
#include "tenants/explore/datasets.h"
#include "tenants/explore/errors.h"
#include "tenants/explore/explore.h"

enum { SLICE = 100 };

/* ---- json ---- */

static void json_start(struct catalogue_file *f, struct buf *out)
{
    (void)f;
    buf_addc(out, '[');
}

static void json_object_put(struct catalogue_file *f, struct buf *out,
                            const struct dataset_object *d)
{
    struct jw w;
    jw_init(&w, out, JW_SPACED);
    if (f->written)
        buf_addc(out, ',');
    dataset_object_put(&w, d, &f->shape);
}

static void json_end(struct catalogue_file *f, struct buf *out)
{
    (void)f;
    buf_addc(out, ']');
}

static void jsonl_object(struct catalogue_file *f, struct buf *out, const struct dataset_object *d)
{
    struct jw w;
    jw_init(&w, out, JW_SPACED);
    dataset_object_put(&w, d, &f->shape);
    buf_addc(out, '\n');
}

static void nothing(struct catalogue_file *f, struct buf *out)
{
    (void)f;
    (void)out;
}

#define WORKBOOK(name, type)                                                                       \
    {                                                                                              \
        name, type, name, catalogue_sheet_start, catalogue_sheet_object, catalogue_sheet_end,      \
            catalogue_sheet_open                                                                   \
    }

/* In the order of the public list; DCAT-AP has addresses of its own (catalogue_dcat.c). */
static const struct catalogue_format formats[] = {
    {"csv", "text/csv; charset=utf-8", "csv", catalogue_csv_start, catalogue_csv_object, nothing, NULL},
    {"json", "application/json; charset=utf-8", "json", json_start, json_object_put, json_end,
     NULL},
    {"jsonl", "application/jsonl; charset=utf-8", "jsonl", nothing, jsonl_object, nothing, NULL},
    WORKBOOK("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    WORKBOOK("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    {"rss", "application/rss+xml; charset=utf-8", "rss", catalogue_rss_start, catalogue_rss_object,
     catalogue_rss_end, NULL},
    {"dublin_core", "application/rdf+xml; charset=utf-8", "rdf", catalogue_dublin_start,
     catalogue_dublin_object, catalogue_dublin_end, NULL},
    {"data.json", "application/json; charset=utf-8", "json", catalogue_pod_start,
     catalogue_pod_object, catalogue_pod_end, NULL},
};

const char *catalogue_export_name(size_t i)
{
    return i < sizeof formats / sizeof formats[0] ? formats[i].name : NULL;
}

static const struct catalogue_format *format_named(struct str name)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (str_eq(name, str_of(formats[i].name)))
            return &formats[i];
    return NULL;
}

const struct catalogue_format *catalogue_file_plain(struct req *r, struct str name, struct catalogue_file *out)
{
    *out = (struct catalogue_file){.r = r, .format = format_named(name), .delimiter = ';', .list_separator = S(",")};
    catalogue_csv_columns(out);
    return out->format && !out->format->open ? out->format : NULL;
}

/* ---- steps ---- */

static bool find_format(struct req *r, struct catalogue_file *f, struct err *e)
{
    f->format = format_named(r->params[0]);
    if (f->format)
        return true;
    ERR(e, err_export_format, "format");
    return err_arg(e, STR_FMT, STR_ARG(str_part(r->params[0], 0, 60)));
}

static bool read_options(struct req *r, struct catalogue_file *f, struct err *e)
{
    struct export x; /* the same options, checked in one place */
    size_t n;
    const struct query_param *params = explore_params(r, &n);
    if (!export_open(&x, r->a, f->query, &export_csv, params, n, e))
        return false;
    f->delimiter = x.delimiter;
    f->list_separator = x.list_separator;
    f->quote_all = x.quote_all;
    f->with_bom = x.with_bom && !(explore_is_v20(r) && !req_query(r, S("with_bom")).p);
    return true;
}

static bool ask_names(struct req *r, struct err *e)
{
    size_t n;
    bool plain;
    struct catalogue_file *f = ARENA_NEW(r->a, struct catalogue_file);
    const struct query_param *params = explore_params_with(r, S("select"), S("dataset_id"), &n);
    f->r = r;
    r->state = f;
    if (!find_format(r, f, e) || !dataset_shape_read(r, &f->shape, &plain, e))
        return false;
    if (!plain || str_trim(req_query(r, S("group_by"))).n)
        return catalogue_table_ask(r, f, e);
    if (!query_make(r->a, grant_catalogue(r), QUERY_EXPORT, params, n, &f->query, e) || !read_options(r, f, e))
        return false;
    catalogue_csv_columns(f);
    req_ask_portal(r, f->query->rows.sql, f->query->rows.nparams, f->query->rows.params);
    return true;
}

static void let_go(void *context)
{
    struct catalogue_file *f = context;
    export_close(&f->table);
    spill_close(f->spill);
}

static bool begin(struct req *r, struct err *e)
{
    struct catalogue_file *f = r->state;
    req_on_gone(r, let_go, f);
    req_set(r, S("content-disposition"),
            arena_printf(r->a, "attachment; filename=\"datasets.%s\"", f->format->extension));
    explore_deprecate(r);
    if (f->table.format)
        return catalogue_table_begin(r, f, e);
    f->ids = datasets_names(r, 0, &f->n);
    return !f->format->open || f->format->open(f, e);
}

static bool ask_slice(struct req *r, struct err *e)
{
    (void)e;
    struct catalogue_file *f = r->state;
    size_t n = f->n - f->at < SLICE ? f->n - f->at : SLICE;
    if (n)
        datasets_ask_objects(r, f->ids + f->at, n);
    return true;
}

static bool write_slice(struct req *r, struct err *e)
{
    struct catalogue_file *f = r->state;
    struct buf *out = req_stream(r, 200, str_of(f->format->content_type));
    if (f->spill)
        return catalogue_table_write(r, f, out, e);
    size_t rows = f->at < f->n ? req_rows(r, 0) : 0;
    if (!f->started)
        f->format->start(f, out);
    f->started = true;
    for (size_t row = 0; row < rows; row++, f->written++) {
        struct dataset_object d;
        if (!dataset_object_read(r, 0, row, &d, e))
            return false;
        f->format->object(f, out, &d);
        dataset_object_free(&d);
    }
    f->at = f->n - f->at < SLICE ? f->n : f->at + SLICE;
    r->stream_end = f->at == f->n;
    if (r->stream_end)
        f->format->end(f, out);
    if (f->table.failed.kind)
        *e = f->table.failed;
    return !f->table.failed.kind;
}

const struct step catalogue_export[] = {
    {STEP_DB, ask_names, NULL},
    {STEP_DB, begin, NULL},
    {STEP_STREAM, ask_slice, write_slice},
    {STEP_END, NULL, NULL},
};
