/* step_stream -- an answer slice by slice: the database works ahead while a slice is written down and sent. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/must.h"
#include "core/web/errors.h"
#include "core/web/private.h"

/* A reader is quick who took more than the kernel keeps for him, 4 MB at most, since he was last waited for. For him
 * several slices are asked for at once, as long as all streams together hold little. */
#define QUICK_BYTES ((uint64_t)8 << 20)
#define HELD_BYTES ((size_t)64 << 20)

/* A slice that was asked for; without a question where `write` has its rows elsewhere. */
struct slot {
    struct req_private *p;
    struct batch batch;
    bool asks, in_db;
    struct err err;
};

struct stream {
    struct slot slot[STREAM_AHEAD]; /* from `first` on, round and round */
    unsigned first, n;
    PGresult *slice;       /* being written down */
    uint64_t waited_bytes; /* sent when the reader was last waited for */
};

static struct slot *slot_at(struct stream *s, unsigned i)
{
    return &s->slot[(s->first + i) % STREAM_AHEAD];
}

static struct stream *stream_of(struct req_private *p)
{
    if (!p->stream)
        p->stream = must_alloc(sizeof *p->stream);
    return p->stream;
}

/* ---- what is held ---- */

static size_t result_bytes(const struct batch *b)
{
    return b->n && b->calls[0].result ? PQresultMemorySize(b->calls[0].result) : 0;
}

static void weigh(struct req_private *p)
{
    struct engine *g = p->engine;
    struct stream *s = p->stream;
    size_t held = p->body.cap + (s->slice ? PQresultMemorySize(s->slice) : 0) + (p->wire ? http_queued(p->wire) : 0);
    for (unsigned i = 0; i < s->n; i++)
        if (!slot_at(s, i)->in_db)
            held += result_bytes(&slot_at(s, i)->batch);
    g->streams_held += held - p->stream_held;
    p->stream_held = held;
    if (held > g->stream_most)
        g->stream_most = held;
}

static void slice_drop(struct req_private *p)
{
    PQclear(p->stream->slice);
    p->stream->slice = NULL;
}

void stream_forget(struct req_private *p)
{
    struct stream *s = p->stream;
    for (; s && s->n > 0; s->n--) {
        struct slot *slot = slot_at(s, s->n - 1);
        if (slot->in_db)
            lanes_forget(p->engine->c.lanes, &slot->batch);
        batch_clear(&slot->batch);
    }
}

void stream_free(struct req_private *p)
{
    if (!p->stream)
        return;
    stream_forget(p);
    slice_drop(p);
    free(p->stream);
    p->stream = NULL;
}

/* ---- asking ---- */

/* An error waits until the slices before it are sent. */
static void on_slot(struct batch *b, struct err *e, void *context)
{
    struct slot *slot = context;
    struct req_private *p = slot->p;
    (void)b;
    slot->in_db = false;
    slot->err = *e;
    weigh(p);
    if (!p->on_thread && slot == slot_at(p->stream, 0))
        p->busy = false;
    engine_go(p);
}

static bool is_quick(const struct req_private *p)
{
    return p->sent_bytes - p->stream->waited_bytes >= QUICK_BYTES && p->engine->streams_held < HELD_BYTES;
}

/* False: there is nothing more to ask for now. */
static bool ask(struct req_private *p)
{
    struct stream *s = p->stream;
    struct slot *slot = slot_at(s, s->n);
    *slot = (struct slot){.p = p};
    p->asked = false;
    bool ok = p->step->fn(&p->req, &slot->err);
    if (ok && !p->asked && s->n > 0)
        return false;
    s->n++;
    slot->asks = slot->in_db = ok && p->asked;
    if (!slot->asks)
        return false;
    slot->batch = p->req.batch;
    p->req.batch.n = 0;
    step_submit(p, &slot->batch, on_slot, slot);
    return true;
}

static void ask_ahead(struct req_private *p, unsigned most)
{
    while (p->stream->n < most && ask(p))
        ;
}

const PGresult *req_ahead(struct req *r)
{
    struct req_private *p = req_of(r);
    struct stream *s = p->stream;
    must(p->now == STEP_STREAM && r->batch.n > 0 && !s->slice);
    s->slice = r->batch.calls[0].result;
    r->batch.calls[0].result = NULL;
    ask_ahead(p, is_quick(p) ? STREAM_AHEAD : 1);
    return s->slice;
}

void req_ahead_drop(struct req *r)
{
    stream_forget(req_of(r));
}

/* ---- sending ---- */

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
            p->stream->waited_bytes = p->sent_bytes;
            return false;
        }
    }
    return true;
}

static void finish(struct req_private *p)
{
    stream_forget(p);
    p->spent_us[STEP_STREAM] += clock_monotonic_us() - p->step_us;
    p->step = NULL;
    p->now = STEP_END;
    p->phase = PHASE_SENDING;
    http_end(p->wire);
}

static void answered_otherwise(struct req_private *p)
{
    stream_forget(p);
    step_ends(p);
}

/* The slice is written down: start the answer if need be, ask for the next, send. */
static void slice_done(struct req_private *p)
{
    struct err e = {0};
    if (p->answer != ANSWER_STREAM) { /* write answered otherwise (req_reply), or not at all */
        if (p->answer != ANSWER_NONE || p->req.stream_end)
            answered_otherwise(p);
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
        finish(p);
        return;
    }
    p->stream_at = 0;
    p->stream_last = p->req.stream_end;
    if (!p->stream_last)
        ask_ahead(p, 1);
    if (slice_send(p) && p->stream_last)
        finish(p);
    weigh(p);
}

static void slice_written(struct req_private *p, bool ok, const struct err *e)
{
    p->on_thread_fn = NULL;
    slice_drop(p);
    if (ok)
        slice_done(p);
    else
        step_fails(p, e);
}

void step_drain(struct req_private *p)
{
    if (!p->stream_waits)
        return;
    p->stream_waits = false;
    p->held++;
    if (slice_send(p) && p->stream_last)
        finish(p);
    p->held--;
    engine_go(p);
}

/* ---- writing a slice down ---- */

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
    p->busy = p->on_thread = false;
    p->work_err = (struct err){0};
    if (status != 0)
        p->work_ok = ERR(&e, err_busy, "cancelled");
    p->held++;
    if (p->wire)
        slice_written(p, p->work_ok, &e);
    else
        p->step = NULL;
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

/* The oldest slice is in: its results are the request's. */
static void take(struct req_private *p)
{
    struct stream *s = p->stream;
    struct slot *slot = slot_at(s, 0);
    struct err e = slot->err;
    if (slot->asks) {
        batch_clear(&p->req.batch);
        p->req.batch = slot->batch;
        slot->batch.n = 0;
    }
    s->first++;
    s->n--;
    if (e.kind)
        step_fails(p, &e);
    else
        write_slice(p);
}

void stream_run(struct req_private *p)
{
    struct stream *s = stream_of(p);
    ask_ahead(p, 1);
    if (p->answer != ANSWER_NONE && p->answer != ANSWER_STREAM)
        answered_otherwise(p);
    else if (slot_at(s, 0)->in_db)
        p->busy = true;
    else
        take(p);
}
