/* /api/portal/v1/datasets/{dataset}/push: records sent by programs. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/jr.h"
#include "core/data/reason.h"
#include "core/web/errors.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/push.h"
#include "tenants/publishing/sql.h"

struct push_done {
    struct uuid batch;
    int64_t records;
};

static bool too_large(const struct req *r, struct err *e)
{
    ERR(e, err_too_large, "%llu", (unsigned long long)r->upload.size_bytes);
    return err_arg(e, "%d", PUSH_BYTES_MAX);
}

static bool read_body(struct req *r, struct str *body, struct err *e)
{
    if (!r->upload.path || r->upload.size_bytes == 0)
        return ERR(e, err_push_body, "nothing"), err_arg(e, "%d", PUSH_RECORDS_MAX);
    if (r->upload.size_bytes > PUSH_BYTES_MAX)
        return too_large(r, e);
    size_t size = (size_t)r->upload.size_bytes, got = 0;
    char *bytes = ARENA_ARRAY(r->a, char, size + 1);
    int fd = open(r->upload.path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 1;
    while (n > 0 && got < size) {
        n = read(fd, bytes + got, size - got);
        if (n > 0)
            got += (size_t)n;
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    if (fd >= 0)
        close(fd);
    *body = (struct str){bytes, got};
    return got == size || ERR(e, err_internal, "spool: %d", errno);
}

/* People of one organisation publish nothing by themselves. */
static bool work(struct req *r, bool removes, struct err *e)
{
    struct push_done *p = ARENA_NEW(r->a, struct push_done);
    struct push_new new = {.dataset_id = r->params[0],
                           .key = req_header(r, S("idempotency-key")),
                           .account = uuid_str(&r->who.account),
                           .removes = removes};
    r->state = p;
    if (r->who.organisation.text[0])
        return ERR(e, err_review_needed, "%s", r->who.account.text);
    if (!read_body(r, &new.body, e))
        return false;
    struct conn *c = req_conn(r, e);
    return c && conn_begin(c, &r->tenant->id, e) &&
           push_add(c, r->a, &r->tenant->id, &new, &p->batch, &p->records, e) && conn_commit(c, e);
}

static bool work_put(struct req *r, struct err *e)
{
    return work(r, false, e);
}

static bool work_remove(struct req *r, struct err *e)
{
    return work(r, true, e);
}

static bool reply_taken(struct req *r, struct err *e)
{
    const struct push_done *p = r->state;
    (void)e;
    req_set(r, S("location"),
            arena_printf(r->a, "/api/portal/v1/datasets/" STR_FMT "/push/%s", STR_ARG(r->params[0]),
                         p->batch.text));
    struct jw *w = req_json(r, 202);
    jw_open(w, '{');
    JW_STR(w, "batch", uuid_str(&p->batch));
    JW_I64(w, "records", p->records);
    jw_close(w, '}');
    return true;
}

/* push_one.sql's columns */
enum { COL_ID, COL_OP, COL_RECORDS, COL_FOLDED, COL_ASIDE, COL_ERROR, COL_CREATED };

static bool ask_one(struct req *r, struct err *e)
{
    struct uuid id;
    struct str organisation = uuid_str(&r->who.organisation);
    if (!uuid_parse(r->params[1], &id))
        return ERR(e, err_push_unknown, "not an id");
    req_ask(r, &sql_push_one,
            (struct str[]){uuid_str(&r->tenant->id), r->params[0], uuid_str(&id),
                           organisation.n ? organisation : STR_NONE});
    return true;
}

static void say_fault(const json_t *fault, enum lang lang, struct buf *out)
{
    char *text = json_dumps(fault, JSON_COMPACT);
    fault_say(str_of(text), lang, out);
    free(text);
}

static void put_aside(struct jw *w, const json_t *list, enum lang lang)
{
    const json_t *item;
    size_t i;
    jw_key(w, S("aside"));
    jw_open(w, '[');
    json_array_foreach(list, i, item)
    {
        const json_t *reason = jr_object(item, "reason"), *fault = jr_object(item, "fault");
        struct buf words = {0};
        if (reason)
            reason_say(reason, lang, &words);
        else
            say_fault(fault, lang, &words);
        jw_open(w, '{');
        JW_I64(w, "record", jr_i64(item, "record", 0));
        JW_STR(w, "field", jr_str(item, "field"));
        JW_STR(w, "value", jr_str(item, "value"));
        JW_STR(w, "code", jr_str(reason ? reason : fault, "code"));
        JW_STR(w, "message", buf_str(&words));
        jw_close(w, '}');
        buf_free(&words);
    }
    jw_close(w, ']');
}

static void put_error(struct req *r, struct jw *w)
{
    struct buf words = {0};
    struct str error = req_col(r, 0, 0, COL_ERROR);
    if (error.n)
        fault_say(error, r->lang, &words);
    JW_STR(w, "waits_for", error.n ? buf_str(&words) : STR_NONE);
    buf_free(&words);
}

static bool reply_one(struct req *r, struct err *e)
{
    if (req_rows(r, 0) != 1)
        return ERR(e, err_push_unknown, "no row");
    struct str folded = req_col(r, 0, 0, COL_FOLDED);
    json_t *aside = jr_parse(req_col(r, 0, 0, COL_ASIDE), e);
    if (!aside)
        return false;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_STR(w, "batch", req_col(r, 0, 0, COL_ID));
    JW_STR(w, "operation", req_col(r, 0, 0, COL_OP));
    JW_STR(w, "state", folded.n ? S("folded") : S("waiting"));
    JW_I64(w, "records", req_i64(r, 0, 0, COL_RECORDS));
    JW_STR(w, "created_at", req_col(r, 0, 0, COL_CREATED));
    JW_STR(w, "folded_at", folded);
    put_error(r, w);
    put_aside(w, aside, r->lang);
    jw_close(w, '}');
    json_decref(aside);
    return true;
}

static const struct step put_steps[] = {
    {STEP_WORK, work_put, NULL}, {STEP_REPLY, reply_taken, NULL}, {STEP_END, NULL, NULL}};
static const struct step remove_steps[] = {
    {STEP_WORK, work_remove, NULL}, {STEP_REPLY, reply_taken, NULL}, {STEP_END, NULL, NULL}};
static const struct step one_steps[] = {
    {STEP_DB, ask_one, NULL}, {STEP_REPLY, reply_one, NULL}, {STEP_END, NULL, NULL}};

/* clang-format off */
#define CALL(method, pattern, access, steps, body, en, fr) \
    {method, "/api/portal/v1/datasets/{dataset}/push" pattern, access, 1, steps, en, DIALECT_PROBLEM, body, CACHE_NONE, fr}

static const struct route routes[] = {
    CALL(HTTP_POST, "", EDITOR, put_steps, BODY_UPLOAD,
         "Push records: added, or in the place of those with the same key", "Pousser des enregistrements : ajoutés, ou à la place de ceux de même clé"),
    CALL(HTTP_DELETE, "", EDITOR, remove_steps, BODY_UPLOAD,
         "Remove records by their keys", "Supprimer des enregistrements par leurs clés"),
    CALL(HTTP_GET, "/{batch}", CONTRIBUTOR, one_steps, BODY_NONE,
         "What became of a push, and which records were set aside", "Ce qu’un envoi est devenu, et les enregistrements écartés"),
};
/* clang-format on */
const struct route_table push_route_table = {routes, sizeof routes / sizeof routes[0]};
