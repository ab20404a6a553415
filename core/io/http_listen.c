#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/must.h"
#include "core/io/errors.h"
#include "core/io/http_conn.h"

enum { BACKLOG = 1024, TICK_MS_MAX = 500, TICK_MS_MIN = 10, ACCEPTS_A_TURN = 64, PAUSE_MS = 200 };

union address_any {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
    struct sockaddr_storage room;
};

/* --- the address to listen on ----------------------------------------------------------------- */

static bool bad_address(const char *listen_on, struct err *e)
{
    ERR(e, err_listen_address, "listen %s", listen_on);
    return err_arg(e, "%s", listen_on);
}

static bool read_port(struct str text, uint16_t *port)
{
    uint64_t v;
    if (!str_u64(text, &v) || v > 65535)
        return false;
    *port = htons((uint16_t)v);
    return true;
}

static bool read_address(const char *listen_on, union address_any *out, socklen_t *size, struct err *e)
{
    struct str text = str_of(listen_on);
    char host[64];
    *out = (union address_any){0};
    if (str_starts(text, S("unix:/"))) {
        if (text.n - 5 >= sizeof out->local.sun_path)
            return bad_address(listen_on, e);
        out->local.sun_family = AF_UNIX;
        memcpy(out->local.sun_path, listen_on + 5, text.n - 5);
        *size = sizeof out->local;
        return true;
    }
    const char *colon = text.p ? strrchr(listen_on, ':') : NULL;
    if (!colon || (size_t)(colon - listen_on) >= sizeof host)
        return bad_address(listen_on ? listen_on : "", e);
    struct str name = str_part(text, 0, (size_t)(colon - listen_on));
    bool is_v6 = name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']';
    if (is_v6)
        name = str_part(name, 1, name.n - 2);
    memcpy(host, name.p, name.n);
    host[name.n] = '\0';
    uint16_t port;
    if (!read_port(str_of(colon + 1), &port) ||
        inet_pton(is_v6 ? AF_INET6 : AF_INET, host,
                  is_v6 ? (void *)&out->v6.sin6_addr : (void *)&out->v4.sin_addr) != 1)
        return bad_address(listen_on, e);
    out->any.sa_family = is_v6 ? AF_INET6 : AF_INET;
    if (is_v6)
        out->v6.sin6_port = port;
    else
        out->v4.sin_port = port;
    *size = is_v6 ? sizeof out->v6 : sizeof out->v4;
    return true;
}

static bool is_this_machine(const union address_any *a)
{
    if (a->any.sa_family == AF_INET)
        return ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
    return a->any.sa_family == AF_UNIX || IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

/* A socket file whose server died is removed; one that answers is somebody's. */
static bool is_stale(const union address_any *a, socklen_t size)
{
    struct stat st;
    if (stat(a->local.sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool stale = fd >= 0 && connect(fd, &a->any, size) != 0 && errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    return stale;
}

static int open_socket(const union address_any *a, socklen_t size, bool share_port)
{
    int on = 1, family = a->any.sa_family;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (family == AF_UNIX) {
        if (is_stale(a, size))
            unlink(a->local.sun_path);
    } else {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (family == AF_INET6)
            setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        if (share_port)
            setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    }
    if (bind(fd, &a->any, size) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static void name_socket(struct http_server *s)
{
    union address_any a = {0};
    socklen_t size = sizeof a;
    char text[INET6_ADDRSTRLEN] = "";
    getsockname(s->fd, &a.any, &size);
    if (a.any.sa_family == AF_UNIX)
        snprintf(s->listening_on, sizeof s->listening_on, "unix:%.107s", s->unix_path);
    else if (a.any.sa_family == AF_INET6)
        snprintf(s->listening_on, sizeof s->listening_on, "[%s]:%u",
                 inet_ntop(AF_INET6, &a.v6.sin6_addr, text, sizeof text), ntohs(a.v6.sin6_port));
    else
        snprintf(s->listening_on, sizeof s->listening_on, "%s:%u",
                 inet_ntop(AF_INET, &a.v4.sin_addr, text, sizeof text), ntohs(a.v4.sin_port));
}

/* --- accepting ---------------------------------------------------------------------------------- */

/* *peer: the client's address; *counted: what its connections are counted by (IPv6: the /64). */
static void name_peer(const union address_any *a, char peer[64], char counted[64])
{
    snprintf(peer, 64, "local");
    if (a->any.sa_family == AF_INET)
        inet_ntop(AF_INET, &a->v4.sin_addr, peer, 64);
    memcpy(counted, peer, 64);
    if (a->any.sa_family == AF_INET6) {
        struct in6_addr net = a->v6.sin6_addr;
        inet_ntop(AF_INET6, &net, peer, 64);
        memset(net.s6_addr + 8, 0, 8);
        inet_ntop(AF_INET6, &net, counted, 64);
    }
}

/* The same address, however it is written. */
static bool is_address(struct str listed, const char *peer)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char a[16], b[16];
    if (listed.n >= sizeof text)
        return false;
    memcpy(text, listed.p, listed.n);
    text[listed.n] = '\0';
    if (inet_pton(AF_INET, text, a) == 1)
        return inet_pton(AF_INET, peer, b) == 1 && memcmp(a, b, 4) == 0;
    return inet_pton(AF_INET6, text, a) == 1 && inet_pton(AF_INET6, peer, b) == 1 && memcmp(a, b, 16) == 0;
}

bool http_listen_trusts(const struct http_server *s, const char *peer)
{
    struct str rest = str_of(s->config.trusted), item;
    if (!s->config.trust_proxy || !s->config.trusted)
        return s->config.trust_proxy;
    while (str_cut(&rest, ',', &item))
        if (s->is_unix ? str_eq(str_trim(item), S("unix")) : is_address(str_trim(item), peer))
            return true;
    return false;
}

static struct address *count_address(struct http_server *s, const char *peer, const char *text)
{
    if (s->is_unix || http_listen_trusts(s, peer))
        return must_alloc(sizeof(struct address)); /* everybody comes through one peer */
    struct address *a = map_get(&s->addresses, str_of(text));
    if (!a) {
        a = must_alloc(sizeof *a);
        memcpy(a->text, text, sizeof a->text);
        map_put(&s->addresses, str_of(text), a);
    }
    return a->connections < s->config.per_address_max ? a : NULL;
}

static void drop_address(struct http_server *s, struct address *a)
{
    if (--a->connections > 0)
        return;
    if (a->text[0])
        map_take(&s->addresses, str_of(a->text));
    free(a);
}

static void on_accept(uv_poll_t *poll, int status, int events);

static void pause_accepting(struct http_server *s)
{
    uv_poll_stop(&s->poll);
    s->paused = true;
    s->paused_until = uv_now(s->loop) + PAUSE_MS;
}

/* The list begins with the newest: of two equally idle the older one goes. */
static bool make_room(struct http_server *s)
{
    struct http_conn *oldest = NULL;
    for (struct http_conn *c = s->first; c; c = c->next)
        if (c->state == CONN_IDLE && (!oldest || c->idle_since <= oldest->idle_since))
            oldest = c;
    if (oldest)
        http_conn_close(oldest);
    return oldest != NULL;
}

static void welcome(struct http_server *s, int fd, const union address_any *from)
{
    char peer[64] = {0}, counted[64] = {0};
    name_peer(from, peer, counted);
    struct address *address = count_address(s, peer, counted);
    if (!address) {
        s->count.over_cap++;
        close(fd);
        return;
    }
    address->connections++;
    http_conn_open(s, fd, peer, address);
}

static void on_accept(uv_poll_t *poll, int status, int events)
{
    (void)events;
    struct http_server *s = poll->data;
    for (int i = 0; status == 0 && i < ACCEPTS_A_TURN; i++) {
        union address_any from = {0};
        socklen_t size = sizeof from;
        int fd = accept4(s->fd, &from.any, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
            LOG(LOG_WARN, "accept_failed", LOG_N("errno", errno));
            pause_accepting(s);
        }
        if (fd < 0)
            return;
        if (s->count.open >= s->config.connections_max && !make_room(s)) {
            s->count.over_cap++;
            close(fd);
            pause_accepting(s);
            return;
        }
        welcome(s, fd, &from);
    }
}

static void resume_accepting(struct http_server *s)
{
    s->paused = false;
    uv_poll_start(&s->poll, UV_READABLE, on_accept);
}

/* --- the server's turn --------------------------------------------------------------------------- */

struct str http_listen_date(struct http_server *s)
{
    uint64_t now = uv_now(s->loop);
    if (s->date_n == 0 || now - s->date_at >= 1000) {
        struct buf b = {0};
        int64_t wall_us = clock_wall_us();
        buf_addz(&b, "date: ");
        clock_http(&b, wall_us);
        buf_addz(&b, "\r\n");
        must(b.n < sizeof s->date);
        memcpy(s->date, b.p, b.n);
        s->date_n = b.n;
        s->date_at = now - (uint64_t)(wall_us / 1000 % 1000);
        buf_free(&b);
    }
    return (struct str){s->date, s->date_n};
}

static void settle_all(struct http_server *s)
{
    while (s->settling) {
        struct http_conn *c = s->settling;
        s->settling = c->next_settling;
        c->is_settling = false;
        http_conn_settle(c);
    }
    uv_idle_stop(&s->idle);
}

static void on_check(uv_check_t *check)
{
    settle_all(check->data);
}

static void on_idle(uv_idle_t *idle)
{
    settle_all(idle->data);
}

/* The idle handle only keeps the loop from sleeping on an unsettled connection. */
void http_listen_settle_soon(struct http_server *s)
{
    if (!uv_is_active((uv_handle_t *)&s->idle))
        uv_idle_start(&s->idle, on_idle);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct http_server *s = handle->data;
    if (--s->handles_open > 0)
        return;
    void (*done)(void *) = s->done;
    void *context = s->done_context;
    while (s->free_exchanges) {
        struct exchange *x = s->free_exchanges;
        s->free_exchanges = x->next_free;
        free(x);
    }
    map_free(&s->addresses);
    free(s->read_buffer);
    free(s);
    if (done)
        done(context);
}

static void close_if_drained(struct http_server *s)
{
    if (!s->draining || s->closing || s->first)
        return;
    s->closing = true;
    uv_close((uv_handle_t *)&s->tick, on_handle_closed);
    uv_close((uv_handle_t *)&s->check, on_handle_closed);
    uv_close((uv_handle_t *)&s->idle, on_handle_closed);
}

static void close_all(struct http_server *s, bool idle_only)
{
    for (struct http_conn *c = s->first, *next; c; c = next) {
        next = c->next;
        c->close_after = true;
        if (!idle_only || c->state == CONN_IDLE)
            http_conn_close(c);
    }
}

static void on_tick(uv_timer_t *timer)
{
    struct http_server *s = timer->data;
    uint64_t now = uv_now(s->loop);
    for (struct http_conn *c = s->first, *next; c; c = next) {
        next = c->next;
        http_conn_tick(c, now);
    }
    if (s->paused && !s->draining && now >= s->paused_until)
        resume_accepting(s);
    if (s->draining && now >= s->drain_at)
        close_all(s, false);
    close_if_drained(s);
}

static void unsettle(struct http_conn *gone)
{
    for (struct http_conn **at = &gone->s->settling; *at; at = &(*at)->next_settling)
        if (*at == gone) {
            *at = gone->next_settling;
            return;
        }
}

void http_listen_conn_gone(struct http_conn *c)
{
    struct http_server *s = c->s;
    if (c->is_settling)
        unsettle(c);
    if (c->prev)
        c->prev->next = c->next;
    else
        s->first = c->next;
    if (c->next)
        c->next->prev = c->prev;
    drop_address(s, c->address);
    buf_free(&c->pending);
    buf_free(&c->waiting);
    buf_free(&c->flying);
    free(c);
    if (s->paused && !s->draining && s->count.open < s->config.connections_max)
        s->paused_until = 0;
    close_if_drained(s);
}

/* --- life ---------------------------------------------------------------------------------------- */

static unsigned tick_ms(const struct http_config *config)
{
    unsigned least = TICK_MS_MAX;
    const unsigned given[] = {config->head_deadline_ms, config->stall_deadline_ms, config->idle_deadline_ms};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (given[i] && given[i] / 4 < least)
            least = given[i] / 4;
    return least < TICK_MS_MIN ? TICK_MS_MIN : least;
}

static void start_handles(struct http_server *s)
{
    uv_loop_t *loop = s->loop;
    must(uv_poll_init(loop, &s->poll, s->fd) == 0);
    uv_timer_init(loop, &s->tick);
    uv_check_init(loop, &s->check);
    uv_idle_init(loop, &s->idle);
    s->poll.data = s->tick.data = s->check.data = s->idle.data = s;
    s->handles_open = 4;
    unsigned every_ms = tick_ms(&s->config);
    uv_timer_start(&s->tick, on_tick, every_ms, every_ms);
    uv_check_start(&s->check, on_check);
    resume_accepting(s);
}

struct http_server *http_listen(uv_loop_t *loop, const struct http_config *config,
                                const struct http_owner *owner, void *owner_context, struct err *e)
{
    union address_any a;
    socklen_t size = 0;
    if (!read_address(config->listen, &a, &size, e))
        return NULL;
    if (config->loopback_only && !is_this_machine(&a)) {
        ERR(e, err_listen_loopback, "listen %s", config->listen);
        err_arg(e, "%s", config->listen);
        return NULL;
    }
    int fd = open_socket(&a, size, config->share_port);
    if (fd < 0) {
        int error = errno;
        ERR(e, err_listen_failed, "listen %s: %s", config->listen, strerror(error));
        err_arg(e, "%s", config->listen);
        err_arg(e, "%s", strerror(error));
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN); /* a client that left is an error of write, not the end of the process */
    struct http_server *s = must_alloc(sizeof *s);
    s->loop = loop;
    s->fd = fd;
    s->config = *config;
    s->config.listen = NULL; /* the caller's text may not live as long */
    s->config.connections_max = config->connections_max ? config->connections_max : 4096;
    s->config.per_address_max = config->per_address_max ? config->per_address_max : 256;
    s->owner = *owner;
    s->context = owner_context;
    s->is_unix = a.any.sa_family == AF_UNIX;
    if (s->is_unix)
        memcpy(s->unix_path, a.local.sun_path, sizeof s->unix_path);
    s->read_buffer = must_alloc(CONN_READ_BUFFER);
    name_socket(s);
    start_handles(s);
    return s;
}

void http_listening_on(const struct http_server *s, char *out, size_t size)
{
    snprintf(out, size, "%s", s->listening_on);
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct http_server *s = handle->data;
    close(s->fd);
    on_handle_closed(handle);
}

void http_drain(struct http_server *s, unsigned deadline_ms, void (*done)(void *), void *context)
{
    must(!s->draining);
    s->draining = true;
    s->done = done;
    s->done_context = context;
    s->drain_at = uv_now(s->loop) + deadline_ms;
    if (s->is_unix)
        unlink(s->unix_path);
    uv_poll_stop(&s->poll);
    uv_close((uv_handle_t *)&s->poll, on_listener_closed);
    close_all(s, true);
    close_if_drained(s);
}

static void metric(struct buf *out, const char *name, const char *type, uint64_t v)
{
    buf_printf(out, "# TYPE terrasse_http_%s %s\nterrasse_http_%s %llu\n", name, type, name,
               (unsigned long long)v);
}

void http_metrics(const struct http_server *s, struct buf *out)
{
    const struct {
        const char *name, *type;
        uint64_t v;
    } rows[] = {
        {"connections_total", "counter", s->count.connections},
        {"connections_open", "gauge", s->count.open},
        {"connections_over_cap_total", "counter", s->count.over_cap},
        {"requests_total", "counter", s->count.requests},
        {"refused_total", "counter", s->count.refused},
        {"timed_out_total", "counter", s->count.timed_out},
        {"received_bytes_total", "counter", s->count.bytes_in},
        {"sent_bytes_total", "counter", s->count.bytes_out},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        metric(out, rows[i].name, rows[i].type, rows[i].v);
    buf_addz(out, "# TYPE terrasse_http_answers_total counter\n");
    for (unsigned class = 2; class <= 5; class ++)
        buf_printf(out, "terrasse_http_answers_total{class=\"%uxx\"} %llu\n", class,
                   (unsigned long long)s->count.answers[class]);
}
