#include "tenants/explore/v1_params.h"

#include "core/data/errors.h"
#include "tenants/explore/explore.h"

static bool refuse(struct err *e, const char *name, struct str value, const char *expected)
{
    ERR(e, err_query_parameter, "%s", name);
    err_arg(e, "%s", name);
    err_arg(e, STR_FMT, STR_ARG(value));
    return err_arg(e, "%s", expected);
}

/* "…" of the query language. */
static struct str quoted(struct arena *a, struct str s)
{
    char *out = arena_alloc(a, s.n * 2 + 3), *p = out;
    *p++ = '"';
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            *p++ = '\\';
        *p++ = s.p[i];
    }
    *p++ = '"';
    return (struct str){out, (size_t)(p - out)};
}

static struct str unquoted(struct str s)
{
    s = str_trim(s);
    bool marks = s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"';
    return marks ? str_part(s, 1, s.n - 2) : s;
}

/* field:value where there is such a field, else words. */
static struct str where_of(struct arena *a, const struct dataset_view *v, struct str q)
{
    size_t at = 0;
    q = str_trim(q);
    while (at < q.n && q.p[at] != ':' && q.p[at] != '=')
        at++;
    struct str name = str_trim(str_part(q, 0, at));
    const struct view_column *c = at < q.n ? view_find(v, name, false) : NULL;
    if (!q.n || str_eq(q, S("*:*")))
        return STR_NONE;
    if (!c)
        return quoted(a, unquoted(q));
    struct str value = str_from(q, at + 1);
    if (value.n && value.p[0] == '=')
        value = str_from(value, 1);
    return arena_printf(a, "`" STR_FMT "` = " STR_FMT, STR_ARG(name), STR_ARG(quoted(a, unquoted(value))));
}

/* ---- places ---- */

static bool is_number(struct str s)
{
    bool digit = false;
    for (size_t i = 0; i < s.n; i++) {
        bool sign = i == 0 && s.p[i] == '-';
        if (!sign && s.p[i] != '.' && !(s.p[i] >= '0' && s.p[i] <= '9'))
            return false;
        digit |= s.p[i] >= '0' && s.p[i] <= '9';
    }
    return digit && s.n <= 30;
}

static const struct view_column *place_of(const struct dataset_view *v)
{
    for (size_t i = 0; i < view_columns(v); i++) {
        const struct view_column *c = view_column(v, i);
        if (!c->hidden && (c->type == TYPE_GEO_POINT || c->type == TYPE_GEO_SHAPE))
            return c;
    }
    return NULL;
}

/* "lat,lon,metres" */
static bool distance_of(struct arena *a, const struct view_column *c, struct str value, struct str *out)
{
    struct str rest = value, lat, lon;
    str_cut(&rest, ',', &lat);
    if (!rest.p || !str_cut(&rest, ',', &lon))
        return false;
    struct str metres = rest.p ? str_trim(rest) : S("0");
    lat = str_trim(lat);
    lon = str_trim(lon);
    *out = arena_printf(a, "within_distance(`" STR_FMT "`, geom'POINT(" STR_FMT " " STR_FMT ")', " STR_FMT "m)",
                        STR_ARG(c->name), STR_ARG(lon), STR_ARG(lat), STR_ARG(metres));
    return is_number(lat) && is_number(lon) && is_number(metres) && metres.p[0] != '-';
}

/* "(lat,lon),(lat,lon)…": the ring is closed here. */
static bool polygon_of(struct arena *a, const struct view_column *c, struct str value, struct str *out)
{
    struct buf ring = {.max = 1 << 14};
    struct str first = STR_NONE, rest = value, part;
    bool ok = true;
    for (size_t n = 0; ok && str_cut(&rest, ')', &part) && str_trim(part).n; n++) {
        ptrdiff_t open = str_chr(part, '(');
        struct str lon = str_from(part, (size_t)(open + 1)), lat;
        str_cut(&lon, ',', &lat);
        lat = str_trim(lat);
        lon = lon.p ? str_trim(lon) : S("");
        ok = open >= 0 && is_number(lat) && is_number(lon);
        struct str point = arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(lon), STR_ARG(lat));
        first = first.p ? first : point;
        buf_printf(&ring, STR_FMT ", ", STR_ARG(point));
    }
    *out = arena_printf(a, "intersects(`" STR_FMT "`, geom'POLYGON((" STR_FMT STR_FMT "))')", STR_ARG(c->name),
                        STR_ARG(buf_str(&ring)), STR_ARG(first));
    ok = ok && first.p && !ring.over;
    buf_free(&ring);
    return ok;
}

/* ---- each ---- */

static const struct {
    const char *old, *now; /* now NULL: left out */
} names[] = {
    {"rows", "limit"},           {"start", "offset"}, {"fields", "select"},   {"csv_separator", "delimiter"},
    {"use_labels_for_header", "use_labels"},          {"where", NULL},        {"select", NULL},
    {"group_by", NULL},          {"order_by", NULL},  {"limit", NULL},        {"offset", NULL},
    {"refine", NULL},            {"exclude", NULL},   {"dataset", NULL},      {"format", NULL},
};

static struct query_param sorted(struct arena *a, struct str value)
{
    bool up = value.n && value.p[0] == '-';
    value = str_from(value, up);
    return (struct query_param){S("order_by"), arena_printf(a, "`" STR_FMT "` %s", STR_ARG(value), up ? "asc" : "desc")};
}

static bool translate(struct req *r, const struct dataset_view *v, struct query_param p, struct query_param *out,
                      struct err *e)
{
    bool distance = str_eq(p.name, S("geofilter.distance")), polygon = str_eq(p.name, S("geofilter.polygon"));
    const struct view_column *place = place_of(v);
    *out = p;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq(p.name, str_of(names[i].old))) {
            out->name = str_of(names[i].now);
            return true;
        }
    if (str_starts(p.name, S("refine.")) || str_starts(p.name, S("exclude."))) {
        size_t dot = (size_t)str_chr(p.name, '.');
        out->name = str_part(p.name, 0, dot);
        out->value = arena_printf(r->a, "`" STR_FMT "`:" STR_FMT, STR_ARG(str_from(p.name, dot + 1)), STR_ARG(p.value));
    } else if (str_eq(p.name, S("sort")) && p.value.n) {
        *out = sorted(r->a, p.value);
    } else if (str_eq(p.name, S("q"))) {
        *out = (struct query_param){S("where"), where_of(r->a, v, p.value)};
    } else if (distance || polygon) {
        out->name = S("where");
        if (!place || !(distance ? distance_of : polygon_of)(r->a, place, p.value, &out->value))
            return refuse(e, distance ? "geofilter.distance" : "geofilter.polygon", p.value,
                          distance ? "latitude,longitude,metres" : "(latitude,longitude),(latitude,longitude)…");
    }
    return true;
}

bool v1_params(struct req *r, const struct dataset_view *v, const struct query_param **out, size_t *n, struct err *e)
{
    size_t sent, k = 0;
    const struct query_param *params = explore_params(r, &sent);
    struct query_param *list = ARENA_ARRAY(r->a, struct query_param, sent + 1), now;
    for (size_t i = 0; i < sent; i++) {
        if (!translate(r, v, params[i], &now, e))
            return false;
        if (now.name.p && now.value.p)
            list[k++] = now;
    }
    *out = list;
    *n = k;
    return true;
}
