/* The catalogue as a file: the names in their order at once, then the objects hundred by hundred.
 */
#include <stdlib.h>

#include "core/base/jw.h"
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

/* ---- csv: dcat.*, default.*, datasetid ---- */

static void put_cell(const struct catalogue_file *f, struct buf *out, struct str s)
{
    bool quotes = f->quote_all;
    for (size_t i = 0; i < s.n && !quotes; i++)
        quotes = s.p[i] == f->delimiter || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
    if (!quotes) {
        buf_add(out, s);
        return;
    }
    buf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_addc(out, '"');
        buf_addc(out, s.p[i]);
    }
    buf_addc(out, '"');
}

static void csv_start(struct catalogue_file *f, struct buf *out)
{
    if (f->with_bom)
        buf_addz(out, "\xef\xbb\xbf");
    for (const char *const *k = dataset_dcat_keys; *k; k++)
        buf_printf(out, "dcat.%s%c", *k, f->delimiter);
    for (const char *const *k = dataset_default_keys; *k; k++)
        buf_printf(out, "default.%s%c", *k, f->delimiter);
    buf_addz(out, "datasetid\r\n");
}

static void put_text(const struct catalogue_file *f, struct buf *text, const json_t *value)
{
    size_t i;
    json_t *item;
    if (json_is_string(value))
        buf_add(text, (struct str){json_string_value(value), json_string_length(value)});
    else if (json_is_boolean(value))
        buf_addz(text, json_is_true(value) ? "True" : "False");
    else if (json_is_integer(value))
        buf_printf(text, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        jw_number(text, json_real_value(value));
    else if (json_is_array(value))
        json_array_foreach(value, i, item)
        {
            if (i)
                buf_add(text, f->list_separator);
            put_text(f, text, item);
        }
    else if (json_is_object(value)) { /* default.bbox: the bare geometry */
        const json_t *geometry = json_object_get(value, "geometry");
        char *dumped = json_dumps(geometry ? geometry : value, 0);
        buf_addz(text, dumped ? dumped : "");
        free(dumped);
    }
}

void catalogue_file_text(const struct catalogue_file *f, struct buf *text,
                         const struct dataset_object *d, const char *template, const char *key)
{
    struct buf json = {0};
    struct jw w;
    jw_init(&w, &json, JW_SPACED);
    dataset_object_meta(&w, d, template, key);
    json_t *value = json_loadb(json.p, json.n, JSON_DECODE_ANY, NULL);
    put_text(f, text, value);
    json_decref(value);
    buf_free(&json);
}

static void put_meta(const struct catalogue_file *f, struct buf *out,
                     const struct dataset_object *d, const char *template, const char *key)
{
    struct buf text = {0};
    catalogue_file_text(f, &text, d, template, key);
    put_cell(f, out, buf_str(&text));
    buf_free(&text);
}

static void csv_object(struct catalogue_file *f, struct buf *out, const struct dataset_object *d)
{
    for (const char *const *k = dataset_dcat_keys; *k; k++) {
        put_meta(f, out, d, "dcat", *k);
        buf_addc(out, f->delimiter);
    }
    for (const char *const *k = dataset_default_keys; *k; k++) {
        put_meta(f, out, d, "default", *k);
        buf_addc(out, f->delimiter);
    }
    put_cell(f, out, d->dataset_id);
    buf_addz(out, "\r\n");
}

static void csv_end(struct catalogue_file *f, struct buf *out)
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
    {"csv", "text/csv; charset=utf-8", "csv", csv_start, csv_object, csv_end, NULL},
    {"json", "application/json; charset=utf-8", "json", json_start, json_object_put, json_end,
     NULL},
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
    if (!find_format(r, f, e) || !dataset_shape_read(r, &f->shape, &plain, e) ||
        !query_make(r->a, grant_catalogue(r), QUERY_EXPORT, params, n, &f->query, e) ||
        !read_options(r, f, e))
        return false;
    struct odsql_scope scope = {.clause = plain ? CLAUSE_GROUP_BY : CLAUSE_SELECT};
    if (!plain || f->query->grouped)
        return odsql_complain(&scope, e, "Only whole datasets can be exported.");
    f->r = r;
    r->state = f;
    req_ask_portal(r, f->query->rows.sql, f->query->rows.nparams, f->query->rows.params);
    return true;
}

static void let_go(void *context)
{
    struct catalogue_file *f = context;
    export_close(&f->table);
}

static bool begin(struct req *r, struct err *e)
{
    struct catalogue_file *f = r->state;
    f->ids = datasets_names(r, 0, &f->n);
    req_on_gone(r, let_go, f);
    if (f->format->open && !f->format->open(f, e))
        return false;
    req_set(r, S("content-disposition"),
            arena_printf(r->a, "attachment; filename=\"datasets.%s\"", f->format->extension));
    explore_deprecate(r);
    return true;
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
