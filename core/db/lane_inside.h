#pragma once
#include "core/db/lane_link.h"
#include "core/db/lane_queue.h"

/*
 * lane_inside -- what the files of lane share; nobody else includes it.
 *
 * lane.c         the jobs: submitted, forgotten, past their deadline, ended
 * lane_run.c     the connections: which takes which job, what comes back, what is lost
 * lane_queue.c   whose turn it is
 * lane_link.c    one connection
 */
enum { LANES_MAX = 32 };

struct lane {
    struct lane_link link;
    struct lane_pool *pool;
    bool fast;
    bool broken;         /* sending failed: to be closed at the next tick */
    bool cancelling;     /* PQcancel is on its way: the connection takes nothing new */
    struct lane_jobs running; /* in the order they were sent */
};

struct lane_pool {
    struct lanes *lanes;
    const char *name;
    unsigned role;
    unsigned n, nfast;   /* the fast ones first */
    struct lane lane[LANES_MAX];
    struct lane_jobs fast;    /* waiting for a fast connection */
    struct lane_queue queue;  /* waiting for an exclusive one */
};

enum lanes_counter {
    COUNT_FAST, COUNT_EXCLUSIVE, COUNT_FAILED, COUNT_SLOW, COUNT_AGAIN, COUNT_LOST, COUNT_CANCELLED,
    COUNT_RECYCLED, COUNT_DEADLINE, COUNT_REFUSED, COUNTERS
};

struct lanes {
    uv_loop_t *loop;
    uv_timer_t tick;
    unsigned handles;    /* uv handles and thread-pool work not ended yet */
    bool closing;
    char *web_uri, *reader_uri;
    struct lane_pool web, reader;
    struct lane_jobs refused; /* answered at the next tick, never from inside lanes_submit */
    struct lane_job *oldest, *youngest;
    unsigned njobs;
    uint64_t count[COUNTERS];
};

/* lane.c */
void lanes_wake(struct lanes *l, unsigned in_ms);
void lanes_freed(struct lanes *l);               /* frees it when nothing is left */
void lane_job_end(struct lane_job *j, const struct err *e); /* e NULL: success. Calls done(), frees j */

/* lane_run.c */
void lane_pool_open(struct lane_pool *p, const char *uri, unsigned fast, unsigned exclusive);
void lane_pool_enqueue(struct lane_pool *p, struct lane_job *j, bool first);
void lane_pool_dispatch(struct lane_pool *p);
void lane_pool_tick(struct lane_pool *p, int64_t now_us);
bool lane_pool_up(const struct lane_pool *p);
bool lane_pool_whole(const struct lane_pool *p);           /* every connection is up */
void lane_cancel(struct lane *k);
void lane_lost(struct lane *k);
