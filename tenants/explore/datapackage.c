#include "tenants/explore/datapackage.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/data/value/type.h"
#include "tenants/explore/dataset_object.h"
#include "tenants/explore/datasets.h"
#include "tenants/explore/explore.h"
#include "tenants/publishing/credit.h"

/* What our CSV writes of each type, in the words of Table Schema. A point is "lat, lon" there, which is not a geopoint. */
static const char *const types[COLUMN_TYPES] = {
    [TYPE_TEXT] = "string", [TYPE_INT] = "integer", [TYPE_DOUBLE] = "number", [TYPE_DECIMAL] = "number", [TYPE_DATE] = "date",
    [TYPE_DATETIME] = "datetime", [TYPE_BOOLEAN] = "boolean", [TYPE_GEO_POINT] = "string", [TYPE_GEO_SHAPE] = "geojson",
    [TYPE_FILE] = "string"};

static bool ask_object(struct req *r, struct err *e)
{
    struct grant g;
    if (!grant_take(r, r->params[EXPLORE_DATASET], &g, e))
        return false;
    datasets_ask_objects(r, &g.dataset_id, 1);
    struct grant *kept = r->state = ARENA_NEW(r->a, struct grant);
    *kept = g;
    return true;
}

static void put_field(struct jw *w, const struct view_column *c, const json_t *fields)
{
    size_t i;
    json_t *f;
    struct str description = STR_NONE;
    json_array_foreach(fields, i, f)
        if (str_eq(jr_str(f, "name"), c->name))
            description = jr_str(f, "description");
    jw_open(w, '{');
    JW_STR(w, "name", c->name);
    JW_STR(w, "type", str_of(c->multivalued.n ? "string" : types[c->type]));
    if (c->type == TYPE_DATETIME)
        JW_STR(w, "format", S("any")); /* an offset, where Table Schema's default has a Z */
    if (c->label.n)
        JW_STR(w, "title", c->label);
    if (description.n)
        JW_STR(w, "description", description);
    jw_close(w, '}');
}

static void put_schema(struct jw *w, const struct dataset_view *v, const json_t *fields)
{
    jw_key(w, S("schema"));
    jw_open(w, '{');
    jw_key(w, S("fields"));
    jw_open(w, '[');
    for (size_t i = 0; i < view_columns(v); i++)
        if (!view_column(v, i)->hidden && !view_column(v, i)->alias)
            put_field(w, view_column(v, i), fields);
    jw_close(w, ']');
    jw_key(w, S("missingValues"));
    jw_raw(w, S("[\"\"]"));
    jw_close(w, '}');
}

static void put_resource(struct req *r, struct jw *w, const struct dataset_object *d, const struct dataset_view *v)
{
    struct str url = explore_dataset_url(r, d->dataset_id);
    jw_open(w, '{');
    JW_STR(w, "profile", S("tabular-data-resource"));
    JW_STR(w, "name", d->dataset_id);
    JW_STR(w, "path", arena_printf(r->a, STR_FMT "/exports/csv?use_labels=false&with_bom=false", STR_ARG(url)));
    JW_STR(w, "format", S("csv"));
    JW_STR(w, "mediatype", S("text/csv"));
    JW_STR(w, "encoding", S("utf-8"));
    jw_key(w, S("dialect"));
    jw_raw(
        w,
        S("{\"delimiter\": \";\", \"lineTerminator\": \"\\r\\n\", \"quoteChar\": \"\\\"\", \"doubleQuote\": true, \"header\": true}"));
    put_schema(w, v, d->fields);
    jw_close(w, '}');
}

/* A file beside the rows: any bytes. No name of a dataset has a dot, so that its own is no other's. */
static void put_file(struct req *r, struct jw *w, struct str url, const json_t *f)
{
    struct str kind = jr_str(f, "kind"), id = jr_str(f, "id");
    jw_open(w, '{');
    JW_STR(w, "name", arena_printf(r->a, STR_FMT "s." STR_FMT, STR_ARG(kind), STR_ARG(id)));
    JW_STR(w, "path", arena_printf(r->a, STR_FMT "/" STR_FMT "s/" STR_FMT, STR_ARG(url), STR_ARG(kind), STR_ARG(id)));
    JW_STR(w, "title", jr_str(f, "title"));
    JW_STR(w, "mediatype", jr_str(f, "mimetype"));
    JW_I64(w, "bytes", jr_i64(f, "size_bytes", 0));
    jw_close(w, '}');
}

static void put_resources(struct req *r, struct jw *w, const struct dataset_object *d, const struct dataset_view *v)
{
    size_t i;
    json_t *f;
    jw_key(w, S("resources"));
    jw_open(w, '[');
    if (d->records > 0 || json_array_size(d->attachments) == 0) /* a package has one resource at least */
        put_resource(r, w, d, v);
    json_array_foreach(d->attachments, i, f)
        put_file(r, w, explore_dataset_url(r, d->dataset_id), f);
    jw_close(w, ']');
}

/* path: as everywhere; legalcode, ours: the text that binds, in Creative Commons' word for it. */
static void put_licence(struct jw *w, const struct dataset_object *d, const json_t *given)
{
    jw_key(w, S("licenses"));
    jw_open(w, '[');
    jw_open(w, '{');
    JW_STR(w, "title", jr_str(given, "license"));
    if (jr_str(given, "license_url").n)
        JW_STR(w, "path", jr_str(given, "license_url"));
    if (d->licence_text.n)
        JW_STR(w, "legalcode", d->licence_text);
    jw_close(w, '}');
    jw_close(w, ']');
}

static void put_source(struct req *r, struct jw *w, const struct dataset_object *d, const json_t *given)
{
    jw_key(w, S("contributors"));
    jw_open(w, '[');
    jw_open(w, '{');
    JW_STR(w, "title", jr_str(given, "publisher"));
    JW_STR(w, "role", S("publisher"));
    jw_close(w, '}');
    jw_close(w, ']');
    JW_STR(w, "attribution", credit_line(r->a, LANG_FR, jr_str(given, "publisher"), jr_str(given, "title"), d->modified,
                                         jr_str(given, "license")));
}

/* What its rows were joined with: "title" is the line to quote. */
static void put_joined(struct req *r, struct jw *w, const struct dataset_object *d)
{
    struct credit_joined *joined;
    size_t n = credit_joined(r->a, LANG_FR, d->credits, &joined);
    if (n == 0)
        return;
    jw_key(w, S("sources"));
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        JW_STR(w, "title", joined[i].line);
        struct str page = credit_joined_url(r, &joined[i]);
        if (page.n)
            JW_STR(w, "path", page);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void put_package(struct req *r, struct jw *w, const struct dataset_object *d, const struct dataset_view *v)
{
    const json_t *given = jr_object(d->metas, "default");
    jw_open(w, '{');
    JW_STR(w, "profile", json_array_size(d->attachments) ? S("data-package") : S("tabular-data-package"));
    JW_STR(w, "name", d->dataset_id);
    JW_STR(w, "id", arena_printf(r->a, STR_FMT "/explore/dataset/" STR_FMT "/", STR_ARG(req_base_url(r)), STR_ARG(d->dataset_id)));
    JW_STR(w, "title", jr_str(given, "title"));
    if (jr_str(given, "description").n)
        JW_STR(w, "description", jr_str(given, "description"));
    JW_STR(
        w, "homepage",
        arena_printf(r->a, STR_FMT "/explore/dataset/" STR_FMT "/", STR_ARG(req_base_url(r)), STR_ARG(d->dataset_id)));
    JW_STR(w, "created", d->modified);
    if (json_array_size(jr_array(given, "keyword")) > 0) {
        char *keywords = json_dumps(json_object_get(given, "keyword"), 0);
        JW_RAW(w, "keywords", str_of(keywords));
        free(keywords);
    }
    put_licence(w, d, given);
    put_source(r, w, d, given);
    put_joined(r, w, d);
    put_resources(r, w, d, v);
    jw_close(w, '}');
}

static bool reply_package(struct req *r, struct err *e)
{
    struct dataset_object d;
    struct jw w;
    if (req_rows(r, 0) == 0)
        return grant_not_found(r->params[EXPLORE_DATASET], e);
    if (!dataset_object_read(r, 0, 0, &d, e))
        return false;
    jw_init(&w, req_reply(r, 200, S("application/json; charset=utf-8")), JW_PRETTY);
    put_package(r, &w, &d, ((const struct grant *)r->state)->view);
    dataset_object_free(&d);
    return true;
}

const struct step datapackage_steps[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_object, NULL},
    {STEP_REPLY, reply_package, NULL},
    {STEP_END, NULL, NULL},
};
