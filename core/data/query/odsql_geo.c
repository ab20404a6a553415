#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/data/errors.h"
#include "core/data/query/odsql.h"

/*
 * Geometry: a literal is read here and written again by us, so that PostGIS never meets a text that
 * it cannot read. WKT and GeoJSON; coordinates are longitude and latitude.
 */
enum { POINTS_MAX = 5000, NEST_MAX = 4 };

struct wkt {
    struct str rest;
    struct buf *out;
    unsigned points;
};

static void put(struct odsql_sql *q, const char *text)
{
    buf_addz(q->out, text);
}

static bool take(struct wkt *w, char c)
{
    w->rest = str_trim(w->rest);
    if (!w->rest.n || w->rest.p[0] != c)
        return false;
    w->rest = str_from(w->rest, 1);
    buf_addc(w->out, c);
    return true;
}

static bool take_number(struct wkt *w, double most)
{
    char text[48];
    w->rest = str_trim(w->rest);
    size_t n = 0;
    while (n < w->rest.n && n < sizeof text - 1 && strchr("+-.0123456789eE", w->rest.p[n]))
        n++;
    if (n == 0)
        return false;
    memcpy(text, w->rest.p, n);
    text[n] = '\0';
    char *end;
    double v = strtod(text, &end);
    if (*end || !isfinite(v) || fabs(v) > most)
        return false;
    w->rest = str_from(w->rest, n);
    buf_printf(w->out, "%.17g", v);
    return true;
}

static bool take_position(struct wkt *w)
{
    if (++w->points > POINTS_MAX || !take_number(w, 180))
        return false;
    buf_addc(w->out, ' ');
    return take_number(w, 90);
}

/* depth 1: (x y, x y); 2: ((…), (…)); 3: (((…))) */
static bool take_nested(struct wkt *w, unsigned depth, unsigned least)
{
    unsigned n = 0;
    if (!take(w, '('))
        return false;
    do {
        if (!(depth == 1 ? take_position(w) : take_nested(w, depth - 1, least)))
            return false;
        n++;
    } while (take(w, ','));
    return take(w, ')') && (depth > 1 || n >= least);
}

static const struct {
    const char *name;
    unsigned depth, least;
} shapes[] = {{"POINT", 1, 1},      {"LINESTRING", 1, 2},      {"POLYGON", 2, 4},
              {"MULTIPOINT", 1, 1}, {"MULTILINESTRING", 2, 2}, {"MULTIPOLYGON", 3, 4}};

static bool take_shape(struct wkt *w)
{
    w->rest = str_trim(w->rest);
    size_t n = 0;
    while (n < w->rest.n && (w->rest.p[n] | 0x20) >= 'a' && (w->rest.p[n] | 0x20) <= 'z')
        n++;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (str_ieq(str_part(w->rest, 0, n), str_of(shapes[i].name))) {
            w->rest = str_from(w->rest, n);
            buf_addz(w->out, shapes[i].name);
            return take_nested(w, shapes[i].depth, shapes[i].least) &&
                   (i > 0 || w->points == 1) && str_trim(w->rest).n == 0;
        }
    return false;
}

/* A ring that is not closed is an error to PostGIS: its first and last position are compared there
 * as we write them. */
static bool rings_closed(struct str wkt)
{
    if (!str_starts(wkt, S("POLYGON")) && !str_starts(wkt, S("MULTIPOLYGON")))
        return true;
    for (size_t i = 0; i < wkt.n; i++) {
        if (wkt.p[i] != '(' || (i + 1 < wkt.n && wkt.p[i + 1] == '('))
            continue;
        struct str ring = str_from(wkt, i + 1);
        ring.n = (size_t)str_chr(ring, ')');
        struct str first = str_part(ring, 0, (size_t)str_chr(ring, ','));
        if (!str_ends(ring, first) || ring.p[ring.n - first.n - 1] != ',')
            return false;
    }
    return true;
}

/* ---- GeoJSON: turned into WKT, then read as such ---- */

static bool wkt_position(const json_t *at, struct buf *out)
{
    if (!json_is_array(at) || json_array_size(at) < 2 || !json_is_number(json_array_get(at, 0)) ||
        !json_is_number(json_array_get(at, 1)))
        return false;
    buf_printf(out, "%.17g %.17g", json_number_value(json_array_get(at, 0)), json_number_value(json_array_get(at, 1)));
    return true;
}

static bool wkt_nested(const json_t *list, unsigned depth, struct buf *out)
{
    if (!json_is_array(list) || json_array_size(list) == 0)
        return false;
    buf_addc(out, '(');
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (i)
            buf_addc(out, ',');
        if (!(depth == 1 ? wkt_position(item, out) : wkt_nested(item, depth - 1, out)))
            return false;
    }
    buf_addc(out, ')');
    return true;
}

static bool wkt_of_geojson(struct str text, struct buf *out)
{
    json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    struct str type = str_of(json_string_value(json_object_get(root, "type")));
    const json_t *coordinates = json_object_get(root, "coordinates");
    bool ok = false;
    for (size_t i = 0; type.n && i < sizeof shapes / sizeof shapes[0]; i++)
        if (str_ieq(type, str_of(shapes[i].name))) {
            buf_addz(out, shapes[i].name);
            buf_addc(out, i ? ' ' : '(');
            ok = i ? wkt_nested(coordinates, shapes[i].depth, out) : wkt_position(coordinates, out);
            buf_addz(out, i ? "" : ")");
        }
    json_decref(root);
    return ok;
}

static bool read_literal(struct str text, struct buf *out, unsigned *points)
{
    struct buf wkt = {.max = 1 << 20};
    struct wkt w = {.rest = text, .out = out};
    bool ok = true;
    if (str_starts(str_trim(text), S("{"))) {
        ok = wkt_of_geojson(text, &wkt) && !wkt.over;
        w.rest = buf_str(&wkt);
    }
    ok = ok && take_shape(&w) && !out->over && rings_closed(buf_str(out));
    *points = w.points;
    buf_free(&wkt);
    return ok;
}

static bool put_geom(struct odsql_sql *q, const struct node *n, bool point, struct err *e)
{
    struct buf out = {.max = 1 << 20};
    unsigned points;
    bool ok = read_literal(n->text, &out, &points) && (!point || points == 1);
    if (ok) {
        put(q, "public.st_geomfromtext(");
        odsql_sql_param(q, arena_str(q->a, buf_str(&out)), "text");
        put(q, ", 4326)");
    }
    buf_free(&out);
    if (ok)
        return true;
    ERR(e, err_odsql_malformed, "geometry");
    err_arg(e, "Invalid geometry: " STR_FMT ".", STR_ARG(n->text));
    return err_arg(e, "where");
}

static bool metres(struct odsql_sql *q, const struct node *n, struct str *out)
{
    static const struct {
        const char *name;
        double metres;
    } units[] = {{"m", 1}, {"km", 1000}, {"cm", 0.01}, {"mm", 0.001}, {"mi", 1609.344}, {"yd", 0.9144}, {"ft", 0.3048}};
    double v = strtod(arena_copy(q->a, n->text), NULL);
    struct str unit = n->unit.p ? n->unit : S("m");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (str_ieq(unit, str_of(units[i].name)) && v >= 0 && v <= 1e9) {
            *out = arena_printf(q->a, "%.17g", v * units[i].metres);
            return true;
        }
    return false;
}

static bool put_within_distance(struct odsql_sql *q, const struct node *n, struct err *e)
{
    struct str limit;
    put(q, "public.st_dwithin(");
    odsql_sql_column(q, n->arg[0]->column);
    put(q, "::public.geography, ");
    if (!put_geom(q, n->arg[1], true, e))
        return false;
    put(q, "::public.geography, ");
    if (!metres(q, n->arg[2], &limit)) {
        ERR(e, err_odsql_malformed, "unit");
        err_arg(e, "Invalid distance.");
        return err_arg(e, "where");
    }
    odsql_sql_param(q, limit, "float8");
    put(q, ")");
    return true;
}

/* Latitude first; two opposite corners in any order. */
static bool put_in_bbox(struct odsql_sql *q, const struct node *n, struct err *e)
{
    static const unsigned order[] = {2, 1, 4, 3};
    (void)e;
    put(q, "public.st_intersects(");
    odsql_sql_column(q, n->arg[0]->column);
    put(q, ", public.st_makeenvelope(");
    for (size_t i = 0; i < 4; i++) {
        put(q, i ? ", " : "");
        odsql_sql_param(q, n->arg[order[i]]->text, "float8");
    }
    put(q, ", 4326))");
    return true;
}

static bool put_relation(struct odsql_sql *q, const struct node *n, const char *name, struct err *e)
{
    buf_printf(q->out, "public.%s(", name);
    odsql_sql_column(q, n->arg[0]->column);
    put(q, ", ");
    if (!put_geom(q, n->arg[1], false, e))
        return false;
    put(q, ")");
    return true;
}

static bool put_distance(struct odsql_sql *q, const struct node *n, struct err *e)
{
    put(q, "public.st_distance(");
    odsql_sql_column(q, n->arg[0]->column);
    put(q, "::public.geography, ");
    if (!put_geom(q, n->arg[1], true, e))
        return false;
    put(q, "::public.geography)");
    return true;
}

bool odsql_sql_geo(struct odsql_sql *q, const struct node *n, struct err *e)
{
    if (n->kind == NODE_GEOM)
        return put_geom(q, n, false, e);
    if (n->fn == FN_WITHIN_DISTANCE)
        return put_within_distance(q, n, e);
    if (n->fn == FN_IN_BBOX)
        return put_in_bbox(q, n, e);
    if (n->fn == FN_DISTANCE)
        return put_distance(q, n, e);
    return put_relation(q, n, n->fn == FN_INTERSECTS ? "st_intersects" : n->fn == FN_WITHIN ? "st_within" : "st_disjoint", e);
}
