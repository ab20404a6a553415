#include "tenants/explore/v1_geo.h"

#include <stdio.h>

#include "core/base/jr.h"
#include "core/data/query/cell.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/v1_answer.h"
#include "tenants/explore/v1_params.h"
#include "tenants/explore/v1_place.h"
#include "tenants/explore/v1_series.h"

enum { CLUSTERS_MAX = 20000, PREVIEW_ROWS = 1000, ZOOM_MAX = 25, PRECISIONS_MAX = 29 };

struct places {
    struct grant grant;
    struct query *query;
    const struct view_column *column;
    int64_t zoom, most; /* most: clusters that are sent; the bounds are of all */
    bool has_zoom, hulls;
    struct v1_series series;
};

static bool begin(struct req *r, struct places **out, struct err *e)
{
    struct places *p = *out = r->state = ARENA_NEW(r->a, struct places);
    struct str name = req_query(r, S("geo_field"));
    if (!grant_take(r, explore_dataset(r), &p->grant, e))
        return false;
    p->column = v1_place_column(p->grant.view, name);
    return p->column || v1_refuse(e, name.n ? "geo_field" : "dataset", name.n ? name : p->grant.dataset_id,
                                  name.n ? "the name of a field with places" : "a dataset with places");
}

/* The caller's filters, and this question. */
static bool ask(struct req *r, struct places *p, enum query_kind kind, const struct query_param *own, size_t nown, struct err *e)
{
    size_t n;
    const struct query_param *params;
    if (!v1_filters(r, p->grant.view, own, nown, &params, &n, e))
        return false;
    if (!query_make(r->a, p->grant.view, kind, params, n, &p->query, e))
        return false;
    if (p->query->timed)
        req_uncached(r);
    req_ask_rows(r, p->query->rows.sql, p->query->rows.nparams, p->query->rows.params, false);
    return true;
}

/* ---- boundingbox ---- */

static bool ask_box(struct req *r, struct err *e)
{
    struct places *p;
    if (!begin(r, &p, e))
        return false;
    struct str name = p->column->name;
    const struct query_param own[] = {
        {S("select"), arena_printf(r->a, "count(`" STR_FMT "`) as n0, bbox(`" STR_FMT "`) as b0", STR_ARG(name), STR_ARG(name))},
        {S("limit"), S("1")},
    };
    return ask(r, p, QUERY_RECORDS, own, 2, e);
}

/* West, south, east, north of all positions below this list. */
static void widen(const json_t *list, double box[4])
{
    size_t i;
    json_t *part;
    if (!json_is_number(json_array_get(list, 0))) {
        json_array_foreach(list, i, part)
            widen(part, box);
        return;
    }
    for (size_t axis = 0; axis < 2; axis++) {
        double at = json_number_value(json_array_get(list, axis));
        box[axis] = at < box[axis] ? at : box[axis];
        box[axis + 2] = at > box[axis + 2] ? at : box[axis + 2];
    }
}

static bool put_box(struct jw *w, const struct query_column *c, const PGresult *result, struct err *e)
{
    double box[4] = {1e9, 1e9, -1e9, -1e9};
    struct buf text = {0};
    bool some = c && cell_geometry(&text, c, result, 0);
    json_t *geometry = some ? jr_parse(buf_str(&text), e) : NULL;
    buf_free(&text);
    if (some && !geometry)
        return false;
    widen(json_object_get(geometry, "coordinates"), box);
    json_decref(geometry);
    jw_key(w, S("bbox"));
    jw_open(w, '[');
    for (size_t i = 0; i < 4 && box[0] <= box[2]; i++)
        jw_double(w, box[i]);
    jw_close(w, ']');
    return true;
}

static bool reply_box(struct req *r, struct err *e)
{
    const struct places *p = r->state;
    const PGresult *result = r->batch.calls[0].result;
    bool any = PQntuples(result) > 0;
    int64_t n = any ? cell_i64(result, 0, v1_column(p->query, 'n', 0)->at) : 0;
    struct jw *w = v1_open(r, e);
    if (!w)
        return false;
    jw_open(w, '{');
    JW_I64(w, "count", n);
    if (!put_box(w, any ? v1_column(p->query, 'b', 0) : NULL, result, e))
        return false;
    jw_key(w, S("geometries"));
    jw_open(w, '{');
    if (n && p->column->type == TYPE_GEO_POINT)
        JW_I64(w, "Point", n);
    jw_close(w, '}');
    jw_close(w, '}');
    v1_close(r, w);
    return true;
}

const struct step v1_boundingbox[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_box, NULL},
    {STEP_REPLY, reply_box, NULL},
    {STEP_END, NULL, NULL},
};

/* ---- geopreview: where each row lies ---- */

static bool ask_preview(struct req *r, struct err *e)
{
    struct places *p;
    struct str rows = req_query(r, S("rows"));
    if (!begin(r, &p, e))
        return false;
    struct str name = p->column->name;
    const struct query_param own[] = {
        {S("select"), arena_printf(r->a, "`" STR_FMT "` as c0", STR_ARG(name))},
        {S("where"), arena_printf(r->a, "`" STR_FMT "` is not null", STR_ARG(name))},
        {S("limit"), rows.n ? rows : arena_printf(r->a, "%d", PREVIEW_ROWS)},
    };
    return ask(r, p, QUERY_LEGACY, own, 3, e);
}

static bool reply_preview(struct req *r, struct err *e)
{
    const struct places *p = r->state;
    const PGresult *result = r->batch.calls[0].result;
    const struct query_column *place = v1_column(p->query, 'c', 0);
    struct buf text = {0};
    struct jw *w = v1_open(r, e);
    if (!w)
        return false;
    jw_open(w, '[');
    for (int row = 0; row < PQntuples(result); row++) {
        buf_reset(&text);
        if (!cell_geometry(&text, place, result, row))
            continue;
        jw_open(w, '{');
        JW_RAW(w, "geometry", buf_str(&text));
        jw_close(w, '}');
    }
    jw_close(w, ']');
    buf_free(&text);
    v1_close(r, w);
    return true;
}

const struct step v1_geopreview[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_preview, NULL},
    {STEP_REPLY, reply_preview, NULL},
    {STEP_END, NULL, NULL},
};

/* ---- geocluster: rows that lie near each other; geopolygon: rows that have one place ---- */

static bool whole(struct req *r, const char *name, int64_t least, int64_t most, int64_t *out, struct err *e)
{
    struct str value = req_query(r, str_of(name));
    char expected[60];
    snprintf(expected, sizeof expected, "%lld <= %s <= %lld", (long long)least, name, (long long)most);
    return (str_i64(value, out) && *out >= least && *out <= most) || v1_refuse(e, name, value, expected);
}

/* The same where it may be left out. */
static bool whole_or(struct req *r, const char *name, int64_t least, int64_t most, int64_t left_out, int64_t *out, struct err *e)
{
    *out = left_out;
    return !req_query(r, str_of(name)).n || whole(r, name, least, most, out, e);
}

/* Shapes around clusters, where a precision is asked for and the mode has them. */
static bool read_hulls(struct req *r, struct places *p, struct err *e)
{
    int64_t precision;
    struct str mode = req_query(r, S("clustermode"));
    bool polygon = !mode.n || str_eq(mode, S("polygon"));
    if (!polygon && !str_eq(mode, S("heatmap")))
        return v1_refuse(e, "clustermode", mode, "polygon or heatmap");
    p->hulls = polygon && req_query(r, S("shapeprecision")).n;
    return whole_or(r, "shapeprecision", 0, PRECISIONS_MAX - p->zoom, 0, &precision, e);
}

static bool read_series(struct req *r, struct places *p, struct str *out, struct err *e)
{
    if (!v1_series_read(r, p->grant.view, &p->series, e))
        return false;
    for (size_t i = 0; i < p->series.n; i++)
        p->series.running[i].on = false; /* clusters have no order to add up in */
    struct str name = p->column->name, series = arena_str(r->a, buf_str(&p->series.select));
    buf_free(&p->series.select);
    *out = arena_printf(r->a, "count(*) as n0%s" STR_FMT, series.n ? ", " : "", STR_ARG(series));
    if (p->hulls)
        *out = arena_printf(r->a, STR_FMT ", envelope(`" STR_FMT "`) as e0", STR_ARG(*out), STR_ARG(name));
    return true;
}

static bool ask_groups(struct req *r, struct places *p, struct str group, struct err *e)
{
    struct str select;
    if (!read_series(r, p, &select, e))
        return false;
    const struct query_param own[] = {
        {S("select"), select},
        {S("where"), arena_printf(r->a, "`" STR_FMT "` is not null", STR_ARG(p->column->name))},
        {S("group_by"), group},
        {S("order_by"), S("n0 desc")},
        {S("limit"), arena_printf(r->a, "%d", CLUSTERS_MAX)},
    };
    return ask(r, p, QUERY_SERIES, own, 5, e);
}

static bool ask_clusters(struct req *r, struct err *e)
{
    struct places *p;
    int64_t radius;
    if (!begin(r, &p, e) || !whole(r, "clusterprecision", 0, ZOOM_MAX, &p->zoom, e) ||
        !whole_or(r, "clusterdistance", 1, 1000, 40, &radius, e) || !read_hulls(r, p, e))
        return false;
    p->has_zoom = true;
    p->most = CLUSTERS_MAX;
    return ask_groups(r, p,
                      arena_printf(r->a, "geo_cluster(`" STR_FMT "`, %lld, %lld) as c0", STR_ARG(p->column->name),
                                   (long long)p->zoom, (long long)radius),
                      e);
}

static bool ask_polygons(struct req *r, struct err *e)
{
    struct places *p;
    if (!begin(r, &p, e) || !whole_or(r, "clusterprecision", 0, ZOOM_MAX, 0, &p->zoom, e) ||
        !whole_or(r, "maxpoints", -1, CLUSTERS_MAX, -1, &p->most, e))
        return false;
    p->has_zoom = req_query(r, S("clusterprecision")).n > 0;
    p->most = p->most < 0 ? CLUSTERS_MAX : p->most;
    return ask_groups(r, p, arena_printf(r->a, "`" STR_FMT "` as c0", STR_ARG(p->column->name)), e);
}

/* Latitude first: the middle of the points, of a shape that of its box. */
static bool put_center(struct jw *w, const struct query_column *c, const PGresult *result, int row, struct err *e)
{
    double lon, lat;
    struct buf text = {0};
    bool point = cell_point(c, result, row, &lon, &lat), ok = true;
    if (!point && cell_geometry(&text, c, result, row)) {
        double box[4] = {1e9, 1e9, -1e9, -1e9};
        json_t *geometry = jr_parse(buf_str(&text), e);
        ok = geometry != NULL;
        widen(json_object_get(geometry, "coordinates"), box);
        json_decref(geometry);
        point = box[0] <= box[2];
        lon = (box[0] + box[2]) / 2;
        lat = (box[1] + box[3]) / 2;
    }
    buf_free(&text);
    jw_key(w, S("cluster_center"));
    jw_open(w, '[');
    if (point) {
        jw_double(w, lat);
        jw_double(w, lon);
    }
    jw_close(w, ']');
    return ok;
}

static void put_shape(struct jw *w, const struct query_column *c, const PGresult *result, int row)
{
    struct buf text = {0};
    if (c && cell_geometry(&text, c, result, row))
        JW_RAW(w, "cluster", buf_str(&text));
    buf_free(&text);
}

static bool put_cluster(struct jw *w, struct places *p, const PGresult *result, int row, struct err *e)
{
    const struct query_column *center = v1_column(p->query, 'c', 0), *hull = v1_column(p->query, 'e', 0);
    jw_open(w, '{');
    bool ok = put_center(w, center, result, row, e);
    put_shape(w, hull ? hull : center->shape == SHAPE_CLUSTER ? NULL : center, result, row);
    jw_key(w, S("count"));
    v1_put_cell(w, v1_column(p->query, 'n', 0), result, row);
    jw_key(w, S("series"));
    jw_open(w, '{');
    v1_series_put(w, &p->series, p->query, result, row);
    jw_close(w, '}');
    jw_close(w, '}');
    return ok;
}

/* What is left out is seen all the same, for the bounds. */
static bool put_clusters(struct jw *w, struct places *p, const PGresult *result, struct err *e)
{
    struct buf unsent = {0};
    struct jw aside;
    jw_init(&aside, &unsent, JW_COMPACT);
    bool ok = true;
    jw_open(w, '[');
    for (int row = 0; ok && row < PQntuples(result); row++) {
        ok = put_cluster(row < p->most ? w : &aside, p, result, row, e);
        buf_reset(&unsent);
    }
    jw_close(w, ']');
    buf_free(&unsent);
    return ok;
}

static bool reply_clusters(struct req *r, struct err *e)
{
    struct places *p = r->state;
    const PGresult *result = r->batch.calls[0].result;
    int last = PQntuples(result) - 1, at = v1_column(p->query, 'n', 0)->at;
    struct jw *w = v1_open(r, e);
    if (!w)
        return false;
    jw_open(w, '{');
    jw_key(w, S("clusters"));
    if (!put_clusters(w, p, result, e))
        return false;
    jw_key(w, S("count")); /* they come the largest first */
    jw_open(w, '{');
    JW_I64(w, "min", last < 0 ? 0 : cell_i64(result, last, at));
    JW_I64(w, "max", last < 0 ? 0 : cell_i64(result, 0, at));
    jw_close(w, '}');
    v1_series_put_spans(w, &p->series);
    if (p->has_zoom)
        JW_I64(w, "clusterprecision", p->zoom);
    jw_close(w, '}');
    v1_close(r, w);
    return true;
}

const struct step v1_geocluster[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_clusters, NULL},
    {STEP_REPLY, reply_clusters, NULL},
    {STEP_END, NULL, NULL},
};

const struct step v1_geopolygon[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_polygons, NULL},
    {STEP_REPLY, reply_clusters, NULL},
    {STEP_END, NULL, NULL},
};
