#include "core/data/intake/reader_helper.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "core/base/must.h"

enum { BATCHES = 8, BATCH_ROWS = 256, BATCH_BYTES = 4 << 20, PATIENCE = 2, PATIENCE_MOST = 48 };

struct batch {
    struct record rows[BATCH_ROWS];
    enum fate fates[BATCH_ROWS];
    struct str *cells; /* of all its rows */
    size_t n, first;   /* the columns from `first` on are the helper's */
    struct arena bytes; /* what does not outlive its row in the source */
};

struct reader_helper {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* one of the four below */
    unsigned given, done; /* batches so far; the next one to fill is batches[given % BATCHES] */
    bool ready, stop;
    unsigned waited, patience; /* batches in a row that found the helper waiting for them; how many are enough */
    struct reader *r;
    reader_helper_see *see;
    struct batch batches[BATCHES];
};

/* ---- the helper ---- */

static void see_batch(const struct reader_helper *h, struct batch *b)
{
    for (size_t i = 0; i < b->n; i++)
        h->see(h->r, &b->rows[i], b->fates[i], b->first);
    b->n = 0;
    arena_free(&b->bytes);
}

static void *work(void *context)
{
    struct reader_helper *h = context;
    free(must_alloc(1)); /* the C library makes this thread its heap now: once sealed it could not */
    pthread_mutex_lock(&h->lock);
    h->ready = true;
    pthread_cond_broadcast(&h->moved);
    for (;;) {
        while (h->done == h->given && !h->stop)
            pthread_cond_wait(&h->moved, &h->lock);
        if (h->done == h->given)
            break;
        struct batch *b = &h->batches[h->done % BATCHES];
        pthread_mutex_unlock(&h->lock);
        see_batch(h, b);
        pthread_mutex_lock(&h->lock);
        h->done++;
        pthread_cond_broadcast(&h->moved);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* ---- the reader ---- */

static bool has_two_processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 1;
}

struct reader_helper *reader_helper_start(void)
{
    struct reader_helper *h = has_two_processors() ? must_alloc(sizeof *h) : NULL;
    if (!h)
        return NULL;
    must(pthread_mutex_init(&h->lock, NULL) == 0 && pthread_cond_init(&h->moved, NULL) == 0);
    if (pthread_create(&h->thread, NULL, work, h) != 0) {
        free(h);
        return NULL;
    }
    pthread_mutex_lock(&h->lock);
    while (!h->ready) /* what a thread does at its start the seal would kill it for */
        pthread_cond_wait(&h->moved, &h->lock);
    pthread_mutex_unlock(&h->lock);
    return h;
}

void reader_helper_stop(struct reader_helper *h)
{
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->stop = true;
    pthread_cond_broadcast(&h->moved);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    for (size_t i = 0; i < BATCHES; i++)
        free(h->batches[i].cells);
    pthread_cond_destroy(&h->moved);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

static struct batch *open_batch(struct reader_helper *h)
{
    return &h->batches[h->given % BATCHES];
}

void reader_helper_begin(struct reader_helper *h, struct reader *r, reader_helper_see *see)
{
    h->r = r;
    h->see = see;
    h->waited = 0;
    h->patience = PATIENCE;
    for (size_t i = 0; i < BATCHES; i++)
        h->batches[i].cells = must_realloc(h->batches[i].cells, BATCH_ROWS * (r->ncolumns + 1) * sizeof(struct str));
    open_batch(h)->first = r->ncolumns;
}

size_t reader_helper_first(const struct reader_helper *h)
{
    return h->batches[h->given % BATCHES].first;
}

/* A helper that waits takes one more column from the next batch on; one that is too far behind is done with all it was given,
 * and gives one back: cells of a column are always seen in their order. Each time it takes longer to believe that it waits. */
static size_t balanced(struct reader_helper *h, size_t first, unsigned before, bool behind)
{
    h->waited = before == 0 ? h->waited + 1 : 0;
    if (behind) {
        h->patience = h->patience < PATIENCE_MOST ? 2 * h->patience : PATIENCE_MOST;
        return first < h->r->ncolumns ? first + 1 : first;
    }
    if (h->waited < h->patience || first == 0)
        return first;
    h->waited = 0;
    return first - 1;
}

static void give(struct reader_helper *h)
{
    size_t first = reader_helper_first(h);
    pthread_mutex_lock(&h->lock);
    unsigned before = h->given++ - h->done;
    pthread_cond_broadcast(&h->moved);
    bool behind = before + 1 == BATCHES;
    while (behind && h->given != h->done)
        pthread_cond_wait(&h->moved, &h->lock);
    pthread_mutex_unlock(&h->lock);
    open_batch(h)->first = balanced(h, first, before, behind);
}

static bool is_in(struct str whole, struct str s)
{
    return (uintptr_t)s.p >= (uintptr_t)whole.p && (uintptr_t)s.p + s.n <= (uintptr_t)whole.p + whole.n;
}

/* Most cells are views of the file. */
static struct str lasting(const struct reader *r, struct batch *b, struct str cell)
{
    bool lasts = cell.n == 0 || is_in(r->file, cell) || is_in((struct str){r->unfold.bytes, r->unfold.n}, cell);
    return lasts ? cell : arena_str(&b->bytes, cell);
}

/* What a source says of each cell stands where it says the next row's. */
static const void *kept(struct batch *b, const void *marks, size_t n)
{
    return marks ? arena_copy(&b->bytes, (struct str){marks, n}) : NULL;
}

void reader_helper_row(struct reader_helper *h, const struct record *row, enum fate fate)
{
    const struct reader *r = h->r;
    if (fate == FATE_GONE)
        return;
    struct batch *b = open_batch(h);
    struct str *cells = b->cells + b->n * (r->ncolumns + 1);
    size_t n = fate == FATE_KEPT ? r->ncolumns : fate == FATE_ASIDE;
    for (size_t i = 0; i < n; i++)
        cells[i] = lasting(r, b, reader_cell(row, i));
    struct record *to = &b->rows[b->n];
    *to = *row;
    to->cells = cells;
    to->quoted = kept(b, row->quoted, n * sizeof *row->quoted);
    to->secret = kept(b, row->secret, n);
    if (fate == FATE_KEPT)
        to->n = n;
    b->fates[b->n++] = fate;
    if (b->n == BATCH_ROWS || b->bytes.total_bytes > BATCH_BYTES)
        give(h);
}

void reader_helper_finish(struct reader_helper *h)
{
    give(h);
    pthread_mutex_lock(&h->lock);
    while (h->given != h->done)
        pthread_cond_wait(&h->moved, &h->lock);
    pthread_mutex_unlock(&h->lock);
}
