#include "core/db/job.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/must.h"
#include "core/db/sql.h"

enum { TICK_MS = 250, BACKOFF_MS = 60000, BEAT_MS = 5000, RECONNECT_MS = 1000 };

/* Where one job stands. */
struct turn {
    const struct job *job;
    int64_t due_ms, wait_ms; /* wait_ms: after a failure; 0: none */
};

struct worker {
    const struct job_config *c;
    struct conn *conn;
    struct turn *turns;
    size_t n;
    bool slow;       /* does the slow jobs, and those alone */
    int64_t beat_ms; /* when the next heartbeat is due */
    pthread_mutex_t lock; /* of `cancel` */
    PGcancel *cancel;     /* what the slow one's connection does now */
};

static int64_t now_ms(void)
{
    return clock_monotonic_us() / 1000;
}

static void list_turns(struct worker *w)
{
    size_t room = 0;
    for (size_t t = 0; t < w->c->ntables; t++)
        room += w->c->tables[t]->n;
    w->turns = must_alloc((room + 1) * sizeof *w->turns);
    for (size_t t = 0; t < w->c->ntables; t++)
        for (size_t i = 0; i < w->c->tables[t]->n; i++)
            if (w->c->tables[t]->jobs[i].slow == w->slow)
                w->turns[w->n++].job = &w->c->tables[t]->jobs[i];
}

static void keep_cancel(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    PQfreeCancel(w->cancel);
    w->cancel = w->conn ? PQgetCancel(conn_pq(w->conn)) : NULL;
    pthread_mutex_unlock(&w->lock);
}

/* Only a dead connection is dropped: an error of one job leaves the others theirs. */
static void drop_if_lost(struct worker *w)
{
    if (w->conn && PQstatus(conn_pq(w->conn)) != CONNECTION_OK) {
        conn_close(w->conn);
        w->conn = NULL;
    }
}

static void run_turn(struct worker *w, struct turn *t)
{
    struct err e = {0};
    struct job_run run = {.conn = w->conn, .uri = w->c->uri, .home = w->c->home, .build = w->c->build, .sealing_key = w->c->sealing_key,
                          .stop = w->c->stop};
    bool ok = t->job->fn(&run, &e);
    if (!ok) {
        LOG(LOG_WARN, "job_failed", LOG_S("job", str_of(t->job->name)), LOG_S("detail", str_of(e.detail)));
        conn_rollback(w->conn);
        t->wait_ms = t->wait_ms == 0 ? 1000 : t->wait_ms * 2 > BACKOFF_MS ? BACKOFF_MS : t->wait_ms * 2;
        t->due_ms = now_ms() + t->wait_ms;
        drop_if_lost(w);
        return;
    }
    t->wait_ms = 0;
    t->due_ms = run.more ? 0 : now_ms() + t->job->period_ms;
}

static void beat(struct worker *w)
{
    struct err e = {0};
    struct str name = S("worker");
    if (w->slow || now_ms() < w->beat_ms)
        return;
    w->beat_ms = now_ms() + BEAT_MS;
    PGresult *r = conn_ask(w->conn, &sql_heartbeat, &name, &e);
    if (!r)
        log_err(LOG_WARN, "heartbeat_failed", &e);
    PQclear(r);
    drop_if_lost(w);
}

/* One turn for each job that is due. True: one of them has more. */
static bool run_due(struct worker *w)
{
    bool more = false;
    for (size_t i = 0; i < w->n && w->conn && !*w->c->stop; i++) {
        if (w->turns[i].due_ms > now_ms())
            continue;
        run_turn(w, &w->turns[i]);
        more = more || w->turns[i].due_ms == 0;
        if (w->conn)
            beat(w);
    }
    return more;
}

/* Sleeps until something is due, at most a tick; a notification makes every job due. */
static void rest(struct worker *w)
{
    PGconn *pg = conn_pq(w->conn);
    struct pollfd p = {.fd = PQsocket(pg), .events = POLLIN};
    if (poll(&p, 1, TICK_MS) > 0 && PQconsumeInput(pg)) {
        PGnotify *hint = PQnotifies(pg);
        for (size_t i = 0; hint && i < w->n; i++)
            if (w->turns[i].wait_ms == 0)
                w->turns[i].due_ms = 0;
        for (; hint; hint = PQnotifies(pg))
            PQfreemem(hint);
    }
    drop_if_lost(w);
}

static bool open_conn(struct worker *w, struct err *e)
{
    w->conn = conn_open(w->c->uri, ROLE_WORKER, e);
    keep_cancel(w);
    return w->conn && conn_exec(w->conn, "LISTEN terrasse_worker", e);
}

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static void work(struct worker *w)
{
    list_turns(w);
    while (w->n && !*w->c->stop) {
        struct err failed = {0};
        if (!w->conn && !open_conn(w, &failed)) {
            log_err(LOG_WARN, "database_away", &failed);
            conn_close(w->conn);
            w->conn = NULL;
            pause_ms(RECONNECT_MS);
            continue;
        }
        beat(w);
        if (!run_due(w) && w->conn && !*w->c->stop)
            rest(w);
    }
    conn_close(w->conn);
    w->conn = NULL;
    keep_cancel(w);
    free(w->turns);
}

static void *work_slowly(void *slow)
{
    work(slow);
    return NULL;
}

/* A cancel that comes between two statements is lost: it is sent again until the thread has ended. */
static void end_slow(struct worker *slow, pthread_t thread)
{
    char why[256];
    struct timespec until;
    do {
        pthread_mutex_lock(&slow->lock);
        if (slow->cancel)
            PQcancel(slow->cancel, why, sizeof why);
        pthread_mutex_unlock(&slow->lock);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
    } while (pthread_timedjoin_np(thread, NULL, &until) != 0);
}

void job_loop(const struct job_config *config)
{
    struct worker quick = {.c = config, .lock = PTHREAD_MUTEX_INITIALIZER};
    struct worker slow = {.c = config, .slow = true, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread;
    must(pthread_create(&thread, NULL, work_slowly, &slow) == 0);
    work(&quick);
    end_slow(&slow, thread);
}
