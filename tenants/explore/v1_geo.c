#include "tenants/explore/v1_geo.h"

#include <stdio.h>

#include "core/base/jr.h"
#include "core/data/cell.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/v1_answer.h"
#include "tenants/explore/v1_params.h"
#include "tenants/explore/v1_place.h"
#include "tenants/explore/v1_series.h"

enum { CLUSTERS_MAX = 20000 };

struct places {
    struct grant grant;
    struct query *query;
    const struct view_column *column;
    int64_t zoom;
    struct v1_series series;
};

static bool begin(struct req *r, struct places **out, struct err *e)
{
    struct places *p = *out = r->state = ARENA_NEW(r->a, struct places);
    if (!grant_take(r, explore_dataset(r), &p->grant, e))
        return false;
    p->column = v1_place_column(p->grant.view);
    return p->column || v1_refuse(e, "dataset", p->grant.dataset_id, "a dataset with places");
}

/* The caller's filters, and this question. */
static bool ask(struct req *r, struct places *p, const struct query_param *own, size_t nown, struct err *e)
{
    size_t n;
    const struct query_param *params;
    if (!v1_filters(r, p->grant.view, own, nown, &params, &n, e))
        return false;
    if (!query_make(r->a, p->grant.view, QUERY_RECORDS, params, n, &p->query, e))
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
    return ask(r, p, own, 2, e);
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

/* ---- geocluster ---- */

static bool whole(struct req *r, const char *name, int64_t least, int64_t most, int64_t *out, struct err *e)
{
    struct str value = req_query(r, str_of(name));
    char expected[60];
    snprintf(expected, sizeof expected, "%lld <= %s <= %lld", (long long)least, name, (long long)most);
    return (str_i64(value, out) && *out >= least && *out <= most) || v1_refuse(e, name, value, expected);
}

static bool ask_clusters(struct req *r, struct err *e)
{
    struct places *p;
    int64_t radius;
    if (!begin(r, &p, e) || !whole(r, "clusterprecision", 0, 25, &p->zoom, e) || !whole(r, "clusterdistance", 1, 1000, &radius, e) ||
        !v1_series_read(r, p->grant.view, &p->series, e))
        return false;
    struct str name = p->column->name, series = arena_str(r->a, buf_str(&p->series.select));
    buf_free(&p->series.select);
    const struct query_param own[] = {
        {S("select"), arena_printf(r->a, "count(*) as n0%s" STR_FMT, series.n ? ", " : "", STR_ARG(series))},
        {S("where"), arena_printf(r->a, "`" STR_FMT "` is not null", STR_ARG(name))},
        {S("group_by"), arena_printf(r->a, "geo_cluster(`" STR_FMT "`, %lld, %lld) as c0", STR_ARG(name), (long long)p->zoom, (long long)radius)},
        {S("limit"), arena_printf(r->a, "%d", CLUSTERS_MAX)},
    };
    return ask(r, p, own, 4, e);
}

static void put_cluster(struct jw *w, const struct places *p, const PGresult *result, int row)
{
    double lon, lat;
    const struct query_column *center = v1_column(p->query, 'c', 0);
    jw_open(w, '{');
    jw_key(w, S("cluster_center"));
    jw_open(w, '[');
    if (cell_point(center, result, row, &lon, &lat)) {
        jw_double(w, lat);
        jw_double(w, lon);
    }
    jw_close(w, ']');
    jw_key(w, S("count"));
    v1_put_cell(w, v1_column(p->query, 'n', 0), result, row);
    jw_key(w, S("series"));
    jw_open(w, '{');
    v1_series_put(w, &p->series, p->query, result, row);
    jw_close(w, '}');
    jw_close(w, '}');
}

static bool reply_clusters(struct req *r, struct err *e)
{
    const struct places *p = r->state;
    const PGresult *result = r->batch.calls[0].result;
    int64_t least = 0, most = 0;
    struct jw *w = v1_open(r, e);
    if (!w)
        return false;
    jw_open(w, '{');
    jw_key(w, S("clusters"));
    jw_open(w, '[');
    for (int row = 0; row < PQntuples(result); row++) {
        int64_t n = cell_i64(result, row, v1_column(p->query, 'n', 0)->at);
        least = row == 0 || n < least ? n : least;
        most = n > most ? n : most;
        put_cluster(w, p, result, row);
    }
    jw_close(w, ']');
    jw_key(w, S("count"));
    jw_open(w, '{');
    JW_I64(w, "min", least);
    JW_I64(w, "max", most);
    jw_close(w, '}');
    jw_key(w, S("clusterprecision"));
    jw_i64(w, p->zoom);
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
