#include "core/data/tile.h"

#include "core/data/errors.h"
#include "core/data/query_build.h"

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

static void put_envelope(const struct tile *t, bool wide)
{
    buf_addz(t->q->out, "public.st_tileenvelope(");
    odsql_sql_param(t->q, t->z, "int");
    buf_addz(t->q->out, ", ");
    odsql_sql_param(t->q, t->x, "int");
    buf_addz(t->q->out, ", ");
    odsql_sql_param(t->q, t->y, "int");
    if (wide)
        buf_printf(t->q->out, ", margin => %d.0 / %d", MARGIN, EXTENT);
    buf_addc(t->q->out, ')');
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

static void put_statement(const struct tile *t, struct arena *a, int64_t z, struct str where)
{
    struct buf *out = t->q->out;
    buf_addz(out, "select public.st_asmvt(t, ");
    odsql_sql_param(t->q, view_dataset(t->q->view), "text");
    buf_printf(out, ", %d, 'geom', '_id') from (select ", EXTENT);
    put_thinned(t, a, z);
    buf_addz(out, "public.st_asmvtgeom(");
    put_geometry(t);
    buf_addz(out, ", ");
    put_envelope(t, false);
    buf_printf(out, ", %d, %d, true) as geom, r._id", EXTENT, MARGIN);
    put_tags(t);
    buf_printf(out, " from %s r" STR_FMT "%s", view_table(t->q->view), STR_ARG(where),
               where.n ? " and " : " where ");
    put_geometry(t);
    buf_addz(out, " operator(public.&&) ");
    put_envelope(t, true);
    buf_printf(out, " limit %d) t where t.geom is not null", TILE_ROWS);
}

static bool is_tile(int64_t z, int64_t x, int64_t y)
{
    return z >= 0 && z <= TILE_ZOOM_MAX && x >= 0 && y >= 0 && x < (int64_t)1 << z &&
           y < (int64_t)1 << z;
}

bool tile_make(struct arena *a, const struct dataset_view *v, int64_t z, int64_t x, int64_t y,
               const struct query_param *params, size_t n, struct query_sql *out, struct err *e)
{
    struct ask *ask = ARENA_NEW(a, struct ask);
    struct odsql_sql *q = ARENA_NEW(a, struct odsql_sql);
    struct buf where = {.max = 1 << 20}, text = {.max = 1 << 20};
    if (!is_tile(z, x, y)) {
        ERR(e, err_query_parameter, "tile");
        err_arg(e, "z/x/y");
        err_arg(e, "%lld/%lld/%lld", (long long)z, (long long)x, (long long)y);
        return err_arg(e, "a tile of zoom 0 to %d", TILE_ZOOM_MAX);
    }
    odsql_sql_init(q, a, v);
    bool ok = query_ask_read(v, QUERY_RECORDS, params, n, ask, e);
    q->lang = ask->lang;
    q->timezone = ask->timezone.n ? ask->timezone : S("UTC");
    ok = ok && query_filter(q, ask, NULL, &where, e);
    struct tile t = {q, geometry_of(v), arena_printf(a, "%lld", (long long)z),
                     arena_printf(a, "%lld", (long long)x), arena_printf(a, "%lld", (long long)y)};
    q->out = &text;
    if (ok)
        put_statement(&t, a, z, buf_str(&where));
    if (ok && q->failed.kind) {
        *e = q->failed;
        ok = false;
    }
    if (ok && (where.over || text.over || q->n >= ODSQL_PARAMS_MAX)) {
        struct odsql_scope s = {.clause = CLAUSE_WHERE};
        ok = odsql_complain(&s, e, "The query is too long.");
    }
    if (ok)
        *out = (struct query_sql){arena_copy(a, buf_str(&text)), q->n, q->params};
    buf_free(&where);
    buf_free(&text);
    return ok;
}
