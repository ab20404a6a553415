#include "tenants/explore/v1_records.h"

#include "core/base/clock.h"
#include "core/data/errors.h"
#include "core/data/export/export.h"
#include "core/data/query/facet.h"
#include "core/data/query/record_id.h"
#include "core/data/query/side.h"
#include "tenants/explore/explore.h"
#include "tenants/publishing/file_cells.h"
#include "tenants/explore/sql.h"
#include "tenants/explore/v1_answer.h"
#include "tenants/explore/v1_echo.h"
#include "tenants/explore/v1_feed.h"
#include "tenants/explore/v1_params.h"

enum { COL_PROCESSED = 1 };

struct page {
    struct grant grant;
    struct query *query;
    struct facet_query *facets; /* NULL: none was asked for */
    unsigned count, counted;    /* calls of the batch */
    struct str timestamp;
    const struct query_param *params;
    size_t nparams;
    struct side_job *side; /* the facets, counted without PostgreSQL; NULL: not to be had */
};

static bool ask_facts(struct req *r, struct err *e)
{
    struct page *p = ARENA_NEW(r->a, struct page);
    if (!grant_take(r, explore_dataset(r), &p->grant, e))
        return false;
    r->state = p;
    req_ask(r, &sql_export_head, (struct str[]){uuid_str(&r->tenant->id), p->grant.dataset_id});
    return true;
}

static void keep_timestamp(struct req *r, struct page *p)
{
    struct buf b = {0};
    if (req_rows(r, 0) && !batch_null(&r->batch, 0, 0, COL_PROCESSED))
        clock_iso(&b, req_i64(r, 0, 0, COL_PROCESSED) * 1000000);
    p->timestamp = b.n ? arena_str(r->a, buf_str(&b)) : STR_NONE;
    buf_free(&b);
}

static unsigned ask(struct req *r, const struct query_sql *q)
{
    return req_ask_rows(r, q->sql, q->nparams, q->params, false);
}

static bool plan_page(struct req *r, struct err *e)
{
    size_t n;
    struct page *p = r->state;
    const struct query_param *params;
    keep_timestamp(r, p);
    if (!v1_params(r, p->grant.view, &params, &n, e) ||
        !query_make(r->a, p->grant.view, QUERY_LEGACY, params, n, &p->query, e) ||
        (req_query_count(r, S("facet")) && !facet_make(r->a, p->grant.view, params, n, &p->facets, e)))
        return false;
    p->params = params;
    p->nparams = n;
    file_cells(r, &p->grant, p->query);
    if (p->facets && (p->side = side_facets(p->grant.view, p->facets)))
        req_on_gone(r, side_job_free, p->side);
    return true;
}

static bool has_side(struct req *r, struct err *e)
{
    (void)e;
    return ((struct page *)r->state)->side != NULL;
}

static bool run_side(struct req *r, struct err *e)
{
    (void)e;
    side_job_run(((struct page *)r->state)->side);
    return true;
}

static bool ask_page(struct req *r, struct err *e)
{
    (void)e;
    struct page *p = r->state;
    ask(r, &p->query->rows);
    if (!p->query->count_known)
        p->count = ask(r, &p->query->count_rows);
    if (p->facets && p->facets->n && !side_job_result(p->side))
        p->counted = ask(r, &p->facets->rows);
    return true;
}

/* ---- one row ---- */

static void put_value(struct buf *out, const struct query_column *c, const PGresult *result, int row, struct buf *room)
{
    buf_reset(room);
    if (c->shape == SHAPE_FILE) {
        row_json_cell(out, c, result, row);
        return;
    }
    switch (c->type) {
    case TYPE_GEO_POINT:
        cell_text(room, c, result, row, S(","));
        buf_printf(out, "[" STR_FMT "]", STR_ARG(buf_str(room)));
        break;
    case TYPE_GEO_SHAPE:
        if (!cell_geometry(out, c, result, row))
            buf_addz(out, "null");
        break;
    case TYPE_TEXT: /* a list is the text it was stored as */
        cell_text(room, c, result, row, c->multivalued.n ? c->multivalued : S(","));
        jw_escape(out, buf_str(room));
        break;
    case TYPE_INT:
    case TYPE_DOUBLE:
    case TYPE_DECIMAL:
    case TYPE_DATE:
    case TYPE_DATETIME:
    case TYPE_BOOLEAN:
    case TYPE_FILE:
    case COLUMN_TYPES:
        row_json_cell(out, c, result, row);
        break;
    }
}

static void put_fields(struct buf *out, const struct query *q, const PGresult *result, int row)
{
    struct buf room = {0};
    bool any = false;
    buf_addc(out, '{');
    for (size_t i = 0; i < q->ncolumns; i++) {
        if (cell_null(&q->columns[i], result, row))
            continue;
        buf_addz(out, any ? ", " : "");
        jw_escape(out, q->columns[i].key);
        buf_addz(out, ": ");
        put_value(out, &q->columns[i], result, row, &room);
        any = true;
    }
    buf_addc(out, '}');
    buf_free(&room);
}

/* The row's place: its point, or its shape. */
static void put_geometry(struct jw *w, const struct query *q, const PGresult *result, int row, bool or_null)
{
    struct buf text = {0};
    for (size_t i = 0; i < q->ncolumns && !text.n; i++)
        if (q->columns[i].type == TYPE_GEO_POINT || q->columns[i].type == TYPE_GEO_SHAPE)
            cell_geometry(&text, &q->columns[i], result, row);
    if (text.n)
        JW_RAW(w, "geometry", buf_str(&text));
    else if (or_null)
        JW_RAW(w, "geometry", S("null"));
    buf_free(&text);
}

static void put_record(struct jw *w, const struct page *p, const PGresult *result, int row)
{
    char id[41];
    struct buf fields = {0};
    record_id(p->grant.view, cell_i64(result, row, 0), id);
    put_fields(&fields, p->query, result, row);
    jw_open(w, '{');
    JW_STR(w, "datasetid", p->grant.dataset_id);
    JW_STR(w, "recordid", str_of(id));
    JW_RAW(w, "fields", buf_str(&fields));
    put_geometry(w, p->query, result, row, false);
    JW_STR(w, "record_timestamp", p->timestamp);
    jw_close(w, '}');
    buf_free(&fields);
}

/* A feature of RFC 7946: its id is the record's. */
static void put_feature(struct jw *w, const struct page *p, const PGresult *result, int row)
{
    char id[41];
    struct buf fields = {0};
    record_id(p->grant.view, cell_i64(result, row, 0), id);
    put_fields(&fields, p->query, result, row);
    jw_open(w, '{');
    JW_STR(w, "type", S("Feature"));
    JW_STR(w, "id", str_of(id));
    put_geometry(w, p->query, result, row, true);
    JW_RAW(w, "properties", buf_str(&fields));
    jw_close(w, '}');
    buf_free(&fields);
}

static void put_features(struct jw *w, const struct page *p, const PGresult *result)
{
    jw_open(w, '{');
    JW_STR(w, "type", S("FeatureCollection"));
    jw_key(w, S("features"));
    jw_open(w, '[');
    for (int row = 0; row < PQntuples(result); row++)
        put_feature(w, p, result, row);
    jw_close(w, ']');
    jw_close(w, '}');
}

/* The page as a table, as a download has it. */
static bool reply_csv(struct req *r, const struct page *p, const PGresult *result, struct err *e)
{
    struct export x;
    if (!export_open(&x, r->a, p->query, &export_csv, p->params, p->nparams, e))
        return false;
    struct buf *out = req_reply(r, 200, str_of(x.format->content_type));
    export_start(&x, out);
    export_rows(&x, out, result, PQntuples(result));
    export_end(&x, out);
    export_close(&x);
    return true;
}

static bool reply_feed(struct req *r, const struct page *p, const PGresult *result, bool atom)
{
    const struct v1_feed f = {p->grant.view, p->query, result, p->grant.dataset_id, p->timestamp};
    (atom ? v1_feed_atom : v1_feed_rss)(r, &f);
    return true;
}

static bool reply_page(struct req *r, struct err *e)
{
    struct page *p = r->state;
    const struct query *q = p->query;
    const PGresult *result = r->batch.calls[0].result;
    if (q->timed)
        req_uncached(r);
    struct str format = req_query(r, S("format"));
    if (str_eq(format, S("csv")))
        return reply_csv(r, p, result, e);
    if (str_eq(format, S("rss")) || str_eq(format, S("atom")))
        return reply_feed(r, p, result, str_eq(format, S("atom")));
    struct jw *w = v1_open(r, e);
    if (!w)
        return false;
    if (v1_is_geojson(r)) {
        put_features(w, p, result);
        v1_close(r, w);
        return true;
    }
    jw_open(w, '{');
    JW_I64(w, "nhits", q->count_known ? q->count : cell_i64(r->batch.calls[p->count].result, 0, 0));
    jw_key(w, S("parameters"));
    v1_echo(r, w, p->grant.dataset_id, q->limit, q->offset);
    jw_key(w, S("records"));
    jw_open(w, '[');
    for (int row = 0; row < PQntuples(result); row++)
        put_record(w, p, result, row);
    jw_close(w, ']');
    if (p->facets) {
        p->facets->value_key = "path";
        buf_addz(w->out, ", \"facet_groups\": ");
        const PGresult *counted = side_job_result(p->side);
        facet_json(w->out, p->facets, counted ? counted : p->facets->n ? r->batch.calls[p->counted].result : NULL);
    }
    jw_close(w, '}');
    v1_close(r, w);
    return true;
}

/* ---- one ---- */

static bool ask_one(struct req *r, struct err *e)
{
    size_t n;
    struct page *p = r->state;
    const struct query_param *params;
    keep_timestamp(r, p);
    if (!v1_params(r, p->grant.view, &params, &n, e) ||
        !query_record(r->a, p->grant.view, r->params[EXPLORE_SECOND], params, n, &p->query, e))
        return false;
    file_cells(r, &p->grant, p->query);
    ask(r, &p->query->rows);
    return true;
}

static bool reply_one(struct req *r, struct err *e)
{
    struct page *p = r->state;
    const PGresult *result = r->batch.calls[0].result;
    if (PQntuples(result) == 0)
        return ERR(e, err_query_record_unknown, "no row"), err_arg(e, STR_FMT, STR_ARG(r->params[EXPLORE_SECOND]));
    struct jw *w = v1_open(r, e);
    if (!w)
        return false;
    (v1_is_geojson(r) ? put_feature : put_record)(w, p, result, 0);
    v1_close(r, w);
    return true;
}

const struct step v1_records_one[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_facts, NULL},
    {STEP_DB, ask_one, NULL},
    {STEP_REPLY, reply_one, NULL},
    {STEP_END, NULL, NULL},
};

const struct step v1_records_search[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_facts, NULL},
    {STEP_DB, plan_page, NULL},
    {STEP_CPU, run_side, has_side},
    {STEP_DB, ask_page, NULL},
    {STEP_REPLY, reply_page, NULL},
    {STEP_END, NULL, NULL},
};
