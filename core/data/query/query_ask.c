/* The parameters of a request, checked before any of them means something. */
#include "core/data/errors.h"
#include "core/data/query/odsql_names.h"
#include "core/data/query/query_build.h"
#include "core/data/value/zone.h"

static bool refuse(struct err *e, const char *name, struct str value, const char *expected)
{
    ERR(e, err_query_parameter, "%s", name);
    err_arg(e, "%s", name);
    err_arg(e, STR_FMT, STR_ARG(value));
    return err_arg(e, "%s", expected);
}

static bool read_int(struct err *e, const char *name, struct str value, int64_t *out)
{
    return str_i64(str_trim(value), out) || refuse(e, name, value, "an integer");
}

static bool read_bool(struct str value)
{
    return str_ieq(value, S("true")) || str_eq(value, S("1"));
}

/* facet:value, facet:"value", `facet`:value */
static bool read_refine(const struct dataset_view *v, struct ask *ask, struct str value, bool exclude,
                        struct err *e)
{
    enum odsql_clause clause = exclude ? CLAUSE_EXCLUDE : CLAUSE_REFINE;
    struct odsql_scope scope = {.view = v, .clause = clause};
    if (ask->nrefine == QUERY_REFINES_MAX)
        return odsql_complain(&scope, e, "Too many refinements.");
    ptrdiff_t colon = str_chr(value, ':');
    if (colon <= 0)
        return refuse(e, odsql_clause_name(clause), value, "facet:value");
    struct str name = str_trim(str_part(value, 0, (size_t)colon));
    struct str text = str_trim(str_from(value, (size_t)colon + 1));
    if (name.n > 2 && name.p[0] == '`' && name.p[name.n - 1] == '`')
        name = str_part(name, 1, name.n - 2);
    if (text.n >= 2 && (text.p[0] == '"' || text.p[0] == '\'') && text.p[text.n - 1] == text.p[0])
        text = str_part(text, 1, text.n - 2);
    const struct view_column *c = view_find(v, name, false);
    if (!c)
        return odsql_complain(&scope, e, "Unknown field: " STR_FMT ".", STR_ARG(name));
    ask->refine[ask->nrefine++] = (struct refine){c, text, exclude, false};
    return true;
}

static bool read_timezone(struct ask *ask, struct str value, struct err *e)
{
    if (!zone_known(value))
        return refuse(e, "timezone", value, "a time zone of the IANA database");
    ask->timezone = str_eq(value, S("Etc/UTC")) ? S("UTC") : value;
    return true;
}

static bool read_lang(struct ask *ask, struct str value, struct err *e)
{
    for (unsigned i = 0; i < odsql_languages_n; i++)
        if (str_ieq(value, str_of(odsql_languages[i].code))) {
            ask->lang = i;
            return true;
        }
    return refuse(e, "lang", value, "one of fr, en, nl, pt, it, ar, de, es, ca, eu, sv");
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The visibility class and a place, 40 hex digits; empty: the beginning. */
static bool read_after(const struct dataset_view *v, struct ask *ask, struct str value, struct err *e)
{
    uint64_t place = 0;
    value = str_trim(value);
    bool mine = value.n == QUERY_CURSOR - 1 && str_eq(str_part(value, 0, 32), view_class(v));
    for (size_t i = 32; mine && i < value.n; i++) {
        int digit = hex_digit(value.p[i]);
        mine = digit >= 0;
        place = place << 4 | (unsigned)(digit & 15);
    }
    ask->walks = true;
    ask->after = value.n ? (int64_t)place : -1;
    return !value.n || mine || refuse(e, "after", value, "a cursor of this dataset as it is now (else begin again without it)");
}

static bool add_text(struct str *list, size_t *n, size_t max, const char *name, struct str value,
                     struct err *e)
{
    if (*n == max)
        return refuse(e, name, S("too many"), "fewer");
    if (str_trim(value).n)
        list[(*n)++] = value;
    return true;
}

/* An unknown facet is ignored: whoever refines by it is told so. */
static bool read_any(const struct dataset_view *v, struct ask *ask, struct str facet, struct err *e)
{
    const struct view_column *c = view_find(v, facet, false);
    if (ask->nany == QUERY_FACETS_MAX)
        return refuse(e, "disjunctive", S("too many"), "fewer");
    if (c)
        ask->any[ask->nany++] = c;
    return true;
}

bool query_ask_any(const struct ask *ask, const struct view_column *c)
{
    bool any = c->disjunctive;
    for (size_t i = 0; i < ask->nany; i++)
        any |= ask->any[i] == c;
    return any;
}

static bool read_one(const struct dataset_view *v, struct ask *ask, struct str name, struct str value,
                     struct err *e)
{
    if (str_eq(name, S("select")))
        ask->select = str_trim(value);
    else if (str_eq(name, S("where")))
        return add_text(ask->where, &ask->nwhere, QUERY_WHERES_MAX, "where", value, e);
    else if (str_eq(name, S("group_by")))
        ask->group_by = str_trim(value);
    else if (str_eq(name, S("order_by")))
        ask->order_by = str_trim(value);
    else if (str_eq(name, S("limit")) || str_eq(name, S("rows")))
        return ask->has_limit = true, read_int(e, "limit", value, &ask->limit);
    else if (str_eq(name, S("offset")) || str_eq(name, S("start")))
        return read_int(e, "offset", value, &ask->offset);
    else if (str_eq(name, S("refine")) || str_eq(name, S("exclude")))
        return !value.n || read_refine(v, ask, value, str_eq(name, S("exclude")), e);
    else if (str_starts(name, S("disjunctive.")) && read_bool(value))
        return read_any(v, ask, str_from(name, strlen("disjunctive.")), e);
    else if (str_eq(name, S("facet")))
        return add_text(ask->facet, &ask->nfacet, QUERY_FACETS_MAX, "facet", value, e);
    else if (str_eq(name, S("timezone")) && value.n)
        return read_timezone(ask, value, e);
    else if (str_eq(name, S("lang")) && value.n)
        return read_lang(ask, value, e);
    else if (str_eq(name, S("after")))
        return read_after(v, ask, value, e);
    else if (str_eq(name, S("use_labels")))
        ask->use_labels = read_bool(value);
    else if (str_eq(name, S("include_app_metas")))
        ask->app_metas = read_bool(value);
    return true; /* unknown parameters are ignored: the API does so */
}

bool query_ask_read(const struct dataset_view *v, enum query_kind kind, const struct query_param *params,
                    size_t n, struct ask *out, struct err *e)
{
    memset(out, 0, sizeof *out);
    out->timezone = S("UTC");
    out->after = -1;
    out->limit = kind == QUERY_EXPORT ? -1 : 10;
    for (size_t i = 0; i < n; i++)
        if (!read_one(v, out, params[i].name, params[i].value, e))
            return false;
    for (size_t i = 0; i < out->nrefine; i++)
        out->refine[i].any = query_ask_any(out, out->refine[i].column);
    return true;
}

static bool refuse_number(struct err *e, const char *name, int64_t v, const char *expected)
{
    ERR(e, err_query_parameter, "%s", name);
    err_arg(e, "%s", name);
    err_arg(e, "%lld", (long long)v);
    return err_arg(e, "%s", expected);
}

bool query_ask_limits(struct ask *ask, enum query_kind kind, bool grouped, struct err *e)
{
    if (ask->offset < 0)
        return refuse_number(e, "offset", ask->offset, "0 <= offset");
    if (ask->walks && (ask->offset || ask->order_by.n || grouped || kind != QUERY_RECORDS))
        return refuse(e, "after", S("…"), "a page of records without offset, order_by and group_by");
    if (kind == QUERY_EXPORT) {
        if (ask->limit < -1)
            return refuse_number(e, "limit", ask->limit, "-1 <= limit");
        if (ask->offset > 1000000000)
            return refuse_number(e, "offset", ask->offset, "offset <= 1000000000");
        return true;
    }
    bool legacy = kind == QUERY_LEGACY;
    int64_t most = grouped ? 20000 : legacy ? 10000 : 100, window = grouped ? 20000 : 10000;
    if (ask->limit < -1 || ask->limit > most)
        return refuse_number(e, legacy ? "rows" : "limit", ask->limit,
                             grouped  ? "-1 <= limit <= 20000"
                             : legacy ? "-1 <= rows <= 10000"
                                      : "-1 <= limit <= 100");
    if (ask->limit == -1)
        ask->limit = legacy ? window - (ask->offset < window ? ask->offset : window) : most;
    if (ask->offset > window || ask->offset + ask->limit > window)
        return refuse_number(e, "sum of offset + limit",
                             ask->offset > window ? ask->offset : ask->offset + ask->limit,
                             grouped ? "<= 20000" : "<= 10000");
    return true;
}
