#include "core/db/lane_queue.h"

#include <stdlib.h>

#include "core/base/must.h"

void lane_jobs_put(struct lane_jobs *list, struct lane_job *j)
{
    j->before = list->last;
    j->after = NULL;
    *(list->last ? &list->last->after : &list->first) = j;
    list->last = j;
    list->n++;
}

void lane_jobs_put_first(struct lane_jobs *list, struct lane_job *j)
{
    j->before = NULL;
    j->after = list->first;
    *(list->first ? &list->first->before : &list->last) = j;
    list->first = j;
    list->n++;
}

void lane_jobs_take(struct lane_jobs *list, struct lane_job *j)
{
    *(j->before ? &j->before->after : &list->first) = j->after;
    *(j->after ? &j->after->before : &list->last) = j->before;
    j->before = j->after = NULL;
    list->n--;
}

struct turn {
    struct lane_jobs waiting;
    unsigned running;
    bool in_ring;
    struct turn *before, *after;
};

static void ring_take(struct lane_queue *q, struct turn *t)
{
    *(t->before ? &t->before->after : &q->first) = t->after;
    *(t->after ? &t->after->before : &q->last) = t->before;
    t->before = t->after = NULL;
    t->in_ring = false;
}

static void ring_put(struct lane_queue *q, struct turn *t)
{
    t->before = q->last;
    *(q->last ? &q->last->after : &q->first) = t;
    q->last = t;
    t->in_ring = true;
}

/* In the ring exactly while it has something waiting and less than its cap running; else, when it
 * has nothing at all, forgotten. */
static void settle(struct lane_queue *q, const struct uuid *tenant, struct turn *t)
{
    bool may = t->waiting.n > 0 && t->running < TENANT_CAP;
    if (may && !t->in_ring)
        ring_put(q, t);
    if (!may && t->in_ring)
        ring_take(q, t);
    if (t->waiting.n == 0 && t->running == 0) {
        map_take(&q->tenants, str_of(tenant->text));
        free(t);
    }
}

static struct turn *turn_of(struct lane_queue *q, const struct uuid *tenant)
{
    struct turn *t = map_get(&q->tenants, str_of(tenant->text));
    if (t)
        return t;
    t = must_alloc(sizeof *t);
    map_put(&q->tenants, str_of(tenant->text), t);
    return t;
}

void lane_queue_put(struct lane_queue *q, struct lane_job *j, bool first)
{
    struct turn *t = turn_of(q, &j->tenant);
    j->state = JOB_QUEUED;
    if (first)
        lane_jobs_put_first(&t->waiting, j);
    else
        lane_jobs_put(&t->waiting, j);
    q->n++;
    settle(q, &j->tenant, t);
}

struct lane_job *lane_queue_next(struct lane_queue *q)
{
    struct turn *t = q->first;
    if (!t)
        return NULL;
    struct lane_job *j = t->waiting.first;
    ring_take(q, t); /* and to the end of the ring again */
    lane_jobs_take(&t->waiting, j);
    t->running++;
    q->n--;
    settle(q, &j->tenant, t);
    return j;
}

void lane_queue_ended(struct lane_queue *q, const struct lane_job *j)
{
    struct turn *t = turn_of(q, &j->tenant);
    t->running--;
    settle(q, &j->tenant, t);
}

void lane_queue_drop(struct lane_queue *q, struct lane_job *j)
{
    struct turn *t = turn_of(q, &j->tenant);
    lane_jobs_take(&t->waiting, j);
    q->n--;
    settle(q, &j->tenant, t);
}
