/* /api/portal/v1/datasets/{dataset}/push: records sent by programs. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/jr.h"
#include "core/data/value/reason.h"
#include "core/web/errors.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/push.h"
#include "tenants/publishing/reply.h"
#include "tenants/publishing/sql.h"

static bool too_large(const struct req *r, struct err *e)
{
    ERR(e, err_too_large, "%llu", (unsigned long long)r->upload.size_bytes);
    return err_arg(e, "%d", PUSH_BYTES_MAX);
}

bool push_read_body(struct req *r, struct str *body, struct err *e)
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
bool push_work(struct req *r, const struct push_new *new, struct err *e)
{
    struct push_done *p = ARENA_NEW(r->a, struct push_done);
    struct push_new mine = *new;
    mine.dataset_id = r->params[0];
    mine.account = uuid_str(&r->who.account);
    r->state = p;
    if (r->who.organisation.text[0])
        return ERR(e, err_review_needed, "%s", r->who.account.text);
    struct conn *c = req_begin(r, e);
    return c && push_add(c, r->a, &r->tenant->id, &mine, &p->batch, &p->records, e) && conn_commit(c, e);
}

static bool work_put(struct req *r, struct err *e)
{
    struct push_new new = {.key = req_header(r, S("idempotency-key"))};
    return push_read_body(r, &new.body, e) && push_work(r, &new, e);
}

static bool work_remove(struct req *r, struct err *e)
{
    struct push_new new = {.key = req_header(r, S("idempotency-key")), .removes = true};
    return push_read_body(r, &new.body, e) && push_work(r, &new, e);
}

bool push_work_drop(struct req *r, struct err *e)
{
    struct str batch = req_form(r, S("batch"));
    if (r->who.organisation.text[0])
        return ERR(e, err_review_needed, "%s", r->who.account.text);
    struct conn *c = req_begin(r, e);
    return c &&
           push_drop(c, r->a, &r->tenant->id, r->params[0], batch.p ? batch : r->params[1],
                     uuid_str(&r->who.account), e) &&
           conn_commit(c, e);
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

static bool reply_dropped(struct req *r, struct err *e)
{
    (void)e;
    return reply_done(r, 200);
}

/* push_one.sql's columns */
enum { COL_ID, COL_OP, COL_RECORDS, COL_FOLDED, COL_ASIDE, COL_ERROR, COL_CREATED, COL_DROPPED };

static bool ask_batch(struct req *r, const struct stmt *s, struct err *e)
{
    struct uuid id;
    if (!uuid_parse(r->params[1], &id))
        return ERR(e, err_push_unknown, "not an id");
    req_ask(r, s,
            (struct str[]){uuid_str(&r->tenant->id), r->params[0], uuid_str(&id),
                           publish_bound_to(r)});
    return true;
}

static bool ask_one(struct req *r, struct err *e)
{
    return ask_batch(r, &sql_push_one, e);
}

static bool ask_body(struct req *r, struct err *e)
{
    return ask_batch(r, &sql_push_body, e);
}

static bool ask_list(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_push_list,
            (struct str[]){uuid_str(&r->tenant->id), r->params[0], publish_bound_to(r), S("200")});
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

static void put_error(struct req *r, struct jw *w, struct str error)
{
    struct buf words = {0};
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
    JW_STR(w, "state", batch_bool(&r->batch, 0, 0, COL_DROPPED) ? S("dropped")
                       : folded.n                             ? S("folded")
                                                              : S("waiting"));
    JW_I64(w, "records", req_i64(r, 0, 0, COL_RECORDS));
    JW_STR(w, "created_at", req_col(r, 0, 0, COL_CREATED));
    JW_STR(w, "folded_at", folded);
    put_error(r, w, req_col(r, 0, 0, COL_ERROR));
    put_aside(w, aside, r->lang);
    jw_close(w, '}');
    json_decref(aside);
    return true;
}

/* As they were sent, for as long as they wait. */
static bool reply_body(struct req *r, struct err *e)
{
    if (req_rows(r, 0) != 1)
        return ERR(e, err_push_unknown, "no row");
    struct str body = req_col(r, 0, 0, 0);
    if (!body.n)
        return ERR(e, err_push_over, "no body");
    buf_add(req_reply(r, 200, S("application/json")), body);
    return true;
}

/* push_list.sql's columns, in its order */
static bool reply_batches(struct req *r, struct err *e)
{
    static const struct reply_column columns[] = {
        {"batch", 0, REPLY_TEXT},      {"operation", 1, REPLY_TEXT},  {"state", 2, REPLY_TEXT},
        {"records", 3, REPLY_INTEGER}, {"aside", 4, REPLY_INTEGER},   {"created_at", 6, REPLY_TEXT},
        {"folded_at", 7, REPLY_TEXT},  {0},
    };
    (void)e;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    jw_key(w, S("results"));
    jw_open(w, '[');
    for (size_t i = 0; i < req_rows(r, 0); i++) {
        jw_open(w, '{');
        reply_members(r, w, 0, i, columns);
        put_error(r, w, req_col(r, 0, i, 5));
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
    return true;
}

#define STEPS(name, kind, first, answer) \
    static const struct step name[] = {{kind, first, NULL}, {STEP_REPLY, answer, NULL}, {STEP_END, NULL, NULL}}
STEPS(put_steps, STEP_WORK, work_put, reply_taken);
STEPS(remove_steps, STEP_WORK, work_remove, reply_taken);
STEPS(drop_steps, STEP_WORK, push_work_drop, reply_dropped);
STEPS(list_steps, STEP_DB, ask_list, reply_batches);
STEPS(one_steps, STEP_DB, ask_one, reply_one);
STEPS(body_steps, STEP_DB, ask_body, reply_body);

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
    CALL(HTTP_GET, "", CONTRIBUTOR, list_steps, BODY_NONE,
         "Batches that wait, the oldest first, then the latest", "Les lots qui attendent, le plus ancien d’abord, puis les derniers"),
    CALL(HTTP_GET, "/{batch}/records", CONTRIBUTOR, body_steps, BODY_NONE,
         "The records of a batch that waits", "Les enregistrements d’un lot qui attend"),
    CALL(HTTP_DELETE, "/{batch}", EDITOR, drop_steps, BODY_NONE,
         "Take back a batch that waits", "Retirer un lot qui attend"),
};
/* clang-format on */
const struct route_table push_route_table = {routes, sizeof routes / sizeof routes[0]};
