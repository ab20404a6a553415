#include "tenants/explore/records.h"

#include "core/data/errors.h"
#include "core/data/row_json.h"
#include "tenants/explore/explore.h"

struct page {
    struct grant grant;
    struct query *query;
    unsigned rows, count; /* calls of the batch */
};

static unsigned ask_sql(struct req *r, const struct query_sql *q, bool fast)
{
    return req_ask_rows(r, q->sql, q->nparams, q->params, fast);
}

static bool ask_page(struct req *r, struct err *e)
{
    size_t n;
    struct page *p = ARENA_NEW(r->a, struct page);
    const struct query_param *params = explore_params(r, &n);
    if (!grant_take(r, r->params[EXPLORE_DATASET], &p->grant, e) ||
        !query_make(r->a, p->grant.view, QUERY_RECORDS, params, n, &p->query, e))
        return false;
    r->state = p;
    p->rows = ask_sql(r, &p->query->rows, p->query->fast);
    if (!p->query->count_known)
        p->count = ask_sql(r, &p->query->count_rows, false);
    return true;
}

static bool ask_one(struct req *r, struct err *e)
{
    size_t n;
    struct page *p = ARENA_NEW(r->a, struct page);
    const struct query_param *params = explore_params(r, &n);
    if (!grant_take(r, r->params[EXPLORE_DATASET], &p->grant, e) ||
        !query_record(r->a, p->grant.view, r->params[EXPLORE_SECOND], params, n, &p->query, e))
        return false;
    r->state = p;
    p->rows = ask_sql(r, &p->query->rows, p->query->fast);
    return true;
}

static int64_t total(const struct req *r, const struct page *p)
{
    return p->query->count_known ? p->query->count : cell_i64(r->batch.calls[p->count].result, 0, 0);
}

/* ---- links ---- */

static void page_links(struct req *r, const struct page *p, struct jw *w)
{
    const struct query *q = p->query;
    int64_t all = total(r, p), limit = q->limit, next = q->offset + limit;
    int64_t last = limit > 0 && all > 0 ? (all - 1) / limit * limit : 0;
    struct explore_link links[6] = {
        {"self", explore_self(r, -1)},
        {"first", explore_self(r, 0)},
        {"last", explore_self(r, last)},
    };
    size_t n = 3;
    if (limit > 0 && next < all)
        links[n++] = (struct explore_link){"next", explore_self(r, next)};
    links[n++] = (struct explore_link){"dataset", explore_dataset_url(r, p->grant.dataset_id)};
    links[n++] = (struct explore_link){"catalog", arena_printf(r->a, STR_FMT "/catalog", STR_ARG(explore_base(r)))};
    explore_links(w, links, n);
}

static void record_links(struct req *r, const struct page *p, struct jw *w, const char *id)
{
    struct str dataset = explore_dataset_url(r, p->grant.dataset_id);
    const struct explore_link links[] = {
        {"self", arena_printf(r->a, STR_FMT "/records/%s", STR_ARG(dataset), id)},
        {"dataset", dataset},
        {"catalog", arena_printf(r->a, STR_FMT "/catalog", STR_ARG(explore_base(r)))},
    };
    explore_links(w, links, 3);
}

/* ---- version 2.0 ---- */

static void old_record(struct req *r, const struct page *p, const struct row_json *rows, struct jw *w, int row)
{
    const PGresult *result = r->batch.calls[p->rows].result;
    struct buf fields = {0};
    char id[41];
    size_t size = 0;
    record_id(p->grant.view, cell_i64(result, row, 0), id);
    for (int i = 1; i < PQnfields(result); i++)
        size += (size_t)PQgetlength(result, row, i);
    row_json_object(rows, &fields, result, row);
    jw_open(w, '{');
    jw_key(w, S("links"));
    record_links(r, p, w, id);
    jw_key(w, S("record"));
    jw_open(w, '{');
    JW_STR(w, "id", str_of(id));
    jw_key(w, S("timestamp"));
    jw_null(w);
    JW_I64(w, "size", (int64_t)size);
    JW_RAW(w, "fields", buf_str(&fields));
    jw_close(w, '}');
    jw_close(w, '}');
    buf_free(&fields);
}

static void old_page(struct req *r, const struct page *p, const struct row_json *rows, struct jw *w)
{
    const PGresult *result = r->batch.calls[p->rows].result;
    struct buf page = {0};
    JW_I64(w, "total_count", total(r, p));
    jw_key(w, S("links"));
    page_links(r, p, w);
    if (p->query->grouped) {
        row_json_page(rows, &page, result);
        jw_key(w, S("aggregations"));
        jw_open(w, '[');
        buf_add(w->out, buf_str(&page));
        jw_close(w, ']');
    } else {
        jw_key(w, S("records"));
        jw_open(w, '[');
        for (int row = 0; row < PQntuples(result); row++)
            old_record(r, p, rows, w, row);
        jw_close(w, ']');
    }
    buf_free(&page);
}

/* ---- answers ---- */

static bool reply_page(struct req *r, struct err *e)
{
    (void)e;
    struct page *p = r->state;
    const PGresult *result = r->batch.calls[p->rows].result;
    struct row_json rows;
    row_json_init(&rows, r->a, p->query);
    explore_deprecate(r);
    if (p->query->timed)
        req_uncached(r);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    if (explore_is_v20(r)) {
        old_page(r, p, &rows, w);
        jw_close(w, '}');
        return true;
    }
    JW_I64(w, "total_count", total(r, p));
    jw_key(w, S("results"));
    jw_open(w, '[');
    row_json_page(&rows, w->out, result);
    jw_close(w, ']');
    if (explore_flag(r, S("include_links"))) {
        jw_key(w, S("_links"));
        page_links(r, p, w);
    }
    jw_close(w, '}');
    return true;
}

static bool reply_one(struct req *r, struct err *e)
{
    struct page *p = r->state;
    const PGresult *result = r->batch.calls[p->rows].result;
    struct row_json rows;
    if (PQntuples(result) == 0)
        return ERR(e, err_query_record_unknown, "no row"), err_arg(e, STR_FMT, STR_ARG(r->params[EXPLORE_SECOND]));
    row_json_init(&rows, r->a, p->query);
    explore_deprecate(r);
    if (p->query->timed)
        req_uncached(r);
    struct jw *w = req_json(r, 200);
    if (explore_is_v20(r))
        old_record(r, p, &rows, w, 0);
    else
        row_json_object(&rows, w->out, result, 0);
    return true;
}

const struct step records_list[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_page, NULL},
    {STEP_REPLY, reply_page, NULL},
    {STEP_END, NULL, NULL},
};

const struct step records_one[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_one, NULL},
    {STEP_REPLY, reply_one, NULL},
    {STEP_END, NULL, NULL},
};
