#include "core/db/lane_queue.h"

#include <stdlib.h>

#include "core/base/must.h"

void jobs_put(struct jobs *list, struct job *j)
{
    j->before = list->last;
    j->after = NULL;
    *(list->last ? &list->last->after : &list->first) = j;
    list->last = j;
    list->n++;
}

void jobs_put_first(struct jobs *list, struct job *j)
{
    j->before = NULL;
    j->after = list->first;
    *(list->first ? &list->first->before : &list->last) = j;
    list->first = j;
    list->n++;
}

void jobs_take(struct jobs *list, struct job *j)
{
    *(j->before ? &j->before->after : &list->first) = j->after;
    *(j->after ? &j->after->before : &list->last) = j->before;
    j->before = j->after = NULL;
    list->n--;
}

struct turn {
    struct jobs waiting;
    unsigned running;
    bool in_ring;
    struct turn *before, *after;
};

static void ring_take(struct queue *q, struct turn *t)
{
    *(t->before ? &t->before->after : &q->first) = t->after;
    *(t->after ? &t->after->before : &q->last) = t->before;
    t->before = t->after = NULL;
    t->in_ring = false;
}

static void ring_put(struct queue *q, struct turn *t)
{
    t->before = q->last;
    *(q->last ? &q->last->after : &q->first) = t;
    q->last = t;
    t->in_ring = true;
}

/* In the ring exactly while it has something waiting and less than its cap running; else, when it
 * has nothing at all, forgotten. */
static void settle(struct queue *q, const struct uuid *tenant, struct turn *t)
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

static struct turn *turn_of(struct queue *q, const struct uuid *tenant)
{
    struct turn *t = map_get(&q->tenants, str_of(tenant->text));
    if (t)
        return t;
    t = must_alloc(sizeof *t);
    map_put(&q->tenants, str_of(tenant->text), t);
    return t;
}

void queue_put(struct queue *q, struct job *j, bool first)
{
    struct turn *t = turn_of(q, &j->tenant);
    j->state = JOB_QUEUED;
    if (first)
        jobs_put_first(&t->waiting, j);
    else
        jobs_put(&t->waiting, j);
    q->n++;
    settle(q, &j->tenant, t);
}

struct job *queue_next(struct queue *q)
{
    struct turn *t = q->first;
    if (!t)
        return NULL;
    struct job *j = t->waiting.first;
    ring_take(q, t); /* and to the end of the ring again */
    jobs_take(&t->waiting, j);
    t->running++;
    q->n--;
    settle(q, &j->tenant, t);
    return j;
}

void queue_ended(struct queue *q, const struct job *j)
{
    struct turn *t = turn_of(q, &j->tenant);
    t->running--;
    settle(q, &j->tenant, t);
}

void queue_drop(struct queue *q, struct job *j)
{
    struct turn *t = turn_of(q, &j->tenant);
    jobs_take(&t->waiting, j);
    q->n--;
    settle(q, &j->tenant, t);
}
