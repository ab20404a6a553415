/* /api/portal/v1/datasets/{dataset}/versions: what was published, compared, brought back. */
#include <stdlib.h>

#include "tenants/publishing/history.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/reply.h"
#include "tenants/publishing/sql.h"

bool history_work_restore(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct conn *c = publish_begin_decision(r, e);
    return c &&
           history_restore(c, &r->tenant->id, p->dataset_id, p->upload, uuid_str(&r->who.account),
                           &p->done, e) &&
           conn_commit(c, e);
}

bool history_work_discard(struct req *r, struct err *e)
{
    struct publish_ask *p = r->state;
    struct conn *c = publish_begin_decision(r, e);
    return c && history_discard(c, &r->tenant->id, p->dataset_id, uuid_str(&r->who.account), e) &&
           conn_commit(c, e);
}

/* ---- list ---- */

static bool ask_list(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_history_list,
            (struct str[]){uuid_str(&r->tenant->id), r->params[0], publish_bound_to(r)});
    return true;
}

static bool reply_versions(struct req *r, struct err *e)
{
    static const struct reply_column columns[] = { /* of history_list.sql */
        {"number", 0, REPLY_INTEGER},  {"published_at", 2, REPLY_TEXT}, {"published_by", 3, REPLY_TEXT},
        {"records", 4, REPLY_INTEGER}, {"bytes", 5, REPLY_INTEGER},     {"columns", 6, REPLY_INTEGER},
        {"state", 7, REPLY_TEXT},      {"is_current", 8, REPLY_BOOL},   {0},
    };
    (void)e;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_I64(w, "total_count", (int64_t)req_rows(r, 0));
    reply_rows(r, w, "results", 0, columns);
    jw_close(w, '}');
    return true;
}

static const struct step list_steps[] = {
    {STEP_DB, ask_list, NULL}, {STEP_REPLY, reply_versions, NULL}, {STEP_END, NULL, NULL}};

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

static const struct step restore_steps[] = {
    {STEP_DB, read_restore, NULL},
    {STEP_WORK, history_work_restore, NULL},
    {STEP_REPLY, publish_reply, NULL},
    {STEP_END, NULL, NULL},
};
static const struct step discard_steps[] = {
    {STEP_DB, read_restore, NULL},
    {STEP_WORK, history_work_discard, NULL},
    {STEP_REPLY, publish_reply, NULL},
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
