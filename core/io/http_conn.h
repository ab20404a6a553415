#pragma once
#include "core/base/map.h"
#include "core/io/http_parse.h"

/*
 * http_conn -- the inside of core/io's server: for http_listen.c, http_conn.c, http_write.c and
 * http_send_file.c only. The contract is http.h.
 *
 * A connection has no timer and no arena of its own: one tick of the server looks at all
 * deadlines, one read buffer serves the loop, and what a request needs lives in an exchange taken
 * from a free list. So an idle connection costs its struct.
 *
 *   IDLE -> HEAD -> BODY -> ANSWER -> IDLE            one exchange at a time
 *     \-------\-------\--------\----> LINGER -> CLOSED
 *
 * Nothing calls the owner from inside http_reply and its sisters: what they finish is settled at
 * the end of the loop's turn (or by the reader above them), so `x` stays valid until they return.
 */
enum conn_state { CONN_IDLE, CONN_HEAD, CONN_BODY, CONN_ANSWER, CONN_LINGER, CONN_CLOSED };

enum {
    CONN_QUEUE_HIGH = 256 * 1024,
    CONN_QUEUE_LOW = 64 * 1024,
    CONN_READ_BUFFER = 64 * 1024,
    CONN_DRAIN_MAX = 64 * 1024, /* an unwanted body up to this is read to keep the connection */
    EXCHANGE_INLINE = 1024,
    EXCHANGES_KEPT = 256,
};

struct exchange {
    struct http_exchange x; /* first: the owner's pointer is ours */
    struct http_conn *c;
    struct exchange *next_free;
    struct arena arena;
    struct http_head head;
    uint64_t welcome, body_seen;
    struct http_chunks chunks;
    bool started, ended;  /* the answer's head is sent; its body is complete */
    bool aborted;         /* to be cut, not closed politely */
    bool body_done, discard; /* the request's body is in; the rest of it is thrown away */
    bool chunked, bodyless, choked; /* answer: by chunks; no body may follow; the owner waits */
    int64_t length_left;  /* -1: unknown */
    char inline_head[EXCHANGE_INLINE];
};

struct sending_file; /* http_send_file.c */

struct http_conn {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } u;
    struct http_server *s;
    struct http_conn *prev, *next;
    struct http_conn *next_settling;
    enum conn_state state;
    bool is_settling, running, reading, broken, close_after, client_done, unread;
    uint64_t deadline_at; /* uv_now; 0: none */
    uint64_t idle_since;
    uint64_t left_at;     /* the client closed its side while its answer was awaited: gone from then on */
    size_t progress_bytes; /* read since the deadline was set, or still queued at the last tick */
    struct exchange *x;
    struct http_scan scan;
    struct buf pending;   /* bytes of a head that is not whole, or of pipelined requests */
    struct buf waiting, flying; /* to be written; being written by `write` */
    uv_write_t write;
    bool writing;
    struct sending_file *file;
    struct address *address;
    char peer[64];
};

struct address {
    unsigned connections;
    char text[64];
};

struct http_server {
    uv_loop_t *loop;
    struct http_config config;
    struct http_owner owner;
    void *context;
    int fd;
    bool is_unix, paused, draining, closing;
    uv_poll_t poll;
    uv_timer_t tick;
    uv_check_t check;
    uv_idle_t idle;
    unsigned handles_open;
    uint64_t paused_until, drain_at;
    struct http_conn *first;
    struct http_conn *settling;
    struct exchange *free_exchanges;
    unsigned nfree;
    struct map addresses;
    char listening_on[160], unix_path[108];
    char date[40]; /* "date: …\r\n" */
    size_t date_n;
    uint64_t date_at;
    char *read_buffer;
    void (*done)(void *);
    void *done_context;
    struct {
        uint64_t connections, requests, refused, timed_out, over_cap, bytes_in, bytes_out;
        unsigned open;
        uint64_t answers[6]; /* by hundreds */
    } count;
};

/* http_conn.c */
void http_conn_open(struct http_server *s, int fd, const char *peer, struct address *address);
void http_conn_close(struct http_conn *c);         /* at once */
void http_conn_settle_later(struct http_conn *c);  /* look at it at the end of the turn */
void http_conn_settle(struct http_conn *c);        /* finish what is finished, go on with what waits */
void http_conn_tick(struct http_conn *c, uint64_t now);
void http_conn_refuse(struct http_conn *c, int status, const char *why);

/* http_listen.c */
void http_listen_conn_gone(struct http_conn *c); /* its handle is closed: forget and free it */
void http_listen_settle_soon(struct http_server *s);
bool http_listen_trusts(const struct http_server *s, const char *peer); /* its forwarded headers are believed */
struct str http_listen_date(struct http_server *s);

/* http_write.c */
void http_conn_send(struct http_conn *c, const struct str *parts, unsigned n); /* at most 6 parts */
struct str http_conn_status_line(int status, char *room, size_t size); /* a constant, or written to room */
size_t http_conn_queued(const struct http_conn *c);
void http_conn_flushed(struct http_conn *c);

/* http_send_file.c */
void http_send_file_start(struct http_conn *c, int fd, int64_t at, int64_t length);
void http_send_file_go(struct http_conn *c);       /* the queue is empty: send */
void http_send_file_cancel(struct http_conn *c);
size_t http_send_file_sent(const struct http_conn *c); /* bytes so far, to see progress */
