#pragma once
#include <uv.h>

#include "core/db/conn.h"

/*
 * work -- a few threads, each with a blocking connection of its own, for STEP_WORK.
 *
 * Bounded: 64 jobs wait at most. A job's memory is the caller's until `done` ran, on the loop.
 */
enum { WORK_QUEUE = 64 };

struct work_job {
    /* On a thread. conn is NULL when the database cannot be reached, *why says so. */
    void (*run)(struct work_job *j, struct conn *conn, struct err *why);
    void (*done)(struct work_job *j); /* on the loop */
    struct work_job *next;
};

struct work;
struct work *work_open(uv_loop_t *loop, const char *uri, unsigned threads);
bool work_submit(struct work *w, struct work_job *j); /* false: the queue is full */
/* Runs what still waits, then closes the connections (after http_drain nothing is left). Then run
 * the loop until its handle is gone. */
void work_close(struct work *w);
