#pragma once
#include <jansson.h>

#include "core/db/job.h"

/*
 * later -- what a version or a data set is given after its publication, on the worker's slow thread: one task a kind and subject.
 *
 * The task is held by a row lock as long as the transaction lasts, so a worker that dies lets go at once. A version
 * that no published data set shows any more when its turn comes is left alone; what fails for a reason of its rows
 * would fail for ever, so it is given up and the question goes on being answered without it.
 */
struct later_turn {
    struct conn *c; /* in a transaction of the tenant */
    struct uuid tenant, subject;
    const json_t *given;               /* what `wanted` said */
    const volatile sig_atomic_t *stop; /* long work looks at it between pieces */
    bool again;                        /* out: there is more of it, in another turn */
};
struct later {
    const char *kind;          /* of portal.task; its subject is a version or a data set */
    const struct stmt *wanted; /* tenant, subject -> one jsonb; no row: nothing to do */
    bool (*make)(struct later_turn *t, struct err *e);
};
bool later_job(const struct later *l, struct job_run *run, struct err *e);
