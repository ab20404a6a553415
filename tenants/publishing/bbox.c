#include "tenants/publishing/bbox.h"

#include <stdio.h>

#include "core/base/jr.h"

enum { CORNERS_MAX = 1000 };

static bool is_good(const struct bbox *b)
{
    return b->west >= -180 && b->east <= 180 && b->south >= -90 && b->north <= 90 && b->west < b->east && b->south < b->north;
}

static bool widen(const json_t *corner, struct bbox *b)
{
    const json_t *lon = json_array_get(corner, 0), *lat = json_array_get(corner, 1);
    double x = json_number_value(lon), y = json_number_value(lat);
    b->west = x < b->west ? x : b->west;
    b->east = x > b->east ? x : b->east;
    b->south = y < b->south ? y : b->south;
    b->north = y > b->north ? y : b->north;
    return json_is_number(lon) && json_is_number(lat);
}

bool bbox_read(const json_t *geojson, struct bbox *out)
{
    const json_t *geometry = json_object_get(geojson, "geometry");
    const json_t *ring = json_array_get(json_object_get(geometry ? geometry : geojson, "coordinates"), 0);
    struct bbox b = {181, 91, -181, -91};
    if (json_array_size(ring) < 4 || json_array_size(ring) > CORNERS_MAX)
        return false;
    for (size_t i = 0; i < json_array_size(ring); i++)
        if (!widen(json_array_get(ring, i), &b))
            return false;
    *out = b;
    return is_good(&b);
}

bool bbox_of(const json_t *metas, struct str extent, struct bbox *out)
{
    char text[160];
    if (bbox_read(json_object_get(jr_object(metas, "default"), "bbox"), out))
        return true;
    if (extent.n == 0 || extent.n >= sizeof text)
        return false;
    memcpy(text, extent.p, extent.n);
    text[extent.n] = '\0';
    struct bbox b;
    bool ok = sscanf(text, "{%lf,%lf,%lf,%lf}", &b.west, &b.south, &b.east, &b.north) == 4 && is_good(&b);
    if (ok)
        *out = b;
    return ok;
}

static void put_corner(struct jw *w, double x, double y)
{
    jw_open(w, '[');
    jw_double(w, x);
    jw_double(w, y);
    jw_close(w, ']');
}

void bbox_feature(struct jw *w, const struct bbox *b)
{
    jw_open(w, '{');
    JW_STR(w, "type", S("Feature"));
    jw_key(w, S("geometry"));
    jw_open(w, '{');
    jw_key(w, S("coordinates"));
    jw_open(w, '[');
    jw_open(w, '[');
    put_corner(w, b->west, b->south);
    put_corner(w, b->east, b->south);
    put_corner(w, b->east, b->north);
    put_corner(w, b->west, b->north);
    put_corner(w, b->west, b->south);
    jw_close(w, ']');
    jw_close(w, ']');
    JW_STR(w, "type", S("Polygon"));
    jw_close(w, '}');
    jw_key(w, S("properties"));
    jw_open(w, '{');
    jw_close(w, '}');
    jw_close(w, '}');
}

struct str bbox_wkt(struct arena *a, const struct bbox *b)
{
    return arena_printf(a, "POLYGON((%.10g %.10g,%.10g %.10g,%.10g %.10g,%.10g %.10g,%.10g %.10g))", b->west, b->south,
                        b->east, b->south, b->east, b->north, b->west, b->north, b->west, b->south);
}

struct str bbox_words(struct arena *a, const struct bbox *b)
{
    return arena_printf(a, "%.10g %.10g %.10g %.10g", b->south, b->west, b->north, b->east);
}
