#include "tenants/explore/monitoring.h"

#include "core/data/query/cell.h"
#include "tenants/explore/catalogue_names.h"
#include "tenants/explore/dataset_object.h"
#include "tenants/explore/datasets.h"
#include "tenants/explore/explore.h"

#define DATASET "ods-datasets-monitoring"

/* In the order of put_row. */
static const struct {
    const char *name, *type;
} fields[] = {
    {"dataset_id", "text"},       {"title", "text"},         {"visibility", "text"},
    {"records_count", "int"},     {"records_set_aside", "int"}, {"attachment_count", "int"},
    {"download_count", "int"},    {"modified", "datetime"},  {"data_processed", "datetime"},
};

/* ---- what there is ---- */

static struct str address(struct req *r, const char *rest)
{
    return arena_printf(r->a, STR_FMT "/monitoring%s", STR_ARG(explore_base(r)), rest);
}

static struct jw *open_links(struct req *r, const struct explore_link *links, size_t n)
{
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    jw_key(w, S("links"));
    explore_links(w, links, n);
    return w;
}

static bool reply_source(struct req *r, struct err *e)
{
    (void)e;
    jw_close(open_links(r, (struct explore_link[]){{"self", address(r, "")}, {"datasets", address(r, "/datasets")}}, 2), '}');
    return true;
}

static bool reply_exports(struct req *r, struct err *e)
{
    (void)e;
    jw_close(open_links(r, (struct explore_link[]){{"json", address(r, "/datasets/" DATASET "/exports/json")}}, 1), '}');
    return true;
}

/* None: values are figures and names, each of one dataset. */
static bool reply_facets(struct req *r, struct err *e)
{
    (void)e;
    const struct explore_link links[] = {{"self", address(r, "/datasets/" DATASET "/facets")}, {"dataset", address(r, "/datasets/" DATASET)}};
    struct jw *w = open_links(r, links, 2);
    JW_RAW(w, "facets", S("[]"));
    jw_close(w, '}');
    return true;
}

static void put_dataset(struct jw *w)
{
    jw_open(w, '{');
    JW_STR(w, "visibility", S("restricted"));
    jw_key(w, S("fields"));
    jw_open(w, '[');
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        jw_open(w, '{');
        JW_STR(w, "name", str_of(fields[i].name));
        JW_STR(w, "description", STR_NONE);
        JW_RAW(w, "annotations", S("{}"));
        JW_STR(w, "label", str_of(fields[i].name));
        JW_STR(w, "type", str_of(fields[i].type));
        jw_close(w, '}');
    }
    jw_close(w, ']');
    JW_STR(w, "dataset_id", S(DATASET));
    JW_STR(w, "dataset_uid", STR_NONE);
    JW_BOOL(w, "has_records", true);
    JW_RAW(w, "features", S("[\"analyze\", \"timeserie\"]"));
    JW_RAW(w, "attachments", S("[]"));
    JW_RAW(w, "alternative_exports", S("[]"));
    JW_BOOL(w, "data_visible", true);
    JW_RAW(w, "metas", S("{\"default\": {\"title\": \"" DATASET "\"}}"));
    jw_close(w, '}');
}

static bool reply_dataset(struct req *r, struct err *e)
{
    (void)e;
    put_dataset(req_json(r, 200));
    return true;
}

static bool reply_list(struct req *r, struct err *e)
{
    (void)e;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_I64(w, "total_count", 1);
    jw_key(w, S("results"));
    jw_open(w, '[');
    put_dataset(w);
    jw_close(w, ']');
    jw_close(w, '}');
    return true;
}

/* ---- its rows ---- */

struct monitor {
    struct query *query;
    bool whole; /* a file: all rows, and nothing around them */
    unsigned rows, count, objects;
    int64_t total;
    size_t n;
};

static unsigned ask_portal(struct req *r, const struct query_sql *q)
{
    return req_ask_portal(r, q->sql, q->nparams, q->params);
}

static bool ask_names(struct req *r, struct err *e)
{
    size_t n;
    struct monitor *m = r->state = ARENA_NEW(r->a, struct monitor);
    const struct query_param *params = explore_params_with(r, S("select"), S("dataset_id"), &n);
    size_t k = 0;
    struct query_param *kept = ARENA_ARRAY(r->a, struct query_param, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!str_eq(params[i].name, S("group_by")))
            kept[k++] = params[i];
    m->whole = str_find(r->x->path, S("/exports/")) >= 0;
    if (!query_make(r->a, grant_catalogue(r), m->whole ? QUERY_EXPORT : QUERY_RECORDS, kept, k, &m->query, e))
        return false;
    m->rows = ask_portal(r, &m->query->rows);
    m->count = ask_portal(r, &m->query->count_rows);
    return true;
}

static bool ask_objects(struct req *r, struct err *e)
{
    struct monitor *m = r->state;
    m->total = cell_i64(r->batch.calls[m->count].result, 0, 0);
    const struct str *names = datasets_names(r, m->rows, &m->n);
    if (!catalogue_names_fit(m->n, e))
        return false;
    if (m->n)
        m->objects = datasets_ask_objects(r, names, m->n);
    return true;
}

static void put_default(struct jw *w, const struct dataset_object *d, const char *key)
{
    jw_key(w, str_of(key));
    dataset_object_meta(w, d, "default", key);
}

static void put_row(struct jw *w, const struct dataset_object *d)
{
    jw_open(w, '{');
    JW_STR(w, "dataset_id", d->dataset_id);
    put_default(w, d, "title");
    JW_STR(w, "visibility", d->is_open ? S("domain") : S("restricted"));
    JW_I64(w, "records_count", d->records);
    JW_I64(w, "records_set_aside", d->left_out);
    JW_I64(w, "attachment_count", (int64_t)json_array_size(d->attachments));
    JW_I64(w, "download_count", d->downloads);
    put_default(w, d, "modified");
    put_default(w, d, "data_processed");
    jw_close(w, '}');
}

static bool reply_rows(struct req *r, struct err *e)
{
    const struct monitor *m = r->state;
    struct jw *w = req_json(r, 200);
    if (m->whole) {
        req_set(r, S("content-disposition"), S("attachment; filename=\"" DATASET ".json\""));
    } else {
        jw_open(w, '{');
        JW_I64(w, "total_count", m->total);
        jw_key(w, S("results"));
    }
    jw_open(w, '[');
    for (size_t row = 0; m->n && row < req_rows(r, m->objects); row++) {
        struct dataset_object d;
        if (!dataset_object_read(r, m->objects, row, &d, e))
            return false;
        put_row(w, &d);
        dataset_object_free(&d);
    }
    jw_close(w, ']');
    if (!m->whole)
        jw_close(w, '}');
    return true;
}

#define SAID(name, reply) const struct step name[] = {{STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}}
SAID(monitoring_source, reply_source);
SAID(monitoring_list, reply_list);
SAID(monitoring_one, reply_dataset);
SAID(monitoring_facets, reply_facets);
SAID(monitoring_exports, reply_exports);

const struct step monitoring_datasets[] = {
    {STEP_DB, ask_names, NULL},
    {STEP_DB, ask_objects, NULL},
    {STEP_REPLY, reply_rows, NULL},
    {STEP_END, NULL, NULL},
};
