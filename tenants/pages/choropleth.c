#include "tenants/pages/choropleth.h"

#include "tenants/pages/outline.h"

enum { STEPS = 6 };

static const struct choropleth_value *value_of(const struct choropleth *c, struct str code)
{
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(c->values[i].code, code))
            return &c->values[i];
    return NULL;
}

static void find_limits(const struct choropleth *c, double limits[STEPS])
{
    double least = c->values[0].value, most = least;
    for (size_t i = 1; i < c->n; i++) {
        least = c->values[i].value < least ? c->values[i].value : least;
        most = c->values[i].value > most ? c->values[i].value : most;
    }
    for (int k = 0; k < STEPS; k++)
        limits[k] = least + (most - least) * k / STEPS;
}

static int step_of(const double limits[STEPS], double value)
{
    int step = STEPS - 1;
    while (step > 0 && value < limits[step])
        step--;
    return step;
}

bool choropleth_draw(struct req *r, const struct choropleth *c, struct buf *out, double limits[6])
{
    static const char *const fills[STEPS] = {"f1", "f2", "f3", "f4", "f5", "f6"};
    struct outline *outlines;
    size_t n = outline_list(r->a, &outlines);
    struct page_map_shapes *shapes = ARENA_ARRAY(r->a, struct page_map_shapes, n + 1);
    size_t drawn = 0;
    if (c->n == 0)
        return false;
    find_limits(c, limits);
    for (size_t i = 0; i < n; i++) {
        const struct choropleth_value *v = value_of(c, outlines[i].code);
        if (!v)
            continue;
        int step = step_of(limits, v->value);
        shapes[drawn++] = (struct page_map_shapes){
            .path = outlines[i].path, .fill = str_of(fills[step]), .ink = step < 3 ? S("lo") : S("hi"),
            .name = outlines[i].name, .said = v->said, .x = arena_printf(r->a, "%d", outlines[i].x),
            .y = arena_printf(r->a, "%d", outlines[i].y), .y2 = arena_printf(r->a, "%d", outlines[i].y + 46),
            .url = arena_printf(r->a, STR_FMT STR_FMT, STR_ARG(c->base), STR_ARG(v->code))};
    }
    if (drawn == 0)
        return false;
    page_map(out, r->lang, &(struct page_map){.view_box = outline_view_box(), .title = c->title, .shapes = shapes,
                                              .shapes_n = drawn});
    return true;
}
