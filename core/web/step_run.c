/* step_run -- one step of a table: asks, computes, works, streams (step_stream.c) or replies. */
#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/must.h"
#include "core/web/errors.h"
#include "core/web/private.h"

enum { CPU_QUEUE = 128, DEADLINE_MS = 5000, DEADLINE_KEY_MS = 12000 };

void step_ends(struct req_private *p)
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

void step_fails(struct req_private *p, const struct err *e)
{
    p->spent_us[p->now] += clock_monotonic_us() - p->step_us;
    p->now = STEP_END;
    p->step = NULL;
    engine_fail(p, e);
}

/* ---- STEP_DB ---- */

/* The database answered, or could not: the request goes on from here either way. */
static void on_results(struct batch *b, struct err *e, void *context)
{
    struct req_private *p = context;
    (void)b;
    p->busy = p->in_db = false;
    p->held++;
    if (e->kind)
        step_fails(p, e);
    else
        step_ends(p);
    p->held--;
    engine_go(p);
}

void step_submit(struct req_private *p, struct batch *b, lane_done *done, void *context)
{
    lanes_submit(p->engine->c.lanes, b, p->req.who.by_key ? DEADLINE_KEY_MS : DEADLINE_MS, done, context);
}

static void run_db(struct req_private *p)
{
    struct err e = {0};
    if (!p->step->fn(&p->req, &e))
        step_fails(p, &e);
    else if (p->answer != ANSWER_NONE || !p->asked)
        step_ends(p);
    else {
        p->busy = p->in_db = true;
        step_submit(p, &p->req.batch, on_results, p);
    }
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
        stream_run(p);
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
