#pragma once
#include <jansson.h>

#include "core/db/job.h"

/*
 * later -- what a version is given after its publication, on the worker's slow thread: one task a kind and version.
 *
 * The task is held by a row lock as long as the transaction lasts, so a worker that dies lets go at once. A version
 * that no published data set shows any more when its turn comes is left alone; what fails for a reason of its rows
 * would fail for ever, so it is given up and the question goes on being answered without it.
 */
struct later {
    const char *kind;          /* of portal.task; its subject is the version */
    const struct stmt *wanted; /* tenant, version -> columns jsonb; no row: nothing to do */
    bool (*make)(struct conn *c, const struct uuid *version, const json_t *columns, struct err *e);
};
bool later_job(const struct later *l, struct job_run *run, struct err *e);
