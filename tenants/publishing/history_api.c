/* /api/portal/v1/datasets/{dataset}/versions: what was published, compared, brought back. */
#include <stdlib.h>

#include "core/web/errors.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/history.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/sql.h"

static struct conn *begin_decision(struct req *r, struct err *e)
{
    if (r->who.organisation.text[0]) {
        ERR(e, err_review_needed, "%s", r->who.account.text);
        return NULL;
    }
    struct conn *c = req_conn(r, e);
    return c && conn_begin(c, &r->tenant->id, e) ? c : NULL;
}

bool history_work_restore(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct conn *c = begin_decision(r, e);
    return c &&
           history_restore(c, &r->tenant->id, p->dataset_id, p->upload, uuid_str(&r->who.account),
                           &p->done, e) &&
           conn_commit(c, e);
}

bool history_work_discard(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct conn *c = begin_decision(r, e);
    return c && history_discard(c, &r->tenant->id, p->dataset_id, uuid_str(&r->who.account), e) &&
           conn_commit(c, e);
}

/* ---- list ---- */

/* history_list.sql's columns */
enum {
    COL_NUMBER,
    COL_VERSION,
    COL_PUBLISHED,
    COL_BY,
    COL_ROWS,
    COL_BYTES,
    COL_COLUMNS,
    COL_STATE,
    COL_NOW
};

static bool ask_list(struct req *r, struct err *e)
{
    struct str organisation = uuid_str(&r->who.organisation);
    (void)e;
    req_ask(r, &sql_history_list,
            (struct str[]){uuid_str(&r->tenant->id), r->params[0],
                           organisation.n ? organisation : STR_NONE});
    return true;
}

static bool reply_list(struct req *r, struct err *e)
{
    (void)e;
    size_t n = req_rows(r, 0);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_I64(w, "total_count", (int64_t)n);
    jw_key(w, S("results"));
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        JW_I64(w, "number", req_i64(r, 0, i, COL_NUMBER));
        JW_STR(w, "published_at", req_col(r, 0, i, COL_PUBLISHED));
        JW_STR(w, "published_by", req_col(r, 0, i, COL_BY));
        JW_I64(w, "records", req_i64(r, 0, i, COL_ROWS));
        JW_I64(w, "bytes", req_i64(r, 0, i, COL_BYTES));
        JW_I64(w, "columns", req_i64(r, 0, i, COL_COLUMNS));
        JW_STR(w, "state", req_col(r, 0, i, COL_STATE));
        JW_BOOL(w, "is_current", batch_bool(&r->batch, 0, i, COL_NOW));
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
    return true;
}

static const struct step list_steps[] = {
    {STEP_DB, ask_list, NULL}, {STEP_REPLY, reply_list, NULL}, {STEP_END, NULL, NULL}};

/* ---- compare ---- */

static void put_side(struct jw *w, const char *key, const struct history_side *s)
{
    jw_key(w, str_of(key));
    jw_open(w, '{');
    JW_I64(w, "number", s->number);
    JW_STR(w, "published_at", s->published);
    JW_I64(w, "records", s->rows);
    JW_I64(w, "bytes", s->bytes);
    JW_I64(w, "columns", (int64_t)s->columns);
    jw_close(w, '}');
}

static void put_json(struct jw *w, struct str key, const json_t *v)
{
    char *text = json_dumps(v, JSON_COMPACT);
    jw_key(w, key);
    jw_raw(w, str_of(text));
    free(text);
}

static bool reply_compare(struct req *r, struct err *e)
{
    (void)e;
    const struct history *h = history_read(r);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    put_side(w, "from", &h->before);
    put_side(w, "to", &h->after);
    put_json(w, S("columns"), h->columns);
    jw_key(w, S("rows"));
    if (h->counted) {
        jw_open(w, '{');
        JW_STR(w, "by", h->by == COMPARE_KEY ? S("key") : S("content"));
        put_json(w, S("key"), h->key);
        JW_I64(w, "added", h->added);
        JW_I64(w, "removed", h->removed);
        JW_I64(w, "changed", h->changed);
        jw_close(w, '}');
    } else {
        jw_null(w);
    }
    jw_close(w, '}');
    return true;
}

static const struct step compare_steps[] = {
    {STEP_DB, history_ask_pair, NULL},
    {STEP_DB, history_ask_rows, NULL},
    {STEP_REPLY, reply_compare, NULL},
    {STEP_END, NULL, NULL},
};

/* ---- restore, discard ---- */

static bool read_restore(struct req *r, struct err *e)
{
    struct publish_ask *p = publish_ask_new(r);
    (void)e;
    p->dataset_id = r->params[0];
    p->upload = r->params[1];
    return true;
}

static bool reply_done(struct req *r, struct err *e)
{
    const struct publish_ask *p = r->state;
    (void)e;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_BOOL(w, "done", true);
    if (p->done.dataset.text[0]) {
        JW_I64(w, "revision", p->done.revision);
        JW_I64(w, "records", p->done.records);
    }
    jw_close(w, '}');
    return true;
}

static const struct step restore_steps[] = {
    {STEP_DB, read_restore, NULL},
    {STEP_WORK, history_work_restore, NULL},
    {STEP_REPLY, reply_done, NULL},
    {STEP_END, NULL, NULL},
};
static const struct step discard_steps[] = {
    {STEP_DB, read_restore, NULL},
    {STEP_WORK, history_work_discard, NULL},
    {STEP_REPLY, reply_done, NULL},
    {STEP_END, NULL, NULL},
};

/* clang-format off */
#define CALL(method, pattern, access, steps, body, en, fr) \
    {method, "/api/portal/v1/datasets/{dataset}" pattern, access, 1, steps, en, DIALECT_PROBLEM, body, CACHE_NONE, fr}

static const struct route routes[] = {
    CALL(HTTP_GET, "/versions", CONTRIBUTOR, list_steps, BODY_NONE,
         "Versions that can come back", "Les versions qui peuvent revenir"),
    CALL(HTTP_GET, "/versions/{number}", CONTRIBUTOR, compare_steps, BODY_NONE,
         "What changed between two versions", "Ce qui a changé entre deux versions"),
    CALL(HTTP_POST, "/versions/{number}/restore", EDITOR, restore_steps, BODY_JSON,
         "Publish an earlier version again", "Publier à nouveau une version antérieure"),
    CALL(HTTP_DELETE, "/draft", EDITOR, discard_steps, BODY_NONE,
         "Throw the draft away", "Jeter le brouillon"),
};
/* clang-format on */
const struct route_table history_route_table = {routes, sizeof routes / sizeof routes[0]};
