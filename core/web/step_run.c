/* step_run -- one step of a table: asks, computes, works, streams or replies. */
#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/must.h"
#include "core/web/errors.h"
#include "core/web/private.h"

enum { CPU_QUEUE = 128, DEADLINE_MS = 5000, DEADLINE_KEY_MS = 12000 };

static void step_ends(struct req_private *p)
{
    p->spent_us[p->now] += clock_monotonic_us() - p->step_us;
    p->now = STEP_END;
    /* An answer ends the table, whichever step gave it. */
    if (p->answer != ANSWER_NONE && p->answer != ANSWER_STREAM) {
        p->step = NULL;
        reply_send(p);
        return;
    }
    if (p->phase == PHASE_SENDING)
        return;
    p->step++;
    if (p->step->kind == STEP_END)
        p->step = NULL;
}

static void step_fails(struct req_private *p, const struct err *e)
{
    p->spent_us[p->now] += clock_monotonic_us() - p->step_us;
    p->now = STEP_END;
    p->step = NULL;
    engine_fail(p, e);
}

/* ---- STEP_DB ---- */

/* The database answered, or could not: the request goes on from here either way. */
static void db_back(struct req_private *p, const struct err *e, void (*next)(struct req_private *p))
{
    p->in_db = false;
    p->busy = p->on_thread;
    p->held++;
    if (e->kind)
        step_fails(p, e);
    else
        next(p);
    p->held--;
    engine_go(p);
}

static void on_results(struct batch *b, struct err *e, void *context)
{
    (void)b;
    db_back(context, e, step_ends);
}

static void submit(struct req_private *p, lane_done *done)
{
    p->busy = p->in_db = true;
    lanes_submit(p->engine->c.lanes, &p->req.batch,
                 p->req.who.by_key ? DEADLINE_KEY_MS : DEADLINE_MS, done, p);
}

static void run_db(struct req_private *p)
{
    struct err e = {0};
    if (!p->step->fn(&p->req, &e))
        step_fails(p, &e);
    else if (p->answer != ANSWER_NONE || !p->asked)
        step_ends(p);
    else
        submit(p, on_results);
}

/* ---- STEP_CPU, on libuv's pool ---- */

bool pool_submit(struct req_private *p, void (*run)(uv_work_t *), void (*done)(uv_work_t *, int))
{
    if (p->engine->cpu_waiting >= CPU_QUEUE)
        return false;
    p->cpu.data = p;
    if (uv_queue_work(p->engine->c.loop, &p->cpu, run, done) != 0)
        return false;
    p->engine->cpu_waiting++;
    p->busy = p->on_thread = true;
    return true;
}

static void run_cpu_fn(uv_work_t *w)
{
    struct req_private *p = w->data;
    p->work_ok = p->step->fn(&p->req, &p->work_err);
}

/* The client may have left meanwhile: then nobody is waiting and the memory can go. */
static void thread_back(struct req_private *p)
{
    p->busy = p->on_thread = false;
    p->held++;
    p->conn = NULL;
    struct err e = p->work_err;
    p->work_err = (struct err){0};
    if (!p->wire)
        p->step = NULL;
    else if (p->work_ok)
        step_ends(p);
    else
        step_fails(p, &e);
    p->held--;
    engine_go(p);
}

static void on_cpu(uv_work_t *w, int status)
{
    struct req_private *p = w->data;
    p->engine->cpu_waiting--;
    if (status != 0)
        p->work_ok = ERR(&p->work_err, err_busy, "cancelled");
    thread_back(p);
}

static void refuse_busy(struct req_private *p, const char *what)
{
    struct err e = {0};
    ERR(&e, err_busy, "%s queue is full", what);
    step_fails(p, &e);
}

/* ---- STEP_WORK, on a thread with a connection ---- */

static struct req_private *req_of_job(struct work_job *j)
{
    return (struct req_private *)((char *)j - offsetof(struct req_private, work));
}

static void run_work_fn(struct work_job *j, struct conn *conn, struct err *why)
{
    struct req_private *p = req_of_job(j);
    p->conn = conn;
    p->work_err = *why;
    if (!conn) {
        p->work_ok = false;
        return;
    }
    p->work_ok = p->step->fn(&p->req, &p->work_err);
    if (!p->work_ok)
        conn_rollback(conn);
}

static void on_caught_up(struct heads_waiter *w)
{
    thread_back((struct req_private *)((char *)w - offsetof(struct req_private, caught_up)));
}

/* What a write changed is known before it is answered: the next request, on whatever host of ours, sees it. */
static void on_work(struct work_job *j)
{
    struct req_private *p = req_of_job(j);
    enum http_method method = p->copy.method;
    bool wrote = p->work_ok && method != HTTP_GET && method != HTTP_HEAD;
    if (!wrote) {
        thread_back(p);
        return;
    }
    p->caught_up.wake = on_caught_up;
    heads_catch_up(p->engine->c.heads, &p->caught_up);
}

static void run_work(struct req_private *p)
{
    p->work.run = run_work_fn;
    p->work.done = on_work;
    p->busy = p->on_thread = true;
    if (p->engine->c.work && work_submit(p->engine->c.work, &p->work))
        return;
    p->busy = p->on_thread = false;
    refuse_busy(p, "work");
}

/* ---- STEP_STREAM ---- */

void step_weigh(struct req_private *p)
{
    struct engine *g = p->engine;
    const PGresult *r = p->req.batch.n && !p->in_db ? p->req.batch.calls[0].result : NULL;
    size_t held =
        p->body.cap + (r ? PQresultMemorySize(r) : 0) + (p->wire ? http_queued(p->wire) : 0);
    g->streams_held += held - p->stream_held;
    p->stream_held = held;
    if (held > g->stream_most)
        g->stream_most = held;
}

/* Hands the slice to the connection piece by piece; false: the client has to take some first. */
static bool slice_send(struct req_private *p)
{
    while (p->stream_at < p->body.n) {
        struct str piece = str_part(buf_str(&p->body), p->stream_at, SLICE_PIECE);
        p->stream_at += piece.n;
        p->sent_bytes += piece.n;
        bool more = http_write(p->wire, piece);
        if (!p->wire)
            return false;
        if (!more) {
            p->stream_waits = true;
            return false;
        }
    }
    return true;
}

static void stream_finish(struct req_private *p)
{
    p->spent_us[STEP_STREAM] += clock_monotonic_us() - p->step_us;
    p->step = NULL;
    p->now = STEP_END;
    p->phase = PHASE_SENDING;
    http_end(p->wire);
}

/* While a thread writes the slice before it, an error waits for its end. */
static void on_ahead(struct batch *b, struct err *e, void *context)
{
    struct req_private *p = context;
    (void)b;
    if (!p->on_thread) {
        db_back(p, e, step_weigh);
        return;
    }
    p->in_db = false;
    p->ahead_err = *e;
}

/* The database works on the next slice while this one is written down and sent. Held at most: the
 * bytes of one slice, the result of the next, and what the connection queues. */
static void ask_ahead(struct req_private *p)
{
    struct err e = {0};
    p->asked = false;
    p->stream_ahead = true;
    if (!p->step->fn(&p->req, &e))
        p->ahead_err = e;
    else if (p->asked)
        submit(p, on_ahead);
}

const PGresult *req_ahead(struct req *r)
{
    struct req_private *p = req_of(r);
    must(p->now == STEP_STREAM && r->batch.n > 0 && !p->slice);
    p->slice = r->batch.calls[0].result;
    r->batch.calls[0].result = NULL;
    ask_ahead(p);
    return p->slice;
}

/* The next slice is asked for, by `write` or here. */
static bool is_ahead(struct req_private *p)
{
    if (!p->stream_ahead)
        ask_ahead(p);
    if (p->ahead_err.kind)
        step_fails(p, &p->ahead_err);
    return !p->ahead_err.kind;
}

/* The slice is written down: start the answer if need be, ask for the next, send. */
static void slice_done(struct req_private *p)
{
    struct err e = {0};
    if (p->answer != ANSWER_STREAM) { /* write answered otherwise (req_reply), or not at all */
        if (p->answer != ANSWER_NONE || p->req.stream_end)
            step_ends(p);
        return;
    }
    if (p->body.over) {
        ERR(&e, err_answer_too_large, "one slice over %zu bytes", p->body.n);
        step_fails(p, &e);
        return;
    }
    if (!p->streaming)
        reply_start_stream(p);
    if (!p->wire)
        return;
    if (p->req.x->method == HTTP_HEAD) {
        stream_finish(p);
        return;
    }
    p->stream_at = 0;
    p->stream_last = p->req.stream_end;
    if ((p->stream_last || is_ahead(p)) && slice_send(p) && p->stream_last)
        stream_finish(p);
    step_weigh(p);
}

static void slice_written(struct req_private *p, bool ok, const struct err *e)
{
    p->on_thread_fn = NULL;
    PQclear(p->slice);
    p->slice = NULL;
    if (ok)
        slice_done(p);
    else
        step_fails(p, e);
}

void req_on_thread(struct req *r, step_fn *fn)
{
    req_of(r)->on_thread_fn = fn;
}

static void run_on_thread(uv_work_t *w)
{
    struct req_private *p = w->data;
    p->work_ok = p->on_thread_fn(&p->req, &p->work_err);
}

static void on_written(uv_work_t *w, int status)
{
    struct req_private *p = w->data;
    struct err e = p->work_err;
    p->engine->cpu_waiting--;
    p->on_thread = false;
    p->busy = p->in_db;
    p->work_err = (struct err){0};
    if (status != 0)
        p->work_ok = ERR(&e, err_busy, "cancelled");
    if (!p->wire) {
        p->step = NULL;
        PQclear(p->slice);
        p->slice = NULL;
    }
    p->held++;
    if (p->wire)
        slice_written(p, p->work_ok, &e);
    p->held--;
    engine_go(p);
}

static void write_slice(struct req_private *p)
{
    struct err e = {0};
    buf_reset(&p->body);
    bool ok = !p->step->write || p->step->write(&p->req, &e);
    if (ok && p->on_thread_fn) {
        if (pool_submit(p, run_on_thread, on_written))
            return;
        ok = p->on_thread_fn(&p->req, &e); /* the pool is full: here, then */
    }
    slice_written(p, ok, &e);
}

static void on_slice(struct batch *b, struct err *e, void *context)
{
    (void)b;
    db_back(context, e, write_slice);
}

static void run_stream(struct req_private *p)
{
    struct err e = {0};
    if (p->stream_ahead) {
        p->stream_ahead = false;
        if (p->ahead_err.kind)
            step_fails(p, &p->ahead_err);
        else
            write_slice(p);
        return;
    }
    p->asked = false;
    if (!p->step->fn(&p->req, &e))
        step_fails(p, &e);
    else if (p->asked)
        submit(p, on_slice);
    else if (p->answer != ANSWER_NONE && p->answer != ANSWER_STREAM)
        step_ends(p);
    else
        write_slice(p);
}

void step_drain(struct req_private *p)
{
    if (!p->stream_waits)
        return;
    p->stream_waits = false;
    p->held++;
    if (slice_send(p) && p->stream_last)
        stream_finish(p);
    p->held--;
    engine_go(p);
}

/* ---- any ---- */

enum flow step_run(struct req_private *p)
{
    if (p->stream_waits)
        return FLOW_WAIT;
    if (p->step->kind == STEP_END) {
        p->step = NULL;
        return FLOW_ON;
    }
    if (p->now != STEP_STREAM)
        p->step_us = clock_monotonic_us();
    p->now = p->step->kind;
    p->asked = false;
    struct err e = {0};
    switch (p->step->kind) {
    case STEP_DB:
        run_db(p);
        break;
    case STEP_CPU:
        if (p->step->write && !p->step->write(&p->req, &e))
            step_ends(p);
        else if (!pool_submit(p, run_cpu_fn, on_cpu))
            refuse_busy(p, "cpu");
        break;
    case STEP_WORK:
        run_work(p);
        break;
    case STEP_STREAM:
        run_stream(p);
        break;
    case STEP_REPLY:
        if (p->step->fn(&p->req, &e))
            step_ends(p);
        else
            step_fails(p, &e);
        break;
    case STEP_END:
        break;
    }
    return p->busy || p->stream_waits ? FLOW_WAIT : FLOW_ON;
}
