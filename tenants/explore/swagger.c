#include "tenants/explore/swagger.h"

#include "tenants/explore/explore.h"

#define BASE "/api/explore/v2.1"

/* clang-format off */
/* Where a parameter counts: the endings of patterns, NULL ends. */
static const struct parameter {
    const char *name, *type, *text;
    bool many;
    const char *of[6];
} parameters[] = {
    {"select",    "string",  "What the answer holds: fields, functions, aggregates, each with an optional name", false,
        {"/datasets", "/records", "/records/{record}", "/datasets/{dataset}", "/exports/{format}"}},
    {"where",     "string",  "A condition; several are all to be met", true,
        {"/datasets", "/records", "/facets", "/exports/{format}"}},
    {"group_by",  "string",  "Fields or functions to group by", false, {"/datasets", "/records", "/exports/{format}"}},
    {"order_by",  "string",  "Order, with asc or desc", false, {"/datasets", "/records", "/exports/{format}"}},
    {"limit",     "integer", "How many at most (10; 100 at most; files: all)", false, {"/datasets", "/records", "/exports/{format}"}},
    {"offset",    "integer", "How many to leave out; offset + limit is 10,000 at most", false, {"/datasets", "/records"}},
    {"refine",    "string",  "facet:value", true, {"/datasets", "/records", "/facets", "/exports/{format}"}},
    {"exclude",   "string",  "facet:value", true, {"/datasets", "/records", "/facets", "/exports/{format}"}},
    {"facet",     "string",  "A facet to count", true, {"/facets"}},
    {"lang",      "string",  "Language of dates in words", false, {"/datasets", "/records", "/exports/{format}"}},
    {"timezone",  "string",  "Time zone of the IANA database (UTC)", false, {"/datasets", "/records", "/facets", "/exports/{format}"}},
    {"include_links",     "boolean", "Adds _links", false, {"/datasets", "/records"}},
    {"include_app_metas", "boolean", "Adds ids and sizes", false, {"/datasets", "/records", "/datasets/{dataset}"}},
    {"use_labels", "boolean", "Labels in the place of names", false, {"/exports/{format}"}},
    {"compressed", "boolean", "The file in gzip form", false, {"/exports/{format}"}},
    {"delimiter",  "string",  "CSV: ; , | or a tab", false, {"/exports/{format}"}},
    {"list_separator", "string", "CSV: between the values of a list", false, {"/exports/{format}"}},
    {"with_bom",   "boolean", "CSV: a byte order mark (true)", false, {"/exports/{format}"}},
};
/* clang-format on */

static bool counts(const struct parameter *p, struct str path)
{
    for (size_t i = 0; i < 6 && p->of[i]; i++)
        if (str_ends(path, str_of(p->of[i])))
            return true;
    return false;
}

static void put_type(struct jw *w, const char *type, bool many)
{
    jw_key(w, S("schema"));
    jw_open(w, '{');
    JW_STR(w, "type", many ? S("array") : str_of(type));
    if (many) {
        jw_key(w, S("items"));
        jw_open(w, '{');
        JW_STR(w, "type", str_of(type));
        jw_close(w, '}');
    }
    jw_close(w, '}');
}

static void put_path_parameters(struct jw *w, struct str path)
{
    struct str rest = path, part;
    while (str_cut(&rest, '/', &part)) {
        if (part.n < 3 || part.p[0] != '{')
            continue;
        jw_open(w, '{');
        JW_STR(w, "name", str_part(part, 1, part.n - 2));
        JW_STR(w, "in", S("path"));
        JW_BOOL(w, "required", true);
        put_type(w, "string", false);
        jw_close(w, '}');
    }
}

static void put_parameters(struct jw *w, struct str path)
{
    jw_key(w, S("parameters"));
    jw_open(w, '[');
    put_path_parameters(w, path);
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        const struct parameter *p = &parameters[i];
        if (!counts(p, path))
            continue;
        jw_open(w, '{');
        JW_STR(w, "name", str_of(p->name));
        JW_STR(w, "in", S("query"));
        JW_STR(w, "description", str_of(p->text));
        put_type(w, p->type, p->many);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void put_responses(struct jw *w, bool has_parameters)
{
    static const struct {
        const char *status, *text;
    } answers[] = {{"200", "The answer"}, {"400", "A parameter is not understood"}, {"404", "There is no such thing here"},
                   {"429", "The calls of the period are spent"}};
    jw_key(w, S("responses"));
    jw_open(w, '{');
    for (size_t i = 0; i < 4; i++) {
        if (!has_parameters && (i == 1 || i == 2))
            continue;
        jw_key(w, str_of(answers[i].status));
        jw_open(w, '{');
        JW_STR(w, "description", str_of(answers[i].text));
        jw_close(w, '}');
    }
    jw_close(w, '}');
}

static void put_paths(struct jw *w)
{
    jw_key(w, S("paths"));
    jw_open(w, '{');
    for (size_t i = 0; i < explore_route_table.n; i++) {
        const struct route *route = &explore_route_table.routes[i];
        struct str pattern = str_of(route->pattern), path = str_from(pattern, sizeof BASE - 1);
        if (!str_starts(pattern, S(BASE)) || route->cost == 0)
            continue;
        jw_key(w, path.n ? path : S("/"));
        jw_open(w, '{');
        jw_key(w, S("get"));
        jw_open(w, '{');
        JW_STR(w, "summary", str_of(route->summary));
        put_parameters(w, path);
        put_responses(w, path.n > 0);
        jw_close(w, '}');
        jw_close(w, '}');
    }
    jw_close(w, '}');
}

static bool reply_swagger(struct req *r, struct err *e)
{
    (void)e;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_STR(w, "openapi", S("3.0.3"));
    jw_key(w, S("info"));
    jw_open(w, '{');
    JW_STR(w, "title", r->tenant->name);
    JW_STR(w, "version", S("v2.1"));
    jw_close(w, '}');
    jw_key(w, S("servers"));
    jw_open(w, '[');
    jw_open(w, '{');
    JW_STR(w, "url", explore_base(r));
    jw_close(w, '}');
    jw_close(w, ']');
    put_paths(w);
    jw_close(w, '}');
    return true;
}

const struct step swagger_json[] = {
    {STEP_REPLY, reply_swagger, NULL},
    {STEP_END, NULL, NULL},
};
