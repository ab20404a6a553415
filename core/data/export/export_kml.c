/* KML 2.2 and GPX 1.1, written by us and streamed: one placemark, or one waypoint or track, a row.
 * Fields are ExtendedData; in GPX <extensions>, or with use_extension=false one text in <desc>. */
#include "core/base/markup.h"
#include "core/base/utf8.h"
#include "core/data/query/cell.h"
#include "core/data/export/export.h"
#include "core/data/value/geometry_walk.h"

static struct str label_of(const struct export *x, const struct query_column *c)
{
    return x->query->use_labels ? c->label : c->key;
}

static void put_cell(struct export *x, struct buf *out, const struct query_column *c,
                     const PGresult *r, int at)
{
    buf_reset(&x->cell);
    cell_text(&x->cell, c, r, at, x->list_separator);
    markup_xml(out, buf_str(&x->cell));
}

static bool is_geographic(const struct query_column *c)
{
    return c->range == RANGE_NONE && (c->type == TYPE_GEO_POINT || c->type == TYPE_GEO_SHAPE);
}

static const struct query_column *column_called(const struct export *x, struct str name)
{
    for (size_t i = 0; name.n && i < x->query->ncolumns; i++)
        if (str_eq(x->query->columns[i].key, name))
            return &x->query->columns[i];
    return NULL;
}

/* The field asked for; else the first text, which is nearly always what the thing is called. */
static const struct query_column *name_column(const struct export *x)
{
    const struct query_column *asked = column_called(x, export_param(x, S("name_field")));
    for (size_t i = 0; !asked && i < x->query->ncolumns; i++)
        if (x->query->columns[i].type == TYPE_TEXT)
            return &x->query->columns[i];
    return asked;
}

/* The row's geometry as EWKB, in `ewkb`; false: it has none. */
static bool take_geometry(const struct export *x, const PGresult *r, int at, struct buf *ewkb)
{
    struct buf json = {.max = 64 << 20};
    struct geometry g;
    ewkb->max = 64 << 20;
    bool ok = cell_geometry(&json, x->geometry, r, at) && !json.over &&
              geometry_read(buf_str(&json), ewkb, &g) && g.kind != GEOMETRY_EMPTY && !ewkb->over;
    buf_free(&json);
    return ok;
}

/* ---- KML ---- */

static void start_kml(struct export *x, struct buf *out)
{
    (void)x;
    buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml "
                  "xmlns=\"http://www.opengis.net/kml/2.2\"><Document>\n");
}

static void put_coordinates(struct buf *out, const struct geometry_part *p)
{
    buf_addz(out, "<coordinates>");
    for (uint32_t i = 0; i < p->points; i++) {
        double lon, lat;
        geometry_point_at(p, i, &lon, &lat);
        buf_printf(out, "%s%.15g,%.15g", i ? " " : "", lon, lat);
    }
    buf_addz(out, "</coordinates>");
}

static void put_kml_part(const struct geometry_part *p, void *context)
{
    struct buf *out = context;
    if (p->kind == GEOMETRY_POLYGON) {
        buf_addz(out, p->ring == 0 ? "<Polygon><outerBoundaryIs><LinearRing>"
                                   : "<innerBoundaryIs><LinearRing>");
        put_coordinates(out, p);
        buf_addz(out, p->ring == 0 ? "</LinearRing></outerBoundaryIs>"
                                   : "</LinearRing></innerBoundaryIs>");
        buf_addz(out, p->ring + 1 == p->rings ? "</Polygon>" : "");
        return;
    }
    const char *name = p->kind == GEOMETRY_POINT ? "Point" : "LineString";
    buf_printf(out, "<%s>", name);
    put_coordinates(out, p);
    buf_printf(out, "</%s>", name);
}

static void count_part(const struct geometry_part *p, void *context)
{
    unsigned *n = context;
    *n += p->kind != GEOMETRY_POLYGON || p->ring == 0;
}

static void put_kml_geometry(const struct export *x, struct buf *out, const PGresult *r, int at)
{
    struct buf ewkb = {0};
    unsigned parts = 0;
    if (take_geometry(x, r, at, &ewkb)) {
        geometry_walk(buf_str(&ewkb), count_part, &parts);
        buf_addz(out, parts > 1 ? "<MultiGeometry>" : "");
        geometry_walk(buf_str(&ewkb), put_kml_part, out);
        buf_addz(out, parts > 1 ? "</MultiGeometry>" : "");
    }
    buf_free(&ewkb);
}

static void put_kml(struct export *x, struct buf *out, const PGresult *r, int at)
{
    const struct query_column *name = name_column(x);
    buf_addz(out, "<Placemark>");
    if (name && !cell_null(name, r, at)) {
        buf_addz(out, "<name>");
        put_cell(x, out, name, r, at);
        buf_addz(out, "</name>");
    }
    buf_addz(out, "<ExtendedData>");
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        const struct query_column *c = &x->query->columns[i];
        if (is_geographic(c) || cell_null(c, r, at))
            continue;
        buf_addz(out, "<Data name=\"");
        markup_xml(out, label_of(x, c));
        buf_addz(out, "\"><value>");
        put_cell(x, out, c, r, at);
        buf_addz(out, "</value></Data>");
    }
    buf_addz(out, "</ExtendedData>");
    put_kml_geometry(x, out, r, at);
    buf_addz(out, "</Placemark>\n");
}

static void end_kml(struct export *x, struct buf *out)
{
    (void)x;
    buf_addz(out, "</Document></kml>\n");
}

const struct export_format export_kml = {.name = "kml",
                                         .extension = "kml",
                                         .content_type = "application/vnd.google-earth.kml+xml",
                                         .start = start_kml,
                                         .row = put_kml,
                                         .end = end_kml,
                                         .needs_geometry = true};

/* ---- GPX ---- */

static void start_gpx(struct export *x, struct buf *out)
{
    (void)x;
    buf_addz(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\" creator=\"Terrasse\" "
        "xmlns=\"http://www.topografix.com/GPX/1/1\" xmlns:t=\"urn:terrasse:fields\">\n");
}

/* An XML name made of a technical id: those begin with a letter, or may not. */
static void put_tag(struct buf *out, struct str key, bool closing)
{
    buf_addz(out, closing ? "</t:" : "<t:");
    if (key.n == 0 ||
        !((key.p[0] >= 'a' && key.p[0] <= 'z') || (key.p[0] >= 'A' && key.p[0] <= 'Z')))
        buf_addc(out, '_');
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-';
        buf_addc(out, good ? c : '_');
    }
    buf_addc(out, '>');
}

static void put_extensions(struct export *x, struct buf *out, const PGresult *r, int at)
{
    buf_addz(out, "<extensions>");
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        const struct query_column *c = &x->query->columns[i];
        if (is_geographic(c) || cell_null(c, r, at))
            continue;
        put_tag(out, c->key, false);
        put_cell(x, out, c, r, at);
        put_tag(out, c->key, true);
    }
    buf_addz(out, "</extensions>");
}

static bool is_listed(struct str list, struct str key)
{
    struct str one;
    while (str_cut(&list, ',', &one))
        if (str_eq(str_trim(one), key))
            return true;
    return false;
}

static void put_description(struct export *x, struct buf *out, const PGresult *r, int at)
{
    struct str list = export_param(x, S("description_field_list"));
    bool all = str_eq(export_param(x, S("use_extension")), S("false")) && !list.n, any = false;
    if (!all && !list.n)
        return;
    buf_addz(out, "<desc>");
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        const struct query_column *c = &x->query->columns[i];
        if (is_geographic(c) || cell_null(c, r, at) || (!all && !is_listed(list, c->key)))
            continue;
        buf_addz(out, any ? ", " : "");
        markup_xml(out, label_of(x, c));
        buf_addz(out, ": ");
        put_cell(x, out, c, r, at);
        any = true;
    }
    buf_addz(out, "</desc>");
}

static void put_facts(struct export *x, struct buf *out, const PGresult *r, int at)
{
    const struct query_column *name = name_column(x);
    if (name && !cell_null(name, r, at)) {
        buf_addz(out, "<name>");
        put_cell(x, out, name, r, at);
        buf_addz(out, "</name>");
    }
    put_description(x, out, r, at);
    if (!str_eq(export_param(x, S("use_extension")), S("false")))
        put_extensions(x, out, r, at);
}

struct gpx_row {
    struct export *x;
    struct buf *out;
    const PGresult *r;
    int at;
    bool in_track;
};

/* A point is a waypoint; lines and rings are the segments of one track. */
static void put_gpx_part(const struct geometry_part *p, void *context)
{
    struct gpx_row *g = context;
    double lon, lat;
    if (p->kind == GEOMETRY_POINT && !g->in_track) {
        geometry_point_at(p, 0, &lon, &lat);
        buf_printf(g->out, "<wpt lat=\"%.15g\" lon=\"%.15g\">", lat, lon);
        put_facts(g->x, g->out, g->r, g->at);
        buf_addz(g->out, "</wpt>\n");
        return;
    }
    if (!g->in_track) {
        buf_addz(g->out, "<trk>");
        put_facts(g->x, g->out, g->r, g->at);
        g->in_track = true;
    }
    buf_addz(g->out, "<trkseg>");
    for (uint32_t i = 0; i < p->points; i++) {
        geometry_point_at(p, i, &lon, &lat);
        buf_printf(g->out, "<trkpt lat=\"%.15g\" lon=\"%.15g\"/>", lat, lon);
    }
    buf_addz(g->out, "</trkseg>");
}

static void put_gpx(struct export *x, struct buf *out, const PGresult *r, int at)
{
    struct buf ewkb = {0};
    struct gpx_row g = {x, out, r, at, false};
    if (take_geometry(x, r, at, &ewkb))
        geometry_walk(buf_str(&ewkb), put_gpx_part, &g);
    if (g.in_track)
        buf_addz(out, "</trk>\n");
    buf_free(&ewkb);
}

static void end_gpx(struct export *x, struct buf *out)
{
    (void)x;
    buf_addz(out, "</gpx>\n");
}

const struct export_format export_gpx = {.name = "gpx",
                                         .extension = "gpx",
                                         .content_type = "application/gpx+xml",
                                         .start = start_gpx,
                                         .row = put_gpx,
                                         .end = end_gpx,
                                         .needs_geometry = true};
