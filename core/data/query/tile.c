#include "core/data/query/tile.h"

#include <math.h>

#include "core/data/errors.h"
#include "core/data/query/query_build.h"

enum { EXTENT = 4096, MARGIN = 64, POINTS_ACROSS = 512 };
static const double world_m = 40075016.6855784861532;

/* A shape before a point: the point is often only its centre. */
static const struct view_column *geometry_of(const struct dataset_view *v)
{
    const struct view_column *found = NULL;
    for (size_t i = 0; i < view_columns(v); i++) {
        const struct view_column *c = view_column(v, i);
        bool geographic = c->type == TYPE_GEO_SHAPE || c->type == TYPE_GEO_POINT;
        if (!c->hidden && geographic &&
            (!found || (c->type == TYPE_GEO_SHAPE && found->type != TYPE_GEO_SHAPE)))
            found = c;
    }
    return found;
}

bool tile_can(const struct dataset_view *v)
{
    return geometry_of(v) != NULL;
}

struct tile {
    struct odsql_sql *q;
    const struct view_column *geometry;
    struct str z, x, y;
};

/* Versions loaded before there was a second geometry have it made on the way. */
static void put_geometry(const struct tile *t)
{
    if (t->geometry->mercator && !t->geometry->in_rest) {
        buf_printf(t->q->out, "r.m%u", t->geometry->number);
        return;
    }
    buf_addz(t->q->out, "public.st_transform(");
    odsql_sql_column(t->q, t->geometry);
    buf_addz(t->q->out, ", 3857)");
}

static void put_envelope(const struct tile *t)
{
    buf_addz(t->q->out, "public.st_tileenvelope(");
    odsql_sql_param(t->q, t->z, "int");
    buf_addz(t->q->out, ", ");
    odsql_sql_param(t->q, t->x, "int");
    buf_addz(t->q->out, ", ");
    odsql_sql_param(t->q, t->y, "int");
    buf_addc(t->q->out, ')');
}

/* Meridians and parallels are straight in EPSG:3857, so the tile's box with its margin is one in
 * degrees as well: the index of the geometry itself serves, and the second one needs none. */
static void put_box(const struct tile *t, struct arena *a, int64_t z, int64_t x, int64_t y)
{
    const double pi = 3.14159265358979323846, margin = (double)MARGIN / EXTENT,
                 across = (double)((int64_t)1 << z);
    const double at[] = {(double)x - margin, (double)y + 1 + margin, (double)x + 1 + margin,
                         (double)y - margin};
    buf_addz(t->q->out, "public.st_makeenvelope(");
    for (int i = 0; i < 4; i++) { /* west, south, east, north */
        double turn = at[i] / across;
        double degrees = i % 2 ? atan(sinh(pi * (1 - 2 * turn))) * 180 / pi : turn * 360 - 180;
        odsql_sql_param(t->q, arena_printf(a, "%.12f", degrees), "float8");
        buf_addz(t->q->out, ", ");
    }
    buf_addz(t->q->out, "4326)");
}

static void put_tags(const struct tile *t)
{
    unsigned n = 0;
    buf_addz(t->q->out, ", jsonb_build_object(");
    for (size_t i = 0; i < view_columns(t->q->view) && n < TILE_FIELDS; i++) {
        const struct view_column *c = view_column(t->q->view, i);
        if (c->hidden || c->alias || c->type == TYPE_GEO_POINT || c->type == TYPE_GEO_SHAPE)
            continue;
        buf_addz(t->q->out, n++ ? ", " : "");
        odsql_sql_param(t->q, c->name, "text");
        buf_addz(t->q->out, ", ");
        odsql_sql_column(t->q, c);
    }
    buf_addz(t->q->out, ") as tags");
}

/* One point a cell of the screen: what lies under it would not be seen. */
static void put_thinned(const struct tile *t, struct arena *a, int64_t z)
{
    if (t->geometry->type != TYPE_GEO_POINT || z > TILE_THIN)
        return;
    buf_addz(t->q->out, "distinct on (public.st_snaptogrid(");
    put_geometry(t);
    buf_addz(t->q->out, ", ");
    odsql_sql_param(t->q, arena_printf(a, "%.6f", world_m / (double)(1 << z) / POINTS_ACROSS),
                    "float8");
    buf_addz(t->q->out, ")) ");
}

static void put_statement(const struct tile *t, struct arena *a, int64_t z, int64_t x, int64_t y,
                          struct str where)
{
    struct buf *out = t->q->out;
    buf_addz(out, "select public.st_asmvt(t, ");
    odsql_sql_param(t->q, view_dataset(t->q->view), "text");
    buf_printf(out, ", %d, 'geom', '_id') from (select ", EXTENT);
    put_thinned(t, a, z);
    buf_addz(out, "public.st_asmvtgeom(");
    put_geometry(t);
    buf_addz(out, ", ");
    put_envelope(t);
    buf_printf(out, ", %d, %d, true) as geom, r._id", EXTENT, MARGIN);
    put_tags(t);
    buf_printf(out, " from %s r" STR_FMT "%s", view_table(t->q->view), STR_ARG(where),
               where.n ? " and " : " where ");
    odsql_sql_column(t->q, t->geometry);
    buf_addz(out, " operator(public.&&) ");
    put_box(t, a, z, x, y);
    buf_printf(out, " limit %d) t where t.geom is not null", TILE_ROWS);
}

static bool is_tile(int64_t z, int64_t x, int64_t y)
{
    return z >= 0 && z <= TILE_ZOOM_MAX && x >= 0 && y >= 0 && x < (int64_t)1 << z &&
           y < (int64_t)1 << z;
}

/* Both statements: the filter first, its parameters before all others. */
static bool begin(struct tile *t, struct arena *a, const struct dataset_view *v,
                  const struct query_param *params, size_t n, struct buf *where, bool *filtered,
                  struct err *e)
{
    struct ask *ask = ARENA_NEW(a, struct ask);
    t->q = ARENA_NEW(a, struct odsql_sql);
    t->geometry = geometry_of(v);
    odsql_sql_init(t->q, a, v);
    if (!query_ask_read(v, QUERY_RECORDS, params, n, ask, e))
        return false;
    t->q->lang = ask->lang;
    t->q->timezone = ask->timezone;
    *filtered = query_is_filtered(v, ask);
    return query_filter(t->q, ask, NULL, where, e);
}

static bool finish(const struct tile *t, struct arena *a, struct buf *where, struct buf *text,
                   bool ok, struct query_sql *out, struct err *e)
{
    if (ok && t->q->failed.kind) {
        *e = t->q->failed;
        ok = false;
    }
    if (ok && (where->over || text->over || t->q->n >= ODSQL_PARAMS_MAX)) {
        struct odsql_scope s = {.clause = CLAUSE_WHERE};
        ok = odsql_complain(&s, e, "The query is too long.");
    }
    if (ok)
        *out = (struct query_sql){arena_copy(a, buf_str(text)), t->q->n, t->q->params};
    buf_free(where);
    buf_free(text);
    return ok;
}

bool tile_make(struct arena *a, const struct dataset_view *v, int64_t z, int64_t x, int64_t y,
               const struct query_param *params, size_t n, struct query_sql *out, struct err *e)
{
    struct buf where = {.max = 1 << 20}, text = {.max = 1 << 20};
    bool filtered;
    if (!is_tile(z, x, y)) {
        ERR(e, err_query_parameter, "tile");
        err_arg(e, "z/x/y");
        err_arg(e, "%lld/%lld/%lld", (long long)z, (long long)x, (long long)y);
        return err_arg(e, "a tile of zoom 0 to %d", TILE_ZOOM_MAX);
    }
    struct tile t = {.z = arena_n(a, z),
                     .x = arena_n(a, x),
                     .y = arena_n(a, y)};
    bool ok = begin(&t, a, v, params, n, &where, &filtered, e);
    t.q->out = &text;
    if (ok)
        put_statement(&t, a, z, x, y, buf_str(&where));
    return finish(&t, a, &where, &text, ok, out, e);
}

/* ---- one drawing ---- */

static const struct view_column *first_text(const struct dataset_view *v)
{
    for (size_t i = 0; i < view_columns(v); i++)
        if (!view_column(v, i)->hidden && !view_column(v, i)->alias &&
            view_column(v, i)->type == TYPE_TEXT)
            return view_column(v, i);
    return NULL;
}

static void put_sketched(const struct tile *t, struct arena *a, int64_t step, struct str where)
{
    struct buf *out = t->q->out;
    const struct view_column *name = first_text(t->q->view);
    buf_addz(out, "with p as (select r._id, ");
    put_geometry(t);
    buf_addz(out, " as g, ");
    if (name) {
        buf_addz(out, "left(");
        odsql_sql_column(t->q, name);
        buf_addz(out, ", 80)");
    } else {
        buf_addz(out, "''");
    }
    buf_printf(out, " as n from %s r" STR_FMT "%s", view_table(t->q->view), STR_ARG(where),
               where.n ? " and " : " where ");
    put_geometry(t);
    buf_addz(out, " is not null");
    if (step > 1) {
        buf_addz(out, " and r._id % ");
        odsql_sql_param(t->q, arena_n(a, step), "int");
        buf_addz(out, " = 0");
    }
    buf_printf(out, " limit %d), ", TILE_SKETCH_ROWS);
    buf_addz(out, "e as (select public.st_xmin(b) as x, public.st_ymin(b) as y, public.st_xmax(b) "
                  "- public.st_xmin(b) as w,"
                  " public.st_ymax(b) - public.st_ymin(b) as h from (select public.st_extent(g) as "
                  "b from p) i),");
    buf_printf(out, " k as (select *, %d / greatest(w, h, 1) as s from e),", TILE_SKETCH);
    buf_addz(out, " d as (select p._id, p.n, k.w * k.s as w, k.h * k.s as h,"
                  " public.st_transform(public.st_centroid(p.g), 4326) as c,"
                  " public.st_simplify(public.st_transscale(p.g, -k.x, -k.y, k.s, k.s), 0.7, true) "
                  "as g from p, k)"
                  " select public.st_dimension(g), public.st_x(public.st_centroid(g)), "
                  "public.st_y(public.st_centroid(g)),"
                  " case when public.st_dimension(g) = 0 then '' else public.st_assvg(g, 1, 1) "
                  "end, w, h, n, public.st_x(c), public.st_y(c) from d"
                  " where g is not null order by public.st_area(g) desc, _id");
}

bool tile_sketch(struct arena *a, const struct dataset_view *v, const struct query_param *params,
                 size_t n, struct query_sql *out, int64_t *step, struct err *e)
{
    struct buf where = {.max = 1 << 20}, text = {.max = 1 << 20};
    struct tile t = {0};
    bool filtered = false, ok = begin(&t, a, v, params, n, &where, &filtered, e);
    t.q->out = &text;
    *step = filtered || view_records(v) <= TILE_SKETCH_ROWS
                ? 1
                : (view_records(v) + TILE_SKETCH_ROWS - 1) / TILE_SKETCH_ROWS;
    if (ok)
        put_sketched(&t, a, *step, buf_str(&where));
    return finish(&t, a, &where, &text, ok, out, e);
}
