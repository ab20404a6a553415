#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/io/errors.h"
#include "core/io/http_conn.h"

/* The server runs on this thread's loop; the client is a plain blocking thread. */
enum { STREAM_BYTES = 50 << 20, PIECE = 64 << 10, CLIENT_SECONDS = 20 };

struct bench {
    uv_loop_t loop;
    struct http_server *server;
    uint16_t port;
    struct buf body, got; /* the request's body; what the client read */
    _Atomic int requests, gone;
    size_t left, most_queued;
    uint64_t welcome;
    char path[48]; /* of a Unix socket */
    char peer[64];
    bool secure, later, stopped;
    struct http_exchange *waiting;
    uv_timer_t timer;
    uv_async_t stop;
    const char *send;
    size_t send_n;
    int (*client)(struct bench *b, int fd);
    int result;
};

static char piece[PIECE];

static uint64_t on_head(struct http_exchange *x, void *owner)
{
    struct bench *b = owner;
    x->context = b;
    memcpy(b->peer, x->peer, sizeof b->peer);
    b->secure = x->secure;
    if (str_eq(x->path, S("/early")))
        http_reply(x, 403, S(""), S("no"));
    return b->welcome;
}

static void on_body(struct http_exchange *x, struct str bytes)
{
    struct bench *b = x->context;
    buf_add(&b->body, bytes);
}

static void stream(struct http_exchange *x)
{
    struct bench *b = x->context;
    while (b->left > 0) {
        b->left -= PIECE;
        bool more = http_write(x, (struct str){piece, PIECE});
        size_t queued = http_conn_queued(((struct exchange *)(void *)x)->c);
        if (queued > b->most_queued)
            b->most_queued = queued;
        if (!more)
            return;
    }
    http_end(x);
}

static void on_later(uv_timer_t *timer)
{
    struct bench *b = timer->data;
    http_reply(b->waiting, 200, S(""), S("later"));
}

static void file(struct http_exchange *x)
{
    char name[] = "/tmp/test_http_XXXXXX";
    int fd = mkstemp(name);
    unlink(name);
    for (int i = 0; i < 64; i++) {
        memset(piece, 'a' + i % 26, sizeof piece);
        assert_int_equal(write(fd, piece, sizeof piece), sizeof piece);
    }
    if (str_eq(x->query, S("range")))
        http_file(x, 206, S("content-range: bytes 65535-65538/4194304\r\n"), fd, 65535, 4);
    else
        http_file(x, 200, S(""), fd, 0, 4 << 20);
}

static void on_request(struct http_exchange *x)
{
    struct bench *b = x->context;
    b->requests++;
    if (str_eq(x->path, S("/echo"))) {
        http_reply(x, 200, S("content-type: text/plain\r\n"), buf_str(&b->body));
    } else if (str_eq(x->path, S("/stream"))) {
        b->left = STREAM_BYTES;
        http_start(x, 200, S(""), -1);
        stream(x);
    } else if (str_eq(x->path, S("/cut"))) {
        http_start(x, 200, S(""), 100);
        http_write(x, S("short"));
        http_end(x);
    } else if (str_eq(x->path, S("/parts"))) {
        http_start(x, 200, S(""), -1);
        http_write(x, S("abc"));
        http_write(x, S(""));
        http_write(x, S("0123456789abcdef"));
        http_end(x);
    } else if (str_eq(x->path, S("/later"))) {
        b->waiting = x;
        uv_timer_start(&b->timer, on_later, 5, 0);
    } else if (str_eq(x->path, S("/silent"))) {
        b->waiting = x;
    } else if (str_eq(x->path, S("/file"))) {
        file(x);
    } else if (str_eq(x->path, S("/none"))) {
        http_reply(x, 204, S(""), S(""));
    } else {
        http_reply(x, 200, S("x: y\r\n"), x->path);
    }
}

static void on_gone(struct http_exchange *x)
{
    struct bench *b = x->context;
    b->gone++;
    buf_reset(&b->body);
}

static void on_refuse(int status, const char *why, struct buf *headers, struct buf *body, void *owner)
{
    (void)status, (void)owner;
    buf_addz(headers, "content-type: text/plain\r\n");
    buf_addz(body, why);
}

static const struct http_owner owner = {on_head, on_body, on_request, stream, on_gone, on_refuse, NULL};

/* --- the client ------------------------------------------------------------------------------ */

static int dial(uint16_t port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval patience = {CLIENT_SECONDS, 0};
    inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return connect(fd, (struct sockaddr *)&a, sizeof a) == 0 ? fd : -1;
}

/* Reads until the other side closes, or `until` was read. 0: closed, 1: found, -1: failed. */
static int read_until(struct bench *b, int fd, const char *until)
{
    for (;;) {
        char bytes[65536];
        if (until && str_find(buf_str(&b->got), str_of(until)) >= 0)
            return 1;
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n <= 0)
            return n == 0 ? 0 : -1;
        buf_add(&b->got, (struct str){bytes, (size_t)n});
    }
}

static int send_and_read_all(struct bench *b, int fd)
{
    if (write(fd, b->send, b->send_n) != (ssize_t)b->send_n)
        return -2;
    return read_until(b, fd, NULL);
}

static void *client(void *arg)
{
    struct bench *b = arg;
    int fd = b->path[0] ? 0 : dial(b->port);
    b->result = fd < 0 ? -3 : b->client(b, fd);
    if (fd > 0)
        close(fd);
    uv_async_send(&b->stop);
    return NULL;
}

static void on_drained(void *context)
{
    struct bench *b = context;
    b->stopped = true;
    uv_close((uv_handle_t *)&b->timer, NULL);
    uv_close((uv_handle_t *)&b->stop, NULL);
}

static void on_stop(uv_async_t *async)
{
    struct bench *b = async->data;
    if (b->server)
        http_drain(b->server, 500, on_drained, b);
    b->server = NULL;
}

static void run(struct bench *b, struct http_config config, int (*script)(struct bench *, int), const char *send)
{
    struct err e = {0};
    char where[64];
    pthread_t thread;
    b->client = script;
    b->send = send;
    b->send_n = send ? strlen(send) : 0;
    b->got.max = (size_t)1 << 30;
    if (!config.listen)
        config.listen = "127.0.0.1:0";
    uv_loop_init(&b->loop);
    uv_timer_init(&b->loop, &b->timer);
    uv_async_init(&b->loop, &b->stop, on_stop);
    b->timer.data = b->stop.data = b;
    b->server = http_listen(&b->loop, &config, &owner, b, &e);
    if (!b->server)
        fail_msg("%s", e.detail);
    http_listening_on(b->server, where, sizeof where);
    if (!b->path[0])
        b->port = (uint16_t)atoi(strrchr(where, ':') + 1);
    pthread_create(&thread, NULL, client, b);
    uv_run(&b->loop, UV_RUN_DEFAULT);
    pthread_join(thread, NULL);
    assert_int_equal(uv_loop_close(&b->loop), 0);
    assert_true(b->stopped);
}

static void done(struct bench *b)
{
    buf_free(&b->got);
    buf_free(&b->body);
}

static int count(const struct bench *b, const char *needle)
{
    int n = 0;
    struct str rest = buf_str(&b->got);
    for (ptrdiff_t at; (at = str_find(rest, str_of(needle))) >= 0; n++)
        rest = str_from(rest, (size_t)at + strlen(needle));
    return n;
}

#define HOST "Host: a.example\r\n"
#define CLOSE "Connection: close\r\n"

/* --- tests ------------------------------------------------------------------------------------ */

static int keep_alive_script(struct bench *b, int fd)
{
    for (int i = 0; i < 3; i++) {
        static const char text[] = "GET /k HTTP/1.1\r\n" HOST "\r\n";
        buf_reset(&b->got);
        if (write(fd, text, sizeof text - 1) < 0 || read_until(b, fd, "\r\n\r\n/k") != 1)
            return -1;
    }
    return 7;
}

static void keep_alive(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){0}, keep_alive_script, NULL);
    assert_int_equal(b.result, 7);
    assert_int_equal(b.requests, 3);
    assert_int_equal(b.gone, 3);
    assert_int_equal(count(&b, "HTTP/1.1 200 OK\r\n"), 1);
    assert_int_equal(count(&b, "date: "), 1);
    assert_int_equal(count(&b, "content-length: 2\r\n"), 1);
    assert_int_equal(count(&b, "connection:"), 0);
    done(&b);
}

static const struct {
    const char *name, *send;
    const char *has[4]; /* each once in what came back, and the server closed */
    const char *has_not;
} talks[] = {
    {"pipelining two", "GET /a HTTP/1.1\r\n" HOST "\r\nGET /b HTTP/1.1\r\n" HOST CLOSE "\r\n",
     {"\r\n\r\n/aHTTP/1.1 200 OK\r\n", "\r\n\r\n/b", "connection: close\r\n"}, NULL},
    {"pipelining behind an answer that comes later",
     "GET /later HTTP/1.1\r\n" HOST "\r\nGET /b HTTP/1.1\r\n" HOST CLOSE "\r\n",
     {"\r\n\r\nlaterHTTP/1.1 200 OK\r\n", "\r\n\r\n/b"}, NULL},
    {"HEAD", "HEAD /abc HTTP/1.1\r\n" HOST CLOSE "\r\n", {"content-length: 4\r\n", "200 OK"}, "/abc"},
    {"204", "GET /none HTTP/1.1\r\n" HOST CLOSE "\r\n", {"204 No Content"}, "content-length"},
    {"body by length", "POST /echo HTTP/1.1\r\n" HOST CLOSE "Content-Length: 5\r\n\r\nhello",
     {"\r\n\r\nhello"}, NULL},
    {"body by chunks",
     "POST /echo HTTP/1.1\r\n" HOST CLOSE "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
     {"\r\n\r\nhello", "content-length: 5\r\n"}, NULL},
    {"expect", "POST /echo HTTP/1.1\r\n" HOST CLOSE "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n",
     {"HTTP/1.1 200"}, "100 Continue"},
    {"malformed", "GET / HTTP/1.1\r\n" HOST "A : b\r\n\r\nGET /hidden HTTP/1.1\r\n" HOST "\r\n",
     {"HTTP/1.1 400", "field name", "connection: close", "content-length: 10\r\n"}, "/hidden"},
    {"body over the welcome", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5000\r\n\r\n", {"HTTP/1.1 413"},
     NULL},
    {"chunks over the welcome",
     "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nfff\r\nabc", {NULL}, NULL},
    {"bad chunk", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\nx", {"HTTP/1.1 400"},
     NULL},
    {"answered at the head, body drained",
     "POST /early HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n" HOST CLOSE "\r\n",
     {"\r\n\r\nnoHTTP/1.1 200 OK", "\r\n\r\n/b"}, NULL},
    {"answered at the head, long body not awaited",
     "POST /early HTTP/1.1\r\n" HOST "Content-Length: 300000\r\n\r\nabc", {"\r\n\r\nno", "connection: close"},
     NULL},
    {"HTTP/1.0", "GET /a HTTP/1.0\r\n" HOST "\r\n", {"\r\n\r\n/a", "connection: close"}, NULL},
    {"answer by chunks", "GET /parts HTTP/1.1\r\n" HOST CLOSE "\r\n",
     {"transfer-encoding: chunked\r\n", "\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"}, "content-length"},
    {"answer by chunks, HEAD", "HEAD /parts HTTP/1.1\r\n" HOST CLOSE "\r\n", {"transfer-encoding: chunked\r\n"}, "abc"},
    {"answer without length to HTTP/1.0", "GET /parts HTTP/1.0\r\n" HOST "Connection: keep-alive\r\n\r\n",
     {"connection: close\r\n", "\r\n\r\nabc0123456789abcdef"}, "transfer-encoding"},
    {"cut answer", "GET /cut HTTP/1.1\r\n" HOST "\r\n", {"content-length: 100\r\n", "\r\n\r\nshort"}, NULL},
    {"file range", "GET /file?range HTTP/1.1\r\n" HOST CLOSE "\r\n",
     {"206 Partial", "content-length: 4\r\n", "\r\n\r\nabbb"}, NULL},
    {"file by HEAD", "HEAD /file HTTP/1.1\r\n" HOST CLOSE "\r\n", {"content-length: 4194304\r\n"}, "aaaa"},
};

static void each_talk(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof talks / sizeof talks[0]; i++) {
        struct bench b = {.welcome = 1000};
        struct http_config config = {.stall_deadline_ms = 300};
        run(&b, config, send_and_read_all, talks[i].send);
        bool ok = b.result == 0 && (!talks[i].has_not || count(&b, talks[i].has_not) == 0);
        for (size_t k = 0; k < 4 && talks[i].has[k]; k++)
            ok = ok && count(&b, talks[i].has[k]) == 1;
        if (!ok && ++wrong)
            print_error("%s: result %d, got:\n" STR_FMT "\n", talks[i].name, b.result, STR_ARG(buf_str(&b.got)));
        done(&b);
    }
    assert_int_equal(wrong, 0);
}

static int continue_script(struct bench *b, int fd)
{
    static const char head[] = "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    if (write(fd, head, sizeof head - 1) < 0 || read_until(b, fd, "HTTP/1.1 100 Continue\r\n\r\n") != 1)
        return -1;
    return write(fd, "ok", 2) == 2 ? read_until(b, fd, "\r\n\r\nok") : -1;
}

static void expect_continue(void **state)
{
    (void)state;
    struct bench b = {.welcome = 1000};
    run(&b, (struct http_config){0}, continue_script, NULL);
    assert_int_equal(b.result, 1);
    done(&b);
}

/* Closing with bytes unread would reset the connection and take the answer with it. */
static int unwanted_body_script(struct bench *b, int fd)
{
    static const char head[] = "POST /early HTTP/1.1\r\n" HOST "Content-Length: 600000\r\n\r\n";
    if (write(fd, head, sizeof head - 1) < 0)
        return -1;
    while (b->gone == 0)
        usleep(1000);
    for (int i = 0; i < 9; i++)
        if (send(fd, piece, sizeof piece, MSG_NOSIGNAL) < 0)
            return -2;
    shutdown(fd, SHUT_WR);
    return read_until(b, fd, NULL);
}

static void unwanted_body_does_not_eat_the_answer(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){0}, unwanted_body_script, NULL);
    assert_int_equal(b.result, 0);
    assert_int_equal(count(&b, "\r\n\r\nno"), 1);
    done(&b);
}

static int slow_head_script(struct bench *b, int fd)
{
    int64_t began_us = clock_monotonic_us();
    if (write(fd, "GET / HTTP/1.1\r\n", 16) != 16 || read_until(b, fd, NULL) != 0)
        return -1;
    return (int)((clock_monotonic_us() - began_us) / 1000);
}

static void slow_head(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){.head_deadline_ms = 200}, slow_head_script, NULL);
    assert_in_range(b.result, 150, 5000);
    assert_int_equal(count(&b, "HTTP/1.1 408"), 1);
    done(&b);
}

static void idle_is_closed(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){.idle_deadline_ms = 100}, send_and_read_all, "GET / HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(b.result, 0);
    assert_int_equal(b.requests, 1);
    done(&b);
}

static int slow_reader_script(struct bench *b, int fd)
{
    static const char text[] = "GET /stream HTTP/1.1\r\n" HOST CLOSE "\r\n";
    char bytes[32768];
    size_t total = 0;
    if (write(fd, text, sizeof text - 1) < 0)
        return -1;
    for (;;) {
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n <= 0)
            break;
        if (total == 0)
            buf_add(&b->got, (struct str){bytes, 200});
        total += (size_t)n;
        if (total % 40 == 0)
            usleep(200);
    }
    return (int)(total >> 20);
}

static void back_pressure(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){0}, slow_reader_script, NULL);
    assert_int_equal(b.result, STREAM_BYTES >> 20);
    assert_int_equal(b.gone, 1);
    /* One write and the frame of its chunk above the mark, and really above it: the reader is slow. */
    assert_in_range(b.most_queued, 128 << 10, (256 << 10) + PIECE + 64);
    done(&b);
}

static int never_reads_script(struct bench *b, int fd)
{
    static const char text[] = "GET /stream HTTP/1.1\r\n" HOST "\r\n";
    if (write(fd, text, sizeof text - 1) < 0)
        return -1;
    for (int i = 0; i < 500 && b->gone == 0; i++)
        usleep(10000);
    return b->gone;
}

static void write_stall(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){.stall_deadline_ms = 200}, never_reads_script, NULL);
    assert_int_equal(b.result, 1);
    done(&b);
}

static void whole_file(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){0}, send_and_read_all, "GET /file HTTP/1.1\r\n" HOST CLOSE "\r\n");
    ptrdiff_t at = str_find(buf_str(&b.got), S("\r\n\r\n"));
    assert_true(at > 0);
    assert_int_equal(b.got.n - (size_t)at - 4, 4 << 20);
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(b.got.p[(size_t)at + 4 + i * PIECE], 'a' + i % 26);
    done(&b);
}

static int leaves_script(struct bench *b, int fd)
{
    static const char text[] = "GET /silent HTTP/1.1\r\n" HOST "\r\n";
    struct linger reset = {1, 0};
    if (write(fd, text, sizeof text - 1) < 0)
        return -1;
    for (int i = 0; i < 500 && b->requests == 0; i++)
        usleep(2000);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(dup(fd));
    shutdown(fd, SHUT_RDWR);
    return 0;
}

static void client_leaves(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){0}, leaves_script, NULL);
    assert_int_equal(b.requests, 1);
    assert_int_equal(b.gone, 1);
    done(&b);
}

/* It closes its side and goes on waiting: a quick answer comes (/later), a long one is given up. */
static int closes_its_side_script(struct bench *b, int fd)
{
    static const char text[] = "GET /silent HTTP/1.1\r\n" HOST "\r\n";
    if (write(fd, text, sizeof text - 1) < 0)
        return -1;
    shutdown(fd, SHUT_WR);
    for (int i = 0; i < 1000 && b->gone == 0; i++)
        usleep(2000);
    return (int)b->gone;
}

static void client_that_closed_its_side_is_given_up(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){0}, closes_its_side_script, NULL);
    assert_int_equal(b.requests, 1);
    assert_int_equal(b.result, 1);
    done(&b);
}

static void forwarded_is_believed_where_configured(void **state)
{
    (void)state;
    static const char text[] = "GET / HTTP/1.1\r\n" HOST CLOSE
                               "X-Forwarded-For: 198.51.100.1, 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n";
    struct bench b = {0}, trusting = {0};
    run(&b, (struct http_config){0}, send_and_read_all, text);
    assert_string_equal(b.peer, "127.0.0.1");
    assert_false(b.secure);
    run(&trusting, (struct http_config){.trust_proxy = true}, send_and_read_all, text);
    assert_string_equal(trusting.peer, "203.0.113.9");
    assert_true(trusting.secure);
    done(&b);
    done(&trusting);
    static const struct {
        const char *said, *peer;
    } forms[] = {{"::ffff:203.0.113.9", "203.0.113.9"}, {"2001:DB8:0::1", "2001:db8::1"}, {"203.0.113.9:80", "127.0.0.1"},
                 {"unknown", "127.0.0.1"}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct bench said = {0};
        char request[256];
        snprintf(request, sizeof request, "GET / HTTP/1.1\r\n" HOST CLOSE "X-Forwarded-For: %s\r\n\r\n", forms[i].said);
        run(&said, (struct http_config){.trust_proxy = true}, send_and_read_all, request);
        assert_string_equal(said.peer, forms[i].peer);
        done(&said);
    }
    /* Named peers only, however an address is written; a Unix socket has no address. */
    static const struct {
        const char *trusted, *peer;
    } rows[] = {{"127.0.0.1", "203.0.113.9"}, {"10.0.0.5, 127.0.0.1", "203.0.113.9"}, {"10.0.0.5", "127.0.0.1"},
                {"unix", "127.0.0.1"}, {"::1,127.0.0.10", "127.0.0.1"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench named = {0};
        run(&named, (struct http_config){.trust_proxy = true, .trusted = rows[i].trusted}, send_and_read_all, text);
        assert_string_equal(named.peer, rows[i].peer);
        done(&named);
    }
}

static int many_script(struct bench *b, int fd)
{
    int others[3], answered = 0;
    for (int i = 0; i < 3; i++)
        others[i] = dial(b->port);
    for (int i = 0; i < 3; i++) {
        static const char text[] = "GET / HTTP/1.1\r\n" HOST CLOSE "\r\n";
        buf_reset(&b->got);
        ssize_t n = send(others[i], text, sizeof text - 1, MSG_NOSIGNAL);
        answered += n > 0 && read_until(b, others[i], NULL) == 0 && b->got.n > 0;
        close(others[i]);
    }
    (void)fd;
    return answered;
}

static void address_cap(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){.per_address_max = 2}, many_script, NULL);
    assert_int_equal(b.result, 1); /* the first connection holds one place of two */
    done(&b);
}

static void loopback_only(void **state)
{
    (void)state;
    static const struct {
        const char *listen;
        const struct err_kind *want;
    } rows[] = {
        {"0.0.0.0:0", &err_listen_loopback}, {"[::]:0", &err_listen_loopback},
        {"10.1.2.3:0", &err_listen_loopback}, {"localhost:0", &err_listen_address},
        {"127.0.0.1", &err_listen_address},   {"127.0.0.1:70000", &err_listen_address},
        {"unix:x", &err_listen_address},      {"", &err_listen_address},
    };
    uv_loop_t loop;
    uv_loop_init(&loop);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        struct http_config config = {.listen = rows[i].listen, .loopback_only = true};
        assert_null(http_listen(&loop, &config, &owner, NULL, &e));
        assert_ptr_equal(e.kind, rows[i].want);
    }
    uv_loop_close(&loop);
}

static int leaves_file_script(struct bench *b, int fd)
{
    static const char text[] = "GET /file HTTP/1.1\r\n" HOST "\r\n";
    struct linger reset = {1, 0};
    if (write(fd, text, sizeof text - 1) < 0 || read_until(b, fd, "\r\n\r\naaaa") != 1)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    return 0;
}

static void client_leaves_in_a_file(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct bench b = {0};
        run(&b, (struct http_config){0}, leaves_file_script, NULL);
        assert_int_equal(b.result, 0);
        assert_int_equal(b.gone, 1);
        done(&b);
    }
}

static int local_script(struct bench *b, int fd)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    static const char text[] = "GET / HTTP/1.1\r\n" HOST CLOSE "\r\n";
    (void)fd;
    memcpy(a.sun_path, b->path, sizeof b->path);
    int local = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(local, (struct sockaddr *)&a, sizeof a) != 0 || write(local, text, sizeof text - 1) < 0)
        return -1;
    int end = read_until(b, local, NULL);
    close(local);
    return end;
}

/* The second server finds the socket file of a first one that died without a word. */
static void unix_socket(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_http_XXXXXX", listen_on[64];
    struct bench b = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(b.path, sizeof b.path, "%s/s", folder);
    snprintf(listen_on, sizeof listen_on, "unix:%s", b.path);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    memcpy(a.sun_path, b.path, sizeof b.path);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(dead, (struct sockaddr *)&a, sizeof a), 0);
    close(dead);
    run(&b, (struct http_config){.listen = listen_on, .loopback_only = true}, local_script, NULL);
    assert_int_equal(b.result, 0);
    assert_string_equal(b.peer, "local");
    assert_int_equal(count(&b, "200 OK"), 1);
    assert_int_equal(rmdir(folder), 0); /* the socket file is gone */
    done(&b);
}

static int fill_script(struct bench *b, int fd)
{
    struct rlimit old, none_left;
    if (keep_alive_script(b, fd) != 7) /* the server has taken this connection */
        return -1;
    buf_reset(&b->got);
    int top = dup(fd);
    close(top);
    getrlimit(RLIMIT_NOFILE, &old);
    none_left = (struct rlimit){(rlim_t)top + 1, old.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none_left);
    int last = dial(b->port); /* takes the last descriptor: the server cannot accept it */
    static const char text[] = "GET / HTTP/1.1\r\n" HOST CLOSE "\r\n";
    bool sent = send(last, text, sizeof text - 1, MSG_NOSIGNAL) > 0;
    struct timeval moment = {0, 100000};
    char byte;
    setsockopt(last, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
    bool unanswered = recv(last, &byte, 1, 0) < 0;
    setrlimit(RLIMIT_NOFILE, &old);
    moment.tv_sec = CLIENT_SECONDS;
    setsockopt(last, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
    int end = read_until(b, last, NULL);
    close(last);
    return sent && unanswered && end == 0 ? 1 : -1;
}

static void no_descriptor_left(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){0}, fill_script, NULL);
    assert_int_equal(b.result, 1);
    assert_int_equal(count(&b, "200 OK"), 1);
    done(&b);
}

static int crowd_script(struct bench *b, int fd)
{
    static const char text[] = "GET / HTTP/1.1\r\n" HOST CLOSE "\r\n";
    char byte;
    int second = dial(b->port), third = dial(b->port);
    bool answered = write(third, text, sizeof text - 1) > 0 && read_until(b, third, NULL) == 0 && b->got.n > 0;
    bool first_closed = read(fd, &byte, 1) == 0;
    close(second);
    close(third);
    return answered && first_closed;
}

static void total_cap_closes_the_longest_idle(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){.connections_max = 2}, crowd_script, NULL);
    assert_int_equal(b.result, 1);
    done(&b);
}

static void metrics_count(void **state)
{
    (void)state;
    struct http_server s = {0};
    struct buf out = {0};
    s.count.requests = 7;
    s.count.answers[4] = 3;
    http_metrics(&s, &out);
    assert_true(str_find(buf_str(&out), S("# TYPE terrasse_http_requests_total counter\nterrasse_http_requests_total 7\n")) >= 0);
    assert_true(str_find(buf_str(&out), S("terrasse_http_answers_total{class=\"4xx\"} 3\n")) >= 0);
    buf_free(&out);
}

static int drain_script(struct bench *b, int fd)
{
    static const char text[] = "GET /later HTTP/1.1\r\n" HOST "\r\n";
    int idle = dial(b->port);
    if (write(fd, text, sizeof text - 1) < 0)
        return -1;
    for (int i = 0; i < 500 && b->requests == 0; i++)
        usleep(1000);
    uv_async_send(&b->stop);
    int end = read_until(b, fd, NULL);
    char byte;
    return end == 0 && read(idle, &byte, 1) == 0 ? close(idle) : -1;
}

static void drain_finishes_what_runs(void **state)
{
    (void)state;
    struct bench b = {0};
    run(&b, (struct http_config){0}, drain_script, NULL);
    assert_int_equal(b.result, 0);
    assert_int_equal(count(&b, "\r\n\r\nlater"), 1);
    done(&b);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keep_alive),
        cmocka_unit_test(each_talk),
        cmocka_unit_test(expect_continue),
        cmocka_unit_test(unwanted_body_does_not_eat_the_answer),
        cmocka_unit_test(slow_head),
        cmocka_unit_test(idle_is_closed),
        cmocka_unit_test(back_pressure),
        cmocka_unit_test(write_stall),
        cmocka_unit_test(whole_file),
        cmocka_unit_test(client_leaves),
        cmocka_unit_test(client_that_closed_its_side_is_given_up),
        cmocka_unit_test(forwarded_is_believed_where_configured),
        cmocka_unit_test(address_cap),
        cmocka_unit_test(loopback_only),
        cmocka_unit_test(client_leaves_in_a_file),
        cmocka_unit_test(unix_socket),
        cmocka_unit_test(no_descriptor_left),
        cmocka_unit_test(total_cap_closes_the_longest_idle),
        cmocka_unit_test(metrics_count),
        cmocka_unit_test(drain_finishes_what_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
