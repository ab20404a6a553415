/* /api/portal/v1/datasets/{dataset}/source: where its file is fetched from. */
#include <jansson.h>

#include "core/base/jr.h"
#include "core/web/request.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/reply.h"
#include "tenants/publishing/source.h"
#include "tenants/publishing/sql.h"

bool source_work_put(struct req *r, struct err *e)
{
    struct source_new *new = r->state; /* whom a portal calls is its editors' business */
    struct conn *c = publish_begin_decision(r, e);
    new->account = uuid_str(&r->who.account);
    return c && source_put(c, &r->tenant->id, r->params[0], new, e) && conn_commit(c, e);
}

bool source_work_remove(struct req *r, struct err *e)
{
    struct conn *c = publish_begin_decision(r, e);
    return c && source_remove(c, &r->tenant->id, r->params[0], uuid_str(&r->who.account), e) && conn_commit(c, e);
}

bool source_work_run(struct req *r, struct err *e)
{
    struct conn *c = publish_begin_decision(r, e);
    return c && source_run_soon(c, &r->tenant->id, r->params[0], e) && conn_commit(c, e);
}

static bool read_put(struct req *r, struct err *e)
{
    const json_t *body = req_body_json(r, e), *secret = json_object_get(body, "authorization");
    struct source_new *new = ARENA_NEW(r->a, struct source_new);
    if (!body)
        return false;
    *new = (struct source_new){.url = jr_str(body, "url"),
                               .every_min = jr_i64(body, "every_minutes", 1440),
                               .active = jr_bool(body, "active", true),
                               .secret = jr_str(body, "authorization"),
                               .forget_secret = json_is_null(secret)};
    r->state = new;
    return true;
}

static bool reply_taken(struct req *r, struct err *e)
{
    (void)e;
    return reply_done(r, 202);
}

/* source_one.sql's columns */
enum { COL_URL, COL_EVERY, COL_ACTIVE, COL_SECRET, COL_RESULT, COL_ERROR, COL_FAILURES, COL_RAN, COL_NEXT,
       COL_UPLOAD, COL_UPLOAD_STATE,
       COL_UPLOAD_ERROR, COL_HELD };

static bool ask_one(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_source_one, (struct str[]){uuid_str(&r->tenant->id), r->params[0], publish_bound_to(r)});
    return true;
}

static bool reply_one(struct req *r, struct err *e)
{
    if (req_rows(r, 0) != 1)
        return ERR(e, err_source_none, "no row");
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_STR(w, "url", req_col(r, 0, 0, COL_URL));
    JW_I64(w, "every_minutes", req_i64(r, 0, 0, COL_EVERY));
    JW_BOOL(w, "active", batch_bool(&r->batch, 0, 0, COL_ACTIVE));
    JW_BOOL(w, "has_authorization", batch_bool(&r->batch, 0, 0, COL_SECRET));
    JW_STR(w, "last_result", req_col(r, 0, 0, COL_RESULT));
    fault_put(w, "last_error", r->lang, req_col(r, 0, 0, COL_ERROR));
    JW_I64(w, "failures", req_i64(r, 0, 0, COL_FAILURES));
    JW_STR(w, "last_run_at", req_col(r, 0, 0, COL_RAN));
    JW_STR(w, "next_run_at", req_col(r, 0, 0, COL_NEXT));
    JW_STR(w, "upload", req_col(r, 0, 0, COL_UPLOAD));
    JW_STR(w, "upload_state", req_col(r, 0, 0, COL_UPLOAD_STATE));
    fault_put(w, "upload_error", r->lang, req_col(r, 0, 0, COL_UPLOAD_ERROR));
    JW_BOOL(w, "held", batch_bool(&r->batch, 0, 0, COL_HELD));
    jw_close(w, '}');
    return true;
}

static const struct step one_steps[] = {{STEP_DB, ask_one, NULL}, {STEP_REPLY, reply_one, NULL}, {STEP_END, NULL, NULL}};
static const struct step put_steps[] = {
    {STEP_DB, read_put, NULL}, {STEP_WORK, source_work_put, NULL}, {STEP_REPLY, reply_taken, NULL}, {STEP_END, NULL, NULL},
};
static const struct step remove_steps[] = {
    {STEP_WORK, source_work_remove, NULL}, {STEP_REPLY, reply_taken, NULL}, {STEP_END, NULL, NULL},
};
static const struct step run_steps[] = {
    {STEP_WORK, source_work_run, NULL}, {STEP_REPLY, reply_taken, NULL}, {STEP_END, NULL, NULL},
};

/* clang-format off */
#define CALL(method, pattern, access, steps, body, en, fr) \
    {method, "/api/portal/v1/datasets/{dataset}/source" pattern, access, 1, steps, en, DIALECT_PROBLEM, body, CACHE_NONE, fr}

static const struct route routes[] = {
    CALL(HTTP_GET, "", CONTRIBUTOR, one_steps, BODY_NONE,
         "Where a dataset's file is fetched from, and how it went", "L’adresse où le fichier d’un jeu est cherché, et ce qu’il en est"),
    CALL(HTTP_PUT, "", EDITOR, put_steps, BODY_JSON,
         "Fetch a dataset's file on a schedule", "Chercher le fichier d’un jeu à intervalles réguliers"),
    CALL(HTTP_DELETE, "", EDITOR, remove_steps, BODY_NONE,
         "Fetch it no more", "Ne plus le chercher"),
    CALL(HTTP_POST, "/run", EDITOR, run_steps, BODY_JSON,
         "Fetch it now", "Le chercher maintenant"),
};
/* clang-format on */
const struct route_table source_route_table = {routes, sizeof routes / sizeof routes[0]};
