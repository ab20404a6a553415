#include "tenants/explore/monitoring.h"

#include "core/data/query/cell.h"
#include "tenants/explore/dataset_object.h"
#include "tenants/explore/datasets.h"
#include "tenants/explore/explore.h"

struct monitor {
    struct query *query;
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
    if (!query_make(r->a, grant_catalogue(r), QUERY_RECORDS, kept, k, &m->query, e))
        return false;
    m->rows = ask_portal(r, &m->query->rows);
    m->count = ask_portal(r, &m->query->count_rows);
    return true;
}

static bool ask_objects(struct req *r, struct err *e)
{
    (void)e;
    struct monitor *m = r->state;
    m->total = cell_i64(r->batch.calls[m->count].result, 0, 0);
    const struct str *names = datasets_names(r, m->rows, &m->n);
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
    jw_open(w, '{');
    JW_I64(w, "total_count", m->total);
    jw_key(w, S("results"));
    jw_open(w, '[');
    for (size_t row = 0; m->n && row < req_rows(r, m->objects); row++) {
        struct dataset_object d;
        if (!dataset_object_read(r, m->objects, row, &d, e))
            return false;
        put_row(w, &d);
        dataset_object_free(&d);
    }
    jw_close(w, ']');
    jw_close(w, '}');
    return true;
}

const struct step monitoring_datasets[] = {
    {STEP_DB, ask_names, NULL},
    {STEP_DB, ask_objects, NULL},
    {STEP_REPLY, reply_rows, NULL},
    {STEP_END, NULL, NULL},
};
