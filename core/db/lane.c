#include "core/db/lane.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/must.h"
#include "core/db/errors.h"
#include "core/db/lane_inside.h"

enum {
    QUEUE_MAX = 1024,       /* waiting segments of a role; one more is refused */
    TICK_MS = 20,
    KEYLESS_MS = 3000, KEY_MS = 10000,
    CANCEL_AGAIN_US = 200000,
    CANCEL_GRACE_US = 5000000, /* after it a connection that does not answer a cancel is dropped */
};

static void list_add(struct lanes *l, struct lane_job *j)
{
    j->older = l->youngest;
    *(l->youngest ? &l->youngest->younger : &l->oldest) = j;
    l->youngest = j;
    l->njobs++;
}

static void list_take(struct lanes *l, struct lane_job *j)
{
    *(j->older ? &j->older->younger : &l->oldest) = j->younger;
    *(j->younger ? &j->younger->older : &l->youngest) = j->older;
    l->njobs--;
}

void lanes_freed(struct lanes *l)
{
    if (!l->closing || l->handles > 0)
        return;
    map_free(&l->web.queue.tenants);
    map_free(&l->reader.queue.tenants);
    free(l->web_uri);
    free(l->reader_uri);
    free(l);
}

/* Answers the caller, once; the job may go on without one. */
static void answer(struct lane_job *j, const struct err *e)
{
    struct batch *b = j->b;
    struct err given = {0};
    if (!b)
        return;
    if (e) {
        given = *e;
        segment_drop_results(b);
        j->pool->lanes->count[COUNT_FAILED]++;
    }
    j->b = NULL;
    j->done(b, &given, j->context);
}

void lane_job_end(struct lane_job *j, const struct err *e)
{
    list_take(j->pool->lanes, j);
    answer(j, e);
    free(j);
}

static void take_from_queue(struct lane_job *j)
{
    struct lane_pool *p = j->pool;
    if (j->state == JOB_QUEUED_FAST)
        lane_jobs_take(&p->fast, j);
    else if (j->state == JOB_QUEUED)
        lane_queue_drop(&p->queue, j);
    else if (j->state == JOB_REFUSED)
        lane_jobs_take(&p->lanes->refused, j);
}

/* Again and again until it answers: a cancel that comes before the statement has begun is lost. */
static void cancel(struct lane_job *j, int64_t now_us)
{
    if (j->cancelled_us == 0)
        j->cancelled_us = now_us;
    j->cancel_again_us = now_us + CANCEL_AGAIN_US;
    lane_cancel(j->lane);
}

static void past_deadline(struct lane_job *j, int64_t now_us)
{
    struct err e;
    if (j->state != JOB_RUNNING) {
        ERR(&e, *(lane_pool_up(j->pool) ? &err_deadline : &err_database_away), "waited for a connection");
        take_from_queue(j);
        lane_job_end(j, &e);
    } else if (j->lane->fast) {
        /* Never cancelled: PQcancel would hit whatever runs, maybe a stranger's. */
        ERR(&e, err_deadline, "on a fast connection");
        answer(j, &e);
    } else if (j->cancelled_us && now_us > j->cancelled_us + CANCEL_GRACE_US) {
        lane_lost(j->lane);
    } else {
        cancel(j, now_us);
    }
}

static bool is_due(const struct lane_job *j, int64_t now_us)
{
    if (j->state == JOB_RUNNING && j->cancelled_us)
        return now_us >= j->cancel_again_us;
    return j->b && now_us >= j->deadline_us;
}

/* From the start after each: done() may submit and forget. */
static void deadlines(struct lanes *l, int64_t now_us)
{
    struct lane_job *j = l->oldest;
    while (j) {
        if (!is_due(j, now_us)) {
            j = j->younger;
            continue;
        }
        l->count[COUNT_DEADLINE] += j->b && !j->cancelled_us;
        past_deadline(j, now_us);
        j = l->oldest;
    }
}

static void on_tick(uv_timer_t *timer)
{
    struct lanes *l = timer->data;
    int64_t now_us = clock_monotonic_us();
    while (l->refused.first && !l->closing) {
        struct lane_job *j = l->refused.first;
        lane_jobs_take(&l->refused, j);
        lane_job_end(j, &j->segment.err);
    }
    if (!l->closing)
        lane_pool_tick(&l->web, now_us);
    if (!l->closing)
        lane_pool_tick(&l->reader, now_us);
    if (!l->closing)
        deadlines(l, now_us);
    /* Nothing to do and everything up: sleep until the next lanes_submit. */
    if (!l->closing && l->njobs == 0 && lane_pool_whole(&l->web) && lane_pool_whole(&l->reader))
        uv_timer_stop(&l->tick);
}

void lanes_wake(struct lanes *l, unsigned in_ms)
{
    if (!l->closing && (in_ms == 0 || !uv_is_active((uv_handle_t *)&l->tick)))
        uv_timer_start(&l->tick, on_tick, in_ms, TICK_MS);
}

struct lanes *lanes_open(uv_loop_t *loop, const struct lanes_config *config)
{
    struct lanes *l = must_alloc(sizeof *l);
    must(config->fast_web + config->exclusive_web <= LANES_MAX);
    must(config->fast_reader + config->exclusive_reader <= LANES_MAX);
    l->loop = loop;
    must(uv_timer_init(loop, &l->tick) == 0);
    l->tick.data = l;
    l->handles = 1;
    l->web.name = "web";
    l->web.role = ROLE_WEB;
    l->reader.name = "reader";
    l->reader.role = ROLE_READER;
    l->web.lanes = l->reader.lanes = l;
    if (config->web_uri)
        l->web_uri = must_strndup(config->web_uri, strlen(config->web_uri));
    if (config->reader_uri)
        l->reader_uri = must_strndup(config->reader_uri, strlen(config->reader_uri));
    lane_pool_open(&l->web, l->web_uri, config->fast_web, config->exclusive_web);
    lane_pool_open(&l->reader, l->reader_uri, config->fast_reader, config->exclusive_reader);
    lanes_wake(l, 0);
    return l;
}

static bool is_fast(const struct batch *b)
{
    if (b->rows)
        return b->fast;
    return segment_reads_only(b);
}

void lanes_submit(struct lanes *l, struct batch *b, int64_t deadline_ms, lane_done *done, void *context)
{
    struct lane_job *j = must_realloc(NULL, sizeof *j);
    memset(j, 0, offsetof(struct lane_job, segment) + offsetof(struct segment, item));
    struct lane_pool *p = b->rows ? &l->reader : &l->web;
    must(!l->closing);
    j->b = b;
    j->pool = p;
    j->done = done;
    j->context = context;
    j->tenant = b->tenant;
    j->deadline_us = clock_monotonic_us() + deadline_ms * 1000;
    j->timeout_ms = b->has_key ? KEY_MS : KEYLESS_MS;
    j->reads_only = segment_reads_only(b);
    j->fast = is_fast(b) && p->nfast > 0;
    j->apart = b->apart;
    list_add(l, j);

    struct err *e = &j->segment.err;
    bool good = segment_check(b, p->role, e);
    if (good && p->fast.n + p->queue.n >= QUEUE_MAX)
        good = ERR(e, err_lanes_busy, "%u wait for role %s", p->fast.n + p->queue.n, p->name);
    if (!good) {
        l->count[COUNT_REFUSED]++;
        j->state = JOB_REFUSED;
        lane_jobs_put(&l->refused, j);
        lanes_wake(l, 0);
        return;
    }
    lane_pool_enqueue(p, j, false);
    lane_pool_dispatch(p);
    lanes_wake(l, TICK_MS);
}

void lanes_forget(struct lanes *l, struct batch *b)
{
    struct lane_job *j = l->oldest;
    while (j && j->b != b)
        j = j->younger;
    if (!j)
        return;
    segment_drop_results(b);
    j->b = NULL;
    if (j->state != JOB_RUNNING) {
        take_from_queue(j);
        lane_job_end(j, NULL);
    } else if (!j->lane->fast && j->cancelled_us == 0) {
        cancel(j, clock_monotonic_us());
    }
}

bool lanes_ready(const struct lanes *l)
{
    return (l->web.n == 0 || lane_pool_up(&l->web)) && (l->reader.n == 0 || lane_pool_up(&l->reader));
}

static void stop_pool(struct lane_pool *p)
{
    for (unsigned i = 0; i < p->n; i++)
        lane_link_stop(&p->lane[i].link);
}

static void on_tick_closed(uv_handle_t *h)
{
    struct lanes *l = h->data;
    l->handles--;
    lanes_freed(l);
}

void lanes_close(struct lanes *l)
{
    struct err e;
    must(!l->closing);
    l->closing = true;
    stop_pool(&l->web);
    stop_pool(&l->reader);
    while (l->oldest) {
        struct lane_job *j = l->oldest;
        bool unsure = j->state == JOB_RUNNING && !j->reads_only && j->flushed;
        ERR(&e, *(unsure ? &err_outcome_unknown : &err_database_away), "the process is stopping");
        if (j->state == JOB_RUNNING) {
            lane_jobs_take(&j->lane->running, j);
            if (!j->lane->fast)
                lane_queue_ended(&j->pool->queue, j);
        } else {
            take_from_queue(j);
        }
        lane_job_end(j, &e);
    }
    uv_close((uv_handle_t *)&l->tick, on_tick_closed);
}
