#pragma once
#include <uv.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * http -- HTTP/1.1 on a loop: listens, reads requests, writes answers with back-pressure.
 *
 * Source: RFC 9110, RFC 9112; refusals of reliability.md section 0 item 4 and T21-T25. A strict
 * pre-scan of the header block stands before llhttp; what is malformed or ambiguous gets 400 and
 * the connection is closed. Pipelined requests are answered in order, one at a time.
 *
 * Life of an exchange: on_head (the head is parsed, views valid until on_gone) -> on_body
 * (0..n times, in order) -> on_request (the whole body is in) -> the owner answers, at once or
 * later -> on_gone (answered in full, or the client left: after it the exchange is gone).
 * on_gone is never called from inside http_reply and its sisters: x stays valid until they return.
 * A client that closes only its sending side still gets an answer that begins within 0.3 s; after that
 * it counts as gone, so that nobody works for a client that left in order.
 */
enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS,
                   HTTP_OTHER };
enum { HTTP_FIELDS_MAX = 100 };

struct http_field {
    struct str name, value; /* the name in lower case */
};

struct http_exchange {
    enum http_method method;
    struct str target;            /* as sent, origin-form */
    struct str path, query;       /* before and after the first '?'; undecoded; query may be absent */
    struct str host;              /* the Host field's value */
    size_t nfields;
    struct http_field fields[HTTP_FIELDS_MAX];
    int64_t body_bytes;           /* Content-Length; -1: chunked; 0: no body */
    char peer[64];                /* the client's address, without port; from the trusted proxy's
                                     X-Forwarded-For where the listener trusts it */
    bool secure;                  /* the trusted proxy said https */
    struct arena *a;              /* the request's arena: lives until on_gone returns */
    void *context;                /* the owner's */
};

struct http_owner {
    /* Decides how many body bytes are welcome (0: none). May answer at once (then the body is
     * drained or the connection closed). */
    uint64_t (*on_head)(struct http_exchange *x, void *owner);
    void (*on_body)(struct http_exchange *x, struct str bytes);
    void (*on_request)(struct http_exchange *x);
    void (*on_drain)(struct http_exchange *x); /* a streamed answer: the queue fell under 64 KiB */
    void (*on_gone)(struct http_exchange *x);
    /* The body of an answer to a request that never became one (400, 408, 413, 431). */
    void (*on_refuse)(int status, const char *why, struct buf *headers, struct buf *body, void *owner);
    /* Before each megabyte of a file: false cuts the connection. NULL: it always goes on. */
    bool (*on_file)(struct http_exchange *x);
};

struct http_config {
    const char *listen;     /* "127.0.0.1:8080", "[::1]:8080" or "unix:/run/terrasse/web.sock" */
    bool trust_proxy;       /* X-Forwarded-For and X-Forwarded-Proto are believed on this listener */
    const char *trusted;    /* from these peers only: addresses between commas, "unix"; NULL: from every peer */
    bool loopback_only;     /* refuse any other address (a demonstration home) */
    bool share_port;        /* SO_REUSEPORT: several web processes */
    unsigned head_deadline_ms, stall_deadline_ms, idle_deadline_ms; /* 0: 10 s, 30 s, 75 s */
    unsigned connections_max, per_address_max;                      /* 0: 4096, 256 */
};

struct http_server;
struct http_server *http_listen(uv_loop_t *loop, const struct http_config *config,
                                const struct http_owner *owner, void *owner_context, struct err *e);
void http_listening_on(const struct http_server *s, char *out, size_t size); /* "127.0.0.1:8080" */

struct str http_field(const struct http_exchange *x, struct str lower_name); /* absent: not sent */

/* A whole answer. headers: "name: value\r\n" lines, without content-length, date and connection,
 * which are added here. A HEAD gets the headers only, a 204 or 304 no body. */
void http_reply(struct http_exchange *x, int status, struct str headers, struct str body);

/* A streamed answer: start, write…, end. length -1: chunked. http_write takes a copy or sends at
 * once; it says false when more than 256 KiB wait: then write nothing until on_drain. An end
 * before `length` bytes, or http_abort, breaks the connection so that the client sees the cut. */
void http_start(struct http_exchange *x, int status, struct str headers, int64_t length);
bool http_write(struct http_exchange *x, struct str bytes);
void http_end(struct http_exchange *x);
size_t http_queued(const struct http_exchange *x); /* bytes that wait for the client in this process */
void http_abort(struct http_exchange *x);
/* A part of a file (sendfile); the descriptor is closed by us. */
void http_file(struct http_exchange *x, int status, struct str headers, int fd, int64_t at, int64_t length);

/* Orderly stop: stop listening, finish what runs (at most deadline_ms), close idle connections. */
void http_drain(struct http_server *s, unsigned deadline_ms, void (*done)(void *), void *context);
void http_metrics(const struct http_server *s, struct buf *out);
