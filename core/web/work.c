#include "core/web/work.h"

#include <stdlib.h>

#include "core/base/must.h"

enum { THREADS_MAX = 16 };

struct queue {
    struct work_job *first, **end;
    unsigned n;
};

struct work {
    uv_async_t wake;
    uv_mutex_t lock;
    uv_cond_t more;
    uv_thread_t threads[THREADS_MAX];
    unsigned nthreads;
    char *uri;
    bool stop;
    struct queue waiting, finished; /* under lock */
};

static void push(struct queue *q, struct work_job *j)
{
    j->next = NULL;
    *q->end = j;
    q->end = &j->next;
    q->n++;
}

static struct work_job *pop(struct queue *q)
{
    struct work_job *j = q->first;
    if (!j)
        return NULL;
    q->first = j->next;
    if (!q->first)
        q->end = &q->first;
    q->n--;
    return j;
}

/* The thread's connection, opened on first use and again when it was lost. */
static struct conn *connected(struct work *w, struct conn *c, struct err *why)
{
    if (c && PQstatus(conn_pq(c)) == CONNECTION_OK)
        return c;
    if (c)
        conn_close(c);
    return conn_open(w->uri, ROLE_WEB, why);
}

static void run_thread(void *context)
{
    struct work *w = context;
    struct conn *c = NULL;
    uv_mutex_lock(&w->lock);
    for (;;) {
        struct work_job *j = pop(&w->waiting);
        if (!j && w->stop)
            break;
        if (!j) {
            uv_cond_wait(&w->more, &w->lock);
            continue;
        }
        uv_mutex_unlock(&w->lock);
        struct err why = {0};
        c = connected(w, c, &why);
        j->run(j, c, &why);
        uv_mutex_lock(&w->lock);
        push(&w->finished, j);
        uv_async_send(&w->wake);
    }
    uv_mutex_unlock(&w->lock);
    if (c)
        conn_close(c);
}

static void on_wake(uv_async_t *a)
{
    struct work *w = a->data;
    for (;;) {
        uv_mutex_lock(&w->lock);
        struct work_job *j = pop(&w->finished);
        uv_mutex_unlock(&w->lock);
        if (!j)
            return;
        j->done(j);
    }
}

struct work *work_open(uv_loop_t *loop, const char *uri, unsigned threads)
{
    struct work *w = must_alloc(sizeof *w);
    w->uri = must_strndup(uri, strlen(uri));
    w->waiting.end = &w->waiting.first;
    w->finished.end = &w->finished.first;
    must(uv_async_init(loop, &w->wake, on_wake) == 0);
    w->wake.data = w;
    must(uv_mutex_init(&w->lock) == 0 && uv_cond_init(&w->more) == 0);
    w->nthreads = threads == 0 ? 2 : threads > THREADS_MAX ? THREADS_MAX : threads;
    for (unsigned i = 0; i < w->nthreads; i++)
        must(uv_thread_create(&w->threads[i], run_thread, w) == 0);
    return w;
}

bool work_submit(struct work *w, struct work_job *j)
{
    uv_mutex_lock(&w->lock);
    bool room = w->waiting.n < WORK_QUEUE;
    if (room)
        push(&w->waiting, j);
    uv_cond_signal(&w->more);
    uv_mutex_unlock(&w->lock);
    return room;
}

static void on_closed(uv_handle_t *h)
{
    struct work *w = h->data;
    uv_mutex_destroy(&w->lock);
    uv_cond_destroy(&w->more);
    free(w->uri);
    free(w);
}

void work_close(struct work *w)
{
    uv_mutex_lock(&w->lock);
    w->stop = true;
    uv_cond_broadcast(&w->more);
    uv_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->nthreads; i++)
        uv_thread_join(&w->threads[i]);
    on_wake(&w->wake);
    uv_close((uv_handle_t *)&w->wake, on_closed);
}
