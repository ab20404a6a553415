/* metrics -- /healthz, /readyz and /metrics. Source: Prometheus text format 0.0.4. */
#include "core/web/errors.h"
#include "core/web/private.h"

static const int64_t bounds_us[LATENCY_BUCKETS] = {500,   1000,   2500,   5000,    10000,   25000,
                                                   50000, 100000, 250000, 1000000, 2500000, 10000000};

void metrics_count(struct engine *g, const struct req_private *p, int64_t took_us)
{
    size_t bucket = 0;
    while (bucket < LATENCY_BUCKETS && took_us > bounds_us[bucket])
        bucket++;
    g->latency[bucket]++;
    g->latency_us += (uint64_t)took_us;
    g->requests++;
    if (p->status > 0 && p->status < 600)
        g->by_status[p->status]++;
}

static bool reply_health(struct req *r, struct err *e)
{
    (void)e;
    buf_addz(req_reply(r, 200, S("text/plain; charset=utf-8")), "ok\n");
    return true;
}

/* Ready: the database answers, the heads are young, and nobody has asked us to stop. */
static bool reply_ready(struct req *r, struct err *e)
{
    (void)e;
    struct engine *g = req_engine(r);
    const char *why = g->draining                     ? "draining"
                      : !lanes_ready(g->c.lanes)      ? "no database connection"
                      : !heads_fresh(g->c.heads)      ? "heads are old"
                                                      : NULL;
    buf_printf(req_reply(r, why ? 503 : 200, S("text/plain; charset=utf-8")), "%s\n", why ? why : "ready");
    return true;
}

static void write_requests(const struct engine *g, struct buf *out)
{
    buf_addz(out, "# TYPE terrasse_requests_total counter\n");
    for (int status = 100; status < 600; status++)
        if (g->by_status[status])
            buf_printf(out, "terrasse_requests_total{status=\"%d\"} %llu\n", status,
                       (unsigned long long)g->by_status[status]);
    buf_addz(out, "# TYPE terrasse_request_seconds histogram\n");
    uint64_t sum = 0;
    for (size_t i = 0; i <= LATENCY_BUCKETS; i++) {
        sum += g->latency[i];
        if (i < LATENCY_BUCKETS)
            buf_printf(out, "terrasse_request_seconds_bucket{le=\"%g\"} %llu\n", (double)bounds_us[i] / 1e6,
                       (unsigned long long)sum);
        else
            buf_printf(out, "terrasse_request_seconds_bucket{le=\"+Inf\"} %llu\n", (unsigned long long)sum);
    }
    buf_printf(out, "terrasse_request_seconds_sum %.6f\nterrasse_request_seconds_count %llu\n",
               (double)g->latency_us / 1e6, (unsigned long long)g->requests);
    buf_printf(out, "# TYPE terrasse_requests_live gauge\nterrasse_requests_live %u\n", g->live);
    buf_printf(out, "# TYPE terrasse_streams_held_bytes gauge\nterrasse_streams_held_bytes %zu\n", g->streams_held);
    buf_printf(out, "# TYPE terrasse_stream_held_most_bytes gauge\nterrasse_stream_held_most_bytes %zu\n", g->stream_most);
    buf_printf(out, "# TYPE terrasse_clients_left_total counter\nterrasse_clients_left_total %llu\n",
               (unsigned long long)g->left_early);
}

static bool reply_metrics(struct req *r, struct err *e)
{
    (void)e;
    struct engine *g = req_engine(r);
    struct buf *out = req_reply(r, 200, S("text/plain; version=0.0.4; charset=utf-8"));
    write_requests(g, out);
    cache_metrics(g->c.cache, out);
    lanes_metrics(g->c.lanes, out);
    if (g->server)
        http_metrics(g->server, out);
    return true;
}

static const struct step health[] = {{STEP_REPLY, reply_health, NULL}, {STEP_END, NULL, NULL}};
static const struct step ready[] = {{STEP_REPLY, reply_ready, NULL}, {STEP_END, NULL, NULL}};
static const struct step metrics[] = {{STEP_REPLY, reply_metrics, NULL}, {STEP_END, NULL, NULL}};

static const struct route routes[] = {
    {HTTP_GET, "/healthz", SYSTEM, 0, health, "The process answers", DIALECT_PROBLEM, BODY_NONE, CACHE_NONE, NULL},
    {HTTP_GET, "/readyz", SYSTEM, 0, ready, "It can serve: database, heads, not stopping", DIALECT_PROBLEM, BODY_NONE,
     CACHE_NONE, NULL},
    {HTTP_GET, "/metrics", SYSTEM, 0, metrics, "Counters, Prometheus text", DIALECT_PROBLEM, BODY_NONE, CACHE_NONE,
     NULL},
};
const struct route_table system_route_table = {routes, sizeof routes / sizeof routes[0]};
