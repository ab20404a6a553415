/* body -- what a request brings: kept in memory for forms and JSON, in a file for uploads. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/utf8.h"
#include "core/web/errors.h"
#include "core/web/private.h"

struct intake {
    int fd;
    char path[512];
    uint64_t size;
};

static enum body_kind kind_of(const struct req_private *p)
{
    return p->req.route ? p->req.route->body : BODY_NONE;
}

uint64_t body_welcome(struct req_private *p)
{
    switch (kind_of(p)) {
    case BODY_NONE: return 0;
    case BODY_FORM:
    case BODY_JSON: return BODY_MAX;
    case BODY_UPLOAD: return p->engine->c.upload_max_bytes;
    }
    return 0;
}

/* "text/plain; charset=x" -> "text/plain" */
static struct str media_type(const struct req *r)
{
    struct str type = req_header(r, S("content-type")), head;
    return str_cut(&type, ';', &head) ? str_trim(head) : S("");
}

static void refuse(struct req_private *p, uint64_t most)
{
    if (p->body_err.kind)
        return;
    ERR(&p->body_err, err_too_large, "more than %llu", (unsigned long long)most);
    err_arg(&p->body_err, "%llu", (unsigned long long)most);
}

static bool write_all(int fd, struct str s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        s = str_from(s, (size_t)n);
    }
    return true;
}

static bool intake_open(struct req_private *p)
{
    struct intake *in = ARENA_NEW(p->req.a, struct intake);
    const char *dir = p->engine->c.spool_dir;
    snprintf(in->path, sizeof in->path, "%s/upload-XXXXXX", dir ? dir : "/tmp");
    in->fd = mkostemp(in->path, O_CLOEXEC);
    if (in->fd < 0) {
        ERR(&p->body_err, err_file_write, "%s: errno %d", in->path, errno);
        err_arg(&p->body_err, "%s", "spool");
        return err_arg(&p->body_err, "errno %d", errno);
    }
    p->intake = in;
    p->req.upload.path = in->path;
    return true;
}

/* Page-cache writes of what one read brought (64 KiB at most): as short as a memcpy of that size. */
static void spool(struct req_private *p, struct str bytes)
{
    if (p->body_err.kind || (!p->intake && !intake_open(p)))
        return;
    struct intake *in = p->intake;
    if (in->size + bytes.n > p->engine->c.upload_max_bytes) {
        refuse(p, p->engine->c.upload_max_bytes);
        return;
    }
    in->size += bytes.n;
    if (!write_all(in->fd, bytes)) {
        ERR(&p->body_err, err_file_write, "%s: errno %d", in->path, errno);
        err_arg(&p->body_err, "%s", "spool");
        err_arg(&p->body_err, "errno %d", errno);
    }
}

void body_bytes(struct req_private *p, struct str bytes)
{
    switch (kind_of(p)) {
    case BODY_NONE: refuse(p, 0); break;
    case BODY_FORM:
    case BODY_JSON:
        p->incoming.max = BODY_MAX;
        buf_add(&p->incoming, bytes);
        if (p->incoming.over)
            refuse(p, BODY_MAX);
        break;
    case BODY_UPLOAD: spool(p, bytes); break;
    }
}

static bool wrong_type(struct req_private *p, const char *wanted, struct err *e)
{
    ERR(e, err_unsupported_media_type, STR_FMT, STR_ARG(media_type(&p->req)));
    return err_arg(e, "%s", wanted);
}

static bool end_form(struct req_private *p, struct err *e)
{
    struct str type = media_type(&p->req);
    const char *why = NULL;
    if (p->req.body.n == 0)
        return true;
    if (!str_ieq(type, S("application/x-www-form-urlencoded")))
        return wrong_type(p, "application/x-www-form-urlencoded", e);
    if (url_pairs(p->req.a, p->req.body, FORM_PAIRS_MAX, &p->form, &why))
        return true;
    ERR(e, err_form_invalid, "%s", why);
    return err_arg(e, "%s", why);
}

static bool end_json(struct req_private *p, struct err *e)
{
    struct str type = media_type(&p->req);
    if (!str_ieq(type, S("application/json")) && !str_ends(type, S("+json")))
        return wrong_type(p, "application/json", e);
    return true;
}

static bool end_upload(struct req_private *p, struct err *e)
{
    if (!p->intake && !intake_open(p)) {
        *e = p->body_err;
        return false;
    }
    p->req.upload.size_bytes = p->intake->size;
    if (close(p->intake->fd) != 0) {
        p->intake->fd = -1;
        ERR(e, err_file_write, "close: errno %d", errno);
        err_arg(e, "%s", "spool");
        return err_arg(e, "errno %d", errno);
    }
    p->intake->fd = -1;
    return true;
}

bool body_end(struct req_private *p, struct err *e)
{
    if (p->body_err.kind) {
        *e = p->body_err;
        return false;
    }
    p->req.body = buf_str(&p->incoming);
    switch (kind_of(p)) {
    case BODY_NONE: return true;
    case BODY_FORM: return end_form(p, e);
    case BODY_JSON: return end_json(p, e);
    case BODY_UPLOAD: return end_upload(p, e);
    }
    return true;
}

void body_free(struct req_private *p)
{
    buf_free(&p->incoming);
    if (!p->intake)
        return;
    if (p->intake->fd >= 0)
        close(p->intake->fd);
    if (!p->req.upload.keep)
        unlink(p->intake->path);
}
