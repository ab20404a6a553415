#include "core/web/web.h"

#include <signal.h>
#include <stdlib.h>

#include "core/base/log.h"
#include "core/base/must.h"
#include "core/web/asset.h"
#include "core/web/errors.h"

enum { TABLES_MAX = 64, DRAIN_MS = 20000 };
static const uint64_t default_cache = 64u << 20, default_upload = 1u << 30, default_kept = 1u << 30;

struct web {
    const struct web_config *c;
    uv_loop_t loop;
    uv_signal_t term, intr;
    uv_timer_t starting;       /* until the heads are in */
    uv_prepare_t flushing;     /* the log, before the loop waits */
    uv_timer_t flush_soon;     /* and what little there is, a moment later */
    struct engine engine;
    struct http_server *server;
    bool stopping;
};

struct router *web_router(const struct web_config *c, struct err *e)
{
    const struct route_table *all[TABLES_MAX] = {&system_route_table, &asset_route_table};
    must(c->ntables + 2 <= TABLES_MAX);
    for (size_t i = 0; i < c->ntables; i++)
        all[i + 2] = c->tables[i];
    return router_make(all, c->ntables + 2, e);
}

static void on_drained(void *context)
{
    struct web *w = context;
    if (w->c->close)
        w->c->close(w->c->context);
    heads_close(w->engine.c.heads);
    work_close(w->engine.c.work);
    lanes_close(w->engine.c.lanes);
    uv_close((uv_handle_t *)&w->term, NULL);
    uv_close((uv_handle_t *)&w->intr, NULL);
    uv_close((uv_handle_t *)&w->starting, NULL);
    uv_close((uv_handle_t *)&w->flushing, NULL);
    uv_close((uv_handle_t *)&w->flush_soon, NULL);
}

static void on_stop(uv_signal_t *s, int number)
{
    struct web *w = s->data;
    if (w->stopping)
        return;
    w->stopping = w->engine.draining = true;
    LOG(LOG_INFO, "draining", LOG_N("signal", number), LOG_N("requests", w->engine.live));
    if (w->server)
        http_drain(w->server, w->c->drain_ms ? w->c->drain_ms : DRAIN_MS, on_drained, w);
    else
        on_drained(w);
}

/* Until the heads are in every tenant route says 503 (core/web/stage.c); whoever started us waits for this. */
static void on_starting(uv_timer_t *t)
{
    struct web *w = t->data;
    if (w->stopping || !heads_loaded(w->engine.c.heads))
        return;
    uv_timer_stop(t);
    char where[128] = "";
    http_listening_on(w->server, where, sizeof where);
    LOG(LOG_INFO, "serving", LOG_S("on", str_of(where)));
    if (w->c->ready)
        w->c->ready(where, w->c->context);
}

enum { FLUSH_BYTES = 8 << 10, FLUSH_MS = 20 };

static void on_flush_soon(uv_timer_t *t)
{
    (void)t;
    log_flush();
}

/* Some thirty lines are one write; a line waits 20 ms at most. */
static void on_flushing(uv_prepare_t *p)
{
    struct web *w = p->data;
    if (log_held() >= FLUSH_BYTES)
        log_flush();
    else if (log_held() > 0 && !w->stopping && !uv_is_active((uv_handle_t *)&w->flush_soon))
        uv_timer_start(&w->flush_soon, on_flush_soon, FLUSH_MS, 0);
    else if (w->stopping)
        log_flush();
}

static void watch(struct web *w)
{
    log_hold();
    must(uv_prepare_init(&w->loop, &w->flushing) == 0 && uv_prepare_start(&w->flushing, on_flushing) == 0);
    must(uv_timer_init(&w->loop, &w->flush_soon) == 0);
    w->flushing.data = w;
    uv_unref((uv_handle_t *)&w->flushing);
    uv_unref((uv_handle_t *)&w->flush_soon);
    must(uv_signal_init(&w->loop, &w->term) == 0 && uv_signal_init(&w->loop, &w->intr) == 0);
    must(uv_timer_init(&w->loop, &w->starting) == 0);
    w->term.data = w->intr.data = w->starting.data = w;
    must(uv_signal_start(&w->term, on_stop, SIGTERM) == 0);
    must(uv_signal_start(&w->intr, on_stop, SIGINT) == 0);
    must(uv_timer_start(&w->starting, on_starting, 0, 20) == 0);
}

static void open_engine(struct web *w, struct router *router)
{
    static const struct web_hooks none;
    const struct web_config *c = w->c;
    struct lanes *lanes = lanes_open(&w->loop, &c->lanes);
    struct engine_config ec = {
        .loop = &w->loop,
        .lanes = lanes,
        .heads = heads_open(&w->loop, lanes),
        .router = router,
        .cache = cache_make(c->cache_bytes ? c->cache_bytes : default_cache),
        .work = work_open(&w->loop, c->lanes.web_uri, c->work_threads),
        .hooks = c->hooks ? c->hooks : &none,
        .spool_dir = c->spool_dir,
        .upload_max_bytes = c->upload_max_bytes ? c->upload_max_bytes : default_upload,
        .kept_bytes = c->kept_bytes ? c->kept_bytes : default_kept,
        .secret = c->secret,
        .build = str_of(c->build ? c->build : ""),
        .metrics_token = str_of(c->metrics_token ? c->metrics_token : ""),
    };
    engine_init(&w->engine, &ec);
}

/* Opens what may fail; false: the caller stops what is open. */
static bool start(struct web *w, struct err *e)
{
    const struct engine_config *ec = &w->engine.c;
    if (w->c->open && !w->c->open(&w->loop, ec->lanes, ec->heads, w->c->context, e))
        return false;
    w->server = http_listen(&w->loop, &w->c->http, &engine_owner, &w->engine, e);
    w->engine.server = w->server;
    return w->server != NULL;
}

bool web_serve(const struct web_config *c, struct err *e)
{
    struct router *router = web_router(c, e);
    if (!router)
        return false;
    signal(SIGPIPE, SIG_IGN);
    struct web *w = must_alloc(sizeof *w);
    w->c = c;
    must(uv_loop_init(&w->loop) == 0);
    open_engine(w, router);
    watch(w);
    bool ok = start(w, e);
    if (!ok)
        on_stop(&w->term, 0);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    must(uv_loop_close(&w->loop) == 0);
    log_flush();
    cache_free(w->engine.c.cache);
    engine_free(&w->engine);
    router_free(router);
    free(w);
    return ok;
}
