#pragma once
#include <uv.h>

#include "core/db/lane.h"
#include "core/web/head.h"
#include "core/web/router.h"
#include "core/web/stage.h"
#include "core/web/throttle.h"
#include "core/web/work.h"

/*
 * engine -- carries every request through the stages and its route's steps.
 *
 * One per web process, on one loop. What it needs is opened by core/web/web.c (or a test) and
 * outlives it. A client that leaves: its segment is forgotten, its memory freed as soon as no
 * thread looks at it.
 */
struct engine_config {
    uv_loop_t *loop;
    struct lanes *lanes;
    struct heads *heads;
    struct router *router;
    struct cache *cache;
    struct work *work;
    const struct web_hooks *hooks;
    const char *spool_dir;
    uint64_t upload_max_bytes, kept_bytes;
    const unsigned char *secret;   /* 16 bytes: the cache key's */
    struct str build;              /* part of every ETag: a new program answers anew */
    struct str metrics_token;      /* empty: /metrics for loopback only */
};

enum { LATENCY_BUCKETS = 12 };

struct engine {
    struct engine_config c;
    struct throttle *throttle;
    const struct http_server *server; /* for /metrics; may be NULL */
    bool draining;                    /* /readyz says 503 */
    unsigned live, cpu_waiting;
    uint64_t by_status[600];
    uint64_t latency[LATENCY_BUCKETS + 1], latency_us;
    uint64_t requests, left_early;
    struct buf scratch;               /* for texts that live for one call on the loop: never freed between requests */
    size_t streams_held, stream_most; /* bytes of all streamed answers; the most one of them had */
};

void engine_init(struct engine *g, const struct engine_config *c);
void engine_free(struct engine *g);
extern const struct http_owner engine_owner; /* owner context: the struct engine */

/* For stages and steps of every floor. */
struct engine *req_engine(const struct req *r);
struct heads *req_heads(const struct req *r);

extern const struct route_table system_route_table; /* /healthz /readyz /metrics */
