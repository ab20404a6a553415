#include "core/data/value/geometry_walk.h"

enum { WITH_SRID = 0x20000000, POINT_BYTES = 2 * sizeof(double) };

struct walk {
    const char *p, *end;
    void (*part)(const struct geometry_part *part, void *context);
    void *context;
};

static bool take_u32(struct walk *w, uint32_t *v)
{
    if ((size_t)(w->end - w->p) < sizeof *v)
        return false;
    memcpy(v, w->p, sizeof *v);
    w->p += sizeof *v;
    return true;
}

static bool give(struct walk *w, struct geometry_part part)
{
    size_t n = (size_t)part.points * POINT_BYTES;
    if ((size_t)(w->end - w->p) < n)
        return false;
    part.coordinates = w->p;
    w->p += n;
    w->part(&part, w->context);
    return true;
}

static bool walk_polygon(struct walk *w)
{
    uint32_t rings, points;
    if (!take_u32(w, &rings))
        return false;
    for (uint32_t i = 0; i < rings; i++)
        if (!take_u32(w, &points) ||
            !give(w, (struct geometry_part){GEOMETRY_POLYGON, i, rings, points, NULL}))
            return false;
    return true;
}

static bool walk_one(struct walk *w, unsigned depth)
{
    uint32_t type, n;
    if (depth > 2 * GEOMETRY_DEPTH_MAX || w->p == w->end || *w->p++ != 1 || !take_u32(w, &type))
        return false;
    if ((type & WITH_SRID) && !take_u32(w, &n))
        return false;
    type &= 0xff;
    if (type == GEOMETRY_POINT)
        return give(w, (struct geometry_part){GEOMETRY_POINT, 0, 0, 1, NULL});
    if (type == GEOMETRY_POLYGON)
        return walk_polygon(w);
    if (!take_u32(w, &n))
        return false;
    if (type == GEOMETRY_LINE)
        return give(w, (struct geometry_part){GEOMETRY_LINE, 0, 0, n, NULL});
    while (n--)
        if (!walk_one(w, depth + 1))
            return false;
    return true;
}

bool geometry_walk(struct str ewkb, void (*part)(const struct geometry_part *part, void *context),
                   void *context)
{
    struct walk w = {ewkb.p, ewkb.p + ewkb.n, part, context};
    return ewkb.n > 0 && walk_one(&w, 0) && w.p == w.end;
}

void geometry_point_at(const struct geometry_part *part, uint32_t at, double *lon, double *lat)
{
    memcpy(lon, part->coordinates + (size_t)at * POINT_BYTES, sizeof *lon);
    memcpy(lat, part->coordinates + (size_t)at * POINT_BYTES + sizeof *lon, sizeof *lat);
}
