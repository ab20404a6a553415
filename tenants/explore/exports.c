#include "tenants/explore/exports.h"

#include <errno.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/fd.h"
#include "core/data/coding.h"
#include "core/data/export.h"
#include "core/data/spill.h"
#include "core/web/engine.h"
#include "core/web/errors.h"
#include "core/web/gzip.h"
#include "core/web/url.h"
#include "tenants/explore/artefact.h"
#include "tenants/explore/downloads.h"
#include "tenants/explore/errors.h"
#include "tenants/explore/explore.h"
#include "tenants/publishing/file_cells.h"
#include "tenants/explore/sql.h"
#include "tenants/explore/v1_params.h"
#include "tenants/publishing/credit.h"

enum {
    COL_LICENCE,
    COL_PROCESSED,
    COL_DESCRIBED,
    COL_PUBLISHER,
    COL_TITLE,
    COL_LICENCE_TITLE,
    COL_MODIFIED
};
enum { HEADS_LAG_US = 2000000 };

struct file {
    struct grant grant;
    struct query *query;
    struct export x;
    struct str format;
    const struct query_param *params;
    size_t nparams;
    bool compressed, started, asked;
    bool asks_decimals;
    bool measured;            /* HEAD: made and kept, so that its length is known */
    enum coding_kind sent_as; /* Content-Encoding, by what the client takes */
    bool in_heads;            /* was seen there since it began */
    int64_t began_us;
    struct artefact_name name;
    struct artefact *artefact; /* being written; NULL: not kept */
    struct spill *spill;    /* neither sliced nor ordered: the one result, row by row on the disk */
    struct coding *coding;  /* compressed=true, or Content-Encoding; NULL: sent as it is */
    struct buf plain;       /* a slice before it is compressed or collected */
    const PGresult *result; /* the slice that is being written down */
    int rows_fd, file_fd;   /* format->convert: what is collected, what was made of it; -1: none */
    int64_t rows_bytes;
};

/* ---- which file ---- */

static bool no_format(struct str name, struct err *e)
{
    ERR(e, err_export_format, "format");
    return err_arg(e, STR_FMT, STR_ARG(str_part(name, 0, 60)));
}

static void let_go(void *context)
{
    struct file *f = context;
    export_close(&f->x);
    artefact_close(f->artefact);
    spill_close(f->spill);
    coding_close(f->coding);
    buf_free(&f->plain);
    if (f->rows_fd >= 0)
        close(f->rows_fd);
    if (f->file_fd >= 0)
        close(f->file_fd);
}

static bool prepare(struct req *r, struct file *f, struct err *e)
{
    const struct export_format *format = export_find(f->format);
    if (!grant_take(r, explore_dataset(r), &f->grant, e))
        return false;
    if (!format)
        return no_format(f->format, e);
    f->compressed = explore_flag(r, S("compressed"));
    f->rows_fd = f->file_fd = -1;
    req_on_gone(r, let_go, f);
    if (!query_make(r->a, f->grant.view, QUERY_EXPORT, f->params, f->nparams, &f->query, e) ||
        !export_open(&f->x, r->a, f->query, format, f->params, f->nparams, e))
        return false;
    file_cells(r, &f->grant, f->query);
    f->x.base = req_base_url(r);
    return true;
}

static bool ask_head(struct req *r, struct file *f, struct err *e)
{
    if (!prepare(r, f, e))
        return false;
    r->state = f;
    req_ask(r, &sql_export_head, (struct str[]){uuid_str(&r->tenant->id), f->grant.dataset_id});
    return true;
}

static bool ask_file(struct req *r, struct err *e)
{
    struct file *f = ARENA_NEW(r->a, struct file);
    f->format = r->params[EXPLORE_SECOND];
    bool bare = explore_is_v20(r) && !req_query(r, S("with_bom")).p; /* a mark is 2.1's */
    f->params = bare ? explore_params_with(r, S("with_bom"), S("false"), &f->nparams)
                     : explore_params(r, &f->nparams);
    return ask_head(r, f, e);
}

/* The first version of the API: the same file under other names. */
static bool ask_download(struct req *r, struct err *e)
{
    struct grant g;
    struct file *f = ARENA_NEW(r->a, struct file);
    struct str format = req_query(r, S("format"));
    if (!grant_take(r, explore_dataset(r), &g, e) ||
        !v1_params(r, g.view, &f->params, &f->nparams, e))
        return false;
    f->format = format.n ? format : S("csv");
    return ask_head(r, f, e);
}

/* ---- headers ---- */

static bool url_is_clean(struct str url)
{
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= 0x20 || url.p[i] >= 0x7f || strchr("<>\"\\", url.p[i]))
            return false;
    return str_starts(url, S("http://")) || str_starts(url, S("https://"));
}

static void add_part(crypto_generichash_state *h, struct str s)
{
    uint64_t n = s.n;
    crypto_generichash_update(h, (const unsigned char *)&n, sizeof n);
    if (s.n)
        crypto_generichash_update(h, (const unsigned char *)s.p, s.n);
}

/* Every row and column of an open dataset, with options of two values only: what is worth keeping.
 */
static bool is_whole(const struct file *f)
{
    static const char *const plain[] = {"use_labels", "with_bom", "compressed", "dataset",
                                        "format"};
    bool whole =
        f->grant.is_open && f->query->sliced && f->query->count_known && f->query->limit < 0;
    for (size_t i = 0; whole && i < f->nparams; i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof plain / sizeof plain[0]; k++)
            known |= str_eq(f->params[i].name, str_of(plain[k]));
        whole = known;
    }
    return whole && !f->query->app_metas;
}

/* The version, what of it may be seen, and what was asked. */
static struct str key_of(struct req *r, const struct file *f)
{
    crypto_generichash_state h;
    unsigned char sum[16];
    char hex[33];
    bool whole = is_whole(f);
    crypto_generichash_init(&h, NULL, 0, sizeof sum);
    add_part(&h, req_engine(r)->c.build);
    add_part(&h, view_class(f->grant.view));
    add_part(&h, arena_printf(r->a, "%lld %s %d %d %d %d", (long long)f->grant.revision,
                              f->x.format->name, whole, f->x.with_bom, f->query->use_labels,
                              f->compressed));
    add_part(&h, str_of(coding_name(f->sent_as)));
    if (f->x.format->has_addresses)
        add_part(&h, f->x.base);
    for (size_t i = 0; !whole && i < f->nparams; i++) {
        add_part(&h, f->params[i].name);
        add_part(&h, f->params[i].value);
    }
    crypto_generichash_final(&h, sum, sizeof sum);
    sodium_bin2hex(hex, sizeof hex, sum, sizeof sum);
    return arena_str(r->a, str_of(hex));
}

static void set_name(struct req *r, const struct file *f)
{
    req_set(r, S("content-disposition"),
            arena_printf(r->a, "attachment; filename=\"" STR_FMT ".%s%s\"",
                         STR_ARG(f->grant.dataset_id), f->x.format->extension,
                         f->compressed ? ".gzip" : ""));
}

/* The page to cite and the words to cite it with (RFC 8574; the title as RFC 8187 encodes it). */
static struct str cite_link(struct req *r, const struct file *f)
{
    struct buf b = {0};
    buf_printf(&b, "<" STR_FMT "/explore/dataset/" STR_FMT "/>; rel=\"cite-as\"; title*=UTF-8''",
               STR_ARG(req_base_url(r)), STR_ARG(f->grant.dataset_id));
    url_encode(&b, credit_line(r->a, LANG_FR, req_col(r, 0, 0, COL_PUBLISHER),
                               req_col(r, 0, 0, COL_TITLE), req_col(r, 0, 0, COL_MODIFIED),
                               req_col(r, 0, 0, COL_LICENCE_TITLE)));
    struct str link = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return link;
}

static void set_facts(struct req *r, const struct file *f)
{
    struct str licence = req_col(r, 0, 0, COL_LICENCE);
    struct buf date = {0};
    struct str links =
        url_is_clean(licence)
            ? arena_printf(r->a, "<" STR_FMT ">; rel=\"license\", ", STR_ARG(licence))
            : S("");
    req_set(r, S("link"),
            arena_printf(r->a, STR_FMT STR_FMT, STR_ARG(links), STR_ARG(cite_link(r, f))));
    if (!batch_null(&r->batch, 0, 0, COL_PROCESSED)) {
        clock_http(&date, req_i64(r, 0, 0, COL_PROCESSED) * 1000000);
        req_set(r, S("last-modified"), buf_str(&date));
    }
    buf_free(&date);
}

static struct str content_type(const struct file *f)
{
    return f->compressed ? S("application/gzip") : str_of(f->x.format->content_type);
}

/* What is text is sent smaller to whoever takes that; zstd where it is named. */
static enum coding_kind choose_coding(struct req *r, const struct file *f)
{
    struct str accept = req_header(r, S("accept-encoding"));
    if (f->compressed || f->x.format->convert || !req_type_is_text(content_type(f)))
        return CODING_NONE;
    if (str_find(accept, S("zstd")) >= 0 && encoding_accepted(accept, S("zstd")))
        return CODING_ZSTD;
    return gzip_accepted(accept) ? CODING_GZIP : CODING_NONE;
}

/* Not changed since: rows nor description, whatever Last-Modified says of the rows alone. */
static bool is_unmodified(struct req *r)
{
    int64_t since;
    bool asked = clock_http_read(req_header(r, S("if-modified-since")), &since);
    return asked && !req_header(r, S("if-none-match")).p &&
           !batch_null(&r->batch, 0, 0, COL_DESCRIBED) && req_i64(r, 0, 0, COL_DESCRIBED) <= since;
}

static bool still_open(struct req *r, struct file *f);

static bool file_still_open(struct req *r)
{
    return still_open(r, r->state);
}

/* What is made within a second; formats that need much computation are some ten times slower, and
 * those that a child makes (convert) have no bound. */
enum { MEASURED_CELLS = 1000000, MEASURED_HEAVY_CELLS = 100000 };

static bool is_measured(const struct file *f)
{
    int64_t most = f->x.format->is_heavy ? MEASURED_HEAVY_CELLS : MEASURED_CELLS;
    return !f->compressed && !f->x.format->convert &&
           f->query->count * (int64_t)f->query->ncolumns <= most;
}

/* From the disk, or to the disk while it is streamed. HEAD of what is not there: made like for GET,
 * then its length is told. */
static bool begin_whole(struct req *r, struct file *f)
{
    int64_t size;
    int fd = artefact_open(r, &f->name, &size);
    f->measured = fd < 0 && r->x->method == HTTP_HEAD && is_measured(f);
    if (fd >= 0) {
        req_file(r, fd, size, content_type(f));
        req_file_while(r, file_still_open);
    } else if (r->x->method != HTTP_HEAD || f->measured)
        f->artefact = artefact_begin(r, &f->name);
    return true;
}

/* HEAD, and the file was not made yet in the coding the client takes: the answer speaks of the file
 * as it is (RFC 9110 section 12.1 leaves the choice to us), whose length is known or soon made. */
static bool as_it_is(struct req *r, struct file *f)
{
    int64_t size;
    if (r->x->method != HTTP_HEAD || f->sent_as == CODING_NONE || !is_whole(f))
        return false;
    int fd = artefact_open(r, &f->name, &size);
    if (fd >= 0)
        close(fd);
    return fd < 0;
}

static bool begin_coding(struct file *f, struct err *e)
{
    enum coding_kind kind = f->compressed ? CODING_GZIP : f->sent_as;
    if (kind == CODING_NONE)
        return true;
    f->coding = coding_open(kind);
    return f->coding || ERR(e, err_internal, "no memory to compress");
}

/* True: the client has it, 304 is the answer. */
static bool is_held(struct req *r, struct file *f, enum coding_kind sent_as)
{
    f->sent_as = sent_as;
    f->name = (struct artefact_name){f->grant.id, f->grant.revision, key_of(r, f)};
    return !f->query->timed &&
           req_etag(r, arena_printf(r->a, "\"" STR_FMT "\"", STR_ARG(f->name.key)));
}

static bool begin(struct req *r, struct err *e)
{
    struct file *f = r->state;
    if (req_rows(r, 0) == 0)
        return grant_not_found(f->grant.dataset_id, e); /* withdrawn meanwhile */
    if (is_held(r, f, choose_coding(r, f)) || (as_it_is(r, f) && is_held(r, f, CODING_NONE)))
        return true;
    f->began_us = clock_monotonic_us();
    set_name(r, f);
    set_facts(r, f);
    explore_deprecate(r);
    if (!f->query->timed && is_unmodified(r)) {
        req_reply(r, 304, STR_NONE);
        return true;
    }
    if (r->x->method != HTTP_HEAD && explore_is_first_part(r))
        downloads_count(&r->tenant->id, &f->grant.id, DOWNLOAD_EXPORT);
    if (f->sent_as != CODING_NONE)
        req_set(r, S("content-encoding"), str_of(coding_name(f->sent_as)));
    return (!is_whole(f) || begin_whole(r, f)) && begin_coding(f, e);
}

/* ---- slices ---- */

/* Between slices minutes may pass: what was closed or withdrawn meanwhile is not read any more.
 * What was published a moment ago is granted before the heads know it: they have two seconds to
 * hear of it. */
static bool still_open(struct req *r, struct file *f)
{
    const struct tenant *now = heads_tenant(req_heads(r), uuid_str(&r->tenant->id));
    const struct dataset_head *head = now ? heads_dataset(now, f->grant.dataset_id) : NULL;
    bool too_new =
        now && !head && !f->in_heads && clock_monotonic_us() - f->began_us < HEADS_LAG_US;
    f->in_heads |= head != NULL;
    return too_new || (head && head->is_open == f->grant.is_open);
}

static struct str spool_of(const struct req *r)
{
    return str_of(req_engine(r)->c.spool_dir);
}

/* HEAD without a file to measure: headers, and nothing is asked. */
static bool is_bare(const struct req *r, const struct file *f)
{
    return r->x->method == HTTP_HEAD && !f->measured;
}

/* Its bytes are gathered before the first one is sent. */
static bool is_gathered(const struct file *f)
{
    return f->measured || f->x.format->convert;
}

/* How wide the decimals of a Parquet file are is said in its types: it is opened again when that is known. */
static bool ask_decimals(struct req *r, struct err *e)
{
    (void)e;
    struct file *f = r->state;
    struct query_sql q;
    f->asks_decimals = !is_bare(r, f) && f->x.format == &export_parquet && query_decimals(f->query, &q);
    if (f->asks_decimals)
        req_ask_rows(r, q.sql, q.nparams, q.params, false);
    return true;
}

static bool take_decimals(struct req *r, struct file *f, struct err *e)
{
    const struct export_format *format = f->x.format;
    struct str base = f->x.base;
    query_decimals_take(f->query, r->batch.calls[0].result);
    export_close(&f->x);
    if (!export_open(&f->x, r->a, f->query, format, f->params, f->nparams, e))
        return false;
    f->x.base = base;
    return true;
}

/* A file in an order of the caller's: where its rows stand, four bytes each, then slice by slice.
 * Groups: to the disk, since they cannot be cut by key and their reader may be slow. */
static bool ask_keys(struct req *r, struct err *e)
{
    struct file *f = r->state;
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

static bool ask_slice(struct req *r, struct err *e)
{
    struct file *f = r->state;
    const struct query_sql *q = &f->query->rows;
    if (is_bare(r, f))
        return true;
    if (f->query->ordered && !f->asked)
        query_places(f->query, r->a, r->batch.calls[0].result);
    f->asked = true;
    if (f->started && !still_open(r, f))
        return grant_not_found(f->grant.dataset_id, e); /* closed while it was being sent */
    if (!f->spill)
        req_ask_rows(r, q->sql, q->nparams, q->params, f->query->fast && f->query->sliced);
    return true;
}

/* What a file is made from can be many times the file. */
#define COLLECTED_BYTES ((int64_t)2 << 30)

static bool collect(struct req *r, struct file *f, struct err *e)
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
static bool pass_on(struct req *r, struct file *f, struct buf *out, struct err *e)
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
    struct file *f = r->state;
    struct buf *sent = is_gathered(f) ? NULL : req_stream(r, 200, content_type(f));
    struct buf *out = f->coding || !sent ? &f->plain : sent;
    PGresult *mine = f->spill ? spill_next(f->spill, QUERY_SLICE_BYTES, e) : NULL;
    if (f->spill && !mine)
        return false;
    buf_reset(&f->plain);
    if (!f->started)
        export_start(&f->x, out);
    f->started = true;
    export_rows(&f->x, out, mine ? mine : f->result);
    PQclear(mine);
    if (f->spill)
        r->stream_end = spill_ended(f->spill);
    if (r->stream_end)
        export_end(&f->x, out);
    return pass_on(r, f, sent, e);
}

static bool write_slice(struct req *r, struct err *e)
{
    struct file *f = r->state;
    if (is_bare(r, f)) { /* the length of what is not made yet is not known */
        req_stream(r, 200, content_type(f));
        return true;
    }
    if (!f->spill) {
        f->result = r->batch.calls[0].result;
        size_t rows = (size_t)PQntuples(f->result);
        query_pace(f->query, PQresultMemorySize(f->result), rows);
        r->stream_end = !query_next(f->query, export_last(&f->x, f->result), rows);
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
static void keep_converted(struct file *f)
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

static bool convert(struct req *r, struct err *e)
{
    struct file *f = r->state;
    lseek(f->rows_fd, 0, SEEK_SET);
    f->file_fd = f->x.format->convert ? f->x.format->convert(&f->x, f->rows_fd, spool_of(r).p, e)
                                      : dup(f->rows_fd);
    if (f->file_fd >= 0)
        keep_converted(f);
    return f->file_fd >= 0;
}

static bool send_converted(struct req *r, struct err *e)
{
    struct file *f = r->state;
    struct stat st;
    int fd = fstat(f->file_fd, &st) == 0 ? dup(f->file_fd) : -1;
    if (fd < 0)
        return ERR(e, err_internal, "the file that was made cannot be sent");
    req_file(r, fd, st.st_size, content_type(f));
    req_file_while(r, file_still_open);
    return true;
}

const struct step exports_file[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_file, NULL},
    {STEP_DB, begin, NULL},
    {STEP_DB, ask_decimals, NULL},
    {STEP_DB, ask_keys, NULL},
    {STEP_STREAM, ask_slice, write_slice}, /* ends here unless the file is gathered */
    {STEP_CPU, convert, NULL},
    {STEP_REPLY, send_converted, NULL},
    {STEP_END, NULL, NULL},
};

const struct step exports_download[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_download, NULL},
    {STEP_DB, begin, NULL},
    {STEP_DB, ask_decimals, NULL},
    {STEP_DB, ask_keys, NULL},
    {STEP_STREAM, ask_slice, write_slice}, /* ends here unless the file is gathered */
    {STEP_CPU, convert, NULL},
    {STEP_REPLY, send_converted, NULL},
    {STEP_END, NULL, NULL},
};

/* ---- the list ---- */

enum { EXPORTS_MAX = 40 };

static bool reply_list(struct req *r, struct err *e)
{
    struct grant g;
    struct explore_link links[EXPORTS_MAX];
    const struct export_format *format;
    size_t n = 0;
    if (!grant_take(r, r->params[EXPLORE_DATASET], &g, e))
        return false;
    struct str url = explore_dataset_url(r, g.dataset_id);
    for (size_t i = 0; (format = export_at(i)) && n < EXPORTS_MAX; i++)
        if (export_fits(format, g.view))
            links[n++] =
                (struct explore_link){format->name, arena_printf(r->a, STR_FMT "/exports/%s",
                                                                 STR_ARG(url), format->name)};
    explore_deprecate(r);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    jw_key(w, S("links"));
    explore_links(w, links, n);
    jw_close(w, '}');
    return true;
}

const struct step exports_list[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_REPLY, reply_list, NULL},
    {STEP_END, NULL, NULL},
};
