#pragma once
#include <signal.h>

#include "core/db/conn.h"

/*
 * job -- what the worker does, as tables: one row a job, in the jobs.c of the folder it belongs to.
 *
 * One worker process, one blocking connection as terrasse_worker. A job's function does one piece
 * of work (claim by SKIP LOCKED under a lease, do, commit) and says in run->more whether another
 * waits; jobs with more take turns. Nothing is remembered here: what is to be done stands in rows,
 * so a worker may be killed at any line. NOTIFY terrasse_worker only shortens a sleep.
 *
 * A slow job (one statement of many seconds: an index) has a thread and a connection of its own, so
 * that nobody's publication waits behind it; when the worker is stopped its statement is cancelled.
 *
 * A job that fails is logged and waits twice as long each time, up to a minute; a lost connection is
 * opened again. Every five seconds the row `worker` of portal.heartbeat is written, between jobs.
 */
struct job_run {
    struct conn *conn;                  /* in no transaction */
    const char *uri;                    /* where another one is opened; NULL: nowhere */
    const char *home;                   /* absolute path; NULL: none (--database without --home) */
    const char *build;                  /* version of the program; NULL: none */
    const char *sealing_key;            /* 43 characters (token_make): opens the sealed keys of peers; NULL: none */
    const volatile sig_atomic_t *stop;  /* long work looks at it between pieces */
    bool more;                          /* out: there is more to do at once */
};
typedef bool job_fn(struct job_run *run, struct err *e);

struct job {
    const char *name;
    int64_t period_ms; /* between two looks when there was nothing to do; at least 250 */
    job_fn *fn;
    bool slow;
};

struct job_table {
    const struct job *jobs;
    size_t n;
};

struct job_config {
    const char *uri, *home, *build, *sealing_key;
    const struct job_table *const *tables;
    size_t ntables;
    const volatile sig_atomic_t *stop;
};
/* Until *stop; a database that is away is waited for. */
void job_loop(const struct job_config *config);
