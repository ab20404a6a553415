/* Any bytes as a geometry. What is accepted is whole EWKB: walked by another reader, written here from the layout, it
 * ends where the bytes end, has as many points as were counted, and each lies within the bounds that were said. */
#include <stdlib.h>

#include "core/data/value/geometry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *p, *end;
static uint64_t points;
static const struct geometry *said;

static void need(size_t n)
{
    if ((size_t)(end - p) < n)
        abort();
}

static uint32_t u32(void)
{
    uint32_t v;
    need(4);
    memcpy(&v, p, 4);
    p += 4;
    return v;
}

static void point(void)
{
    double xy[2];
    need(16);
    memcpy(xy, p, 16);
    p += 16;
    points++;
    if (!(xy[0] >= said->west && xy[0] <= said->east && xy[1] >= said->south && xy[1] <= said->north))
        abort();
}

static void track(uint32_t least)
{
    uint32_t n = u32();
    if (n > 0 && n < least)
        abort();
    while (n--)
        point();
}

static void walk(unsigned depth)
{
    need(1);
    if (*p++ != 1 || depth > GEOMETRY_DEPTH_MAX + 1)
        abort();
    uint32_t type = u32();
    if ((depth == 0) != ((type & 0x20000000) != 0) || (depth == 0 && u32() != 4326))
        abort();
    type &= 0xff;
    if (type == GEOMETRY_POINT) {
        point();
    } else if (type == GEOMETRY_LINE) {
        track(2);
    } else if (type == GEOMETRY_POLYGON) {
        for (uint32_t n = u32(); n; n--)
            track(4);
    } else if (type <= GEOMETRY_COLLECTION) {
        for (uint32_t n = u32(); n; n--)
            walk(depth + 1);
    } else {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct geometry g, again;
    struct buf out = {0};
    struct str json = {(const char *)data, size};
    bool ok = geometry_read(json, &out, &g);
    if (ok != geometry_read(json, NULL, &again))
        abort();
    if (ok && g.kind != GEOMETRY_EMPTY && !out.over) {
        p = out.p;
        end = p + out.n;
        points = 0;
        said = &g;
        walk(0);
        if (p != end || points != g.points)
            abort();
        if (g.on_earth && !(g.lon >= g.west && g.lon <= g.east && g.lat >= g.south && g.lat <= g.north))
            abort();
    }
    buf_free(&out);
    return 0;
}
