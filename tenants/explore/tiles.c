#include "tenants/explore/tiles.h"

#include "core/data/query/tile.h"
#include "tenants/explore/errors.h"
#include "tenants/explore/explore.h"

enum { ZOOM = 1, ACROSS, DOWN };

static bool take_view(struct req *r, struct grant *g, struct err *e)
{
    if (!grant_take(r, r->params[EXPLORE_DATASET], g, e))
        return false;
    if (tile_can(g->view))
        return true;
    ERR(e, err_tile_missing, "no geometry");
    return err_arg(e, STR_FMT, STR_ARG(g->dataset_id));
}

static bool reply_about(struct req *r, struct err *e)
{
    struct grant g;
    if (!take_view(r, &g, e))
        return false;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_STR(w, "tilejson", S("3.0.0"));
    JW_STR(w, "name", g.dataset_id);
    jw_key(w, S("tiles"));
    jw_open(w, '[');
    jw_str(w, arena_printf(r->a, STR_FMT "/api/tiles/v1/" STR_FMT "/{z}/{x}/{y}.mvt",
                           STR_ARG(req_base_url(r)), STR_ARG(g.dataset_id)));
    jw_close(w, ']');
    JW_I64(w, "minzoom", 0);
    JW_I64(w, "maxzoom", TILE_ZOOM_MAX);
    jw_key(w, S("vector_layers"));
    jw_open(w, '[');
    jw_open(w, '{');
    JW_STR(w, "id", g.dataset_id);
    jw_key(w, S("fields"));
    jw_open(w, '{');
    for (size_t i = 0, n = 0; i < view_columns(g.view) && n < TILE_FIELDS; i++) {
        const struct view_column *c = view_column(g.view, i);
        if (c->hidden || c->alias || c->type == TYPE_GEO_POINT || c->type == TYPE_GEO_SHAPE)
            continue;
        jw_key(w, c->name);
        jw_str(w, c->label);
        n++;
    }
    jw_close(w, '}');
    jw_close(w, '}');
    jw_close(w, ']');
    jw_close(w, '}');
    return true;
}

static bool read_place(struct req *r, int64_t *z, int64_t *x, int64_t *y)
{
    struct str row = r->params[DOWN];
    if (!str_ends(row, S(".mvt")) && !str_ends(row, S(".pbf")))
        return false;
    row.n -= 4;
    return str_i64(r->params[ZOOM], z) && str_i64(r->params[ACROSS], x) && str_i64(row, y);
}

static bool ask_tile(struct req *r, struct err *e)
{
    struct grant g;
    struct query_sql q;
    size_t n;
    int64_t z = -1, x = -1, y = -1;
    const struct query_param *params = explore_params(r, &n);
    if (!take_view(r, &g, e))
        return false;
    if (!read_place(r, &z, &x, &y))
        z = -1;
    if (!tile_make(r->a, g.view, z, x, y, params, n, &q, e))
        return false;
    req_ask_rows(r, q.sql, q.nparams, q.params, false);
    return true;
}

static bool reply_tile(struct req *r, struct err *e)
{
    (void)e;
    buf_add(req_reply(r, 200, S("application/vnd.mapbox-vector-tile")), req_col(r, 0, 0, 0));
    return true;
}

const struct step tiles_about[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_REPLY, reply_about, NULL},
    {STEP_END, NULL, NULL},
};

const struct step tiles_one[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_tile, NULL},
    {STEP_REPLY, reply_tile, NULL},
    {STEP_END, NULL, NULL},
};
