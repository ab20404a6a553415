/*
 * head -- a round every 250 ms, one segment after the other:
 *
 *     GENERATIONS --(nothing moved)--> fresh
 *         |
 *     TENANTS (rows and hosts of those that moved) -> DATASETS (one segment a tenant) -> swap, fresh
 *
 * Any failure ends the round; the next begins from what is known. Freshness is dated from the
 * moment the round began to ask.
 */
#include "core/web/head.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/must.h"
#include "core/db/lane.h"
#include "core/web/sql.h"

enum { EVERY_MS = 250, ROUND_DEADLINE_MS = 5000 };
static const int64_t fresh_for_us = 2000000;

struct host_name {
    struct kept *owner;
    struct str host;
    bool canonical;
};

struct kept {
    struct tenant t; /* first */
    struct arena a;
    unsigned pins;
    bool listed;     /* reachable by name; else it lives for its pins alone */
    struct host_name *hosts;
    size_t nhosts;
};

enum asking { IDLE, GENERATIONS, TENANTS, DATASETS };

struct heads {
    uv_timer_t timer;
    struct lanes *lanes;
    struct map tenants, hosts; /* id -> struct kept; host -> struct host_name */
    int64_t fresh_us, asked_us;
    bool loaded, closing;

    enum asking asking;
    struct batch batch;
    struct arena a;            /* of the round */
    struct kept **moved;
    size_t nmoved, at;
    struct heads_waiter *waiting, *served; /* for the next round; for the one that runs */
    struct map seen;           /* ids of the round's generations: what is not there is gone */
};

static void kept_free(struct kept *k)
{
    map_free(&k->t.datasets);
    arena_free(&k->a);
    free(k);
}

static struct kept *kept_of(const struct tenant *t)
{
    union {
        const struct tenant *in;
        struct kept *out;
    } u = {.in = t};
    return u.out;
}

void heads_pin(const struct tenant *t)
{
    kept_of(t)->pins++;
}

static void drop_if_unused(struct kept *k)
{
    if (k->pins == 0 && !k->listed)
        kept_free(k);
}

void heads_unpin(const struct tenant *t)
{
    struct kept *k = kept_of(t);
    must(k->pins > 0);
    k->pins--;
    drop_if_unused(k);
}

/* ---- what is known ---- */

struct host_found heads_host(const struct heads *h, struct str canonical_host)
{
    const struct host_name *n = map_get(&h->hosts, canonical_host);
    return n ? (struct host_found){&n->owner->t, n->canonical} : (struct host_found){NULL, false};
}

const struct tenant *heads_tenant(const struct heads *h, struct str tenant_id)
{
    const struct kept *k = map_get(&h->tenants, tenant_id);
    return k ? &k->t : NULL;
}

const struct dataset_head *heads_dataset(const struct tenant *t, struct str dataset_id)
{
    return map_get(&t->datasets, dataset_id);
}

bool heads_fresh(const struct heads *h)
{
    return h->loaded && clock_monotonic_us() - h->fresh_us < fresh_for_us;
}

bool heads_loaded(const struct heads *h)
{
    return h->loaded;
}

/* ---- swapping what moved ---- */

static void unlist(struct heads *h, struct kept *k)
{
    map_take(&h->tenants, uuid_str(&k->t.id));
    for (size_t i = 0; i < k->nhosts; i++)
        if (map_get(&h->hosts, k->hosts[i].host) == &k->hosts[i])
            map_take(&h->hosts, k->hosts[i].host);
    k->listed = false;
    drop_if_unused(k);
}

static void list(struct heads *h, struct kept *k)
{
    k->listed = true;
    map_put(&h->tenants, uuid_str(&k->t.id), k);
    for (size_t i = 0; i < k->nhosts; i++)
        map_put(&h->hosts, k->hosts[i].host, &k->hosts[i]);
}

/* All old ones leave before the new ones come: a host may have moved from one to another. */
static void swap(struct heads *h)
{
    for (size_t i = 0; i < h->nmoved; i++) {
        struct kept *old = map_get(&h->tenants, uuid_str(&h->moved[i]->t.id));
        if (old)
            unlist(h, old);
    }
    for (size_t i = 0; i < h->nmoved; i++)
        list(h, h->moved[i]);
    h->nmoved = 0;
}

static void drop_gone(struct heads *h)
{
    struct kept *gone = NULL;
    do {
        gone = NULL;
        struct str id;
        void *k;
        for (size_t at = 0; !gone && map_next(&h->tenants, &at, &id, &k);)
            if (!map_get(&h->seen, id))
                gone = k;
        if (gone)
            unlist(h, gone);
    } while (gone);
}

/* ---- a round ---- */

static void on_answer(struct batch *b, struct err *e, void *context);

static void on_tick(uv_timer_t *timer);

static void wake_all(struct heads_waiter **list)
{
    while (*list) {
        struct heads_waiter *w = *list;
        *list = w->next;
        w->wake(w);
    }
}

static void round_ends(struct heads *h)
{
    for (size_t i = 0; i < h->nmoved; i++)
        kept_free(h->moved[i]);
    h->nmoved = 0;
    h->asking = IDLE;
    batch_clear(&h->batch);
    map_free(&h->seen);
    h->seen = (struct map){0};
    arena_free(&h->a);
    wake_all(&h->served);
    if (h->waiting)
        on_tick(&h->timer);
}

void heads_catch_up(struct heads *h, struct heads_waiter *w)
{
    if (h->closing) {
        w->wake(w);
        return;
    }
    w->next = h->waiting;
    h->waiting = w;
    on_tick(&h->timer);
}

static void round_done(struct heads *h)
{
    drop_gone(h);
    swap(h);
    h->fresh_us = h->asked_us;
    if (!h->loaded)
        LOG(LOG_INFO, "heads_loaded", LOG_N("tenants", h->tenants.used));
    h->loaded = true;
    round_ends(h);
}

static void ask(struct heads *h, enum asking what)
{
    h->asking = what;
    lanes_submit(h->lanes, &h->batch, ROUND_DEADLINE_MS, on_answer, h);
}

static void begin_batch(struct heads *h)
{
    batch_clear(&h->batch);
    batch_init(&h->batch, &h->a);
}

static void on_tick(uv_timer_t *timer)
{
    struct heads *h = timer->data;
    if (h->asking != IDLE || h->closing)
        return;
    h->asked_us = clock_monotonic_us();
    h->served = h->waiting;
    h->waiting = NULL;
    begin_batch(h);
    batch_ask(&h->batch, &sql_head_generations, NULL);
    ask(h, GENERATIONS);
}

/* The ids that moved as an array literal: uuids of the database, so no quoting is needed. */
static struct str moved_ids(struct heads *h)
{
    struct buf ids = {0};
    for (size_t row = 0; row < batch_rows(&h->batch, 0); row++) {
        struct str id = batch_col(&h->batch, 0, row, 0);
        const struct kept *k = map_get(&h->tenants, id);
        map_put(&h->seen, id, h);
        if (!k || k->t.generation != batch_i64(&h->batch, 0, row, 1)) {
            buf_addc(&ids, ids.n ? ',' : '{');
            buf_add(&ids, id);
        }
    }
    if (ids.n)
        buf_addc(&ids, '}');
    struct str s = arena_str(&h->a, buf_str(&ids));
    buf_free(&ids);
    return s;
}

static void on_generations(struct heads *h)
{
    struct str ids = moved_ids(h);
    if (ids.n == 0) {
        round_done(h);
        return;
    }
    begin_batch(h);
    batch_ask(&h->batch, &sql_head_tenants, &ids);
    batch_ask(&h->batch, &sql_head_hosts, &ids);
    ask(h, TENANTS);
}

enum { T_ID, T_ROOT, T_PARENT, T_SLUG, T_NAME, T_STATE, T_LANG, T_SLOT, T_GENERATION, T_THEME, T_ROOT_NAME,
       T_ROOT_HOST, T_EMBEDDERS };

static struct kept *read_tenant(const struct batch *b, size_t row)
{
    struct kept *k = must_alloc(sizeof *k);
    struct tenant *t = &k->t;
    uuid_parse(batch_col(b, 0, row, T_ID), &t->id);
    uuid_parse(batch_col(b, 0, row, T_ROOT), &t->root);
    t->is_root = batch_null(b, 0, row, T_PARENT);
    if (!t->is_root)
        uuid_parse(batch_col(b, 0, row, T_PARENT), &t->parent);
    t->slug = arena_str(&k->a, batch_col(b, 0, row, T_SLUG));
    t->name = arena_str(&k->a, batch_col(b, 0, row, T_NAME));
    t->open = str_eq(batch_col(b, 0, row, T_STATE), S("active"));
    t->lang = str_eq(batch_col(b, 0, row, T_LANG), S("en")) ? LANG_EN : LANG_FR;
    t->slot = (unsigned)batch_i64(b, 0, row, T_SLOT);
    t->generation = batch_i64(b, 0, row, T_GENERATION);
    t->theme = arena_str(&k->a, batch_col(b, 0, row, T_THEME));
    t->root_name = arena_str(&k->a, batch_col(b, 0, row, T_ROOT_NAME));
    t->root_host = arena_str(&k->a, batch_col(b, 0, row, T_ROOT_HOST));
    t->embedders = arena_str(&k->a, batch_col(b, 0, row, T_EMBEDDERS));
    return k;
}

/* The rows of head_hosts that are this tenant's. */
static void read_hosts(const struct batch *b, struct kept *k)
{
    size_t rows = batch_rows(b, 1);
    for (size_t row = 0; row < rows; row++)
        k->nhosts += str_eq(batch_col(b, 1, row, 0), uuid_str(&k->t.id));
    k->hosts = ARENA_ARRAY(&k->a, struct host_name, k->nhosts + 1);
    k->t.host = S("");
    for (size_t row = 0, n = 0; row < rows; row++) {
        if (!str_eq(batch_col(b, 1, row, 0), uuid_str(&k->t.id)))
            continue;
        struct str host = arena_str(&k->a, batch_col(b, 1, row, 1));
        bool canonical = batch_bool(b, 1, row, 2);
        k->hosts[n++] = (struct host_name){k, host, canonical};
        if (canonical)
            k->t.host = host;
    }
}

static void ask_datasets(struct heads *h)
{
    if (h->at == h->nmoved) {
        round_done(h);
        return;
    }
    struct str id = uuid_str(&h->moved[h->at]->t.id);
    begin_batch(h);
    h->batch.tenant = h->moved[h->at]->t.id;
    batch_ask(&h->batch, &sql_head_datasets, &id);
    ask(h, DATASETS);
}

static void on_tenants(struct heads *h)
{
    size_t n = batch_rows(&h->batch, 0);
    h->moved = ARENA_ARRAY(&h->a, struct kept *, n + 1);
    for (size_t row = 0; row < n; row++) {
        struct kept *k = read_tenant(&h->batch, row);
        read_hosts(&h->batch, k);
        h->moved[h->nmoved++] = k;
    }
    h->at = 0;
    ask_datasets(h);
}

static void on_datasets(struct heads *h)
{
    struct kept *k = h->moved[h->at++];
    size_t n = batch_rows(&h->batch, 0);
    struct dataset_head *all = ARENA_ARRAY(&k->a, struct dataset_head, n + 1);
    for (size_t row = 0; row < n; row++) {
        uuid_parse(batch_col(&h->batch, 0, row, 1), &all[row].id);
        all[row].revision = batch_i64(&h->batch, 0, row, 2);
        all[row].is_open = batch_bool(&h->batch, 0, row, 3);
        map_put(&k->t.datasets, batch_col(&h->batch, 0, row, 0), &all[row]);
    }
    ask_datasets(h);
}

static void on_answer(struct batch *b, struct err *e, void *context)
{
    (void)b;
    struct heads *h = context;
    if (e->kind) {
        log_err(LOG_WARN, "heads_not_read", e);
        round_ends(h);
        return;
    }
    switch (h->asking) {
    case GENERATIONS: on_generations(h); break;
    case TENANTS: on_tenants(h); break;
    case DATASETS: on_datasets(h); break;
    case IDLE: break;
    }
}

struct heads *heads_open(uv_loop_t *loop, struct lanes *lanes)
{
    struct heads *h = must_alloc(sizeof *h);
    h->lanes = lanes;
    batch_init(&h->batch, &h->a);
    must(uv_timer_init(loop, &h->timer) == 0);
    h->timer.data = h;
    must(uv_timer_start(&h->timer, on_tick, 0, EVERY_MS) == 0);
    return h;
}

static void on_closed(uv_handle_t *handle)
{
    struct heads *h = handle->data;
    struct str key;
    void *k;
    for (size_t at = 0; map_next(&h->tenants, &at, &key, &k);) {
        ((struct kept *)k)->listed = false;
        drop_if_unused(k); /* a thread may still hold one: its request lets it go */
    }
    map_free(&h->tenants);
    map_free(&h->hosts);
    free(h);
}

void heads_close(struct heads *h)
{
    if (h->asking != IDLE)
        lanes_forget(h->lanes, &h->batch);
    h->closing = true;
    round_ends(h);
    wake_all(&h->waiting);
    uv_close((uv_handle_t *)&h->timer, on_closed);
}
