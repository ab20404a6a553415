#pragma once
#include "core/base/map.h"
#include "core/db/lane.h"
#include "core/db/segment.h"

/*
 * lane_queue -- who is next on the exclusive connections.
 *
 * Tenants take turns; none has more than two segments running, however many it has waiting.
 */
enum { TENANT_CAP = 2 };

enum job_state { JOB_QUEUED_FAST, JOB_QUEUED, JOB_RUNNING, JOB_REFUSED };

struct job {
    struct job *before, *after;   /* in the one list the state names */
    struct job *older, *younger;  /* all jobs */
    enum job_state state;
    struct batch *b;              /* NULL: the caller went away, or has had its answer */
    lane_done *done;
    void *context;
    struct pool *pool;
    struct lane *lane;            /* JOB_RUNNING */
    struct uuid tenant;
    int64_t deadline_us;
    int64_t cancelled_us, cancel_again_us; /* cancelled_us 0: not cancelled */
    bool reads_only, fast;
    bool again;                   /* was sent a second time after its connection was lost */
    bool flushed;                 /* its Sync has left this process */
    unsigned timeout_ms;          /* on an exclusive connection */
    struct segment segment;
};

struct jobs {
    struct job *first, *last;
    unsigned n;
};
void jobs_put(struct jobs *list, struct job *j);
void jobs_put_first(struct jobs *list, struct job *j);
void jobs_take(struct jobs *list, struct job *j);

struct queue {
    struct map tenants;            /* tenant -> struct turn * */
    struct turn *first, *last;     /* those that may run something now */
    unsigned n;                    /* jobs waiting */
};
void queue_put(struct queue *q, struct job *j, bool first);
struct job *queue_next(struct queue *q);          /* NULL: nobody may; it counts as running */
void queue_ended(struct queue *q, const struct job *j); /* one that queue_next gave */
void queue_drop(struct queue *q, struct job *j);  /* one that waits */
