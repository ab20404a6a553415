#include "tenants/explore/v1_place.h"

#include "core/base/buf.h"

enum { WKT_MAX = 12 << 10 };

static size_t digits_from(struct str s, size_t at)
{
    size_t n = at;
    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    return n;
}

bool v1_is_number(struct str s)
{
    size_t first = s.n > 0 && s.p[0] == '-', point = digits_from(s, first);
    if (point == first || s.n > 30)
        return false;
    return point == s.n || (s.p[point] == '.' && point + 1 < s.n && digits_from(s, point + 1) == s.n);
}

const struct view_column *v1_place_column(const struct dataset_view *v, struct str name)
{
    for (size_t i = 0; i < view_columns(v); i++) {
        const struct view_column *c = view_column(v, i);
        bool place = c->type == TYPE_GEO_POINT || c->type == TYPE_GEO_SHAPE;
        if (!c->hidden && place && (!name.n || str_eq(c->name, name)))
            return c;
    }
    return NULL;
}

bool v1_distance(struct arena *a, const struct view_column *c, struct str value, struct str *out)
{
    struct str rest = value, lat, lon;
    str_cut(&rest, ',', &lat);
    if (!rest.p || !str_cut(&rest, ',', &lon))
        return false;
    struct str metres = rest.p ? str_trim(rest) : S("0");
    lat = str_trim(lat);
    lon = str_trim(lon);
    if (!v1_is_number(lat) || !v1_is_number(lon) || !v1_is_number(metres) || metres.p[0] == '-')
        return false;
    *out = arena_printf(a, "within_distance(`" STR_FMT "`, geom'POINT(" STR_FMT " " STR_FMT ")', " STR_FMT "m)",
                        STR_ARG(c->name), STR_ARG(lon), STR_ARG(lat), STR_ARG(metres));
    return true;
}

bool v1_box(struct arena *a, const struct view_column *c, struct str value, struct str *out)
{
    struct str rest = value, part[4];
    for (size_t i = 0; i < 4; i++) {
        if (!str_cut(&rest, ',', &part[i]) || !v1_is_number(part[i] = str_trim(part[i])))
            return false;
    }
    *out = arena_printf(a, "in_bbox(`" STR_FMT "`, " STR_FMT ", " STR_FMT ", " STR_FMT ", " STR_FMT ")", STR_ARG(c->name),
                        STR_ARG(part[0]), STR_ARG(part[1]), STR_ARG(part[2]), STR_ARG(part[3]));
    return !rest.p;
}

static bool polygon_of(struct arena *a, struct str value, struct str *out)
{
    struct buf ring = {.max = WKT_MAX};
    struct str first = STR_NONE, rest = value, part;
    bool ok = true;
    for (size_t n = 0; ok && str_cut(&rest, ')', &part) && str_trim(part).n; n++) {
        ptrdiff_t open = str_chr(part, '(');
        struct str lon = str_from(part, (size_t)(open + 1)), lat;
        str_cut(&lon, ',', &lat);
        lat = str_trim(lat);
        lon = lon.p ? str_trim(lon) : S("");
        ok = open >= 0 && v1_is_number(lat) && v1_is_number(lon);
        struct str point = arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(lon), STR_ARG(lat));
        first = first.p ? first : point;
        buf_printf(&ring, STR_FMT ", ", STR_ARG(point));
    }
    ok = ok && first.p && !ring.over;
    if (ok)
        *out = arena_printf(a, "geom'POLYGON((" STR_FMT STR_FMT "))'", STR_ARG(buf_str(&ring)), STR_ARG(first));
    buf_free(&ring);
    return ok;
}

static bool is_wkt(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i], letter = (char)(c | 0x20);
        if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && (!c || !strchr(" ,.()+-", c)))
            return false;
    }
    return s.n > 0 && s.n <= WKT_MAX;
}

bool v1_geometry(struct arena *a, struct str value, struct str *out)
{
    value = str_trim(value);
    if (value.n > 2 && str_starts(value, S("((")) && value.p[value.n - 1] == ')')
        value = str_trim(str_part(value, 1, value.n - 2));
    if (value.n && value.p[0] == '(')
        return polygon_of(a, value, out);
    if (!is_wkt(value))
        return false;
    *out = arena_printf(a, "geom'" STR_FMT "'", STR_ARG(value));
    return true;
}
