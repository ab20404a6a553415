#include "tenants/explore/v1_params.h"

#include "core/data/errors.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/v1_place.h"
#include "tenants/explore/v1_q.h"

static bool refuse(struct err *e, const char *name, struct str value, const char *expected)
{
    ERR(e, err_query_parameter, "%s", name);
    err_arg(e, "%s", name);
    err_arg(e, STR_FMT, STR_ARG(value));
    return err_arg(e, "%s", expected);
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

/* What stands beside `fields` in every record. A field of that name is the field. */
static bool is_of_record(const struct dataset_view *v, struct str name)
{
    static const char *const beside[] = {"recordid", "record_timestamp", "record_size", "datasetid"};
    bool any = false;
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++)
        any |= str_eq(name, str_of(beside[i]));
    return any && !view_is_catalogue(v) && !view_find(v, name, false);
}

static struct str chosen(struct arena *a, const struct dataset_view *v, struct str fields)
{
    struct buf kept = {0};
    struct str one, rest = fields;
    while (str_cut(&rest, ',', &one))
        if (!is_of_record(v, str_trim(one)))
            buf_printf(&kept, "%s" STR_FMT, kept.n ? "," : "", STR_ARG(one));
    struct str text = kept.n ? arena_str(a, buf_str(&kept)) : S("exclude(*)");
    buf_free(&kept);
    return text;
}

/* All records of a dataset have one time and one name: an order by them is the rows' own. */
static bool says_nothing(const struct dataset_view *v, struct str sort)
{
    return is_of_record(v, str_from(sort, sort.n && sort.p[0] == '-'));
}

static struct query_param sorted(struct arena *a, struct str value)
{
    bool up = value.n && value.p[0] == '-';
    value = str_from(value, up);
    return (struct query_param){S("order_by"), arena_printf(a, "`" STR_FMT "` %s", STR_ARG(value), up ? "asc" : "desc")};
}

static struct str of_facet(struct req *r, const char *what, struct str facet)
{
    return req_query(r, arena_printf(r->a, "%s." STR_FMT, what, STR_ARG(facet)));
}

/* facet=F with facetsort.F and disjunctive.F is facet(name="F", …). */
static struct str facet_of(struct req *r, struct str facet)
{
    struct str sort = of_facet(r, "facetsort", facet);
    bool many = str_ieq(of_facet(r, "disjunctive", facet), S("true"));
    if (str_ends(sort, S("alpha")))
        sort = arena_printf(r->a, STR_FMT "num", STR_ARG(sort));
    if (!sort.n && !many)
        return facet;
    return arena_printf(r->a, "facet(name=" STR_FMT "%s" STR_FMT "%s)", STR_ARG(v1_quoted(r->a, facet)),
                        sort.n ? ", sort=" : "", STR_ARG(sort.n ? v1_quoted(r->a, sort) : S("")),
                        many ? ", disjunctive=true" : "");
}

static bool in_polygon(struct arena *a, const struct view_column *c, struct str value, struct str *out)
{
    struct str shape;
    if (!v1_geometry(a, value, &shape))
        return false;
    *out = arena_printf(a, "intersects(`" STR_FMT "`, " STR_FMT ")", STR_ARG(c->name), STR_ARG(shape));
    return true;
}

static const struct place_filter {
    const char *name, *expected;
    bool (*put)(struct arena *a, const struct view_column *c, struct str value, struct str *out);
} place_filters[] = {
    {"geofilter.distance", "latitude,longitude,metres", v1_distance},
    {"geofilter.polygon", "(latitude,longitude),(latitude,longitude)…", in_polygon},
    {"geofilter.bbox", "latitude,longitude,latitude,longitude", v1_box},
};

static const struct place_filter *place_filter_of(struct str name)
{
    for (size_t i = 0; i < sizeof place_filters / sizeof place_filters[0]; i++)
        if (str_eq(name, str_of(place_filters[i].name)))
            return &place_filters[i];
    return NULL;
}

static bool translate(struct req *r, const struct dataset_view *v, struct query_param p, struct query_param *out,
                      struct err *e)
{
    const struct place_filter *filter = place_filter_of(p.name);
    *out = p;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq(p.name, str_of(names[i].old))) {
            out->name = str_of(names[i].now);
            if (str_eq(p.name, S("fields")) && p.value.n)
                out->value = chosen(r->a, v, p.value);
            return true;
        }
    if (str_starts(p.name, S("refine.")) || str_starts(p.name, S("exclude."))) {
        size_t dot = (size_t)str_chr(p.name, '.');
        out->name = str_part(p.name, 0, dot);
        out->value = arena_printf(r->a, "`" STR_FMT "`:" STR_FMT, STR_ARG(str_from(p.name, dot + 1)), STR_ARG(p.value));
    } else if (str_eq(p.name, S("facet")) && p.value.n) {
        out->value = facet_of(r, p.value);
    } else if (str_eq(p.name, S("sort")) && p.value.n) {
        *out = says_nothing(v, p.value) ? (struct query_param){S("sort"), STR_NONE} : sorted(r->a, p.value);
    } else if (str_eq(p.name, S("q"))) {
        out->name = S("where");
        return v1_q(r->a, v, p.value, &out->value, e);
    } else if (filter) {
        const struct view_column *place = v1_place_column(v, req_query(r, S("geo_field")));
        out->name = S("where");
        if (!place || !filter->put(r->a, place, p.value, &out->value))
            return refuse(e, filter->name, p.value, filter->expected);
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

static bool is_ours(struct str name)
{
    static const char *const own[] = {"select", "group_by", "order_by", "limit", "offset", "rows", "start", "facet"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (str_eq(name, str_of(own[i])))
            return true;
    return false;
}

bool v1_filters(struct req *r, const struct dataset_view *v, const struct query_param *own, size_t nown,
                const struct query_param **out, size_t *n, struct err *e)
{
    size_t given_n, k = 0;
    const struct query_param *given;
    if (!v1_params(r, v, &given, &given_n, e))
        return false;
    struct query_param *list = ARENA_ARRAY(r->a, struct query_param, given_n + nown);
    for (size_t i = 0; i < given_n; i++)
        if (!is_ours(given[i].name))
            list[k++] = given[i];
    for (size_t i = 0; i < nown; i++)
        list[k++] = own[i];
    *out = list;
    *n = k;
    return true;
}
