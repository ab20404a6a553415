/* body -- what a request brings: in memory for forms and JSON, in a spool for uploads. */
#include <stdlib.h>
#include <unistd.h>

#include "core/base/rand.h"
#include "core/web/errors.h"
#include "core/web/form.h"
#include "core/web/private.h"

struct intake {
    bool multipart;
    struct form form;
    struct spool *spool;
    char path[1024];      /* set once the file has its name */
    int64_t size;
    bool named;
    struct err err;       /* of the thread that named it */
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

static bool wrong_type(struct req_private *p, const char *wanted, struct err *e)
{
    ERR(e, err_unsupported_media_type, STR_FMT, STR_ARG(media_type(&p->req)));
    return err_arg(e, "%s", wanted);
}

static void refuse(struct req_private *p, uint64_t most)
{
    ERR(&p->body_err, err_too_large, "more than %llu", (unsigned long long)most);
    err_arg(&p->body_err, "%llu", (unsigned long long)most);
}

/* At the first byte: what it is decides where the bytes go. */
static bool open_intake(struct req_private *p, struct err *e)
{
    bool upload = kind_of(p) == BODY_UPLOAD;
    const char *dir = p->engine->c.spool_dir;
    struct intake *in = p->intake = ARENA_NEW(p->req.a, struct intake);
    in->multipart = str_ieq(media_type(&p->req), S("multipart/form-data"));
    if (upload)
        in->spool = spool_open(dir ? dir : "/tmp", (int64_t)p->engine->c.upload_max_bytes, e);
    if (upload && !in->spool)
        return false;
    return !in->multipart || form_open(&in->form, p->req.a, req_header(&p->req, S("content-type")), in->spool, e);
}

static void in_memory(struct req_private *p, struct str bytes)
{
    p->incoming.max = BODY_MAX;
    buf_add(&p->incoming, bytes);
    if (p->incoming.over)
        refuse(p, BODY_MAX);
}

static void take(struct req_private *p, struct str bytes)
{
    struct intake *in = p->intake;
    if (in->multipart)
        form_feed(&in->form, bytes, &p->body_err);
    else if (in->spool)
        spool_feed(in->spool, bytes, &p->body_err);
    else
        in_memory(p, bytes);
}

/* Taken for what it is not, it would be kept as a file that nobody can read, or miss its own length. */
static bool is_coded(struct req_private *p)
{
    struct str coding = str_trim(req_header(&p->req, S("content-encoding")));
    if (!coding.n || str_ieq(coding, S("identity")))
        return false;
    ERR(&p->body_err, err_content_coding, STR_FMT, STR_ARG(str_part(coding, 0, 40)));
    err_arg(&p->body_err, STR_FMT, STR_ARG(str_part(coding, 0, 40)));
    return true;
}

void body_bytes(struct req_private *p, struct str bytes)
{
    if (p->body_err.kind || (kind_of(p) != BODY_NONE && is_coded(p)))
        return;
    if (kind_of(p) == BODY_NONE)
        refuse(p, 0);
    else if (kind_of(p) == BODY_JSON)
        in_memory(p, bytes);
    else if (p->intake || open_intake(p, &p->body_err))
        take(p, bytes);
}

/* ---- the whole is in ---- */

static void run_name(uv_work_t *w)
{
    struct req_private *p = w->data;
    struct intake *in = p->intake;
    struct spool *s = in->spool;
    in->spool = NULL;
    in->named = spool_keep(s, in->path, &in->size, &in->err);
}

static void on_named(uv_work_t *w, int status)
{
    struct req_private *p = w->data;
    (void)status; /* never cancelled */
    p->engine->cpu_waiting--;
    p->busy = p->on_thread = false;
    if (!p->intake->named)
        p->body_err = p->intake->err;
    engine_go(p);
}

/* Flushing a large file takes long: a thread gives it its name. */
bool body_keep(struct req_private *p)
{
    if (p->body_kept || kind_of(p) != BODY_UPLOAD || p->body_err.kind)
        return false;
    p->body_kept = true;
    struct intake *in = p->intake;
    if (!in && !open_intake(p, &p->body_err))
        return false;
    in = p->intake;
    const char *dir = p->engine->c.spool_dir;
    struct uuid id = uuid_make();
    snprintf(in->path, sizeof in->path, "%s/upload-%s", dir ? dir : "/tmp", id.text);
    if (pool_submit(p, run_name, on_named))
        return true;
    ERR(&p->body_err, err_busy, "no thread for the upload");
    return false;
}

static bool end_form(struct req_private *p, struct err *e)
{
    struct intake *in = p->intake;
    if (!in)
        return true;
    if (in->multipart) {
        p->form = in->form.pairs;
        return form_finish(&in->form, e);
    }
    if (!str_ieq(media_type(&p->req), S("application/x-www-form-urlencoded")))
        return wrong_type(p, "application/x-www-form-urlencoded", e);
    return form_urlencoded(p->req.a, p->req.body, &p->form, e);
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
    struct intake *in = p->intake;
    if (in->multipart && !form_finish(&in->form, e))
        return false;
    if (in->multipart)
        p->form = in->form.pairs;
    p->req.upload = (struct upload){in->path, in->form.file_name, (uint64_t)in->size, false};
    return true;
}

/* The first version of the API takes its parameters either way: those of the form stand behind the address's. */
static bool join_query(struct req_private *p, struct err *e)
{
    size_t n = p->query.n + p->form.n;
    if (n > QUERY_PAIRS_MAX) {
        ERR(e, err_form_invalid, "%zu parameters", n);
        return err_arg(e, "%zu > %d", n, QUERY_PAIRS_MAX);
    }
    struct pair *all = ARENA_ARRAY(p->req.a, struct pair, n + 1);
    if (p->query.n)
        memcpy(all, p->query.at, p->query.n * sizeof *all);
    if (p->form.n)
        memcpy(all + p->query.n, p->form.at, p->form.n * sizeof *all);
    p->query = (struct pairs){n, all};
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
    case BODY_FORM: return end_form(p, e) && (p->req.route->dialect != DIALECT_V1 || join_query(p, e));
    case BODY_JSON: return end_json(p, e);
    case BODY_UPLOAD: return end_upload(p, e);
    }
    return true;
}

void body_free(struct req_private *p)
{
    struct intake *in = p->intake;
    buf_free(&p->incoming);
    if (!in)
        return;
    if (in->form.multipart)
        form_close(&in->form);
    spool_discard(in->spool);
    if (in->named && !p->req.upload.keep)
        unlink(in->path);
}
