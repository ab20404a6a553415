#include "tenants/quota/flush.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/must.h"
#include "core/base/jw.h"
#include "tenants/quota/sql.h"

enum { TICK_MS = 1000, DEADLINE_MS = 5000 };

static const char *const origins[USAGE_ORIGINS] = {"site", "api", "embed", "crawler", "federation"};

struct flush {
    uv_timer_t timer;
    struct lanes *lanes;
    struct usage *usage;
    struct arena read_arena, write_arena;
    struct batch read, write;
    bool reading, writing, first, led;
    unsigned ticks;
    int64_t ceilings[USAGE_SLOTS];
};

static int64_t number(const struct batch *b, unsigned call, size_t row, int column)
{
    return batch_i64(b, call, row, column);
}

/* quota_shares.sql's columns */
enum { SLOT, ROOT_SLOT, RESERVED, CEILING, BEFORE, POOL, ALL_RESERVED, ANONYMOUS };

static void take_shares(struct flush *f)
{
    const struct batch *b = &f->read;
    if (batch_rows(b, 0) == 1)
        usage_months(f->usage, number(b, 0, 0, 0), number(b, 0, 0, 1), number(b, 0, 0, 2), number(b, 0, 0, 3));
    for (size_t row = 0; row < batch_rows(b, 1); row++) {
        struct usage_share s = {.slot = (unsigned)number(b, 1, row, SLOT) % USAGE_SLOTS,
                                .root_slot = (unsigned)number(b, 1, row, ROOT_SLOT),
                                .reserved = number(b, 1, row, RESERVED),
                                .ceiling = batch_null(b, 1, row, CEILING) ? -1 : number(b, 1, row, CEILING),
                                .counted_before = number(b, 1, row, BEFORE),
                                .month = batch_rows(b, 0) == 1 ? number(b, 0, 0, 0) : 0};
        usage_set_pool(f->usage, s.root_slot, number(b, 1, row, POOL), number(b, 1, row, ALL_RESERVED));
        usage_set_share(f->usage, &s);
        f->ceilings[s.slot] = number(b, 1, row, ANONYMOUS);
    }
}

static void on_read(struct batch *b, struct err *e, void *context)
{
    struct flush *f = context;
    f->reading = false;
    if (e->kind)
        log_err(LOG_WARN, "quota_read", e);
    else
        take_shares(f);
    batch_clear(b);
    arena_free(&f->read_arena);
}

static void ask_shares(struct flush *f)
{
    char now[24], epoch[24];
    snprintf(now, sizeof now, "%lld", (long long)clock_wall_us());
    snprintf(epoch, sizeof epoch, "%llu", (unsigned long long)usage_epoch(f->usage));
    batch_init(&f->read, &f->read_arena);
    batch_ask(&f->read, &sql_quota_months, (struct str[]){str_of(now)});
    batch_ask(&f->read, &sql_quota_shares, (struct str[]){str_of(now), str_of(epoch)});
    f->reading = true;
    lanes_submit(f->lanes, &f->read, DEADLINE_MS, on_read, f);
}

static void on_written(struct batch *b, struct err *e, void *context)
{
    struct flush *f = context;
    f->writing = false;
    f->first = f->first || e->kind; /* all of it again: totals are absolute */
    if (e->kind)
        log_err(LOG_WARN, "quota_flush", e);
    batch_clear(b);
    arena_free(&f->write_arena);
}

static void add_slot(struct flush *f, struct jw *w, unsigned slot)
{
    for (unsigned k = 0; k < USAGE_MONTHS; k++)
        for (unsigned o = 0; o < USAGE_ORIGINS; o++) {
            int64_t month, calls = usage_count(f->usage, slot, k, o, &month);
            if (month == 0 || calls <= 0)
                continue;
            jw_open(w, '{');
            JW_I64(w, "slot", slot);
            JW_I64(w, "month", month);
            JW_STR(w, "origin", str_of(origins[o]));
            JW_I64(w, "calls", calls);
            jw_close(w, '}');
        }
}

static void write_totals(struct flush *f)
{
    struct buf rows = {0};
    struct jw w;
    jw_init(&w, &rows, JW_COMPACT);
    jw_open(&w, '[');
    for (unsigned slot = 0; slot < USAGE_SLOTS; slot++)
        if (usage_changed(f->usage, slot) || f->first)
            add_slot(f, &w, slot);
    jw_close(&w, ']');
    f->first = false;
    if (rows.n > 2) {
        char epoch[24];
        snprintf(epoch, sizeof epoch, "%llu", (unsigned long long)usage_epoch(f->usage));
        batch_init(&f->write, &f->write_arena);
        batch_ask(&f->write, &sql_usage_flush, (struct str[]){str_of(epoch), buf_str(&rows)});
        f->writing = true;
        lanes_submit(f->lanes, &f->write, DEADLINE_MS, on_written, f);
    }
    buf_free(&rows);
}

static void on_tick(uv_timer_t *timer)
{
    struct flush *f = timer->data;
    bool leads = usage_leads(f->usage);
    f->first = f->first || leads != f->led; /* what the one before it had not written yet */
    f->led = leads;
    if (leads && !f->writing)
        write_totals(f);
    if (!f->reading && f->ticks++ % 2 == 0)
        ask_shares(f);
}

struct flush *flush_open(uv_loop_t *loop, struct lanes *lanes, struct usage *usage)
{
    struct flush *f = must_alloc(sizeof *f);
    f->lanes = lanes;
    f->usage = usage;
    f->first = true;
    for (size_t i = 0; i < USAGE_SLOTS; i++)
        f->ceilings[i] = -1;
    uv_timer_init(loop, &f->timer);
    f->timer.data = f;
    uv_timer_start(&f->timer, on_tick, 0, TICK_MS);
    uv_unref((uv_handle_t *)&f->timer);
    return f;
}

static void on_closed(uv_handle_t *handle)
{
    struct flush *f = handle->data;
    arena_free(&f->read_arena);
    arena_free(&f->write_arena);
    free(f);
}

void flush_close(struct flush *f)
{
    if (f->reading)
        lanes_forget(f->lanes, &f->read);
    if (f->writing)
        lanes_forget(f->lanes, &f->write);
    uv_close((uv_handle_t *)&f->timer, on_closed);
}

int64_t flush_anonymous_ceiling(const struct flush *f, unsigned slot)
{
    return f->ceilings[slot % USAGE_SLOTS];
}
