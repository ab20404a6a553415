/* geo_cluster(): points that lie in one cell of a grid are one group, shown by the middle of its points. */
#include <math.h>
#include <stdlib.h>

#include "core/data/query_build.h"

/* A grid of `radius` pixels at this zoom of a web map, in its metres. Cells are not merged with their neighbours: which
 * cell a point is in then never depends on the other points, and the same question has the same answer. */
static double cell_metres(double zoom, double radius)
{
    return radius * 40075016.685578488 / (256 * exp2(zoom));
}

static bool number_between(const struct build *b, const struct node *n, double low, double high, double *out)
{
    if (n->kind != NODE_NUMBER || n->unit.p)
        return false;
    *out = strtod(arena_copy(b->a, n->text), NULL);
    return *out >= low && *out <= high;
}

/* The middle of a shape stands for it. */
static void put_point(struct build *b, const struct view_column *c)
{
    buf_addz(&b->text, c->type == TYPE_GEO_POINT ? "" : "public.st_centroid(");
    odsql_sql_column(&b->sql, c);
    buf_addz(&b->text, c->type == TYPE_GEO_POINT ? "" : ")");
}

static struct str cell_of(struct build *b, const struct view_column *c, double metres)
{
    buf_addz(&b->text, "public.st_snaptogrid(public.st_transform(");
    put_point(b, c);
    buf_printf(&b->text, ", 3857), %.6f)", metres);
    return query_take(b);
}

static struct str middle_of(struct build *b, const struct view_column *c)
{
    buf_addz(&b->text, "public.st_centroid(public.st_collect(");
    put_point(b, c);
    buf_addz(&b->text, "))");
    return query_take(b);
}

bool query_cluster(struct build *b, struct odsql_item *item, struct err *e)
{
    struct odsql_scope s = {b->a, b->view, CLAUSE_GROUP_BY, false};
    struct node *call = item->expr, *field = call->n ? call->arg[0] : NULL;
    double zoom, radius = 40;
    if (call->n < 2 || call->n > 3 || field->kind != NODE_FIELD)
        return odsql_complain(&s, e, "geo_cluster() takes a geo field, a zoom and a radius.");
    if (!odsql_type_expr(&s, field, e))
        return false;
    if (field->type != TYPE_GEO_POINT && field->type != TYPE_GEO_SHAPE)
        return odsql_complain(&s, e, "geo_cluster() is for geo fields.");
    if (!number_between(b, call->arg[1], 0, 25, &zoom) || zoom != floor(zoom))
        return odsql_complain(&s, e, "geo_cluster() takes a zoom between 0 and 25.");
    if (call->n == 3 && !number_between(b, call->arg[2], 1, 1000, &radius))
        return odsql_complain(&s, e, "geo_cluster() takes a radius between 1 and 1000 pixels.");
    struct str cell = cell_of(b, field->column, cell_metres(zoom, radius)), middle = middle_of(b, field->column);
    struct output *o = query_add(b, item->key, TYPE_GEO_POINT);
    if (!o)
        return odsql_complain(&s, e, "Alias '" STR_FMT "' is declared several times.", STR_ARG(item->key));
    o->sql = middle;
    o->group = cell;
    o->grouped = true;
    o->column.shape = SHAPE_CLUSTER;
    return true;
}
