#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/must.h"
#include "core/db/errors.h"
#include "core/db/lane_inside.h"
#include "core/db/sqlstate.h"

enum {
    DEPTH_MAX = 64,       /* segments on the way on one fast connection */
    NEAR_US = 1000,       /* work that is done so soon is no reason to wake another backend */
    TABLES_MAX = 2000,    /* row tables a backend may have opened (architecture.md 2.2) */
};

/* Neither lane runs parallel workers or compiles: on small machines they starve the neighbours. */
#define COMMON "-c jit=off -c max_parallel_workers_per_gather=0 "
#define FAST COMMON "-c statement_timeout=250 -c default_transaction_read_only=on "
/* A slice is a quarter planning where each is planned for its own LIMIT, and what the reader asks here has
 * one good plan whatever the parameters: key look-ups and walks along a key. */
static const char fast_reader_settings[] = FAST "-c plan_cache_mode=force_generic_plan";
static const char fast_settings[] = FAST;
static const char reader_settings[] = COMMON "-c default_transaction_read_only=on";
static const char web_settings[] = COMMON;

bool lane_pool_up(const struct lane_pool *p)
{
    for (unsigned i = 0; i < p->n; i++)
        if (p->lane[i].link.state == LINK_UP)
            return true;
    return false;
}

bool lane_pool_whole(const struct lane_pool *p)
{
    for (unsigned i = 0; i < p->n; i++)
        if (p->lane[i].link.state != LINK_UP || p->lane[i].broken)
            return false;
    return true;
}

void lane_pool_enqueue(struct lane_pool *p, struct lane_job *j, bool first)
{
    j->lane = NULL;
    if (!j->fast) {
        lane_queue_put(&p->queue, j, first);
        return;
    }
    j->state = JOB_QUEUED_FAST;
    if (first)
        lane_jobs_put_first(&p->fast, j);
    else
        lane_jobs_put(&p->fast, j);
}

static bool is_worn(const struct lane *k)
{
    return prepared_tables(&k->link.prepared) >= TABLES_MAX;
}

static bool takes(const struct lane *k)
{
    return k->link.state == LINK_UP && !k->broken && !k->cancelling && !is_worn(k) &&
           k->running.n < (k->fast ? DEPTH_MAX : 1u);
}

/* Closed from the tick, not from under our caller. */
static void broken(struct lane *k)
{
    k->broken = true;
    lanes_wake(k->pool->lanes, 0);
}

static void flush(struct lane *k)
{
    if (PQstatus(k->link.pg) == CONNECTION_BAD) {
        broken(k); /* libpq has closed the socket: no event will come */
        return;
    }
    if (!lane_link_flush(&k->link))
        return;
    for (struct lane_job *j = k->running.last; j && !j->flushed; j = j->before)
        j->flushed = true;
}

static void send_on(struct lane *k, struct lane_job *j)
{
    j->state = JOB_RUNNING;
    j->lane = k;
    j->flushed = false;
    lane_jobs_put(&k->running, j);
    k->pool->lanes->count[k->fast ? COUNT_FAST : COUNT_EXCLUSIVE]++;
    if (segment_send(&j->segment, k->link.pg, &k->link.prepared, j->b, k->fast ? 0 : j->timeout_ms)) {
        flush(k);
        return;
    }
    broken(k);
}

static struct lane *free_exclusive(struct lane_pool *p)
{
    for (unsigned i = p->nfast; i < p->n; i++)
        if (takes(&p->lane[i]))
            return &p->lane[i];
    return NULL;
}

/* Nothing waits on it, or only what came just now: look-ups of microseconds cost a third less together on one connection than
 * spread over two. */
static bool is_quick(const struct lane *k, int64_t now_us)
{
    return !k->running.first || now_us - k->running.first->sent_us < NEAR_US;
}

/* The first that is quick, else the least loaded: a segment waits for those in front of it. */
static struct lane *free_fast(struct lane_pool *p, const struct lane_job *j, int64_t now_us)
{
    struct lane *best = NULL;
    for (unsigned i = 0; i < p->nfast; i++) {
        struct lane *k = &p->lane[i];
        if (takes(k) && !j->apart && is_quick(k, now_us))
            return k;
        if (takes(k) && (!best || k->running.n < best->running.n))
            best = k;
    }
    return best;
}

void lane_pool_dispatch(struct lane_pool *p)
{
    struct lane *k;
    struct lane_job *j;
    int64_t now_us = p->fast.first ? clock_monotonic_us() : 0;
    while ((j = p->fast.first) && (k = free_fast(p, j, now_us))) {
        lane_jobs_take(&p->fast, j);
        j->sent_us = now_us;
        send_on(k, j);
    }
    while (p->queue.first && (k = free_exclusive(p))) {
        j = lane_queue_next(&p->queue);
        send_on(k, j);
    }
}

static void off(struct lane *k, struct lane_job *j)
{
    lane_jobs_take(&k->running, j);
    if (!k->fast)
        lane_queue_ended(&k->pool->queue, j);
}

static void send_again(struct lane_job *j)
{
    segment_drop_results(j->b);
    j->cancelled_us = 0;
    lane_pool_enqueue(j->pool, j, true);
}

/* All results of a segment are in. */
static void ended(struct lane *k, struct lane_job *j)
{
    struct lane_pool *p = k->pool;
    struct segment *s = &j->segment;
    off(k, j);
    if (!j->b || !s->failed) {
        lane_job_end(j, NULL);
    } else if (k->fast && strcmp(s->state, "57014") == 0) {
        p->lanes->count[COUNT_SLOW]++;
        j->fast = false;
        send_again(j);
    } else if (strcmp(s->state, "26000") == 0 && !j->again) {
        j->again = true; /* the preparation it counted on failed in the segment before */
        send_again(j);
    } else {
        lane_job_end(j, &s->err);
    }
}

static void lost_job(struct lane *k, struct lane_job *j)
{
    struct err e;
    struct segment *s = &j->segment;
    off(k, j);
    if (!j->b) {
        lane_job_end(j, NULL);
    } else if (s->failed && !sqlstate_lost(s->state)) {
        e = s->err; /* it had failed before: nothing was written */
        lane_job_end(j, &e);
    } else if (j->reads_only && !j->again && !j->cancelled_us) {
        j->again = true;
        k->pool->lanes->count[COUNT_AGAIN]++;
        send_again(j);
    } else {
        bool unsure = !j->reads_only && j->flushed;
        ERR(&e, *(unsure ? &err_outcome_unknown : &err_database_away), "connection of role %s lost",
            k->pool->name);
        lane_job_end(j, &e);
    }
}

void lane_lost(struct lane *k)
{
    struct lanes *l = k->pool->lanes;
    l->count[COUNT_LOST]++;
    LOG(LOG_WARN, "database_lost", LOG_S("role", str_of(k->pool->name)),
        LOG_S("says", str_trim(str_of(PQerrorMessage(k->link.pg)))), LOG_N("segments", k->running.n));
    k->broken = false;
    lane_link_down(&k->link, false);
    /* The last first: those to be sent again come back in their order. */
    for (unsigned n = k->running.n; n > 0 && k->running.last; n--)
        lost_job(k, k->running.last);
    lanes_wake(l, 0);
}

static void recycle(struct lane *k)
{
    if (!is_worn(k) || k->running.n > 0 || k->cancelling)
        return;
    k->pool->lanes->count[COUNT_RECYCLED]++;
    lane_link_down(&k->link, true);
    lanes_wake(k->pool->lanes, 0);
}

static void on_ready(struct lane_link *link)
{
    struct lane *k = link->owner;
    PGconn *pg = link->pg;
    bool alive = PQconsumeInput(pg) == 1;
    enum segment_state state = SEGMENT_DONE;
    while (k->running.first && state == SEGMENT_DONE) {
        struct lane_job *j = k->running.first;
        state = segment_read(&j->segment, pg, &link->prepared, j->b, false);
        if (state == SEGMENT_DONE)
            ended(k, j);
        if (link->pg != pg)
            return; /* done() closed the lanes */
    }
    if (!alive || state == SEGMENT_LOST || PQstatus(pg) == CONNECTION_BAD) {
        lane_lost(k);
        return;
    }
    flush(k);
    recycle(k);
    lane_pool_dispatch(k->pool);
}

static void on_up(struct lane_link *link)
{
    struct lane *k = link->owner;
    lane_pool_dispatch(k->pool);
}

static void on_closed(struct lane_link *link)
{
    struct lane *k = link->owner;
    lanes_freed(k->pool->lanes);
}

void lane_pool_open(struct lane_pool *p, const char *uri, unsigned fast, unsigned exclusive)
{
    p->n = uri ? fast + exclusive : 0;
    p->nfast = uri ? fast : 0;
    for (unsigned i = 0; i < p->n; i++) {
        struct lane *k = &p->lane[i];
        bool reads = p->role == ROLE_READER;
        const char *fast_as = reads ? fast_reader_settings : fast_settings;
        const char *slow_as = reads ? reader_settings : web_settings;
        k->pool = p;
        k->fast = i < fast;
        k->link = (struct lane_link){.loop = p->lanes->loop, .uri = uri, .on_up = on_up,
                                .settings = k->fast ? fast_as : slow_as, .on_ready = on_ready,
                                .handles = &p->lanes->handles, .on_closed = on_closed, .owner = k};
    }
}

void lane_pool_tick(struct lane_pool *p, int64_t now_us)
{
    for (unsigned i = 0; i < p->n; i++) {
        if (p->lane[i].broken)
            lane_lost(&p->lane[i]);
        if (p->lanes->closing)
            return;
        lane_link_tick(&p->lane[i].link, now_us);
    }
    lane_pool_dispatch(p);
}

/* PQcancel opens a connection and waits: on the thread pool. The lane takes nothing new meanwhile,
 * so that a late cancel cannot hit the next segment. */
struct cancel {
    uv_work_t work;
    PGcancel *cancel;
    struct lane *lane;
};

static void work_cancel(uv_work_t *work)
{
    struct cancel *c = work->data;
    char says[256];
    PQcancel(c->cancel, says, sizeof says);
}

static void on_cancelled(uv_work_t *work, int status)
{
    struct cancel *c = work->data;
    struct lane *k = c->lane;
    struct lanes *l = k->pool->lanes;
    (void)status;
    PQfreeCancel(c->cancel);
    free(c);
    k->cancelling = false;
    l->handles--;
    if (l->closing)
        lanes_freed(l);
    else
        lane_pool_dispatch(k->pool);
}

void lane_cancel(struct lane *k)
{
    struct lanes *l = k->pool->lanes;
    if (k->cancelling)
        return;
    PGcancel *cancel = PQgetCancel(k->link.pg);
    if (!cancel)
        return;
    l->count[COUNT_CANCELLED]++;
    struct cancel *c = must_alloc(sizeof *c);
    *c = (struct cancel){.cancel = cancel, .lane = k};
    c->work.data = c;
    k->cancelling = true;
    l->handles++;
    must(uv_queue_work(l->loop, &c->work, work_cancel, on_cancelled) == 0);
}
