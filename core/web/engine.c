#include "core/web/engine.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/log.h"
#include "core/base/must.h"
#include "core/web/errors.h"
#include "core/web/private.h"

void engine_init(struct engine *g, const struct engine_config *c)
{
    *g = (struct engine){.c = *c, .throttle = throttle_make()};
}

void engine_free(struct engine *g)
{
    must(g->live == 0);
    throttle_free(g->throttle);
    buf_free(&g->scratch);
}

/* What a client sent of its languages, first wish first; only the two we speak. */
static bool lang_of(struct str s, enum lang *out)
{
    bool fr = str_starts(s, S("fr")), en = str_starts(s, S("en"));
    if (fr || en)
        *out = en ? LANG_EN : LANG_FR;
    return fr || en;
}

enum lang engine_lang(struct req *r)
{
    enum lang lang = r->tenant ? r->tenant->lang : LANG_FR;
    if (lang_of(req_query(r, S("lang")), &lang) || lang_of(req_cookie(r, S("lang")), &lang))
        return lang;
    struct str accept = req_header(r, S("accept-language"));
    for (struct str part; str_cut(&accept, ',', &part);)
        if (lang_of(str_trim(part), &lang))
            break;
    return lang;
}

/* ---- going through the phases ---- */

void engine_fail(struct req_private *p, const struct err *e)
{
    if (p->streaming) {
        /* The status left long ago: the only honest sign is a broken connection. */
        log_err(LOG_ERROR, "stream_cut", e);
        p->failed = e->kind;
        p->phase = PHASE_SENDING;
        if (p->wire)
            http_abort(p->wire);
        return;
    }
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    p->nheaders = 0;
    problem_answer(p, e);
    reply_send(p);
}

static void stage_take(struct req_private *p)
{
    const struct stage *s = &web_stages[p->stage++];
    if (!s->fn)
        s = &p->engine->c.hooks->auth; /* the one place that is left to a higher floor */
    if (!s->fn)
        return;
    struct err e = {0};
    switch (s->fn(&p->req, &e)) {
    case STAGE_NEXT: break;
    case STAGE_DONE: reply_send(p); break;
    case STAGE_STEPS: p->step = s->steps; break;
    case STAGE_WAIT: p->busy = true; break;
    case STAGE_FAIL: engine_fail(p, &e); break;
    }
}

/* Host and port alone: a proxy that does not say https would have every form refused. */
static struct str authority(struct str url)
{
    ptrdiff_t at = str_find(url, S("://"));
    return at < 0 ? url : str_from(url, (size_t)at + 3);
}

/* Questions may be posted to the imitated APIs: everybody may ask them, and they change nothing. */
static bool is_question(const struct route *route)
{
    return route->access == PUBLIC && (route->dialect == DIALECT_EXPLORE || route->dialect == DIALECT_V1);
}

/* A form that a session sends must hold the session's token: another site cannot know it. */
static bool form_is_ours(struct req_private *p)
{
    struct req *r = &p->req;
    bool writes = r->x->method != HTTP_GET && r->x->method != HTTP_HEAD && r->x->method != HTTP_OPTIONS;
    if (!writes || is_question(r->route) || r->who.by_key)
        return true;
    struct str site = req_header(r, S("sec-fetch-site"));
    if (str_eq(site, S("cross-site")) || str_eq(site, S("same-site")))
        return false;
    struct str origin = req_header(r, S("origin"));
    if (origin.p && !str_eq(origin, S("null")) && !str_eq(authority(origin), authority(req_base_url(r))))
        return false;
    if (!r->who.account.text[0])
        return true;
    struct str token = req_header(r, S("x-csrf-token"));
    if (!token.p)
        token = req_form(r, S("csrf"));
    return r->who.csrf.n > 0 && str_eq(token, r->who.csrf);
}

static void body_taken(struct req_private *p)
{
    struct err e = {0};
    if (!body_end(p, &e))
        engine_fail(p, &e);
    else if (p->req.tenant && !form_is_ours(p)) {
        ERR(&e, err_csrf, "method %s", method_name(p->req.x->method));
        engine_fail(p, &e);
    } else {
        p->phase = PHASE_STEPS;
        p->step = p->req.route->steps;
    }
}

/* One move; false: somebody will call engine_go, or there is nothing more to do. */
static bool move(struct req_private *p)
{
    if (p->busy || p->phase == PHASE_SENDING)
        return false;
    if (p->step)
        return step_run(p) == FLOW_ON;
    switch (p->phase) {
    case PHASE_STAGES:
        if (p->stage < web_stages_n)
            stage_take(p);
        else
            p->phase = PHASE_BODY;
        return true;
    case PHASE_BODY:
        if (!p->body_in || body_keep(p))
            return false;
        body_taken(p);
        return true;
    case PHASE_STEPS: { /* the table ended without an answer: a handler's mistake */
        struct err e = {0};
        ERR(&e, err_internal, "no answer from %s", p->req.route->pattern);
        engine_fail(p, &e);
        return true;
    }
    case PHASE_SENDING: break;
    }
    return false;
}

void engine_go(struct req_private *p)
{
    if (p->held)
        return;
    p->held++;
    while (p->wire && move(p))
        ;
    p->held--;
    engine_maybe_free(p);
}

/* ---- the life of an exchange ---- */

static void log_request(struct req_private *p, int64_t took_us)
{
    static const char *const origins[] = {"site", "api", "embed", "crawler", "federation"};
    struct req *r = &p->req;
    struct buf *path = &p->engine->scratch;
    buf_reset(path);
    if (p->match.secret && r->route)
        buf_addz(path, r->route->pattern);
    else
        buf_add(path, r->x->path);
    if (r->x->query.p) {
        buf_addc(path, '?');
        url_redact(path, r->x->query);
    }
    LOG(p->status >= 500 ? LOG_WARN : LOG_INFO, "request", LOG_S("host", r->tenant ? r->tenant->host : S("-")),
        LOG_S("method", str_of(method_name(r->x->method))), LOG_S("path", buf_str(path)),
        LOG_N("status", p->status), LOG_S("error", p->failed ? str_of(p->failed->code) : S("")),
        LOG_N("bytes", p->sent_bytes), LOG_N("us", took_us), LOG_N("db_us", p->spent_us[STEP_DB]),
        LOG_N("cpu_us", p->spent_us[STEP_CPU]), LOG_N("work_us", p->spent_us[STEP_WORK]),
        LOG_N("stream_us", p->spent_us[STEP_STREAM]), LOG_N("reply_us", p->spent_us[STEP_REPLY]),
        LOG_S("origin", str_of(origins[r->origin])), LOG_N("cost", p->spent ? r->route->cost : 0),
        LOG_S("cache", p->answer == ANSWER_CACHED ? S("hit") : p->leads ? S("miss") : S("")));
}

static void settle(struct req_private *p)
{
    if (p->status == 0)
        p->status = 499; /* never answered: the client left first */
    const struct web_hooks *hooks = p->engine->c.hooks;
    bool free_of_charge = p->status == 304 || p->status == 429 || p->status >= 500;
    int64_t took_us = clock_monotonic_us() - p->began_us;
    if (p->spent && free_of_charge && hooks->quota_give_back)
        hooks->quota_give_back(&p->req);
    if (p->spent && free_of_charge)
        p->spent = false;
    if (p->req.route && hooks->settled)
        hooks->settled(&p->req, p->status, p->sent_bytes);
    metrics_count(p->engine, p, took_us);
    log_request(p, took_us);
}

void engine_maybe_free(struct req_private *p)
{
    if (p->wire || p->on_thread || p->held)
        return;
    struct engine *g = p->engine;
    if (p->settle_later)
        settle(p);
    stage_cache_leave(p);
    g->streams_held -= p->stream_held;
    stream_free(p);
    batch_clear(&p->req.batch);
    body_free(p);
    if (p->gone)
        p->gone(p->gone_context);
    if (p->cached)
        cache_release(g->c.cache, p->cached);
    if (p->json)
        json_decref(p->json);
    if (p->fd >= 0)
        close(p->fd);
    if (p->req.tenant)
        heads_unpin(p->req.tenant);
    buf_free(&p->body);
    arena_free(&p->arena);
    g->live--;
    free(p);
}

static struct req_private *begin(struct engine *g, struct http_exchange *x)
{
    struct req_private *p = must_realloc(NULL, sizeof *p);
    memset(p, 0, offsetof(struct req_private, copy));
    p->engine = g;
    p->wire = x;
    p->fd = -1;
    p->began_us = clock_monotonic_us();
    p->req.private = p;
    p->req.a = &p->arena;
    p->req.x = x;
    batch_init(&p->req.batch, &p->arena);
    x->context = p;
    g->live++;
    return p;
}

/* Pure reading of the request line; false: *e. */
static bool read_head(struct req_private *p, struct err *e)
{
    struct req *r = &p->req;
    const char *why = NULL;
    if (!router_match(p->engine->c.router, r->a, r->x->method, r->x->path, &p->match, e))
        return false;
    if (!url_pairs(r->a, r->x->query, QUERY_PAIRS_MAX, &p->query, &why)) {
        ERR(e, err_query_invalid, "%s", why);
        return err_arg(e, "%s", why);
    }
    return true;
}

static bool has_thread_step(const struct step *s)
{
    for (; s && s->kind != STEP_END; s++)
        if ((s->kind == STEP_CPU && !s->write) || s->kind == STEP_WORK || s->kind == STEP_STREAM)
            return true;
    return false;
}

/* A thread may still read the request when its client has left and the exchange is gone. */
static void copy_exchange(struct req_private *p)
{
    struct http_exchange *c = &p->copy;
    struct arena *a = p->req.a;
    *c = *p->wire;
    c->target = arena_str(a, c->target);
    c->path = arena_str(a, c->path);
    c->query = arena_str(a, c->query);
    c->host = arena_str(a, c->host);
    for (size_t i = 0; i < c->nfields; i++) {
        c->fields[i].name = arena_str(a, c->fields[i].name);
        c->fields[i].value = arena_str(a, c->fields[i].value);
    }
    c->a = a;
    p->req.x = c;
}

static uint64_t on_head(struct http_exchange *x, void *owner)
{
    struct req_private *p = begin(owner, x);
    struct err e = {0};
    if (!read_head(p, &e)) {
        p->phase = PHASE_SENDING;
        engine_fail(p, &e);
        return 0;
    }
    const struct stage *auth = &p->engine->c.hooks->auth;
    if (has_thread_step(auth->steps) || (p->match.route && has_thread_step(p->match.route->steps)))
        copy_exchange(p);
    if (x->body_bytes == 0)
        return 0; /* on_request follows at once */
    p->held++;
    while (p->wire && move(p))
        ;
    uint64_t welcome = p->wire ? body_welcome(p) : 0;
    p->held--;
    engine_maybe_free(p);
    return welcome;
}

static void on_body(struct http_exchange *x, struct str bytes)
{
    struct req_private *p = x->context;
    if (p && p->phase != PHASE_SENDING)
        body_bytes(p, bytes);
}

static void on_request(struct http_exchange *x)
{
    struct req_private *p = x->context;
    if (!p)
        return;
    p->body_in = true;
    engine_go(p);
}

static void on_drain(struct http_exchange *x)
{
    struct req_private *p = x->context;
    if (p && p->streaming)
        step_drain(p);
}

static bool on_file(struct http_exchange *x)
{
    struct req_private *p = x->context;
    return !p || !p->file_still || p->file_still(&p->req);
}

static void on_gone(struct http_exchange *x)
{
    struct req_private *p = x->context;
    if (!p)
        return;
    x->context = NULL;
    if (p->phase != PHASE_SENDING)
        p->engine->left_early++;
    if (p->in_db)
        lanes_forget(p->engine->c.lanes, &p->req.batch);
    p->in_db = false;
    stream_forget(p);
    /* While a thread may still write status or headers nobody reads them; the copy outlives x. */
    p->settle_later = p->on_thread && p->req.x == &p->copy;
    if (!p->settle_later)
        settle(p);
    p->wire = NULL;
    p->phase = PHASE_SENDING;
    engine_maybe_free(p);
}

/* A neighbour below the same domain may have set cookies until nothing passes any more (T11): they go, and the
 * next page works. */
static void refuse_cookies(struct buf *headers, struct buf *body)
{
    buf_addz(headers, "content-type: text/html; charset=utf-8\r\nclear-site-data: \"cookies\"\r\n");
    buf_addz(body, "<!doctype html>\n<html lang=\"fr\"><head><meta charset=\"utf-8\"><title>431</title></head><body><main>"
                   "<h1>431</h1><p>Votre navigateur a envoyé trop de cookies. Ils viennent d’être effacés : ouvrez de nouveau la "
                   "page, et reconnectez-vous si besoin.</p><p lang=\"en\">Your browser sent too many cookies. They have just "
                   "been cleared: open the page again, and sign in again if you need to.</p>"
                   "<p><a href=\"/\">Page d’accueil</a></p></main></body></html>\n");
}

/* The request never became one: there is no tenant, no language, no dialect. */
static void on_refuse(int status, const char *why, struct buf *headers, struct buf *body, void *owner)
{
    struct engine *g = owner;
    if (status > 0 && status < 600)
        g->by_status[status]++;
    buf_addz(headers, "x-content-type-options: nosniff\r\ncontent-security-policy: default-src 'none'\r\n");
    if (status == 431) {
        refuse_cookies(headers, body);
        return;
    }
    buf_addz(headers, "content-type: text/plain; charset=utf-8\r\n");
    buf_printf(body, "%d %s\n", status, why);
}

const struct http_owner engine_owner = {
    .on_head = on_head,
    .on_body = on_body,
    .on_request = on_request,
    .on_drain = on_drain,
    .on_file = on_file,
    .on_gone = on_gone,
    .on_refuse = on_refuse,
};

