#include "core/io/http_conn.h"

#include <stdio.h>

#include "core/base/must.h"

/* Up to this a copy is cheaper than a list of pieces for the kernel: a whole answer, or the head of a longer one. */
enum { GATHER_MAX = 16 * 1024, PARTS_MAX = 6 };

size_t http_conn_queued(const struct http_conn *c)
{
    return c->flying.n + c->waiting.n;
}

static void on_written(uv_write_t *request, int status);

static void fly(struct http_conn *c)
{
    struct buf empty = c->flying;
    c->flying = c->waiting;
    c->waiting = empty;
    uv_buf_t b = uv_buf_init(c->flying.p, (unsigned)c->flying.n);
    c->write.data = c;
    c->writing = true;
    if (uv_write(&c->write, &c->u.stream, &b, 1, on_written) != 0) {
        c->writing = false;
        c->broken = true;
        http_conn_settle_later(c);
    }
}

static void on_written(uv_write_t *request, int status)
{
    struct http_conn *c = request->data;
    c->writing = false;
    c->s->count.bytes_out += c->flying.n;
    buf_reset(&c->flying);
    if (c->state == CONN_CLOSED)
        return;
    if (status < 0) {
        c->broken = true;
    } else if (c->waiting.n) {
        fly(c);
    } else {
        buf_free(&c->flying);
        buf_free(&c->waiting);
        http_conn_flushed(c);
    }
    http_conn_settle(c);
}

void http_conn_flushed(struct http_conn *c)
{
    if (c->file)
        http_send_file_go(c);
}

/* What the kernel takes at once goes at once; -1: the connection is gone. */
static ssize_t try_send(struct http_conn *c, const struct str *parts, unsigned n, size_t total)
{
    char gathered[GATHER_MAX];
    uv_buf_t bufs[PARTS_MAX + 1];
    unsigned nbufs = 1, together = total <= GATHER_MAX ? n : total - parts[n - 1].n <= GATHER_MAX ? n - 1 : 0;
    size_t at = 0;
    for (unsigned i = 0; i < n; i++) {
        if (i >= together && parts[i].n)
            bufs[nbufs++] = (uv_buf_t){.base = (char *)(uintptr_t)parts[i].p, .len = parts[i].n};
        if (i >= together || parts[i].n == 0)
            continue;
        memcpy(gathered + at, parts[i].p, parts[i].n);
        at += parts[i].n;
    }
    bufs[0] = uv_buf_init(gathered, (unsigned)at);
    int sent = uv_try_write(&c->u.stream, at ? bufs : bufs + 1, at ? nbufs : nbufs - 1);
    return sent == UV_EAGAIN ? 0 : sent < 0 ? -1 : sent;
}

static void queue_from(struct http_conn *c, const struct str *parts, unsigned n, size_t skip)
{
    for (unsigned i = 0; i < n; i++) {
        size_t cut = skip < parts[i].n ? skip : parts[i].n;
        buf_add(&c->waiting, str_from(parts[i], cut));
        skip -= cut;
    }
}

void http_conn_send(struct http_conn *c, const struct str *parts, unsigned n)
{
    must(n <= PARTS_MAX);
    size_t total = 0;
    for (unsigned i = 0; i < n; i++)
        total += parts[i].n;
    if (c->broken || c->state == CONN_CLOSED || total == 0)
        return;
    ssize_t sent = http_conn_queued(c) ? 0 : try_send(c, parts, n, total);
    if (sent < 0) {
        c->broken = true;
        http_conn_settle_later(c);
        return;
    }
    c->s->count.bytes_out += (uint64_t)sent;
    if ((size_t)sent == total)
        return;
    queue_from(c, parts, n, (size_t)sent);
    if (!c->writing)
        fly(c);
}

/* --- answers --------------------------------------------------------------------------------- */

// clang-format off
static const struct { int status; struct str line; } status_lines[] = {
#define LINE(status, reason) {status, {"HTTP/1.1 " #status " " reason "\r\n", sizeof("HTTP/1.1 " #status " " reason "\r\n") - 1}}
    LINE(200, "OK"), LINE(304, "Not Modified"), LINE(404, "Not Found"), LINE(206, "Partial Content"),
    LINE(201, "Created"), LINE(202, "Accepted"), LINE(204, "No Content"),
    LINE(301, "Moved Permanently"), LINE(302, "Found"), LINE(303, "See Other"),
    LINE(307, "Temporary Redirect"), LINE(308, "Permanent Redirect"),
    LINE(400, "Bad Request"), LINE(401, "Unauthorized"), LINE(403, "Forbidden"),
    LINE(405, "Method Not Allowed"), LINE(406, "Not Acceptable"), LINE(408, "Request Timeout"),
    LINE(409, "Conflict"), LINE(410, "Gone"), LINE(411, "Length Required"),
    LINE(412, "Precondition Failed"), LINE(413, "Content Too Large"), LINE(414, "URI Too Long"),
    LINE(415, "Unsupported Media Type"), LINE(416, "Range Not Satisfiable"),
    LINE(417, "Expectation Failed"), LINE(421, "Misdirected Request"),
    LINE(422, "Unprocessable Content"), LINE(423, "Locked"), LINE(428, "Precondition Required"),
    LINE(429, "Too Many Requests"), LINE(431, "Request Header Fields Too Large"),
    LINE(500, "Internal Server Error"), LINE(501, "Not Implemented"), LINE(502, "Bad Gateway"),
    LINE(503, "Service Unavailable"), LINE(504, "Gateway Timeout"), LINE(507, "Insufficient Storage"),
#undef LINE
};
// clang-format on

struct str http_conn_status_line(int status, char *room, size_t size)
{
    for (size_t i = 0; i < sizeof status_lines / sizeof status_lines[0]; i++)
        if (status_lines[i].status == status)
            return status_lines[i].line;
    return (struct str){room, (size_t)snprintf(room, size, "HTTP/1.1 %d Status\r\n", status)};
}

static struct str connection_line(const struct http_conn *c)
{
    if (c->close_after)
        return S("connection: close\r\n");
    return c->x->head.minor == 0 ? S("connection: keep-alive\r\n") : S("");
}

static bool is_bodyless(const struct exchange *x, int status)
{
    return x->head.method == HTTP_HEAD || status == 204 || status == 304;
}

/* The line that says where the body ends; absent from 204, and from 304 unless it is known. */
static struct str length_line(char room[48], int status, int64_t length, const struct exchange *x)
{
    if (status == 204 || (status == 304 && length <= 0))
        return S("");
    if (length < 0)
        return x->head.minor == 0 ? S("") : S("transfer-encoding: chunked\r\n");
    static const char name[] = "content-length: ";
    size_t digits = str_n(room + 22, length).n; /* up to room + 46 */
    memcpy(room + 46, "\r\n", 2);
    char *p = room + 46 - digits - (sizeof name - 1);
    memcpy(p, name, sizeof name - 1);
    return (struct str){p, (size_t)(room + 48 - p)};
}

/* An answer before the whole body came: a long rest is not worth reading, so close after it. */
static void forgo_body(struct exchange *x)
{
    if (x->body_done || x->head.body_bytes == 0)
        return;
    x->discard = true;
    if (x->head.body_bytes < 0 || (uint64_t)x->head.body_bytes - x->body_seen > CONN_DRAIN_MAX)
        x->c->close_after = true;
    x->body_seen = x->head.body_bytes < 0 ? 0 : x->body_seen;
}

static void send_head(struct exchange *x, int status, struct str headers, int64_t length, struct str body)
{
    struct http_conn *c = x->c;
    must(!x->started && status >= 200 && status < 600);
    must(headers.n == 0 || str_ends(headers, S("\r\n")));
    x->started = true;
    x->bodyless = is_bodyless(x, status);
    c->s->count.answers[status / 100]++;
    forgo_body(x);
    if (length < 0 && x->head.minor == 0)
        c->close_after = true;
    char room[48], line[48], tail[128];
    struct str ends[2] = {length_line(room, status, length, x), connection_line(c)};
    memcpy(tail, ends[0].p, ends[0].n);
    memcpy(tail + ends[0].n, ends[1].p, ends[1].n);
    memcpy(tail + ends[0].n + ends[1].n, "\r\n", 2);
    struct str parts[] = {http_conn_status_line(status, line, sizeof line), http_listen_date(c->s), headers,
                          {tail, ends[0].n + ends[1].n + 2}, x->bodyless ? STR_NONE : body};
    http_conn_send(c, parts, 5);
}

static struct exchange *of(struct http_exchange *x)
{
    return (struct exchange *)(void *)x;
}

static void ended(struct exchange *x)
{
    x->ended = true;
    http_conn_settle_later(x->c);
}

void http_reply(struct http_exchange *x, int status, struct str headers, struct str body)
{
    struct exchange *in = of(x);
    send_head(in, status, headers, (int64_t)body.n, body);
    ended(in);
}

void http_start(struct http_exchange *x, int status, struct str headers, int64_t length)
{
    struct exchange *in = of(x);
    in->length_left = length;
    in->chunked = length < 0 && in->head.minor == 1;
    send_head(in, status, headers, length, STR_NONE);
}

bool http_write(struct http_exchange *x, struct str bytes)
{
    struct exchange *in = of(x);
    struct http_conn *c = in->c;
    must(in->started && !in->ended);
    if (c->broken || in->aborted)
        return false;
    if (bytes.n == 0 || in->bodyless)
        return true;
    if (in->chunked) {
        char size[24];
        int n = snprintf(size, sizeof size, "%zx\r\n", bytes.n);
        struct str parts[] = {{size, (size_t)n}, bytes, S("\r\n")};
        http_conn_send(c, parts, 3);
    } else {
        must(in->length_left < 0 || bytes.n <= (uint64_t)in->length_left);
        if (in->length_left > 0)
            in->length_left -= (int64_t)bytes.n;
        http_conn_send(c, &bytes, 1);
    }
    in->choked = http_conn_queued(c) > CONN_QUEUE_HIGH;
    return !in->choked && !c->broken;
}

size_t http_queued(const struct http_exchange *x)
{
    return http_conn_queued(((const struct exchange *)(const void *)x)->c);
}

void http_end(struct http_exchange *x)
{
    struct exchange *in = of(x);
    must(in->started && !in->ended);
    in->choked = false;
    if (!in->bodyless && in->length_left > 0) {
        http_abort(x);
        return;
    }
    if (in->chunked && !in->bodyless)
        http_conn_send(in->c, &(struct str){"0\r\n\r\n", 5}, 1);
    ended(in);
}

void http_abort(struct http_exchange *x)
{
    of(x)->aborted = true;
    http_conn_settle_later(of(x)->c);
}

void http_file(struct http_exchange *x, int status, struct str headers, int fd, int64_t at, int64_t length)
{
    struct exchange *in = of(x);
    send_head(in, status, headers, length, STR_NONE);
    http_send_file_start(in->c, fd, at, in->bodyless ? 0 : length);
    ended(in);
}
