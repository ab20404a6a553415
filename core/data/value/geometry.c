#include "core/data/value/geometry.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "core/data/value/json_scan.h"
#include "core/data/value/wkt.h"

enum { WITH_SRID = 0x20000000, SRID = 4326, RING_MIN = 4 };

/* Sums of parts times their weight: of areas, of lengths, of points. */
struct centre {
    double weight, x, y;
};

struct reading {
    struct buf *out; /* NULL: nothing is written */
    struct geometry *g;
    double x0,
        y0; /* the first point: sums are taken from there, or the digits of small shapes are lost */
    struct centre area, length, points;
};

/* ---- writing ---- */

static void put(struct reading *r, const void *p, size_t n)
{
    if (r->out)
        buf_add(r->out, (struct str){p, n});
}

static void put_u32(struct reading *r, uint32_t v)
{
    put(r, &v, sizeof v); /* little endian, as the machines we run on */
}

static void put_head(struct reading *r, enum geometry_kind kind, bool top)
{
    static const char little = 1;
    put(r, &little, 1);
    put_u32(r, (uint32_t)kind | (top ? WITH_SRID : 0));
    if (top)
        put_u32(r, SRID);
}

static size_t put_count_later(struct reading *r)
{
    put_u32(r, 0);
    return r->out ? r->out->n : 0;
}

static void put_count(struct reading *r, size_t after, uint32_t n)
{
    if (r->out && !r->out->over)
        memcpy(r->out->p + after - sizeof n, &n, sizeof n);
}

/* ---- measuring ---- */

static void add(struct centre *c, double weight, double x, double y)
{
    c->weight += weight;
    c->x += weight * x;
    c->y += weight * y;
}

static void see_point(struct reading *r, double x, double y)
{
    struct geometry *g = r->g;
    if (g->points++ == 0) {
        g->west = g->east = r->x0 = x;
        g->south = g->north = r->y0 = y;
    }
    g->west = x < g->west ? x : g->west;
    g->east = x > g->east ? x : g->east;
    g->south = y < g->south ? y : g->south;
    g->north = y > g->north ? y : g->north;
    add(&r->points, 1, x - r->x0, y - r->y0);
}

/* What a line or ring adds, segment by segment; twice the area and six times its moment. */
struct track {
    double first_x, first_y, last_x, last_y, cross, moment_x, moment_y;
    uint32_t n;
};

static void follow(struct reading *r, struct track *t, double x, double y)
{
    x -= r->x0;
    y -= r->y0;
    if (t->n++ == 0) {
        t->first_x = t->last_x = x;
        t->first_y = t->last_y = y;
        return;
    }
    double cross = t->last_x * y - x * t->last_y;
    t->cross += cross;
    t->moment_x += (t->last_x + x) * cross;
    t->moment_y += (t->last_y + y) * cross;
    add(&r->length, hypot(x - t->last_x, y - t->last_y), (x + t->last_x) / 2, (y + t->last_y) / 2);
    t->last_x = x;
    t->last_y = y;
}

/* Whichever way round it is written; a hole takes away. */
static void add_ring(struct reading *r, const struct track *t, bool hole)
{
    double sign = (t->cross < 0 ? -1 : 1) * (hole ? -1 : 1);
    r->area.weight += sign * t->cross / 2;
    r->area.x += sign * t->moment_x / 6;
    r->area.y += sign * t->moment_y / 6;
}

static void find_centre(struct reading *r)
{
    const struct centre *c = r->area.weight > 0     ? &r->area
                             : r->length.weight > 0 ? &r->length
                                                    : &r->points;
    struct geometry *g = r->g;
    g->lon = r->x0 + c->x / c->weight;
    g->lat = r->y0 + c->y / c->weight;
    if (!(g->lon >= g->west && g->lon <= g->east && g->lat >= g->south && g->lat <= g->north)) {
        g->lon = (g->west + g->east) / 2; /* rings that cross themselves */
        g->lat = (g->south + g->north) / 2;
    }
    g->on_earth = g->south >= -90 && g->north <= 90 && g->west >= -360 && g->east <= 360 &&
                  g->east - g->west <= 360;
    g->beyond = g->west < -180 || g->east > 180;
}

/* ---- coordinates ---- */

/* [x, y], and whatever stands behind: a height. */
static bool read_position(struct json_scan *j, double *x, double *y)
{
    double more;
    if (!json_scan_open(j, '[') || !json_scan_double(j, x) || !json_scan_take(j, ',') ||
        !json_scan_double(j, y))
        return false;
    for (unsigned n = 2; json_scan_take(j, ','); n++)
        if (n > 8 || !json_scan_double(j, &more))
            return false;
    return json_scan_take(j, ']');
}

static bool put_position(struct reading *r, double x, double y)
{
    if (!isfinite(x) || !isfinite(y) || r->g->points >= GEOMETRY_POINTS_MAX)
        return false;
    see_point(r, x, y);
    put(r, &x, sizeof x);
    put(r, &y, sizeof y);
    return true;
}

static bool read_point(struct reading *r, struct json_scan *j)
{
    double x, y;
    return read_position(j, &x, &y) && put_position(r, x, y);
}

static bool read_points(struct reading *r, struct json_scan *j, uint32_t *n)
{
    *n = 0;
    if (!json_scan_open(j, '['))
        return false;
    if (json_scan_take(j, ']'))
        return true;
    do {
        put_head(r, GEOMETRY_POINT, false);
        if (!read_point(r, j))
            return false;
        ++*n;
    } while (json_scan_take(j, ','));
    return json_scan_take(j, ']');
}

static bool read_track(struct reading *r, struct json_scan *j, struct track *t)
{
    double x, y;
    if (!json_scan_open(j, '['))
        return false;
    if (json_scan_take(j, ']'))
        return true;
    do {
        if (!read_position(j, &x, &y) || !put_position(r, x, y))
            return false;
        follow(r, t, x, y);
    } while (json_scan_take(j, ','));
    return json_scan_take(j, ']');
}

static bool read_line(struct reading *r, struct json_scan *j)
{
    struct track t = {0};
    size_t at = put_count_later(r);
    if (!read_track(r, j, &t) || t.n == 1)
        return false;
    put_count(r, at, t.n);
    return true;
}

static bool read_ring(struct reading *r, struct json_scan *j, bool hole)
{
    struct track t = {0};
    size_t at = put_count_later(r);
    if (!read_track(r, j, &t) || t.n == 0)
        return false;
    if (t.last_x != t.first_x || t.last_y != t.first_y) {
        double x = t.first_x + r->x0, y = t.first_y + r->y0;
        const char *first = r->out && !r->out->over ? r->out->p + at : NULL;
        if (first) { /* the very bytes: a sum may have lost the last digit */
            memcpy(&x, first, sizeof x);
            memcpy(&y, first + sizeof x, sizeof y);
        }
        if (!put_position(r, x, y))
            return false;
        follow(r, &t, x, y);
    }
    put_count(r, at, t.n);
    add_ring(r, &t, hole);
    return t.n >= RING_MIN;
}

typedef bool read_part(struct reading *r, struct json_scan *j, uint32_t before);

static bool read_list(struct reading *r, struct json_scan *j, read_part *part)
{
    uint32_t n = 0;
    size_t at = put_count_later(r);
    if (!json_scan_open(j, '['))
        return false;
    if (!json_scan_take(j, ']')) {
        do
            if (!part(r, j, n++))
                return false;
        while (json_scan_take(j, ','));
        if (!json_scan_take(j, ']'))
            return false;
    }
    put_count(r, at, n);
    return true;
}

static bool ring_part(struct reading *r, struct json_scan *j, uint32_t before)
{
    return read_ring(r, j, before > 0);
}

static bool line_part(struct reading *r, struct json_scan *j, uint32_t before)
{
    (void)before;
    put_head(r, GEOMETRY_LINE, false);
    return read_line(r, j);
}

static bool polygon_part(struct reading *r, struct json_scan *j, uint32_t before)
{
    (void)before;
    put_head(r, GEOMETRY_POLYGON, false);
    return read_list(r, j, ring_part);
}

static bool read_multipoint(struct reading *r, struct json_scan *j)
{
    uint32_t n;
    size_t at = put_count_later(r);
    if (!read_points(r, j, &n))
        return false;
    put_count(r, at, n);
    return true;
}

static bool read_coordinates(struct reading *r, struct json_scan *j, enum geometry_kind kind)
{
    switch (kind) {
    case GEOMETRY_POINT:
        return read_point(r, j);
    case GEOMETRY_LINE:
        return read_line(r, j);
    case GEOMETRY_POLYGON:
        return read_list(r, j, ring_part);
    case GEOMETRY_MULTIPOINT:
        return read_multipoint(r, j);
    case GEOMETRY_MULTILINE:
        return read_list(r, j, line_part);
    case GEOMETRY_MULTIPOLYGON:
        return read_list(r, j, polygon_part);
    case GEOMETRY_EMPTY:
    case GEOMETRY_COLLECTION:
        break;
    }
    return false;
}

/* ---- objects ---- */

struct members {
    struct str type, coordinates, geometries, geometry;
};

static bool find_members(struct str json, struct members *m)
{
    struct json_scan j = json_scan_of(json);
    struct str key, value;
    bool more;
    *m = (struct members){0};
    if (!json_scan_open(&j, '{'))
        return false;
    while (json_scan_member(&j, &key, &value, &more) && more) {
        if (str_eq(key, S("type")))
            m->type = value;
        else if (str_eq(key, S("coordinates")))
            m->coordinates = value;
        else if (str_eq(key, S("geometries")))
            m->geometries = value;
        else if (str_eq(key, S("geometry")))
            m->geometry = value;
    }
    return !j.failed && json_scan_end(&j);
}

static enum geometry_kind kind_of(struct str type)
{
    static const char *const names[] = {"",
                                        "\"Point\"",
                                        "\"LineString\"",
                                        "\"Polygon\"",
                                        "\"MultiPoint\"",
                                        "\"MultiLineString\"",
                                        "\"MultiPolygon\"",
                                        "\"GeometryCollection\""};
    for (enum geometry_kind k = GEOMETRY_POINT; k <= GEOMETRY_COLLECTION; k++)
        if (str_eq(type, str_of(names[k])))
            return k;
    return GEOMETRY_EMPTY;
}

static bool is_nothing(struct str value)
{
    return str_eq(value, S("null")) ||
           (value.n >= 2 && value.p[0] == '[' && str_trim(str_part(value, 1, value.n - 2)).n == 0);
}

static bool read_object(struct reading *r, struct str json, unsigned depth);

static bool read_collection(struct reading *r, struct str list, unsigned depth)
{
    struct json_scan j = json_scan_of(list);
    struct str one;
    uint32_t n = 0;
    size_t at = put_count_later(r);
    if (!json_scan_open(&j, '['))
        return false;
    if (!json_scan_take(&j, ']')) {
        do {
            if (!json_scan_value(&j, &one) || !read_object(r, one, depth + 1))
                return false;
            n++;
        } while (json_scan_take(&j, ','));
        if (!json_scan_take(&j, ']'))
            return false;
    }
    put_count(r, at, n);
    return json_scan_end(&j);
}

static bool read_object(struct reading *r, struct str json, unsigned depth)
{
    struct members m;
    if (depth > GEOMETRY_DEPTH_MAX || !find_members(json, &m))
        return false;
    if (depth == 0 && str_eq(m.type, S("\"Feature\"")))
        return is_nothing(m.geometry) || (m.geometry.p && read_object(r, m.geometry, 1));
    enum geometry_kind kind = kind_of(m.type);
    struct str content = kind == GEOMETRY_COLLECTION ? m.geometries : m.coordinates;
    bool top = r->g->kind == GEOMETRY_EMPTY;
    if (kind == GEOMETRY_EMPTY || !content.p)
        return false;
    if (is_nothing(content))
        return top;
    if (top)
        r->g->kind = kind;
    put_head(r, kind, top);
    if (kind == GEOMETRY_COLLECTION)
        return read_collection(r, content, depth);
    struct json_scan j = json_scan_of(content);
    return read_coordinates(r, &j, kind) && json_scan_end(&j);
}

static bool read_json(struct str json, struct buf *ewkb, struct geometry *out)
{
    struct geometry g = {0};
    struct reading r = {.out = ewkb, .g = &g};
    if (!read_object(&r, json, 0))
        return false;
    if (g.points == 0)
        g.kind = GEOMETRY_EMPTY;
    else
        find_centre(&r);
    *out = g;
    return true;
}

bool geometry_read(struct str text, struct buf *ewkb, struct geometry *out)
{
    if (!wkt_likely(text))
        return read_json(text, ewkb, out);
    struct buf json = {.max = 3 * text.n + 256};
    bool ok = wkt_put_json(&json, text) && read_json(buf_str(&json), ewkb, out);
    buf_free(&json);
    return ok;
}

bool geometry_likely(struct str s)
{
    return (s.n > 20 && s.p[0] == '{' && s.p[s.n - 1] == '}') || wkt_likely(s);
}

/* Never without a decimal mark: that is what tells a pair of degrees from two whole numbers. */
static void put_degrees(struct buf *cell, double v)
{
    char z[40];
    snprintf(z, sizeof z, "%.15g", v);
    if (strchr(z, 'e'))
        snprintf(z, sizeof z, "%.15f", v);
    buf_addz(cell, z);
    buf_addz(cell, strchr(z, '.') ? "" : ".0");
}

void geometry_put_centre(struct buf *cell, const struct geometry *g)
{
    put_degrees(cell, g->lat);
    buf_addz(cell, ", ");
    put_degrees(cell, g->lon > 180 ? g->lon - 360 : g->lon < -180 ? g->lon + 360 : g->lon);
}

void geometry_put_point(struct buf *ewkb, double lon, double lat)
{
    struct geometry g = {0};
    struct reading r = {.out = ewkb, .g = &g};
    put_head(&r, GEOMETRY_POINT, true);
    put_position(&r, lon, lat);
}
