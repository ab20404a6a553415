/* dataset_map -- a dataset's geometries as one drawing, made here: no tile of anybody else, no script; a table beside it
 * says what is drawn in words, and links to the rows. */
#include "core/data/query/cell.h"
#include "core/data/query/tile.h"
#include "tenants/pages/dataset.h"
#include "tenants/pages/hits.h"
#include "tenants/pages/say.h"

enum { COL_DIMENSION, COL_X, COL_Y, COL_PATH, COL_WIDTH, COL_HEIGHT, COL_NAME, COL_LONGITUDE, COL_LATITUDE, EDGE = 12 };

struct sketch {
    int64_t step;
    bool asked;
    struct str fault;
};

static bool ask_map(struct req *r, struct err *e)
{
    struct dataset *d = r->state;
    struct sketch *m = d->view = ARENA_NEW(r->a, struct sketch);
    struct query_sql q;
    struct err fault = {0};
    if (!tile_can(d->g.view))
        return grant_not_found(d->g.dataset_id, e);
    dataset_describe(r, d);
    dataset_params(r, &d->rows, false);
    m->asked = tile_sketch(r->a, d->g.view, d->rows.params, d->rows.n, &q, &m->step, &fault);
    if (m->asked) {
        req_ask_rows(r, q.sql, q.nparams, q.params, false);
        return true;
    }
    m->fault = page_error(r, &fault);
    return true;
}

static double number(const PGresult *rows, int row, int column)
{
    int64_t bits = cell_i64(rows, row, column);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static struct str text(const PGresult *rows, int row, int column)
{
    return (struct str){PQgetvalue(rows, row, column), (size_t)PQgetlength(rows, row, column)};
}

/* Few dots are drawn large, many small. */
static const char *radius(int n)
{
    return n > 1000 ? "4" : n > 200 ? "6" : "9";
}

static void fill_shapes(struct req *r, const PGresult *rows, struct page_dataset_map *p)
{
    static const char *const classes[] = {"f5 dot", "ln", "f4 area"};
    int n = PQntuples(rows);
    struct page_dataset_map_shapes *shapes = ARENA_ARRAY(r->a, struct page_dataset_map_shapes, (size_t)n + 1);
    for (int i = 0; i < n; i++) {
        int64_t dimension = cell_i64(rows, i, COL_DIMENSION);
        shapes[i] = (struct page_dataset_map_shapes){
            .d = text(rows, i, COL_PATH), .class = str_of(classes[dimension >= 0 && dimension <= 2 ? dimension : 2]),
            .name = text(rows, i, COL_NAME), .is_dot = dimension == 0, .r = str_of(radius(n)),
            .x = arena_printf(r->a, "%.1f", number(rows, i, COL_X)), .y = arena_printf(r->a, "%.1f", -number(rows, i, COL_Y))};
    }
    p->shapes = shapes;
    p->shapes_n = (size_t)n;
    p->has_shapes = n > 0;
    if (n > 0)
        p->view_box = arena_printf(r->a, "%d %.0f %.0f %.0f", -EDGE, -number(rows, 0, COL_HEIGHT) - EDGE,
                                   number(rows, 0, COL_WIDTH) + 2 * EDGE, number(rows, 0, COL_HEIGHT) + 2 * EDGE);
}

static struct str degrees(struct req *r, const PGresult *rows, int row, int column)
{
    return say_number(r->a, r->lang, arena_printf(r->a, "%.5f", number(rows, row, column)));
}

/* A row without a text of its own is known by its place in the drawing. */
static struct str place_name(struct req *r, const PGresult *rows, int row)
{
    struct str name = text(rows, row, COL_NAME);
    return str_trim(name).n ? name : arena_printf(r->a, "%d", row + 1);
}

static void fill_places(struct req *r, const PGresult *rows, struct page_dataset_map *p)
{
    static const enum text_key forms[] = {TEXT_MAP_POINT, TEXT_MAP_LINE, TEXT_MAP_AREA};
    int n = PQntuples(rows);
    struct page_dataset_map_places *places = ARENA_ARRAY(r->a, struct page_dataset_map_places, (size_t)n + 1);
    for (int i = 0; i < n; i++) {
        int64_t dimension = cell_i64(rows, i, COL_DIMENSION);
        places[i] = (struct page_dataset_map_places){
            .name = place_name(r, rows, i), .form = page_say(r, forms[dimension >= 0 && dimension <= 2 ? dimension : 2]),
            .latitude = degrees(r, rows, i, COL_LATITUDE), .longitude = degrees(r, rows, i, COL_LONGITUDE)};
    }
    p->places = places;
    p->places_n = (size_t)n;
}

static struct str drawn(struct req *r, const struct sketch *m, size_t n)
{
    struct str said = arena_printf(r->a, "%zu", n);
    if (m->step > 1)
        return page_with(r, TEXT_MAP_PART, arena_n(r->a, m->step));
    return n == TILE_SKETCH_ROWS ? page_with(r, TEXT_MAP_FIRST, said) : page_with(r, TEXT_MAP_ALL, said);
}

static bool reply_map(struct req *r, struct err *e)
{
    (void)e;
    struct dataset *d = r->state;
    const struct sketch *m = d->view;
    struct buf panel = {0};
    struct rows typed = {0};
    rows_add(&typed, S("q"), req_query(r, S("q")));
    rows_add(&typed, S("where"), req_query(r, S("where")));
    struct page_dataset_map p = {
        .id = d->g.dataset_id, .fault = m->fault, .title = page_with(r, TEXT_MAP_OF, d->title),
        .table = dataset_address(r->a, arena_printf(r->a, "/explore/dataset/" STR_FMT "/table/", STR_ARG(d->g.dataset_id)),
                                 &typed, STR_NONE, STR_NONE),
        .geojson = dataset_address(r->a, hits_api(r->a, d->g.dataset_id, "/exports/geojson"), &d->rows, STR_NONE, STR_NONE),
        .tiles = arena_printf(r->a, "/api/tiles/v1/" STR_FMT, STR_ARG(d->g.dataset_id))};
    if (m->asked) {
        fill_shapes(r, r->batch.calls[0].result, &p);
        fill_places(r, r->batch.calls[0].result, &p);
        p.drawn = drawn(r, m, p.shapes_n);
    }
    page_dataset_map(&panel, r->lang, &p);
    dataset_reply(r, d, TAB_MAP, &panel, S(""));
    return true;
}

const struct step dataset_map[] = {
    {STEP_DB, dataset_ask, NULL}, {STEP_DB, dataset_take, NULL}, {STEP_DB, ask_map, NULL},
    {STEP_REPLY, reply_map, NULL}, {STEP_END, NULL, NULL},
};
