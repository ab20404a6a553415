#include "tenants/explore/datasets.h"

#include "core/data/query/row_json.h"
#include "tenants/explore/dataset_object.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/sql.h"

struct list {
    struct dataset_shape shape;
    struct query *query;
    bool plain;       /* objects, not groups */
    unsigned rows, count;
    int64_t total;
    size_t nids;
};

/* ---- names ---- */

static bool is_name(struct str id)
{
    for (size_t i = 0; i < id.n; i++)
        if (!((id.p[i] >= 'a' && id.p[i] <= 'z') || (id.p[i] >= '0' && id.p[i] <= '9') || id.p[i] == '-' || id.p[i] == '_'))
            return false;
    return id.n >= 1 && id.n <= 100;
}

/* The literal of a text[]; what cannot be a name is left out, so nothing needs quotes. */
struct str datasets_list_of(struct arena *a, const struct str *ids, size_t n)
{
    struct buf list = {0};
    buf_addc(&list, '{');
    for (size_t i = 0; i < n; i++)
        if (is_name(ids[i])) {
            buf_addz(&list, list.n > 1 ? "," : "");
            buf_add(&list, ids[i]);
        }
    buf_addc(&list, '}');
    struct str text = arena_str(a, buf_str(&list));
    buf_free(&list);
    return text;
}

unsigned datasets_ask_objects(struct req *r, const struct str *ids, size_t n)
{
    struct grant_scope scope = grant_scope(r);
    const struct str params[] = {uuid_str(&r->tenant->id), datasets_list_of(r->a, ids, n), scope.all, scope.organisation};
    return req_ask(r, &sql_dataset_objects, params);
}

struct str *datasets_names(struct req *r, unsigned call, size_t *n)
{
    const PGresult *result = r->batch.calls[call].result;
    int at = PQnfields(result) - 1; /* after _id */
    *n = (size_t)PQntuples(result);
    struct str *names = ARENA_ARRAY(r->a, struct str, *n + 1);
    for (size_t i = 0; i < *n; i++)
        names[i] = arena_str(r->a, (struct str){PQgetvalue(result, (int)i, at), (size_t)PQgetlength(result, (int)i, at)});
    return names;
}

/* ---- the list ---- */

static bool ask_list(struct req *r, struct err *e)
{
    size_t n;
    struct list *l = ARENA_NEW(r->a, struct list);
    if (!dataset_shape_read(r, &l->shape, &l->plain, e))
        return false;
    l->plain = l->plain && !req_query(r, S("group_by")).n;
    const struct query_param *params =
        l->plain ? explore_params_with(r, S("select"), S("dataset_id"), &n) : explore_params(r, &n);
    if (!query_make(r->a, grant_catalogue(r), QUERY_RECORDS, params, n, &l->query, e))
        return false;
    r->state = l;
    l->rows = req_ask_portal(r, l->query->rows.sql, l->query->rows.nparams, l->query->rows.params);
    if (l->query->count_known)
        l->total = l->query->count;
    else
        l->count = req_ask_portal(r, l->query->count_rows.sql, l->query->count_rows.nparams, l->query->count_rows.params);
    return true;
}

static bool ask_objects(struct req *r, struct err *e)
{
    (void)e;
    struct list *l = r->state;
    if (!l->query->count_known)
        l->total = cell_i64(r->batch.calls[l->count].result, 0, 0);
    if (!l->plain)
        return true;
    const struct str *ids = datasets_names(r, l->rows, &l->nids);
    if (l->nids)
        l->rows = datasets_ask_objects(r, ids, l->nids);
    return true;
}

/* ---- links ---- */

static void list_links(struct req *r, const struct list *l, struct jw *w)
{
    int64_t limit = l->query->limit, next = l->query->offset + limit;
    int64_t last = limit > 0 && l->total > 0 ? (l->total - 1) / limit * limit : 0;
    struct explore_link links[4] = {
        {"self", explore_self(r, -1)}, {"first", explore_self(r, 0)}, {"last", explore_self(r, last)}};
    size_t n = 3;
    if (limit > 0 && next < l->total)
        links[n++] = (struct explore_link){"next", explore_self(r, next)};
    explore_links(w, links, n);
}

static void object_links(struct req *r, struct jw *w, struct str dataset_id)
{
    static const char *const actions[] = {"records", "exports", "facets", "attachments"};
    struct str url = explore_dataset_url(r, dataset_id), base = explore_base(r);
    struct explore_link links[6] = {{"self", url},
                                    {"datasets", arena_printf(r->a, STR_FMT "/catalog/datasets", STR_ARG(base))}};
    for (size_t i = 0; i < 4; i++)
        links[i + 2] = (struct explore_link){actions[i], arena_printf(r->a, STR_FMT "/%s", STR_ARG(url), actions[i])};
    explore_links(w, links, 6);
}

/* ---- answers ---- */

static void put_object(struct req *r, struct jw *w, const struct dataset_object *d, const struct dataset_shape *shape)
{
    if (!explore_is_v20(r)) {
        dataset_object_put(w, d, shape);
        return;
    }
    jw_open(w, '{');
    jw_key(w, S("links"));
    object_links(r, w, d->dataset_id);
    jw_key(w, S("dataset"));
    dataset_object_put(w, d, shape);
    jw_close(w, '}');
}

static bool put_objects(struct req *r, const struct list *l, struct jw *w, struct err *e)
{
    size_t n = l->nids ? req_rows(r, l->rows) : 0;
    jw_open(w, '[');
    for (size_t row = 0; row < n; row++) {
        struct dataset_object d;
        if (!dataset_object_read(r, l->rows, row, &d, e))
            return false;
        put_object(r, w, &d, &l->shape);
        dataset_object_free(&d);
    }
    jw_close(w, ']');
    return true;
}

static void put_rows(struct req *r, const struct list *l, struct jw *w)
{
    struct row_json rows;
    row_json_init(&rows, r->a, l->query);
    jw_open(w, '[');
    row_json_page(&rows, w->out, r->batch.calls[l->rows].result);
    jw_close(w, ']');
}

static bool reply_list(struct req *r, struct err *e)
{
    struct list *l = r->state;
    bool old = explore_is_v20(r);
    explore_deprecate(r);
    if (l->query->timed || l->shape.counts || explore_counts(r))
        req_uncached(r);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_I64(w, "total_count", l->total);
    if (old) {
        jw_key(w, S("links"));
        list_links(r, l, w);
    }
    jw_key(w, !old ? S("results") : l->plain ? S("datasets") : S("aggregations"));
    if (!l->plain)
        put_rows(r, l, w);
    else if (!put_objects(r, l, w, e))
        return false;
    if (!old && explore_flag(r, S("include_links"))) {
        jw_key(w, S("_links"));
        list_links(r, l, w);
    }
    jw_close(w, '}');
    return true;
}

const struct step datasets_list[] = {
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
    struct dataset_shape shape;
    bool plain;
    if (req_rows(r, 0) == 0)
        return grant_gone(r, 1, r->params[EXPLORE_DATASET], e);
    if (!dataset_shape_read(r, &shape, &plain, e))
        return false;
    struct odsql_scope scope = {.clause = CLAUSE_SELECT};
    if (!plain)
        return odsql_complain(&scope, e, "Only names can be selected here.");
    if (!dataset_object_read(r, 0, 0, &d, e))
        return false;
    explore_deprecate(r);
    if (shape.counts)
        req_uncached(r);
    put_object(r, req_json(r, 200), &d, &shape);
    dataset_object_free(&d);
    return true;
}

const struct step datasets_one[] = {
    {STEP_DB, ask_one, NULL},
    {STEP_REPLY, reply_one, NULL},
    {STEP_END, NULL, NULL},
};
