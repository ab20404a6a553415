#include "tenants/explore/v1_datasets.h"

#include "core/base/jr.h"
#include "core/data/query/cell.h"
#include "core/data/query/facet.h"
#include "tenants/explore/catalogue_file.h"
#include "tenants/explore/dataset_object.h"
#include "tenants/explore/datasets.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/v1_answer.h"
#include "tenants/explore/v1_echo.h"
#include "tenants/explore/v1_params.h"

enum { ROWS_MAX = 1000 }; /* objects of one answer */

struct list {
    struct query *query;
    struct facet_query *facets;
    struct str groups; /* the facets, written before the batch asks for the objects */
    unsigned count, counted;
    int64_t total;
    size_t nids;
};

/* ---- one object ---- */

static void put_fields(struct jw *w, const struct dataset_object *d)
{
    size_t i;
    json_t *f, *value;
    const char *name;
    enum column_type type;
    jw_open(w, '[');
    json_array_foreach(d->fields, i, f) {
        struct str label = jr_str(f, "label");
        jw_open(w, '{');
        JW_STR(w, "name", jr_str(f, "name"));
        JW_STR(w, "label", label.n ? label : jr_str(f, "name"));
        JW_STR(w, "type", type_by_name(jr_str(f, "type"), &type) ? str_of(type_wire(type)) : S("text"));
        jw_key(w, S("annotations"));
        jw_open(w, '[');
        json_object_foreach(json_object_get(f, "annotations"), name, value) {
            if (json_is_false(value) || json_is_null(value))
                continue;
            jw_open(w, '{');
            JW_STR(w, "name", str_of(name));
            if (json_is_string(value)) {
                jw_key(w, S("args"));
                jw_open(w, '[');
                jw_str(w, str_of(json_string_value(value)));
                jw_close(w, ']');
            }
            jw_close(w, '}');
        }
        jw_close(w, ']');
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

/* A member that is set; what is null is left out. */
static void put_meta(struct jw *w, const struct dataset_object *d, const char *template, const char *key)
{
    struct buf text = {0};
    struct jw inner;
    jw_init(&inner, &text, JW_SPACED);
    dataset_object_meta(&inner, d, template, key);
    if (!str_eq(buf_str(&text), S("null"))) {
        jw_key(w, str_of(key));
        jw_raw(w, buf_str(&text));
    }
    buf_free(&text);
}

static void put_metas(struct req *r, struct jw *w, const struct dataset_object *d)
{
    jw_key(w, S("metas"));
    jw_open(w, '{');
    JW_STR(w, "domain", r->tenant->host);
    JW_STR(w, "visibility", d->is_open ? S("domain") : S("restricted"));
    for (const char *const *k = dataset_default_keys; *k; k++)
        put_meta(w, d, "default", *k);
    jw_close(w, '}');
    if (!explore_flag(r, S("interopmetas")))
        return;
    jw_key(w, S("interop_metas"));
    jw_open(w, '{');
    jw_key(w, S("dcat"));
    jw_open(w, '{');
    for (const char *const *k = dataset_dcat_keys; *k; k++)
        put_meta(w, d, "dcat", *k);
    jw_close(w, '}');
    jw_close(w, '}');
}

static void put_object(struct req *r, struct jw *w, const struct dataset_object *d)
{
    jw_open(w, '{');
    JW_STR(w, "datasetid", d->dataset_id);
    put_metas(r, w, d);
    JW_BOOL(w, "has_records", d->records > 0);
    JW_BOOL(w, "data_visible", true);
    jw_key(w, S("features"));
    dataset_object_features(w, d);
    jw_key(w, S("attachments"));
    dataset_object_files(w, d, S("attachment"));
    jw_key(w, S("alternative_exports"));
    dataset_object_files(w, d, S("alternative_export"));
    jw_key(w, S("fields"));
    put_fields(w, d);
    jw_close(w, '}');
}

/* ---- search ---- */

static bool ask_list(struct req *r, struct err *e)
{
    size_t n;
    const struct query_param *given;
    struct list *l = ARENA_NEW(r->a, struct list);
    const struct dataset_view *v = grant_catalogue(r);
    if (!v1_params(r, v, &given, &n, e))
        return false;
    struct query_param *params = ARENA_ARRAY(r->a, struct query_param, n + 1);
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (!str_eq(given[i].name, S("select")))
            params[k++] = given[i];
    params[k++] = (struct query_param){S("select"), S("dataset_id")};
    if (!query_make(r->a, v, QUERY_LEGACY, params, k, &l->query, e) ||
        (req_query_count(r, S("facet")) && !facet_make(r->a, v, params, k, &l->facets, e)))
        return false;
    r->state = l;
    req_ask_portal(r, l->query->rows.sql, l->query->rows.nparams, l->query->rows.params);
    l->count = req_ask_portal(r, l->query->count_rows.sql, l->query->count_rows.nparams, l->query->count_rows.params);
    if (l->facets && l->facets->n)
        l->counted = req_ask_portal(r, l->facets->rows.sql, l->facets->rows.nparams, l->facets->rows.params);
    return true;
}

static bool ask_objects(struct req *r, struct err *e)
{
    (void)e;
    struct list *l = r->state;
    l->total = cell_i64(r->batch.calls[l->count].result, 0, 0);
    if (l->facets) {
        struct buf out = {0};
        l->facets->value_key = "path";
        facet_json(&out, l->facets, l->facets->n ? r->batch.calls[l->counted].result : NULL);
        l->groups = arena_str(r->a, buf_str(&out));
        buf_free(&out);
    }
    const struct str *ids = datasets_names(r, 0, &l->nids);
    l->nids = l->nids < ROWS_MAX ? l->nids : ROWS_MAX;
    if (l->nids)
        datasets_ask_objects(r, ids, l->nids);
    return true;
}

/* format=csv, format=rss: the page of the list in the notations of the whole catalogue. */
static bool reply_file(struct req *r, const struct list *l, struct catalogue_file *f, struct err *e)
{
    struct buf *out = req_reply(r, 200, str_of(f->format->content_type));
    f->format->start(f, out);
    for (size_t row = 0; l->nids && row < req_rows(r, 0); row++) {
        struct dataset_object d;
        if (!dataset_object_read(r, 0, row, &d, e))
            return false;
        f->format->object(f, out, &d);
        dataset_object_free(&d);
    }
    f->format->end(f, out);
    return true;
}

static bool reply_list(struct req *r, struct err *e)
{
    struct list *l = r->state;
    struct catalogue_file file;
    if (l->query->timed || explore_counts(r))
        req_uncached(r);
    struct str format = req_query(r, S("format"));
    if ((str_eq(format, S("csv")) || str_eq(format, S("rss"))) && catalogue_file_plain(r, format, &file))
        return reply_file(r, l, &file, e);
    struct jw *w = v1_open(r, e);
    if (!w)
        return false;
    jw_open(w, '{');
    JW_I64(w, "nhits", l->total);
    jw_key(w, S("parameters"));
    v1_echo(r, w, STR_NONE, l->query->limit < ROWS_MAX ? l->query->limit : ROWS_MAX, l->query->offset);
    jw_key(w, S("datasets"));
    jw_open(w, '[');
    for (size_t row = 0; l->nids && row < req_rows(r, 0); row++) {
        struct dataset_object d;
        if (!dataset_object_read(r, 0, row, &d, e))
            return false;
        put_object(r, w, &d);
        dataset_object_free(&d);
    }
    jw_close(w, ']');
    if (l->groups.p)
        JW_RAW(w, "facet_groups", l->groups);
    jw_close(w, '}');
    v1_close(r, w);
    return true;
}

const struct step v1_datasets_search[] = {
    {STEP_DB, ask_list, NULL},
    {STEP_DB, ask_objects, NULL},
    {STEP_REPLY, reply_list, NULL},
    {STEP_END, NULL, NULL},
};

/* ---- one ---- */

static bool ask_one(struct req *r, struct err *e)
{
    (void)e;
    datasets_ask_objects(r, &r->params[EXPLORE_DATASET], 1);
    grant_ask_gone(r, r->params[EXPLORE_DATASET]);
    return true;
}

static bool reply_one(struct req *r, struct err *e)
{
    struct dataset_object d;
    if (req_rows(r, 0) == 0)
        return grant_gone(r, 1, r->params[EXPLORE_DATASET], e);
    if (!dataset_object_read(r, 0, 0, &d, e))
        return false;
    struct jw *w = v1_open(r, e);
    if (w) {
        put_object(r, w, &d);
        v1_close(r, w);
    }
    dataset_object_free(&d);
    return w != NULL;
}

const struct step v1_datasets_one[] = {
    {STEP_DB, ask_one, NULL},
    {STEP_REPLY, reply_one, NULL},
    {STEP_END, NULL, NULL},
};
