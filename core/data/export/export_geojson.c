/* GeoJSON (RFC 7946): one feature a row; its geometry is not among the properties. */
#include "core/data/export/export.h"

static void start(struct export *x, struct buf *out)
{
    (void)x;
    buf_addz(out, "{\"type\": \"FeatureCollection\", \"features\": [");
}

static void row(struct export *x, struct buf *out, const PGresult *r, int at)
{
    if (x->rows)
        buf_addc(out, ',');
    buf_addz(out, "{\"type\": \"Feature\", \"geometry\": ");
    if (!cell_geometry(out, x->geometry, r, at))
        buf_addz(out, "null");
    buf_addz(out, ", \"properties\": ");
    row_json_object(&x->json, out, r, at);
    buf_addc(out, '}');
}

static void end(struct export *x, struct buf *out)
{
    (void)x;
    buf_addz(out, "]}");
}

const struct export_format export_geojson = {.name = "geojson",
                                             .extension = "geojson",
                                             .content_type = "application/geo+json; charset=utf-8",
                                             .start = start,
                                             .row = row,
                                             .end = end,
                                             .needs_geometry = true,
                                             .names_files = true};
