#include "tenants/explore/downloads.h"

#include <stdlib.h>

#include "core/base/jw.h"
#include "core/base/log.h"
#include "core/base/must.h"
#include "tenants/explore/sql.h"

enum { TICK_MS = 2000, DEADLINE_MS = 5000, DATASETS_MAX = 1024 }; /* datasets between two ticks; beyond, not counted */

struct tally {
    struct uuid tenant, dataset;
    int64_t n[2]; /* by kind */
};

struct downloads {
    uv_timer_t timer;
    struct lanes *lanes;
    struct arena arena;
    struct batch batch;
    bool writing;
    size_t n;
    struct tally tallies[DATASETS_MAX];
};

static struct downloads *downloads;

static bool same(const struct uuid *a, const struct uuid *b)
{
    return str_eq(uuid_str(a), uuid_str(b));
}

void downloads_count(const struct uuid *tenant, const struct uuid *dataset, enum download_kind kind)
{
    struct downloads *d = downloads;
    size_t i = 0;
    while (d && i < d->n && !(same(&d->tallies[i].dataset, dataset) && same(&d->tallies[i].tenant, tenant)))
        i++;
    if (!d || i == DATASETS_MAX)
        return;
    if (i == d->n)
        d->tallies[d->n++] = (struct tally){.tenant = *tenant, .dataset = *dataset};
    d->tallies[i].n[kind]++;
}

/* Those of one tenant leave the list. */
static void take(struct downloads *d, const struct uuid *tenant, struct jw *w)
{
    size_t left = 0;
    jw_open(w, '[');
    for (size_t i = 0; i < d->n; i++) {
        const struct tally *t = &d->tallies[i];
        if (!same(&t->tenant, tenant)) {
            d->tallies[left++] = *t;
            continue;
        }
        jw_open(w, '{');
        JW_STR(w, "id", uuid_str(&t->dataset));
        JW_I64(w, "exports", t->n[DOWNLOAD_EXPORT]);
        JW_I64(w, "files", t->n[DOWNLOAD_FILE]);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    d->n = left;
}

static void on_written(struct batch *b, struct err *e, void *context)
{
    struct downloads *d = context;
    d->writing = false;
    if (e->kind)
        log_err(LOG_WARN, "downloads_add", e);
    batch_clear(b);
    arena_free(&d->arena);
}

static void on_tick(uv_timer_t *timer)
{
    struct downloads *d = timer->data;
    if (d->n == 0 || d->writing)
        return;
    struct uuid tenant = d->tallies[0].tenant;
    struct buf rows = {0};
    struct jw w;
    jw_init(&w, &rows, JW_COMPACT);
    take(d, &tenant, &w);
    batch_init(&d->batch, &d->arena);
    d->batch.tenant = tenant;
    batch_ask(&d->batch, &sql_download_add, (struct str[]){uuid_str(&tenant), buf_str(&rows)});
    d->writing = true;
    lanes_submit(d->lanes, &d->batch, DEADLINE_MS, on_written, d);
    buf_free(&rows);
    if (d->n)
        uv_timer_start(timer, on_tick, 50, TICK_MS); /* the next tenant's */
}

void downloads_open(uv_loop_t *loop, struct lanes *lanes)
{
    struct downloads *d = downloads = must_alloc(sizeof *d);
    d->lanes = lanes;
    uv_timer_init(loop, &d->timer);
    d->timer.data = d;
    uv_timer_start(&d->timer, on_tick, TICK_MS, TICK_MS);
    uv_unref((uv_handle_t *)&d->timer);
}

static void on_closed(uv_handle_t *handle)
{
    struct downloads *d = handle->data;
    arena_free(&d->arena);
    free(d);
}

void downloads_close(void)
{
    if (!downloads)
        return;
    if (downloads->writing)
        lanes_forget(downloads->lanes, &downloads->batch);
    uv_close((uv_handle_t *)&downloads->timer, on_closed);
    downloads = NULL;
}
