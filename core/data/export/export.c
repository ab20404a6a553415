#include "core/data/export/export.h"

#include "core/data/errors.h"
#include "core/data/format/ogr.h"

static const struct export_format *const formats[] = {
    &export_csv,    &export_json,   &export_jsonl, &export_geojson, &export_xlsx, &export_parquet,
    &export_ods,    &export_shp,    &export_kml,   &export_gpx,     &export_gpkg, &export_fgb,
    &export_rdfxml, &export_turtle, &export_n3,    &export_jsonld,  &export_ov2};

const struct export_format *export_find(struct str name)
{
    if (str_eq(name, S("xls"))) /* version 2.0's name for a workbook */
        name = S("xlsx");
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (str_eq(name, str_of(formats[i]->name)))
            return formats[i];
    return NULL;
}

const struct export_format *export_at(size_t i)
{
    return i < sizeof formats / sizeof formats[0] ? formats[i] : NULL;
}

bool export_fits(const struct export_format *format, const struct dataset_view *v)
{
    bool fits = !format->needs_geometry;
    for (size_t i = 0; !fits && i < view_columns(v); i++) {
        const struct view_column *c = view_column(v, i);
        fits = !c->hidden && !c->alias &&
               (c->type == TYPE_GEO_POINT || (c->type == TYPE_GEO_SHAPE && !format->needs_point));
    }
    return fits;
}

bool export_refuse(struct err *e, const char *name, struct str value, const char *expected)
{
    ERR(e, err_query_parameter, "%s", name);
    err_arg(e, "%s", name);
    err_arg(e, STR_FMT, STR_ARG(value));
    return err_arg(e, "%s", expected);
}

static bool read_bool(struct str value)
{
    return str_ieq(value, S("true")) || str_eq(value, S("1"));
}

static bool read_option(struct export *x, struct str name, struct str value, struct err *e)
{
    if (str_eq(name, S("delimiter"))) {
        if (str_eq(value, S("\\t")))
            value = S("\t");
        if (value.n != 1 || !strchr(";,\t|", value.p[0]))
            return export_refuse(e, "delimiter", value, "one of ; , \\t |");
        x->delimiter = value.p[0];
    } else if (str_eq(name, S("list_separator"))) {
        if (value.n == 0 || value.n > 10)
            return export_refuse(e, "list_separator", value, "1 to 10 bytes");
        x->list_separator = value;
    } else if (str_eq(name, S("with_bom"))) {
        x->with_bom = read_bool(value);
    } else if (str_eq(name, S("quote_all"))) {
        x->quote_all = read_bool(value);
    } else if (str_eq(name, S("epsg")) && value.n) {
        if (!str_i64(value, &x->epsg) || x->epsg < 1 || x->epsg > OGR_EPSG_MAX)
            return export_refuse(e, "epsg", value, "the EPSG code of a reference system of maps, such as 2154");
    }
    return true;
}

/* A shape before a point: the point is often only its centre. */
static const struct query_column *find_geometry(const struct query *q)
{
    const struct query_column *point = NULL;
    for (size_t i = 0; i < q->ncolumns; i++) {
        if (q->columns[i].type == TYPE_GEO_SHAPE)
            return &q->columns[i];
        if (q->columns[i].type == TYPE_GEO_POINT && !point)
            point = &q->columns[i];
    }
    return point;
}

bool export_open(struct export *x, struct arena *a, const struct query *q,
                 const struct export_format *format, const struct query_param *params, size_t n,
                 struct err *e)
{
    *x = (struct export){.query = q,
                         .format = format,
                         .delimiter = ';',
                         .list_separator = S(","),
                         .with_bom = true,
                         .epsg = OGR_WGS84,
                         .a = a,
                         .params = params,
                         .nparams = n};
    for (size_t i = 0; i < n; i++)
        if (!read_option(x, params[i].name, params[i].value, e))
            return false;
    if (format == &export_geojson && x->epsg != OGR_WGS84)
        x->format = &export_geojson_turned;
    row_json_init(&x->json, a, q);
    if (format->needs_geometry)
        x->geometry = x->json.skip = find_geometry(q);
    if (format->needs_geometry && !x->geometry)
        return export_refuse(e, "format", str_of(format->name),
                             "a dataset with a geographic field");
    return !format->open || format->open(x, e);
}

struct str export_param(const struct export *x, struct str name)
{
    for (size_t i = x->nparams; i-- > 0;)
        if (str_eq(x->params[i].name, name))
            return x->params[i].value;
    return STR_NONE;
}

bool export_has_addresses(const struct export *x)
{
    bool any = x->format->has_addresses;
    for (size_t i = 0; x->format->names_files && i < x->query->ncolumns; i++)
        any |= x->query->columns[i].shape == SHAPE_FILE;
    return any;
}

void export_start(struct export *x, struct buf *out)
{
    x->format->start(x, out);
}

void export_rows(struct export *x, struct buf *out, const PGresult *r, int n)
{
    for (int row = 0; row < n; row++) {
        x->format->row(x, out, r, row);
        x->rows++;
    }
}

void export_end(struct export *x, struct buf *out)
{
    x->format->end(x, out);
    buf_free(&x->cell);
}

void export_close(struct export *x)
{
    buf_free(&x->cell);
    if (x->format && x->format->close)
        x->format->close(x);
    x->state = NULL;
}
