#include "core/io/http_conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "core/base/must.h"

/*
 * A slice is sent in the thread pool, since a cold file may wait for the disk; when the client's
 * window is full, a poll on a copy of its descriptor waits (libuv allows one watcher a descriptor).
 * The copy also keeps the socket open under a thread whose connection is being closed.
 */
enum { SLICE = 1 << 20 };

struct sending_file {
    struct http_conn *c; /* NULL: cancelled */
    int fd, socket;
    off_t at;
    int64_t left;
    uint64_t sent;
    int error;
    bool is_working;
    uv_poll_t poll;
    uv_work_t work;
};

static void on_poll_closed(uv_handle_t *handle)
{
    struct sending_file *f = handle->data;
    close(f->fd);
    close(f->socket);
    free(f);
}

static void release(struct sending_file *f)
{
    uv_close((uv_handle_t *)&f->poll, on_poll_closed);
}

static void work(uv_work_t *request)
{
    struct sending_file *f = request->data;
    size_t want = f->left < SLICE ? (size_t)f->left : SLICE;
    ssize_t n = sendfile(f->socket, f->fd, &f->at, want);
    f->error = n < 0 ? errno : n == 0 ? EIO : 0; /* 0: the file is shorter than promised */
    if (n > 0) {
        f->left -= n;
        f->sent += (uint64_t)n;
    }
}

static void finish(struct sending_file *f)
{
    struct http_conn *c = f->c;
    c->file = NULL;
    release(f);
    http_conn_settle(c);
}

static void on_writable(uv_poll_t *poll, int status, int events)
{
    (void)events;
    struct sending_file *f = poll->data;
    uv_poll_stop(poll);
    if (status < 0)
        f->c->broken = true;
    http_send_file_go(f->c);
}

static void after_work(uv_work_t *request, int status)
{
    (void)status;
    struct sending_file *f = request->data;
    f->is_working = false;
    if (!f->c) {
        release(f);
        return;
    }
    if (f->error == EAGAIN || f->error == EINTR) {
        uv_poll_start(&f->poll, UV_WRITABLE, on_writable);
        return;
    }
    if (f->error)
        f->c->broken = true;
    if (f->error || f->left == 0) {
        f->c->s->count.bytes_out += f->sent;
        finish(f);
        return;
    }
    http_send_file_go(f->c);
}

void http_send_file_go(struct http_conn *c)
{
    struct sending_file *f = c->file;
    if (f->is_working || http_conn_queued(c))
        return;
    if (c->x && c->s->owner.on_file && !c->s->owner.on_file(&c->x->x))
        c->broken = true;
    if (c->broken) {
        finish(f);
        return;
    }
    f->is_working = true;
    f->work.data = f;
    must(uv_queue_work(c->s->loop, &f->work, work, after_work) == 0);
}

void http_send_file_start(struct http_conn *c, int fd, int64_t at, int64_t length)
{
    int socket = -1;
    uv_os_fd_t own;
    if (length > 0 && !c->broken && uv_fileno(&c->u.handle, &own) == 0)
        socket = dup(own);
    if (socket < 0) {
        close(fd);
        c->broken = c->broken || length > 0;
        return;
    }
    struct sending_file *f = must_alloc(sizeof *f);
    *f = (struct sending_file){.c = c, .fd = fd, .socket = socket, .at = at, .left = length};
    uv_poll_init(c->s->loop, &f->poll, socket);
    f->poll.data = f;
    c->file = f;
    http_send_file_go(c);
}

void http_send_file_cancel(struct http_conn *c)
{
    struct sending_file *f = c->file;
    if (!f)
        return;
    c->file = NULL;
    f->c = NULL;
    if (!f->is_working)
        release(f);
}

size_t http_send_file_sent(const struct http_conn *c)
{
    return c->file && !c->file->is_working ? (size_t)c->file->sent : 0;
}
