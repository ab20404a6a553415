#include "tenants/explore/swagger.h"

#include <stdio.h>

#include "core/data/export/export.h"
#include "core/data/query/query_parameter.h"
#include "tenants/explore/catalogue.h"
#include "tenants/explore/explore.h"

#define BASE "/api/explore/v2.1"

/* ---- parameters ---- */

static void put_schema(struct jw *w, const char *type, const char *values, const char *standard)
{
    jw_open(w, '{');
    JW_STR(w, "type", str_of(type));
    if (values)
        JW_RAW(w, "enum", str_of(values));
    if (standard)
        JW_RAW(w, "default", str_of(standard));
    jw_close(w, '}');
}

static void put_formats(struct jw *w, bool of_catalogue)
{
    static const char *const catalogue[] = {"dcat", "rdf", "ttl", "jsonld"} /* those of catalogue_dcat.c */;
    jw_open(w, '{');
    JW_STR(w, "type", S("string"));
    jw_key(w, S("enum"));
    jw_open(w, '[');
    for (size_t i = 0; of_catalogue && i < sizeof catalogue / sizeof catalogue[0]; i++)
        jw_str(w, str_of(catalogue[i]));
    for (size_t i = 0; of_catalogue && catalogue_export_name(i); i++)
        jw_str(w, str_of(catalogue_export_name(i)));
    for (size_t i = 0; !of_catalogue && export_at(i); i++)
        jw_str(w, str_of(export_at(i)->name));
    jw_close(w, ']');
    jw_close(w, '}');
}

static void put_path_parameters(struct jw *w, struct str path)
{
    struct str rest = path, part;
    while (str_cut(&rest, '/', &part)) {
        if (part.n < 3 || part.p[0] != '{')
            continue;
        struct str name = str_part(part, 1, part.n - 2);
        jw_open(w, '{');
        JW_STR(w, "name", name);
        JW_STR(w, "in", S("path"));
        JW_BOOL(w, "required", true);
        jw_key(w, S("schema"));
        if (str_eq(name, S("format")))
            put_formats(w, str_starts(path, S("/catalog/exports")));
        else
            put_schema(w, "string", NULL, NULL);
        jw_close(w, '}');
    }
}

static void put_parameter(struct jw *w, const struct query_parameter *p)
{
    jw_open(w, '{');
    JW_STR(w, "name", str_of(p->name));
    JW_STR(w, "in", S("query"));
    JW_STR(w, "description", str_of(p->en));
    jw_key(w, S("schema"));
    if (p->many) {
        jw_open(w, '{');
        JW_STR(w, "type", S("array"));
        jw_key(w, S("items"));
    }
    put_schema(w, p->type, p->values, p->many ? NULL : p->standard);
    if (p->many)
        jw_close(w, '}');
    jw_close(w, '}');
}

static void put_parameters(struct jw *w, struct str path)
{
    jw_key(w, S("parameters"));
    jw_open(w, '[');
    put_path_parameters(w, path);
    for (size_t i = 0; i < query_parameters_n; i++)
        if (query_parameter_counts(&query_parameters[i], path))
            put_parameter(w, &query_parameters[i]);
    jw_close(w, ']');
}

/* ---- answers ---- */

/* clang-format off */
static const struct {
    const char *end, *schema; /* NULL: a file */
} answers[] = {
    {"/catalog/datasets", "datasets"}, {"/datasets/{dataset}", "dataset"}, {"/records", "results"}, {"/records/{record}", "record"},
    {"/facets", "facets"}, {"/attachments", "attachments"}, {"/exports", "link_list"}, {"/catalog", "link_list"},
};
/* clang-format on */

static const char *schema_of(struct str path)
{
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (str_ends(path, str_of(answers[i].end)))
            return answers[i].schema;
    return path.n == 0 ? "link_list" : NULL;
}

static void put_answer(struct jw *w, struct str path)
{
    const char *schema = schema_of(path);
    char text[120];
    jw_key(w, S("200"));
    jw_open(w, '{');
    JW_STR(w, "description", schema ? S("The answer") : S("The file"));
    jw_key(w, S("content"));
    snprintf(text, sizeof text, schema ? "{\"application/json\": {\"schema\": {\"$ref\": \"#/components/schemas/%s\"}}}"
                                       : "{\"*/*\": {\"schema\": {\"type\": \"string\", \"format\": \"binary\"}}}", schema);
    jw_raw(w, str_of(text));
    jw_close(w, '}');
}

static void put_responses(struct jw *w, struct str path)
{
    static const struct {
        const char *status, *ref;
    } refused[] = {{"400", "bad_request"}, {"404", "not_found"}, {"429", "too_many"}};
    jw_key(w, S("responses"));
    jw_open(w, '{');
    put_answer(w, path);
    for (size_t i = 0; i < 3; i++) {
        char text[80];
        jw_key(w, str_of(refused[i].status));
        snprintf(text, sizeof text, "{\"$ref\": \"#/components/responses/%s\"}", refused[i].ref);
        jw_raw(w, str_of(text));
    }
    jw_close(w, '}');
}

/* "/catalog/datasets/{dataset}/records" is getCatalogDatasetsDatasetRecords: one name each, since no two paths are equal. */
static void put_operation_id(struct jw *w, struct str path)
{
    struct buf b = {0};
    bool up = true;
    buf_addz(&b, "get");
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter)
            buf_addc(&b, up && c >= 'a' ? (char)(c - 32) : c);
        up = !letter;
    }
    JW_STR(w, "operationId", path.n ? buf_str(&b) : S("getRoot"));
    buf_free(&b);
}

static void put_operation(struct jw *w, const struct route *route, struct str path)
{
    jw_key(w, path.n ? path : S("/"));
    jw_open(w, '{');
    jw_key(w, S("get"));
    jw_open(w, '{');
    put_operation_id(w, path);
    JW_STR(w, "summary", str_of(route->summary));
    put_parameters(w, path);
    put_responses(w, path);
    jw_close(w, '}');
    jw_close(w, '}');
}

static void put_paths(struct jw *w)
{
    jw_key(w, S("paths"));
    jw_open(w, '{');
    for (size_t i = 0; i < explore_route_table.n; i++) {
        const struct route *route = &explore_route_table.routes[i];
        struct str pattern = str_of(route->pattern);
        if (str_starts(pattern, S(BASE)) && route->access == PUBLIC && route->cost > 0 && route->method == HTTP_GET)
            put_operation(w, route, str_from(pattern, sizeof BASE - 1));
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
    JW_RAW(w, "components", str_of(swagger_components));
    JW_RAW(w, "security", S("[{}, {\"apikey\": []}]"));
    jw_close(w, '}');
    return true;
}

const struct step swagger_json[] = {
    {STEP_REPLY, reply_swagger, NULL},
    {STEP_END, NULL, NULL},
};
