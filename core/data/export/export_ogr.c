/* GeoPackage, FlatGeobuf, Shapefile, and GeoJSON that is not in WGS 84: the rows are collected in a file, which a sealed child
 * turns into what was asked. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/fd.h"
#include "core/data/query/cell.h"
#include "core/data/errors.h"
#include "core/data/export/export.h"
#include "core/data/value/geometry.h"
#include "core/data/intake/ingest.h"
#include "core/data/export/spill.h"
#include "core/data/format/ogr.h"
#include "core/data/format/write_ogr.h"

enum { PIECE = 64 << 10 };
#define FILE_MAX ((int64_t)4 << 30)

/* What is drawn is not a field as well. */
static bool is_field(const struct query_column *c)
{
    return c->range != RANGE_NONE || (c->type != TYPE_GEO_POINT && c->type != TYPE_GEO_SHAPE);
}

static enum column_type type_of(const struct query_column *c)
{
    bool plain = c->range == RANGE_NONE && !c->multivalued.p && c->precision == PRECISION_FULL;
    return plain ? c->type : TYPE_TEXT;
}

/* A label that stands once (GDAL's formats do not tell capitals apart), else the name. */
static struct str name_of(const struct query *q, size_t at)
{
    enum { LABEL_MAX = 200 };
    struct str label = q->columns[at].label;
    bool good = q->use_labels && label.n > 0 && label.n <= LABEL_MAX;
    for (size_t i = 0; good && i < q->ncolumns; i++)
        good = i == at || (!str_ieq(q->columns[i].label, label) && !str_ieq(q->columns[i].key, label));
    return good ? label : q->columns[at].key;
}

static void start(struct export *x, struct buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < x->query->ncolumns; i++)
        n += is_field(&x->query->columns[i]);
    ogr_rows_begin(out, view_dataset(x->query->view), n);
    for (size_t i = 0; i < x->query->ncolumns; i++)
        if (is_field(&x->query->columns[i]))
            ogr_rows_field(out, name_of(x->query, i), type_of(&x->query->columns[i]));
}

static void put_geometry(struct export *x, struct buf *out, const PGresult *r, int at)
{
    struct buf json = {.max = 64 << 20}, ewkb = {.max = 64 << 20};
    struct geometry g;
    bool ok = cell_geometry(&json, x->geometry, r, at) &&
              geometry_read(buf_str(&json), &ewkb, &g) && g.kind != GEOMETRY_EMPTY && !ewkb.over;
    ogr_rows_cell(out, ok ? buf_str(&ewkb) : STR_NONE);
    buf_free(&json);
    buf_free(&ewkb);
}

static void row(struct export *x, struct buf *out, const PGresult *r, int at)
{
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        const struct query_column *c = &x->query->columns[i];
        if (!is_field(c))
            continue;
        buf_reset(&x->cell);
        cell_text(&x->cell, c, r, at, x->list_separator);
        ogr_rows_cell(out, cell_null(c, r, at) ? STR_NONE : buf_str(&x->cell));
    }
    put_geometry(x, out, r, at);
}

static void start_geojson(struct export *x, struct buf *out)
{
    ogr_rows_begin(out, view_dataset(x->query->view), 1);
    ogr_rows_field(out, S("properties"), TYPE_TEXT);
}

static void row_geojson(struct export *x, struct buf *out, const PGresult *r, int at)
{
    buf_reset(&x->cell);
    row_json_object(&x->json, &x->cell, r, at);
    ogr_rows_cell(out, buf_str(&x->cell));
    put_geometry(x, out, r, at);
}

static void end(struct export *x, struct buf *out)
{
    (void)x;
    (void)out;
}

static bool take_file(struct child *c, int to, struct err *e)
{
    char piece[PIECE];
    int64_t all = 0;
    for (size_t n = 1; n > 0; all += (int64_t)n) {
        if (!child_read(c, c->stream_fd, piece, sizeof piece, &n, e))
            return false;
        if (!fd_write(to, (struct str){piece, n}))
            return ERR(e, err_data_unread, "write: %s", strerror(errno));
        if (all > FILE_MAX)
            return ERR(e, err_data_unread, "over %lld bytes", (long long)FILE_MAX);
    }
    return true;
}

static int convert(struct export *x, int rows_fd, const char *folder, struct err *e)
{
    char format[24], epsg[24];
    snprintf(format, sizeof format, "--write=%s", x->format->name);
    snprintf(epsg, sizeof epsg, "--epsg=%d", (int)x->epsg);
    const char *const arguments[] = {"read", "--sealed", format, x->epsg == OGR_WGS84 ? NULL : epsg, NULL};
    off_t bytes = lseek(rows_fd, 0, SEEK_END);
    struct child_task task = {.arguments = arguments,
                              .input_fd = rows_fd,
                              .limits = ingest_limits(bytes > 0 ? (uint64_t)bytes : 0)};
    struct child c;
    int file = spill_file(folder);
    if (file < 0) {
        ERR(e, err_internal, "a temporary file: %s", strerror(errno));
        return -1;
    }
    bool ok = child_start(&c, &task, e);
    if (ok && !take_file(&c, file, e)) {
        child_kill(&c);
        ok = false;
    }
    ok = ok && ingest_end(&c, e) && lseek(file, 0, SEEK_SET) == 0;
    if (ok)
        return file;
    close(file);
    return -1;
}

#define OGR_EXPORT(name_, extension_, content_type_)                                               \
    {                                                                                              \
        .name = name_, .extension = extension_, .content_type = content_type_, .start = start,     \
        .row = row, .end = end, .needs_geometry = true, .convert = convert                         \
    }

const struct export_format export_shp = OGR_EXPORT("shp", "zip", "application/zip");
const struct export_format export_gpkg =
    OGR_EXPORT("gpkg", "gpkg", "application/geopackage+sqlite3");
const struct export_format export_fgb =
    OGR_EXPORT("fgb", "fgb", "application/octet-stream; charset=utf-8");
const struct export_format export_geojson_turned = {.name = "geojson",
                                                    .extension = "geojson",
                                                    .content_type = "application/geo+json; charset=utf-8",
                                                    .start = start_geojson,
                                                    .row = row_geojson,
                                                    .end = end,
                                                    .needs_geometry = true,
                                                    .names_files = true,
                                                    .convert = convert};
