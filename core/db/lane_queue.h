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

enum lane_job_state { JOB_QUEUED_FAST, JOB_QUEUED, JOB_RUNNING, JOB_REFUSED };

struct lane_job {
    struct lane_job *before, *after;   /* in the one list the state names */
    struct lane_job *older, *younger;  /* all jobs */
    enum lane_job_state state;
    struct batch *b;              /* NULL: the caller went away, or has had its answer */
    lane_done *done;
    void *context;
    struct lane_pool *pool;
    struct lane *lane;            /* JOB_RUNNING */
    struct uuid tenant;
    int64_t deadline_us;
    int64_t cancelled_us, cancel_again_us; /* cancelled_us 0: not cancelled */
    bool reads_only, fast, apart;
    int64_t sent_us;              /* on a fast connection */
    bool again;                   /* was sent a second time after its connection was lost */
    bool flushed;                 /* its Sync has left this process */
    unsigned timeout_ms;          /* on an exclusive connection */
    struct segment segment;
};

struct lane_jobs {
    struct lane_job *first, *last;
    unsigned n;
};
void lane_jobs_put(struct lane_jobs *list, struct lane_job *j);
void lane_jobs_put_first(struct lane_jobs *list, struct lane_job *j);
void lane_jobs_take(struct lane_jobs *list, struct lane_job *j);

struct lane_queue {
    struct map tenants;            /* tenant -> struct turn * */
    struct turn *first, *last;     /* those that may run something now */
    unsigned n;                    /* jobs waiting */
};
void lane_queue_put(struct lane_queue *q, struct lane_job *j, bool first);
struct lane_job *lane_queue_next(struct lane_queue *q);          /* NULL: nobody may; it counts as running */
void lane_queue_ended(struct lane_queue *q, const struct lane_job *j); /* one that lane_queue_next gave */
void lane_queue_drop(struct lane_queue *q, struct lane_job *j);  /* one that waits */
