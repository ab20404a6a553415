#include "core/io/http_conn.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "core/io/address.h"

enum { LINGER_MS = 2000, BODY_STEP = 1024, LEFT_GRACE_MS = 300 };

static unsigned or_default(unsigned given, unsigned otherwise)
{
    return given ? given : otherwise;
}

static void deadline(struct http_conn *c, unsigned given_ms, unsigned otherwise_ms)
{
    c->deadline_at = uv_now(c->s->loop) + or_default(given_ms, otherwise_ms);
    c->progress_bytes = 0;
}

static void rest(struct http_conn *c)
{
    c->state = CONN_IDLE;
    c->idle_since = uv_now(c->s->loop);
    deadline(c, c->s->config.idle_deadline_ms, 75000);
}

/* --- exchanges ------------------------------------------------------------------------------ */

static struct exchange *exchange_take(struct http_conn *c)
{
    struct http_server *s = c->s;
    struct exchange *x = s->free_exchanges;
    if (x) {
        s->free_exchanges = x->next_free;
        s->nfree--;
    } else {
        x = must_alloc(sizeof *x);
    }
    x->c = c;
    c->x = x;
    return x;
}

/* The fields and the inline head are not cleared: their counts are. */
static void exchange_clear(struct exchange *x)
{
    arena_free(&x->arena);
    x->c = NULL;
    x->welcome = x->body_seen = 0;
    x->chunks = (struct http_chunks){0};
    x->started = x->ended = x->aborted = x->body_done = x->discard = false;
    x->chunked = x->bodyless = x->choked = false;
    x->length_left = 0;
    x->x.nfields = 0;
    x->x.context = NULL;
    x->x.secure = false;
}

static void exchange_release(struct http_conn *c)
{
    struct exchange *x = c->x;
    struct http_server *s = c->s;
    if (!x)
        return;
    s->owner.on_gone(&x->x);
    c->x = NULL;
    exchange_clear(x);
    if (s->nfree >= EXCHANGES_KEPT) {
        free(x);
        return;
    }
    x->next_free = s->free_exchanges;
    s->free_exchanges = x;
    s->nfree++;
}

/* What is no address is left out. */
static void put_peer(char peer[64], struct str said)
{
    char text[64];
    struct in_addr v4;
    struct in6_addr v6;
    if (said.n == 0 || said.n >= sizeof text)
        return;
    memcpy(text, said.p, said.n);
    text[said.n] = '\0';
    if (inet_pton(AF_INET, text, &v4) == 1)
        inet_ntop(AF_INET, &v4, peer, 64);
    else if (inet_pton(AF_INET6, text, &v6) == 1)
        address_text(&v6, peer);
}

/* The last hop is the one our own proxy wrote; what is before it is the client's word. */
static void forwarded(struct http_exchange *x)
{
    struct str all = STR_NONE, last = STR_NONE, part;
    for (size_t i = 0; i < x->nfields; i++)
        if (str_eq(x->fields[i].name, S("x-forwarded-for")))
            all = x->fields[i].value;
    while (str_cut(&all, ',', &part))
        last = str_trim(part);
    put_peer(x->peer, last);
    x->secure = str_ieq(http_field(x, S("x-forwarded-proto")), S("https"));
}

static void exchange_fill(struct exchange *x)
{
    struct http_exchange *out = &x->x;
    const struct http_head *head = &x->head;
    out->method = head->method;
    out->target = head->target;
    out->path = head->path;
    out->query = head->query;
    out->host = head->host;
    out->nfields = head->nfields;
    out->body_bytes = head->body_bytes;
    out->a = &x->arena;
    memcpy(out->peer, x->c->peer, sizeof out->peer);
    if (http_listen_trusts(x->c->s, x->c->peer))
        forwarded(out);
}

struct str http_field(const struct http_exchange *x, struct str lower_name)
{
    for (size_t i = 0; i < x->nfields; i++)
        if (str_eq(x->fields[i].name, lower_name))
            return x->fields[i].value;
    return STR_NONE;
}

/* --- reading -------------------------------------------------------------------------------- */

static void stop_reading(struct http_conn *c)
{
    if (c->reading)
        uv_read_stop(&c->u.stream);
    c->reading = false;
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    struct http_conn *c = handle->data;
    *buf = uv_buf_init(c->s->read_buffer, CONN_READ_BUFFER);
}

static void take(struct http_conn *c, struct str *in);

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct http_conn *c = stream->data;
    if (n == 0)
        return;
    if (n < 0 && c->state >= CONN_LINGER) {
        http_conn_close(c);
        return;
    }
    if (n < 0) {
        c->client_done = true;
        stop_reading(c);
        /* A client that only closed its sending side still gets an answer that is quick; to one that
         * went away nobody works on for longer. */
        if (n != UV_EOF || c->state != CONN_ANSWER)
            c->broken = true;
        c->left_at = uv_now(c->s->loop) + LEFT_GRACE_MS;
        c->close_after = true;
        http_conn_settle(c);
        return;
    }
    c->s->count.bytes_in += (uint64_t)n;
    struct str in = {buf->base, (size_t)n};
    if (c->state == CONN_LINGER || c->state == CONN_CLOSED) {
        c->progress_bytes += in.n;
        if (c->progress_bytes > (1 << 20))
            http_conn_close(c);
        return;
    }
    take(c, &in);
}

static void start_reading(struct http_conn *c)
{
    if (!c->reading && !c->client_done && uv_read_start(&c->u.stream, on_room, on_read) == 0)
        c->reading = true;
}

static void keep(struct http_conn *c, struct str *in)
{
    buf_add(&c->pending, *in);
    *in = STR_NONE;
    if (c->pending.n > HTTP_HEAD_MAX)
        stop_reading(c);
}

void http_conn_refuse(struct http_conn *c, int status, const char *why)
{
    struct http_server *s = c->s;
    struct buf headers = {0}, body = {0};
    char line[48], rest_of_head[80];
    s->count.refused++;
    c->unread = true;
    s->count.answers[status / 100]++;
    c->close_after = true;
    if (s->owner.on_refuse)
        s->owner.on_refuse(status, why, &headers, &body, s->context);
    int n = snprintf(rest_of_head, sizeof rest_of_head, "content-length: %zu\r\nconnection: close\r\n\r\n", body.n);
    struct str parts[] = {http_conn_status_line(status, line, sizeof line), http_listen_date(s), buf_str(&headers),
                          {rest_of_head, (size_t)n}, buf_str(&body)};
    http_conn_send(c, parts, 5);
    buf_free(&headers);
    buf_free(&body);
    c->state = CONN_ANSWER;
    c->deadline_at = 0;
    if (c->x) {
        c->x->started = c->x->ended = c->x->discard = true;
    }
    http_conn_settle_later(c);
}

/* --- body ------------------------------------------------------------------------------------ */

static void body_complete(struct http_conn *c)
{
    struct exchange *x = c->x;
    x->body_done = true;
    c->state = CONN_ANSWER;
    c->deadline_at = 0;
    if (!x->discard && !x->started)
        c->s->owner.on_request(&x->x);
}

static bool body_piece(struct http_conn *c, struct str data)
{
    struct exchange *x = c->x;
    x->body_seen += data.n;
    uint64_t drain_max = x->head.body_bytes < 0 ? CONN_DRAIN_MAX : UINT64_MAX;
    uint64_t most = x->discard ? drain_max : x->welcome;
    if (x->body_seen > most) {
        if (x->started)
            c->close_after = x->discard = true;
        else
            http_conn_refuse(c, 413, "body too large");
        return !c->close_after;
    }
    if (!x->discard && !x->started)
        c->s->owner.on_body(&x->x, data);
    return true;
}

static bool take_chunks(struct http_conn *c, struct str *in)
{
    struct exchange *x = c->x;
    for (;;) {
        struct str data;
        enum http_progress got = http_unchunk(&x->chunks, in, &data);
        if (got == HTTP_BAD) {
            if (!x->started)
                http_conn_refuse(c, 400, "chunk");
            c->close_after = true;
            return false;
        }
        if (got == HTTP_DONE)
            body_complete(c);
        if (got == HTTP_DONE || !data.p)
            return got == HTTP_DONE;
        if (!body_piece(c, data))
            return false;
    }
}

static bool take_length(struct http_conn *c, struct str *in)
{
    struct exchange *x = c->x;
    uint64_t left = (uint64_t)x->head.body_bytes - x->body_seen;
    struct str data = str_part(*in, 0, left < in->n ? (size_t)left : in->n);
    *in = str_from(*in, data.n);
    if (data.n && !body_piece(c, data))
        return false;
    if (x->body_seen == (uint64_t)x->head.body_bytes)
        body_complete(c);
    return x->body_done;
}

static bool take_body(struct http_conn *c, struct str *in)
{
    c->progress_bytes += in->n;
    if (c->progress_bytes >= BODY_STEP)
        deadline(c, c->s->config.stall_deadline_ms, 30000);
    return c->x->head.body_bytes < 0 ? take_chunks(c, in) : take_length(c, in);
}

/* --- head ------------------------------------------------------------------------------------ */

static void begin(struct http_conn *c, struct str rest_of_input)
{
    struct exchange *x = c->x;
    struct http_server *s = c->s;
    s->count.requests++;
    c->close_after = !x->head.keep_alive || s->draining || c->close_after;
    x->welcome = s->owner.on_head(&x->x, s->context);
    if (x->head.body_bytes == 0) {
        body_complete(c);
        return;
    }
    c->state = CONN_BODY;
    deadline(c, s->config.stall_deadline_ms, 30000);
    if (x->started) {
        x->discard = true;
        return;
    }
    if (x->head.body_bytes > 0 && (uint64_t)x->head.body_bytes > x->welcome)
        http_conn_refuse(c, 413, "body too large");
    else if (x->head.expect_continue && rest_of_input.n == 0)
        http_conn_send(c, &(struct str){"HTTP/1.1 100 Continue\r\n\r\n", 25}, 1);
}

static bool parse(struct http_conn *c, struct str bytes)
{
    struct exchange *x = exchange_take(c);
    char *copy = bytes.n <= sizeof x->inline_head ? x->inline_head : arena_alloc(&x->arena, bytes.n);
    memcpy(copy, bytes.p, bytes.n);
    x->head.fields = x->x.fields;
    struct http_refusal refusal;
    if (http_parse(copy, bytes.n, &x->head, &refusal)) {
        exchange_fill(x);
        return true;
    }
    c->x = NULL;
    exchange_clear(x);
    free(x);
    http_conn_refuse(c, refusal.status, refusal.why);
    return false;
}

static bool take_head(struct http_conn *c, struct str *in)
{
    size_t head_bytes = 0;
    struct http_refusal refusal;
    enum http_progress got = http_scan(&c->scan, in->p, in->n, &head_bytes, &refusal);
    if (got == HTTP_BAD) {
        http_conn_refuse(c, refusal.status, refusal.why);
        return false;
    }
    if (got == HTTP_MORE) {
        if (c->state == CONN_IDLE)
            deadline(c, c->s->config.head_deadline_ms, 10000);
        c->state = CONN_HEAD;
        return false;
    }
    c->scan = (struct http_scan){0};
    struct str head = str_part(*in, 0, head_bytes);
    *in = str_from(*in, head_bytes);
    if (!parse(c, head))
        return false;
    begin(c, *in);
    return true;
}

static bool finished(const struct http_conn *c)
{
    return c->x && c->x->ended && http_conn_queued(c) == 0 && !c->file && !c->broken;
}

/* After a whole answer: the next request, or the end. */
static void next_request(struct http_conn *c)
{
    exchange_release(c);
    if (!c->close_after)
        rest(c);
}

static bool can_take(const struct http_conn *c)
{
    return c->state < CONN_ANSWER && !c->broken && (!c->close_after || c->x);
}

/* Takes what came as far as it goes; what must wait is copied to `pending`. */
static void take(struct http_conn *c, struct str *in)
{
    struct buf held = {0};
    if (c->pending.n) {
        buf_add(&c->pending, *in);
        held = c->pending;
        c->pending = (struct buf){0};
        *in = buf_str(&held);
    }
    bool was_running = c->running;
    c->running = true;
    while (in->n && can_take(c)) {
        bool more = c->x ? take_body(c, in) : take_head(c, in);
        if (c->x && c->x->body_done && finished(c))
            next_request(c);
        if (!more)
            break;
    }
    c->running = was_running;
    if (in->n && c->state <= CONN_ANSWER && !c->broken)
        keep(c, in);
    buf_free(&held);
    http_conn_settle(c);
}

/* --- settling -------------------------------------------------------------------------------- */

void http_conn_settle_later(struct http_conn *c)
{
    struct http_server *s = c->s;
    if (c->running || c->is_settling || c->state == CONN_CLOSED)
        return;
    c->is_settling = true;
    c->next_settling = s->settling;
    s->settling = c;
    http_listen_settle_soon(s);
}

static void on_shut(uv_shutdown_t *request, int status)
{
    (void)status;
    free(request);
}

/* Closing with unread bytes would reset the connection and could take the answer with it. */
static void linger(struct http_conn *c)
{
    c->state = CONN_LINGER;
    c->progress_bytes = 0;
    c->deadline_at = uv_now(c->s->loop) + LINGER_MS;
    buf_free(&c->pending);
    uv_shutdown_t *request = must_alloc(sizeof *request);
    if (uv_shutdown(request, &c->u.stream, on_shut) != 0)
        free(request);
    start_reading(c);
}

static void end_politely(struct http_conn *c, bool unread)
{
    exchange_release(c);
    if (c->client_done || !unread)
        http_conn_close(c);
    else
        linger(c);
}

static void resume_owner(struct http_conn *c)
{
    struct exchange *x = c->x;
    if (x && x->choked && http_conn_queued(c) < CONN_QUEUE_LOW) {
        x->choked = false;
        c->running = true;
        c->s->owner.on_drain(&x->x);
        c->running = false;
    }
}

static bool wants_input(const struct http_conn *c)
{
    return c->state <= CONN_ANSWER && c->pending.n <= HTTP_HEAD_MAX;
}

void http_conn_settle(struct http_conn *c)
{
    if (c->running || c->state >= CONN_LINGER)
        return;
    resume_owner(c);
    if (c->broken || (c->x && c->x->aborted)) {
        http_conn_close(c);
        return;
    }
    if (c->state == CONN_ANSWER && !c->x && c->close_after && http_conn_queued(c) == 0) {
        end_politely(c, c->unread || c->pending.n > 0);
        return;
    }
    if (finished(c)) {
        bool unread = !c->x->body_done;
        if (unread && !c->close_after)
            return; /* a small unwanted body is still being read */
        if (c->close_after) {
            end_politely(c, unread || c->pending.n > 0);
            return;
        }
        next_request(c);
    }
    if (c->state == CONN_IDLE && c->close_after) {
        http_conn_close(c);
        return;
    }
    if (c->state < CONN_ANSWER && c->pending.n && !c->client_done) {
        struct str none = STR_NONE;
        if (c->state == CONN_IDLE) {
            take(c, &none);
            return;
        }
    }
    if (wants_input(c))
        start_reading(c);
}

/* --- deadlines ------------------------------------------------------------------------------- */

/* A client that takes nothing for stall_deadline_ms is cut; one that takes slowly is not. */
static void tick_writing(struct http_conn *c, uint64_t now)
{
    size_t queued = http_conn_queued(c) + uv_stream_get_write_queue_size(&c->u.stream);
    size_t mark = queued + http_send_file_sent(c);
    if (queued == 0 && !c->file) {
        c->deadline_at = 0;
    } else if (c->deadline_at == 0 || mark != c->progress_bytes) {
        deadline(c, c->s->config.stall_deadline_ms, 30000);
        c->progress_bytes = mark;
    } else if (now >= c->deadline_at) {
        c->s->count.timed_out++;
        http_conn_close(c);
    }
}

void http_conn_tick(struct http_conn *c, uint64_t now)
{
    if (c->state == CONN_ANSWER) {
        if (c->left_at && now >= c->left_at && c->x && !c->x->started)
            http_conn_close(c);
        else
            tick_writing(c, now);
        return;
    }
    if (c->deadline_at == 0 || now < c->deadline_at)
        return;
    c->s->count.timed_out += c->state != CONN_LINGER;
    if (c->state == CONN_HEAD || (c->state == CONN_BODY && !c->x->started))
        http_conn_refuse(c, 408, c->state == CONN_HEAD ? "head too slow" : "body too slow");
    else
        http_conn_close(c);
}

/* --- opening and closing --------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    http_listen_conn_gone(handle->data);
}

void http_conn_close(struct http_conn *c)
{
    if (c->state == CONN_CLOSED)
        return;
    c->state = CONN_CLOSED;
    c->s->count.open--;
    c->broken = true;
    http_send_file_cancel(c);
    exchange_release(c);
    uv_close(&c->u.handle, on_closed);
}

void http_conn_open(struct http_server *s, int fd, const char *peer, struct address *address)
{
    struct http_conn *c = must_alloc(sizeof *c);
    c->s = s;
    c->address = address;
    c->pending.max = HTTP_HEAD_MAX + 2 * CONN_READ_BUFFER;
    c->waiting.max = c->flying.max = (size_t)1 << 40;
    snprintf(c->peer, sizeof c->peer, "%s", peer);
    c->u.handle.data = c;
    if (s->is_unix) {
        uv_pipe_init(s->loop, &c->u.pipe, 0);
        must(uv_pipe_open(&c->u.pipe, fd) == 0);
    } else {
        uv_tcp_init(s->loop, &c->u.tcp);
        must(uv_tcp_open(&c->u.tcp, fd) == 0);
        uv_tcp_nodelay(&c->u.tcp, 1);
    }
    c->u.handle.data = c;
    c->next = s->first;
    if (s->first)
        s->first->prev = c;
    s->first = c;
    s->count.open++;
    s->count.connections++;
    rest(c);
    start_reading(c);
}
