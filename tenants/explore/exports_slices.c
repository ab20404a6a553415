/* exports_slices -- the bytes of an export: slice by slice as they come, or gathered where the
 * whole is needed first. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/fd.h"
#include "core/data/format/ogr.h"
#include "core/web/engine.h"
#include "core/web/errors.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/exports_file.h"

static struct str spool_of(const struct req *r)
{
    return str_of(req_engine(r)->c.spool_dir);
}

/* HEAD without a file to measure: headers, and nothing is asked. */
static bool is_bare(const struct req *r, const struct export_file *f)
{
    return r->x->method == HTTP_HEAD && !f->measured;
}

/* Its bytes are gathered before the first one is sent. */
static bool is_gathered(const struct export_file *f)
{
    return f->measured || f->x.format->convert;
}

/* Which reference systems there are is known to what makes the file only. */
bool exports_must_try(struct req *r, struct err *e)
{
    (void)e;
    const struct export_file *f = r->state;
    return is_bare(r, f) && f->x.format->convert && f->x.epsg != OGR_WGS84;
}

/* HEAD is refused what GET would be: the file is made of no row, and thrown away. */
bool exports_try(struct req *r, struct err *e)
{
    struct export_file *f = r->state;
    const char *folder = spool_of(r).p;
    f->rows_fd = spill_file(folder);
    export_start(&f->x, &f->plain);
    if (f->rows_fd < 0 || !fd_write(f->rows_fd, buf_str(&f->plain)) || lseek(f->rows_fd, 0, SEEK_SET) != 0)
        return ERR(e, err_internal, "a file of no row cannot be tried: %s", strerror(errno));
    f->file_fd = f->x.format->convert(&f->x, f->rows_fd, folder, e);
    return f->file_fd >= 0;
}

/* Whether some rows are wide: slices are cut accordingly. How wide the decimals of a Parquet file are is said in its types:
 * it is opened again when that is known. */
bool exports_ask_widths(struct req *r, struct err *e)
{
    (void)e;
    struct export_file *f = r->state;
    struct query_sql q;
    if (is_bare(r, f))
        return true;
    f->asks_wide = query_wide(f->query, &q);
    if (f->asks_wide)
        req_ask_rows(r, q.sql, q.nparams, q.params, true);
    f->asks_decimals = f->x.format == &export_parquet && query_decimals(f->query, &q);
    if (f->asks_decimals)
        req_ask_rows(r, q.sql, q.nparams, q.params, false);
    return true;
}

static bool take_decimals(struct req *r, struct export_file *f, struct err *e)
{
    const struct export_format *format = f->x.format;
    struct str base = f->x.base;
    query_decimals_take(f->query, r->batch.calls[f->asks_wide].result);
    export_close(&f->x);
    if (!export_open(&f->x, r->a, f->query, format, f->params, f->nparams, e))
        return false;
    f->x.base = base;
    return true;
}

/* A file in an order of the caller's: where its rows stand, four bytes each, then slice by slice.
 * Groups: to the disk, since they cannot be cut by key and their reader may be slow. */
bool exports_ask_keys(struct req *r, struct err *e)
{
    struct export_file *f = r->state;
    if (f->asks_wide)
        query_wide_take(f->query, r->batch.calls[0].result);
    if (f->asks_decimals && !take_decimals(r, f, e))
        return false;
    const struct query_sql *q = f->query->ordered ? &f->query->keys : &f->query->rows;
    if (is_bare(r, f) || f->query->sliced)
        return true;
    if (f->query->ordered) {
        req_ask_rows(r, q->sql, q->nparams, q->params, false);
        return true;
    }
    f->spill = spill_open(spool_of(r).p);
    if (f->spill)
        req_ask_into(r, q->sql, q->nparams, q->params, spill_rows, f->spill);
    return f->spill || ERR(e, err_internal, "no place for the rows of an export");
}

bool exports_ask_slice(struct req *r, struct err *e)
{
    struct export_file *f = r->state;
    const struct query_sql *q = &f->query->rows;
    if (is_bare(r, f))
        return true;
    if (f->query->ordered && !f->asked)
        query_places(f->query, r->a, r->batch.calls[0].result);
    f->asked = true;
    if (f->started && !exports_still_open(r, f))
        return grant_not_found(f->grant.dataset_id, e); /* closed while it was being sent */
    if (!f->spill && query_next(f->query)) {
        req_ask_rows(r, q->sql, q->nparams, q->params, f->query->fast && f->query->sliced);
        r->batch.apart = true;
    }
    return true;
}

/* What a file is made from can be many times the file. */
#define COLLECTED_BYTES ((int64_t)2 << 30)

static bool collect(struct req *r, struct export_file *f, struct err *e)
{
    struct str left = buf_str(&f->plain);
    if (f->rows_fd < 0)
        f->rows_fd = spill_file(spool_of(r).p);
    f->rows_bytes += (int64_t)left.n;
    if (f->rows_bytes > COLLECTED_BYTES)
        return ERR(e, err_answer_too_large, "over %lld bytes of rows", (long long)COLLECTED_BYTES);
    return (f->rows_fd >= 0 && fd_write(f->rows_fd, left)) ||
           ERR(e, err_internal, "rows cannot be collected: %s", strerror(errno));
}

/* The slice's bytes on their way: into the collected rows, or compressed, or they are in `out`
 * already. */
static bool pass_on(struct req *r, struct export_file *f, struct buf *out, struct err *e)
{
    if (f->x.failed.kind) {
        *e = f->x.failed;
        return false;
    }
    if (is_gathered(f))
        return collect(r, f, e);
    if (f->coding && (f->plain.over || !coding_add(f->coding, buf_str(&f->plain), out) ||
                      (r->stream_end && !coding_end(f->coding, out))))
        return ERR(e, err_answer_too_large, "a slice that cannot be compressed");
    artefact_add(f->artefact, out->over ? STR_NONE : buf_str(out));
    if (r->stream_end && !out->over)
        artefact_end(f->artefact);
    return true;
}

/* On a thread where it is much work. */
static bool put_slice(struct req *r, struct err *e)
{
    struct export_file *f = r->state;
    struct buf *sent = is_gathered(f) ? NULL : req_stream(r, 200, exports_content_type(f));
    struct buf *out = f->coding || !sent ? &f->plain : sent;
    PGresult *mine = f->spill ? spill_next(f->spill, QUERY_SLICE_BYTES, e) : NULL;
    if (f->spill && !mine)
        return false;
    buf_reset(&f->plain);
    if (!f->started)
        export_start(&f->x, out);
    f->started = true;
    export_rows(&f->x, out, mine ? mine : f->result, mine ? PQntuples(mine) : f->taken);
    PQclear(mine);
    if (f->spill)
        r->stream_end = spill_ended(f->spill);
    if (r->stream_end)
        export_end(&f->x, out);
    return pass_on(r, f, sent, e);
}

bool exports_write_slice(struct req *r, struct err *e)
{
    struct export_file *f = r->state;
    if (is_bare(r, f)) { /* the length of what is not made yet is not known */
        req_stream(r, 200, exports_content_type(f));
        return true;
    }
    if (!f->spill) {
        f->result = r->batch.calls[0].result;
        f->taken = query_taken(f->query, f->result, &r->stream_end);
        if (f->query->astray)
            req_ahead_drop(r);
        if (!r->stream_end)
            f->result = req_ahead(r);
    }
    if (f->coding || f->x.format->is_heavy || f->spill || is_gathered(f)) {
        req_on_thread(r, put_slice);
        return true;
    }
    return put_slice(r, e);
}

/* Of a whole open dataset, what was made is kept like what is streamed. */
static void keep_converted(struct export_file *f)
{
    char piece[65536];
    ssize_t n;
    if (!f->artefact)
        return;
    while ((n = read(f->file_fd, piece, sizeof piece)) > 0)
        artefact_add(f->artefact, (struct str){piece, (size_t)n});
    if (n == 0)
        artefact_end(f->artefact);
    lseek(f->file_fd, 0, SEEK_SET);
}

/* compressed=true of what was made from the whole: the gzip file takes its place. */
static bool pack(const struct req *r, struct export_file *f, struct err *e)
{
    char piece[65536];
    ssize_t n = 1;
    int to = f->coding ? spill_file(spool_of(r).p) : -1;
    bool ok = !f->coding || to >= 0;
    while (ok && f->coding && n > 0) {
        n = read(f->file_fd, piece, sizeof piece);
        buf_reset(&f->plain);
        ok = n >= 0 && (n > 0 ? coding_add(f->coding, (struct str){piece, (size_t)n}, &f->plain) : coding_end(f->coding, &f->plain)) &&
             fd_write(to, buf_str(&f->plain));
    }
    if (to >= 0) {
        close(f->file_fd);
        f->file_fd = to;
        lseek(to, 0, SEEK_SET);
    }
    return ok || ERR(e, err_internal, "what was made cannot be compressed: %s", strerror(errno));
}

bool exports_convert(struct req *r, struct err *e)
{
    struct export_file *f = r->state;
    lseek(f->rows_fd, 0, SEEK_SET);
    f->file_fd = f->x.format->convert ? f->x.format->convert(&f->x, f->rows_fd, spool_of(r).p, e)
                                      : dup(f->rows_fd);
    if (f->file_fd < 0 || !pack(r, f, e))
        return false;
    keep_converted(f);
    return true;
}

bool exports_send_converted(struct req *r, struct err *e)
{
    struct export_file *f = r->state;
    struct stat st;
    int fd = fstat(f->file_fd, &st) == 0 ? dup(f->file_fd) : -1;
    if (fd < 0)
        return ERR(e, err_internal, "the file that was made cannot be sent");
    req_file(r, fd, st.st_size, exports_content_type(f));
    req_file_while(r, exports_may_go_on);
    return true;
}
