/* The former portal's address for programs that push: /api/push/1.0/{dataset}/{resource}/… (source: explore-api.md section 5, and
 * that portal's manual, "Keeping data up to date"). One key of an account for every resource of a dataset. */
#include "core/base/jw.h"
#include "core/data/query/cell.h"
#include "core/data/errors.h"
#include "core/web/errors.h"
#include "tenants/people/grant.h"
#include "tenants/publishing/push.h"

/* Programs of the former portal name no batch: each call is one. */
static struct str key_or_new(struct req *r)
{
    struct str key = req_header(r, S("idempotency-key"));
    struct uuid made = uuid_make();
    return key.n ? key : arena_str(r->a, uuid_str(&made));
}

static bool work_put(struct req *r, struct err *e)
{
    struct push_new new = {.key = key_or_new(r)};
    return push_read_body(r, &new.body, e) && push_work(r, &new, e);
}

static bool work_remove(struct req *r, struct err *e)
{
    struct push_new new = {.key = key_or_new(r), .removes = true, .by_values = true};
    return push_read_body(r, &new.body, e) && push_work(r, &new, e);
}

static bool reply_ok(struct req *r, struct err *e)
{
    (void)e;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_STR(w, "status", S("OK"));
    jw_close(w, '}');
    return true;
}

/* ---- by record id ---- */

enum { PARAM_DATASET, PARAM_RESOURCE, PARAM_RECORD };

/* A GET that removes: with a key alone, which no page of another site can make a browser send; a look (HEAD) removes nothing. */
static bool ask_grant(struct req *r, struct err *e)
{
    if (r->x->method == HTTP_HEAD)
        return ERR(e, err_method_not_allowed, "HEAD"), err_arg(e, "HEAD");
    if (!r->who.by_key)
        return ERR(e, err_forbidden, "a session");
    return grant_ask(r, r->params[PARAM_DATASET], e);
}

/* The row as it stands now: rows have another id after the next fold, but the same values. */
static bool ask_row(struct req *r, struct err *e)
{
    struct grant g;
    struct query *q;
    if (!grant_take(r, r->params[PARAM_DATASET], &g, e) ||
        !query_record(r->a, g.view, r->params[PARAM_RECORD], NULL, 0, &q, e))
        return false;
    r->state = q;
    req_ask_rows(r, q->rows.sql, q->rows.nparams, q->rows.params, false);
    return true;
}

/* Every value as a file would have it, so that the reader finds in it what it found before. */
static struct str row_body(struct req *r, const struct query *q, const PGresult *row)
{
    struct buf out = {0}, cell = {0};
    struct jw w;
    jw_init(&w, &out, JW_COMPACT);
    jw_open(&w, '{');
    for (size_t i = 0; i < q->ncolumns; i++) {
        const struct query_column *c = &q->columns[i];
        if (cell_null(c, row, 0))
            continue;
        buf_reset(&cell);
        cell_text(&cell, c, row, 0, c->multivalued.n ? c->multivalued : S(","));
        jw_key(&w, c->key);
        jw_str(&w, buf_str(&cell));
    }
    jw_close(&w, '}');
    struct str body = arena_str(r->a, buf_str(&out));
    buf_free(&cell);
    buf_free(&out);
    return body;
}

static bool work_remove_one(struct req *r, struct err *e)
{
    const struct query *q = r->state;
    if (req_rows(r, 0) == 0) {
        ERR(e, err_query_record_unknown, "row");
        return err_arg(e, STR_FMT, STR_ARG(r->params[PARAM_RECORD]));
    }
    const struct push_new new = {.key = key_or_new(r), .removes = true, .by_values = true,
                                 .body = row_body(r, q, r->batch.calls[0].result)};
    return push_work(r, &new, e);
}

static const struct step put_steps[] = {{STEP_WORK, work_put, NULL}, {STEP_REPLY, reply_ok, NULL}, {STEP_END, NULL, NULL}};
static const struct step remove_steps[] = {{STEP_WORK, work_remove, NULL}, {STEP_REPLY, reply_ok, NULL}, {STEP_END, NULL, NULL}};
static const struct step remove_one_steps[] = {
    {STEP_DB, ask_grant, NULL}, {STEP_DB, ask_row, NULL}, {STEP_WORK, work_remove_one, NULL},
    {STEP_REPLY, reply_ok, NULL}, {STEP_END, NULL, NULL},
};

/* clang-format off */
#define FORMER(method, rest, steps, body, en, fr) \
    {method, "/api/push/1.0/{dataset}/{resource}/" rest, EDITOR, 1, steps, en, DIALECT_V1, body, CACHE_NONE, fr}

static const struct route routes[] = {
    FORMER(HTTP_POST, "push", put_steps, BODY_UPLOAD,
           "Push records, as to the former portal", "Pousser des enregistrements, comme à l’ancien portail"),
    FORMER(HTTP_POST, "delete", remove_steps, BODY_UPLOAD,
           "Remove records by their keys, as of the former portal", "Supprimer des enregistrements par leurs clés, comme à l’ancien portail"),
    FORMER(HTTP_GET, "{record}/delete", remove_one_steps, BODY_NONE,
           "Remove a record by its id, as of the former portal", "Supprimer un enregistrement par son identifiant, comme à l’ancien portail"),
};
/* clang-format on */
const struct route_table push_former_route_table = {routes, sizeof routes / sizeof routes[0]};
