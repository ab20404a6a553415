#include <fcntl.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/must.h"
#include "core/web/errors.h"
#include "core/web/gzip.h"
#include "core/web/host.h"
#include "core/web/private.h"
#include "core/web/security.h"

static bool header_clean(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static struct header *header_named(struct req_private *p, struct str name)
{
    for (size_t i = 0; i < p->nheaders; i++)
        if (str_ieq(p->headers[i].name, name))
            return &p->headers[i];
    return NULL;
}

static void header_add(struct req_private *p, struct str name, struct str value, bool again)
{
    if (!header_clean(name) || !header_clean(value) || str_chr(name, ':') >= 0)
        return; /* a value that would start a header of its own is not sent at all */
    struct header *h = again ? NULL : header_named(p, name);
    if (!h) {
        must(p->nheaders < HEADERS_MAX);
        h = &p->headers[p->nheaders++];
    }
    *h = (struct header){arena_str(p->req.a, name), arena_str(p->req.a, value)};
}

void req_set(struct req *r, struct str name, struct str value)
{
    header_add(req_of(r), name, value, false);
}

void req_set_cookie(struct req *r, struct str cookie)
{
    header_add(req_of(r), S("set-cookie"), cookie, true);
}

struct buf *req_reply(struct req *r, int status, struct str content_type)
{
    struct req_private *p = req_of(r);
    p->answer = ANSWER_BODY;
    p->status = status;
    p->content_type = arena_str(r->a, content_type);
    buf_reset(&p->body);
    return &p->body;
}

struct jw *req_json(struct req *r, int status)
{
    struct req_private *p = req_of(r);
    struct buf *body = req_reply(r, status, S("application/json; charset=utf-8"));
    jw_init(&p->jw, body, JW_SPACED);
    return &p->jw;
}

static bool is_own_url(struct req *r, struct str location)
{
    struct str rest;
    if (str_starts(location, S("https://")))
        rest = str_from(location, 8);
    else if (str_starts(location, S("http://")))
        rest = str_from(location, 7);
    else
        return false;
    ptrdiff_t slash = str_chr(rest, '/');
    struct str authority = slash < 0 ? rest : str_part(rest, 0, (size_t)slash);
    struct str host;
    struct err e = {0};
    if (!host_canonical(r->a, authority, &host, &e))
        return false;
    return heads_host(req_heads(r), host).tenant != NULL;
}

static bool location_ok(struct req *r, struct str l)
{
    for (size_t i = 0; i < l.n; i++) {
        unsigned char c = (unsigned char)l.p[i];
        if (c <= 0x20 || c == 0x7f || c == '\\')
            return false;
    }
    if (l.n > 0 && l.p[0] == '/')
        return l.n == 1 || l.p[1] != '/';
    return is_own_url(r, l);
}

void req_redirect(struct req *r, int status, struct str location)
{
    req_reply(r, status, S("text/plain; charset=utf-8"));
    req_set(r, S("location"), location_ok(r, location) ? location : S("/"));
}

bool req_etag(struct req *r, struct str etag)
{
    struct req_private *p = req_of(r);
    p->etag = arena_str(r->a, etag);
    struct str sent = req_header(r, S("if-none-match"));
    for (struct str part; str_cut(&sent, ',', &part);) {
        part = str_trim(part);
        if (str_starts(part, S("W/")))
            part = str_from(part, 2);
        if (!str_eq(part, etag)) /* not "*": the cache stage does not know whether there is anything */
            continue;
        req_reply(r, 304, STR_NONE);
        return true;
    }
    return false;
}

struct buf *req_stream(struct req *r, int status, struct str content_type)
{
    struct req_private *p = req_of(r);
    if (p->answer != ANSWER_STREAM) {
        req_reply(r, status, content_type);
        p->answer = ANSWER_STREAM;
    }
    return &p->body;
}

void req_file(struct req *r, int fd, int64_t size, struct str content_type)
{
    struct req_private *p = req_of(r);
    req_reply(r, 200, content_type);
    p->answer = ANSWER_FILE;
    p->fd = fd;
    p->file_size = size;
}

void req_file_while(struct req *r, bool (*still)(struct req *r))
{
    req_of(r)->file_still = still;
}

/* One range of RFC 9110 section 14: "bytes=a-b", "bytes=a-", "bytes=-n". Anything else: the whole. */
enum range_kind { RANGE_WHOLE, RANGE_PART, RANGE_OUTSIDE };

static enum range_kind parse_range(struct str header, int64_t size, int64_t *at, int64_t *length)
{
    if (!str_starts(header, S("bytes=")) || str_chr(header, ',') >= 0)
        return RANGE_WHOLE;
    struct str last = str_from(header, 6), first;
    int64_t from, to;
    str_cut(&last, '-', &first);
    if (!last.p)
        return RANGE_WHOLE;
    if (first.n == 0) {
        if (!str_i64(last, &to) || to < 0)
            return RANGE_WHOLE;
        if (to == 0 || size == 0)
            return RANGE_OUTSIDE;
        *length = to < size ? to : size;
        *at = size - *length;
        return RANGE_PART;
    }
    if (!str_i64(first, &from) || from < 0 || (last.n && (!str_i64(last, &to) || to < from)))
        return RANGE_WHOLE;
    if (from >= size)
        return RANGE_OUTSIDE;
    if (last.n == 0 || to >= size)
        to = size - 1;
    *at = from;
    *length = to - from + 1;
    return RANGE_PART;
}

static void send_file(struct req_private *p)
{
    struct req *r = &p->req;
    int64_t at = 0, length = p->file_size;
    struct str if_range = req_header(r, S("if-range"));
    bool same = !if_range.p || (p->etag.p && str_eq(if_range, p->etag));
    struct str range = same && p->status == 200 ? req_header(r, S("range")) : STR_NONE;
    enum range_kind kind = parse_range(range, p->file_size, &at, &length);
    req_set(r, S("accept-ranges"), S("bytes"));
    struct buf headers = {0};
    if (kind == RANGE_PART) {
        p->status = 206;
        req_set(r, S("content-range"), arena_printf(r->a, "bytes %lld-%lld/%lld", (long long)at,
                                                    (long long)(at + length - 1), (long long)p->file_size));
    }
    if (kind == RANGE_OUTSIDE) {
        p->status = 416;
        req_set(r, S("content-range"), arena_printf(r->a, "bytes */%lld", (long long)p->file_size));
    }
    reply_headers(p, &headers);
    int fd = p->fd;
    p->fd = -1;
    if (kind == RANGE_OUTSIDE || r->x->method == HTTP_HEAD) {
        close(fd);
        /* HEAD: the length of what GET would send, which no body here has. */
        if (kind != RANGE_OUTSIDE) {
            http_start(p->wire, p->status, buf_str(&headers), length);
            http_end(p->wire);
        } else {
            http_reply(p->wire, p->status, buf_str(&headers), S(""));
        }
    } else {
        p->sent_bytes = (uint64_t)length;
        http_file(p->wire, p->status, buf_str(&headers), fd, at, length);
    }
    buf_free(&headers);
}

bool req_type_is_text(struct str type)
{
    static const char *const heads[] = {"text/", "application/json", "application/problem+json", "application/geo+json",
                                        "application/ld+json", "application/rdf+xml", "application/xml",
                                        "application/rss+xml", "application/atom+xml", "application/x-ndjson",
                                        "image/svg+xml", "application/javascript",
                                        "application/vnd.google-earth.kml+xml", "application/gpx+xml"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (str_starts(type, str_of(heads[i])))
            return true;
    return false;
}

static void put_rates(struct req_private *p, struct buf *out)
{
    const struct web_hooks *hooks = p->engine->c.hooks;
    if (hooks->rate_headers && p->spent && p->status < 400)
        hooks->rate_headers(&p->req, out);
}

/* All but the rates. */
static void put_head(struct req_private *p, struct buf *out)
{
    struct req *r = &p->req;
    if (p->etag.p && p->status < 400)
        req_set(r, S("etag"), p->etag);
    if (p->gzip)
        req_set(r, S("content-encoding"), S("gzip"));
    if (p->content_type.n)
        security_line(out, S("content-type"), p->content_type);
    for (size_t i = 0; i < p->nheaders; i++)
        security_line(out, p->headers[i].name, p->headers[i].value);
    security_headers(p, out);
}

void reply_headers(struct req_private *p, struct buf *out)
{
    put_rates(p, out);
    put_head(p, out);
}

static void send_whole(struct req_private *p, struct str headers, struct str body)
{
    p->sent_bytes = p->req.x->method == HTTP_HEAD || p->status == 304 || p->status == 204 ? 0 : body.n;
    http_reply(p->wire, p->status, headers, body);
}

static void send_body(struct req_private *p, struct str body)
{
    struct buf *headers = &p->engine->scratch;
    buf_reset(headers);
    reply_headers(p, headers);
    send_whole(p, buf_str(headers), body);
}

static void set_cached(struct req_private *p)
{
    const struct cache_entry *c = p->cached;
    p->content_type = c->content_type;
    p->gzip = c->gzip;
    for (struct str rest = c->headers, line; str_cut(&rest, '\n', &line);) {
        struct str value = line, name;
        if (line.n == 0)
            continue;
        str_cut(&value, ':', &name);
        req_set(&p->req, name, str_trim(value));
    }
}

/* What the key does not name of what these lines are made of (who may frame an answer) moves the portal's generation. */
static struct str make_cached_head(struct req_private *p)
{
    struct buf *head = &p->engine->scratch;
    set_cached(p);
    buf_reset(head);
    put_head(p, head);
    p->nheaders = 0; /* they are in it */
    return cache_set_head(p->cached, p->req.tenant->generation, buf_str(head));
}

static void send_cached(struct req_private *p)
{
    const struct cache_entry *c = p->cached;
    struct buf *headers = &p->engine->scratch;
    p->status = c->status;
    if (p->nheaders > 0) { /* a stage had something to say to this client alone, such as a cookie to drop */
        set_cached(p);
        send_body(p, c->body);
        return;
    }
    struct str same = cache_head(c, p->req.tenant->generation);
    if (!same.p)
        same = make_cached_head(p);
    buf_reset(headers);
    put_rates(p, headers);
    buf_add(headers, same);
    send_whole(p, buf_str(headers), c->body);
}

static void send_now(struct req_private *p)
{
    stage_cache_store(p);
    if (p->wire)
        send_body(p, buf_str(&p->body));
}

static void run_gzip(uv_work_t *w)
{
    struct req_private *p = w->data;
    p->gzip = gzip_body(&p->body);
}

static void on_gzip(uv_work_t *w, int status)
{
    (void)status;
    struct req_private *p = w->data;
    p->busy = p->on_thread = false;
    p->engine->cpu_waiting--;
    p->held++;
    send_now(p);
    p->held--;
    engine_maybe_free(p);
}

/* Answers that hold a session's form token are not compressed: their length would tell it. */
static bool wants_gzip(struct req_private *p)
{
    return p->body.n >= GZIP_MIN && p->status == 200 && !p->gzip && p->req.who.csrf.n == 0 &&
           req_type_is_text(p->content_type) && gzip_accepted(req_header(&p->req, S("accept-encoding")));
}

void reply_send(struct req_private *p)
{
    p->phase = PHASE_SENDING;
    if (!p->wire)
        return;
    if (p->answer == ANSWER_CACHED) {
        send_cached(p);
        return;
    }
    if (p->answer == ANSWER_FILE) {
        stage_cache_leave(p);
        send_file(p);
        return;
    }
    if (p->body.over) {
        struct err e = {0};
        ERR(&e, err_answer_too_large, "over %zu bytes", p->body.n);
        p->body.over = false;
        engine_fail(p, &e);
        return;
    }
    if (!wants_gzip(p)) {
        send_now(p);
    } else if (p->body.n <= GZIP_INLINE_MAX || !pool_submit(p, run_gzip, on_gzip)) {
        p->gzip = gzip_body(&p->body);
        send_now(p);
    }
}

void reply_start_stream(struct req_private *p)
{
    struct buf headers = {0};
    reply_headers(p, &headers);
    p->streaming = true;
    stage_cache_leave(p); /* nobody waits for what is not kept: this client may read for an hour */
    http_start(p->wire, p->status, buf_str(&headers), -1);
    buf_free(&headers);
}
