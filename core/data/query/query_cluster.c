/* geo_cluster(): points that lie near each other are one group, shown by the middle of its points. */
#include <math.h>
#include <stdlib.h>

#include "core/data/query/query_build.h"

/* `radius` pixels at this zoom of a web map, in its metres. */
static double radius_metres(double zoom, double radius)
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

/* What stands for a row: its point, or the middle of its shape. Written out wherever it is needed: computed once in a
 * lateral, the planner takes its cells for a handful and compares each with each. */
static struct str point_of(struct build *b, const struct view_column *c)
{
    buf_addz(&b->text, c->type == TYPE_GEO_POINT ? "" : "public.st_centroid(");
    odsql_sql_column(&b->sql, c);
    buf_addz(&b->text, c->type == TYPE_GEO_POINT ? "" : ")");
    return query_take(b);
}

/* Where the point lies on a web map, in its metres, by the sphere's own formula: PROJ takes ten times as long. The map ends
 * at 85.06 degrees, and so does what lies behind. */
static void put_place(struct build *b, struct str point, char axis)
{
    if (axis == 'x')
        buf_printf(&b->from, "public.st_x(" STR_FMT ") * 111319.49079327358", STR_ARG(point));
    else
        buf_printf(&b->from, "ln(tan(radians(45 + greatest(-85.06, least(85.06, public.st_y(" STR_FMT "))) / 2))) * 6378137", STR_ARG(point));
}

/*
 * The cells of a grid as wide as the radius, with the middle of their points; which of them become one.
 *
 * In the order of their points (the most first; as many: by a hash of the place, so that no long row of equal cells is
 * decided one after the other), a cell that no chosen one is near to is chosen; each other joins the first of the chosen
 * that are near it. Near: their middles are closer than the radius, so only the eight cells around come into question.
 * Chosen together is, in each round, every open cell that has no better open one near it: the answer is that of one
 * after the other. The same rows always give the same clusters.
 *
 * Over 20,000 cells, more than an answer may hold, are left as they are: the rounds would take many times what the grid does.
 * Where the first 60,000 rows are in that many, the grid of all rows is not made for it.
 *
 * A row is grouped by its cell, or by the one that its cell joined: only those are joined to the rows, few and often none, and
 * the limits tell the planner so. A quarter of a million cells are grouped in half the time that ordering and joining all took.
 */
static const char cells[] = " left join (with recursive g as materialized (select gx, gy, avg(x) as x, avg(y) as y, count(*) as n from (select ";
static const char few_first[] = ") p where (select count(*) from (select distinct ";
static const char few_from[] = " limit 60000) r) f) <= 20000";
static const char rounds[] =
    " group by gx, gy), "
    "c as materialized (select row_number() over (order by n desc, md5(gx || ' ' || gy) collate \"C\") as k, gx, gy, x, y "
    "from (select * from g where (select count(*) from (select from g limit 20001) f) <= 20000 limit 20000) s), "
    "near as materialized (select greatest(a.k, b.k) as k, least(a.k, b.k) as better from c b "
    "cross join (values (0, 1), (1, -1), (1, 0), (1, 1)) d (i, j) join c a on a.gx = b.gx + i and a.gy = b.gy + j " /* a pair once */
    "where sqrt((a.x - b.x) ^ 2 + (a.y - b.y) ^ 2) < ";
static const char chosen[] =
    "), round (chosen, open) as (select array[]::bigint[], array(select k from near union select better from near) union all "
    "select chosen || now, array(select unnest(open) except select unnest(now) "
    "except select n.k from near n join unnest(now) w (k) on w.k = n.better) "
    "from round cross join lateral (select array(select unnest(open) "
    "except select n.k from near n join unnest(open) o (k) on o.k = n.better) as now) s where open <> '{}'), "
    "kept as materialized (select unnest(chosen) as k from round where open = '{}') "
    "select c.gx, c.gy, t.gx as tx, t.gy as ty from (select n.k, min(n.better) as better from near n "
    "join kept on kept.k = n.better where n.k not in (select k from kept) group by n.k) j "
    "join c on c.k = j.k join c t on t.k = j.better limit 20000) ";

static void put_cell(struct build *b, struct str point, char axis, double metres)
{
    buf_addz(&b->from, "floor((");
    put_place(b, point, axis);
    buf_printf(&b->from, ") / %.6f)", metres);
}

static struct str cell_of(struct build *b, struct str point, char axis, double metres)
{
    size_t before = b->from.n;
    put_cell(b, point, axis, metres);
    struct str cell = arena_str(b->a, (struct str){b->from.p + before, b->from.n - before});
    b->from.n = before;
    return cell;
}

static struct str cluster_of(struct build *b, struct str point, double metres)
{
    unsigned m = b->laterals++;
    struct str x = cell_of(b, point, 'x', metres), y = cell_of(b, point, 'y', metres);
    buf_printf(&b->from, "%s" STR_FMT " as gx, " STR_FMT " as gy, ", cells, STR_ARG(x), STR_ARG(y));
    put_place(b, point, 'x');
    buf_addz(&b->from, " as x, ");
    put_place(b, point, 'y');
    buf_printf(&b->from, " as y from %s r" STR_FMT "%s" STR_FMT ", " STR_FMT " from (select * from %s r" STR_FMT "%s",
               view_table(b->view), STR_ARG(buf_str(&b->where)), few_first, STR_ARG(x), STR_ARG(y),
               view_table(b->view), STR_ARG(buf_str(&b->where)), few_from);
    buf_printf(&b->from, "%s%.6f%s m%u on (m%u.gx, m%u.gy) = (" STR_FMT ", " STR_FMT ")", rounds, metres, chosen, m, m, m,
               STR_ARG(x), STR_ARG(y));
    return arena_printf(b->a, "coalesce(m%u.tx, " STR_FMT "), coalesce(m%u.ty, " STR_FMT ")", m, STR_ARG(x), m, STR_ARG(y));
}

/* Of points the middle is the mean, which groups without sorting. */
static struct str middle_of(struct build *b, struct str point)
{
    return arena_printf(b->a, "public.st_setsrid(public.st_makepoint(avg(public.st_x(" STR_FMT ")), avg(public.st_y(" STR_FMT "))), 4326)",
                        STR_ARG(point), STR_ARG(point));
}

bool query_cluster(struct build *b, struct odsql_item *item, struct err *e)
{
    struct odsql_scope s = {b->a, b->view, CLAUSE_GROUP_BY, false, false};
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
    struct str point = point_of(b, field->column), cluster = cluster_of(b, point, radius_metres(zoom, radius));
    struct output *o = query_add(b, item->key, TYPE_GEO_POINT);
    if (!o)
        return odsql_complain(&s, e, "Alias '" STR_FMT "' is declared several times.", STR_ARG(item->key));
    o->sql = middle_of(b, point);
    o->group = cluster;
    o->grouped = b->clusters = true;
    o->column.shape = SHAPE_CLUSTER;
    return true;
}
