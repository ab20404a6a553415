#include "tenants/explore/records.h"

#include "core/data/errors.h"
#include "core/data/query/odsql.h"
#include "core/data/query/record_id.h"
#include "core/data/query/row_json.h"
#include "core/data/query/side.h"
#include "core/web/errors.h"
#include "tenants/explore/explore.h"
#include "tenants/publishing/file_cells.h"

struct page {
    struct grant grant;
    struct query *query;
    struct side_job *groups, *counting; /* one of them at most */
    bool wants_total;
    bool is_aggregation; /* version 2.0's /aggregates: groups, or one row of all */
    int64_t total;
    struct str next;    /* the cursor behind a full page; absent: none */
    struct str results; /* written down before the batch asks for the total; absent: still to be written */
};

static unsigned ask_sql(struct req *r, const struct query_sql *q, bool fast)
{
    return req_ask_rows(r, q->sql, q->nparams, q->params, fast);
}

static bool asks_aggregation(const struct req *r)
{
    struct str path = r->x->path;
    return str_ends(path, S("/aggregates")) || str_ends(path, S("/aggregates/"));
}

static bool plan_page(struct req *r, struct err *e)
{
    size_t n;
    struct page *p = ARENA_NEW(r->a, struct page);
    p->is_aggregation = asks_aggregation(r);
    bool one = p->is_aggregation && !req_query(r, S("group_by")).n;
    const struct query_param *params = one ? explore_params_with(r, S("limit"), S("1"), &n) : explore_params(r, &n);
    if (!grant_take(r, r->params[EXPLORE_DATASET], &p->grant, e) ||
        !query_make(r->a, p->grant.view, QUERY_RECORDS, params, n, &p->query, e))
        return false;
    struct odsql_scope scope = {.clause = CLAUSE_SELECT};
    if (one && !p->query->summed)
        return odsql_complain(&scope, e, "An aggregation is of aggregates, or has group_by.");
    file_cells(r, &p->grant, p->query);
    r->state = p;
    p->groups = side_groups(p->query);
    if (p->groups)
        req_on_gone(r, side_job_free, p->groups);
    return true;
}

static bool has_groups(struct req *r, struct err *e)
{
    (void)e;
    return ((struct page *)r->state)->groups != NULL;
}

static bool run_groups(struct req *r, struct err *e)
{
    (void)e;
    side_job_run(((struct page *)r->state)->groups);
    return true;
}

static bool ask_page(struct req *r, struct err *e)
{
    (void)e;
    struct page *p = r->state;
    if (!side_job_result(p->groups)) {
        ask_sql(r, &p->query->rows, p->query->fast);
        return true;
    }
    p->query->count_known = true;
    p->query->count = side_job_count(p->groups);
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
    file_cells(r, &p->grant, p->query);
    r->state = p;
    ask_sql(r, &p->query->rows, p->query->fast);
    return true;
}

static const PGresult *rows_of(const struct req *r)
{
    const PGresult *groups = side_job_result(((const struct page *)r->state)->groups);
    return groups ? groups : r->batch.calls[0].result;
}

/* ---- links ---- */

static void page_links(struct req *r, const struct page *p, struct jw *w)
{
    const struct query *q = p->query;
    int64_t all = p->total, limit = q->limit, next = q->offset + limit;
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
    const PGresult *result = rows_of(r);
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

/* ---- answers ---- */

static void put_results(struct req *r, const struct page *p, struct buf *out)
{
    const PGresult *result = rows_of(r);
    struct row_json rows;
    struct jw w;
    row_json_init(&rows, r->a, p->query);
    if (!explore_is_v20(r) || p->query->grouped || p->is_aggregation) {
        row_json_page(&rows, out, result);
        return;
    }
    jw_init(&w, out, JW_SPACED);
    for (int row = 0; row < PQntuples(result); row++) {
        if (row)
            buf_add(out, S(", "));
        old_record(r, p, &rows, &w, row);
    }
}

/* There may be nothing behind it: whoever asks then gets an empty page. */
static void keep_cursor(struct req *r, struct page *p, int64_t n)
{
    char cursor[QUERY_CURSOR];
    if (n > 0 && n == p->query->limit && !explore_is_v20(r) && query_cursor(p->query, cell_i64(rows_of(r), (int)n - 1, 0), cursor))
        p->next = arena_str(r->a, str_of(cursor));
}

/* A page that is not full says how many there are, and some say it anyway: the total is asked for behind others only. */
static bool says_total(const struct query *q, const PGresult *rows, int64_t *total)
{
    int64_t n = PQntuples(rows);
    bool says = q->total_at >= 0 && n > 0;
    *total = q->count_known ? q->count : says ? cell_i64(rows, 0, q->total_at) : q->offset + n;
    return q->count_known || says || (n < q->limit && (n > 0 || q->offset == 0) && q->after < 0);
}

static bool keep_page(struct req *r, struct err *e)
{
    struct page *p = r->state;
    const struct query *q = p->query;
    keep_cursor(r, p, PQntuples(rows_of(r)));
    if (says_total(q, rows_of(r), &p->total))
        return true;
    struct buf out = {0};
    put_results(r, p, &out);
    bool over = out.over;
    p->results = arena_str(r->a, buf_str(&out));
    buf_free(&out);
    if (over)
        return ERR(e, err_answer_too_large, "a page over %zu bytes", p->results.n);
    p->wants_total = true;
    p->counting = side_total(q);
    if (p->counting)
        req_on_gone(r, side_job_free, p->counting);
    return true;
}

static bool can_count(struct req *r, struct err *e)
{
    (void)e;
    return ((struct page *)r->state)->counting != NULL;
}

static bool run_count(struct req *r, struct err *e)
{
    (void)e;
    side_job_run(((struct page *)r->state)->counting);
    return true;
}

static bool ask_total(struct req *r, struct err *e)
{
    (void)e;
    struct page *p = r->state;
    int64_t counted = side_job_count(p->counting);
    if (p->wants_total && counted < 0)
        ask_sql(r, &p->query->count_rows, false);
    else if (p->wants_total)
        p->total = counted;
    return true;
}

static bool reply_page(struct req *r, struct err *e)
{
    (void)e;
    struct page *p = r->state;
    bool old = explore_is_v20(r);
    explore_deprecate(r);
    if (p->query->timed)
        req_uncached(r);
    if (p->next.p)
        req_set(r, S("link"), arena_printf(r->a, "<" STR_FMT ">; rel=\"next\"", STR_ARG(explore_after(r, p->next))));
    if (p->wants_total && side_job_count(p->counting) < 0)
        p->total = cell_i64(rows_of(r), 0, 0);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    if (!p->is_aggregation)
        JW_I64(w, "total_count", p->total);
    if (old) {
        jw_key(w, S("links"));
        page_links(r, p, w);
    }
    jw_key(w, !old ? S("results") : p->query->grouped || p->is_aggregation ? S("aggregations") : S("records"));
    jw_open(w, '[');
    if (p->results.p)
        buf_add(w->out, p->results);
    else
        put_results(r, p, w->out);
    jw_close(w, ']');
    if (!old && explore_flag(r, S("include_links"))) {
        jw_key(w, S("_links"));
        page_links(r, p, w);
    }
    jw_close(w, '}');
    return true;
}

static bool reply_one(struct req *r, struct err *e)
{
    struct page *p = r->state;
    const PGresult *result = rows_of(r);
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
    {STEP_DB, plan_page, NULL},
    {STEP_CPU, run_groups, has_groups},
    {STEP_DB, ask_page, NULL},
    {STEP_DB, keep_page, NULL},
    {STEP_CPU, run_count, can_count},
    {STEP_DB, ask_total, NULL},
    {STEP_REPLY, reply_page, NULL},
    {STEP_END, NULL, NULL},
};

const struct step records_one[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_one, NULL},
    {STEP_REPLY, reply_one, NULL},
    {STEP_END, NULL, NULL},
};
