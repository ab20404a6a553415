#include "core/db/lane_link.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/must.h"
#include "core/db/dial.h"

enum { OPEN_US = 5000000, BACKOFF_MIN_MS = 50, BACKOFF_MAX_MS = 5000 };

static void on_poll_closed(uv_handle_t *h)
{
    struct lane_link *k = h->data;
    free(h);
    --*k->handles;
    k->on_closed(k);
}

static void unwatch(struct lane_link *k)
{
    if (!k->poll)
        return;
    uv_close((uv_handle_t *)k->poll, on_poll_closed);
    k->poll = NULL;
    k->watching = 0;
}

static void on_poll(uv_poll_t *poll, int status, int events);

static void watch(struct lane_link *k, int events)
{
    if (k->poll && k->watching == events)
        return;
    if (!k->poll) {
        k->poll = must_alloc(sizeof *k->poll);
        k->poll->data = k;
        must(uv_poll_init(k->loop, k->poll, PQsocket(k->pg)) == 0);
        ++*k->handles;
    }
    k->watching = events;
    must(uv_poll_start(k->poll, events, on_poll) == 0);
}

static void close_pg(struct lane_link *k)
{
    unwatch(k);
    PQfinish(k->pg);
    k->pg = NULL;
    prepared_clear(&k->prepared);
}

void lane_link_down(struct lane_link *k, bool at_once)
{
    close_pg(k);
    k->state = LINK_DOWN;
    if (at_once)
        k->backoff_ms = 0;
    k->due_us = clock_monotonic_us() + (int64_t)k->backoff_ms * 1000;
    k->backoff_ms = k->backoff_ms ? k->backoff_ms * 2 : BACKOFF_MIN_MS;
    if (k->backoff_ms > BACKOFF_MAX_MS)
        k->backoff_ms = BACKOFF_MAX_MS;
}

void lane_link_stop(struct lane_link *k)
{
    close_pg(k);
    k->state = LINK_DOWN;
    k->due_us = INT64_MAX;
}

static void opened(struct lane_link *k)
{
    PQsetnonblocking(k->pg, 1);
    if (PQenterPipelineMode(k->pg) != 1) {
        lane_link_down(k, false);
        return;
    }
    k->state = LINK_UP;
    k->backoff_ms = 0;
    watch(k, UV_READABLE);
    k->on_up(k);
}

/* After PQconnectPoll said what it waits for. */
static void go_on(struct lane_link *k, PostgresPollingStatusType wants)
{
    if (wants == PGRES_POLLING_OK) {
        opened(k);
    } else if (wants == PGRES_POLLING_FAILED || PQsocket(k->pg) < 0) {
        LOG(LOG_WARN, "database_connect", LOG_S("says", str_trim(str_of(PQerrorMessage(k->pg)))));
        lane_link_down(k, false);
    } else {
        watch(k, wants == PGRES_POLLING_READING ? UV_READABLE : UV_WRITABLE);
    }
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct lane_link *k = poll->data;
    if (status < 0) /* libpq finds the reason itself, in more than one look; libuv has stopped watching */
        k->watching = 0;
    if (k->state == LINK_OPENING) {
        unwatch(k); /* PQconnectPoll may change the socket */
        go_on(k, PQconnectPoll(k->pg));
        return;
    }
    if (k->state != LINK_UP)
        return;
    if (events & UV_WRITABLE)
        lane_link_flush(k);
    k->on_ready(k);
}

static void open_it(struct lane_link *k, int64_t now_us)
{
    k->pg = dial_start(k->uri, k->settings);
    k->state = LINK_OPENING;
    k->due_us = now_us + OPEN_US;
    go_on(k, PQstatus(k->pg) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING);
}

void lane_link_tick(struct lane_link *k, int64_t now_us)
{
    if (k->state == LINK_UP || now_us < k->due_us)
        return;
    if (k->state == LINK_OPENING)
        lane_link_down(k, false);
    else
        open_it(k, now_us);
}

bool lane_link_flush(struct lane_link *k)
{
    bool left = PQflush(k->pg) == 0;
    if (PQstatus(k->pg) == CONNECTION_BAD)
        return left; /* libpq has closed the socket: it may not be watched */
    watch(k, left ? UV_READABLE : UV_READABLE | UV_WRITABLE);
    return left;
}
