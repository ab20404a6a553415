/* exports_begin -- an export before its first byte: its name, its headers, and whether it is kept
 * already. */
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/web/engine.h"
#include "core/web/gzip.h"
#include "core/web/url.h"
#include "tenants/explore/downloads.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/exports_file.h"
#include "tenants/publishing/credit.h"

enum {
    COL_LICENCE,
    COL_PROCESSED,
    COL_DESCRIBED,
    COL_PUBLISHER,
    COL_TITLE,
    COL_LICENCE_TITLE,
    COL_MODIFIED,
    COL_CREDITS
};
enum { HEADS_LAG_US = 2000000, VIA_MAX = 4000 /* of a head that proxies take; the page has all */ };

/* ---- its name ---- */

/* Every row and column of an open dataset, with options of two values only: what is worth keeping.
 */
static bool is_whole(const struct export_file *f)
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

static struct str key_of(struct req *r, const struct export_file *f)
{
    return artefact_key(r->a, &(struct artefact_of){.build = req_engine(r)->c.build, .revision = f->grant.revision,
                                                    .x = &f->x, .whole = is_whole(f),
                                                    .compressed = f->compressed, .coding = f->sent_as});
}

/* ---- headers ---- */

static bool url_is_clean(struct str url)
{
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= 0x20 || url.p[i] >= 0x7f || strchr("<>\"\\", url.p[i]))
            return false;
    return str_starts(url, S("http://")) || str_starts(url, S("https://"));
}

static void set_name(struct req *r, const struct export_file *f)
{
    req_set(r, S("content-disposition"),
            arena_printf(r->a, "attachment; filename=\"" STR_FMT ".%s%s\"",
                         STR_ARG(f->grant.dataset_id), f->x.format->extension,
                         f->compressed ? ".gzip" : ""));
}

/* The page to cite and the words to cite it with (RFC 8574; the title as RFC 8187 encodes it). */
static struct str cite_link(struct req *r, const struct export_file *f)
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

/* What the rows were joined with, to be quoted as well (RFC 8288; "via": RFC 4287); of what may not be named, where its licence is.
 * Where there is no room for all, the page that has them. */
static struct str via_links(struct req *r, const struct export_file *f)
{
    struct buf b = {0};
    struct credit_joined *joined;
    size_t n = credit_joined(r->a, LANG_FR, req_col(r, 0, 0, COL_CREDITS), &joined), i = 0;
    for (; i < n && b.n < VIA_MAX; i++) {
        struct str page = credit_joined_url(r, &joined[i]), to = page.n ? page : joined[i].licence_url;
        if (to.n == 0)
            continue;
        buf_printf(&b, ", <" STR_FMT ">; rel=\"%s\"; title*=UTF-8''", STR_ARG(to), page.n ? "via" : "copyright");
        url_encode(&b, joined[i].line);
    }
    if (i < n)
        buf_printf(&b, ", <" STR_FMT "/explore/dataset/" STR_FMT "/>; rel=\"describedby\"; title*=UTF-8''%zu%%20autres%%20%%C3%%A0%%20citer",
                   STR_ARG(req_base_url(r)), STR_ARG(f->grant.dataset_id), n - i);
    struct str links = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return links;
}

static void set_facts(struct req *r, const struct export_file *f)
{
    struct str licence = req_col(r, 0, 0, COL_LICENCE);
    struct buf date = {0};
    struct str links =
        url_is_clean(licence)
            ? arena_printf(r->a, "<" STR_FMT ">; rel=\"license\", ", STR_ARG(licence))
            : S("");
    req_set(r, S("link"),
            arena_printf(r->a, STR_FMT STR_FMT STR_FMT, STR_ARG(links), STR_ARG(cite_link(r, f)),
                         STR_ARG(via_links(r, f))));
    if (!batch_null(&r->batch, 0, 0, COL_PROCESSED)) {
        clock_http(&date, req_i64(r, 0, 0, COL_PROCESSED) * 1000000);
        req_set(r, S("last-modified"), buf_str(&date));
    }
    buf_free(&date);
}

struct str exports_content_type(const struct export_file *f)
{
    return f->compressed ? S("application/gzip") : str_of(f->x.format->content_type);
}

/* What is text is sent smaller to whoever takes that; zstd where it is named. */
static enum coding_kind choose_coding(struct req *r, const struct export_file *f)
{
    struct str accept = req_header(r, S("accept-encoding"));
    if (f->compressed || f->x.format->convert || !req_type_is_text(exports_content_type(f)))
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

/* ---- kept, or to be kept ---- */

/* Between slices minutes may pass: what was closed or withdrawn meanwhile is not read any more.
 * What was published a moment ago is granted before the heads know it: they have two seconds to
 * hear of it. */
bool exports_still_open(struct req *r, struct export_file *f)
{
    const struct tenant *now = heads_tenant(req_heads(r), uuid_str(&r->tenant->id));
    const struct dataset_head *head = now ? heads_dataset(now, f->grant.dataset_id) : NULL;
    bool too_new =
        now && !head && !f->in_heads && clock_monotonic_us() - f->began_us < HEADS_LAG_US;
    f->in_heads |= head != NULL;
    return too_new || (head && head->is_open == f->grant.is_open);
}

bool exports_may_go_on(struct req *r)
{
    return exports_still_open(r, r->state);
}

/* What is made within a second; formats that need much computation are some ten times slower, and
 * those that a child makes (convert) have no bound. */
enum { MEASURED_CELLS = 1000000, MEASURED_HEAVY_CELLS = 100000 };

static bool is_measured(const struct export_file *f)
{
    int64_t most = f->x.format->is_heavy ? MEASURED_HEAVY_CELLS : MEASURED_CELLS;
    return !f->compressed && f->sent_as == CODING_NONE && !f->x.format->convert &&
           f->query->count * (int64_t)f->query->ncolumns <= most;
}

/* From the disk, or to the disk while it is streamed. HEAD of what is not there: made like for GET,
 * then its length is told. */
static bool begin_whole(struct req *r, struct export_file *f)
{
    int64_t size;
    struct artefact_store store = artefact_store_of(r);
    int fd = artefact_open(&store, &f->name, &size);
    f->measured = fd < 0 && r->x->method == HTTP_HEAD && is_measured(f);
    if (fd >= 0) {
        req_file(r, fd, size, exports_content_type(f));
        req_file_while(r, exports_may_go_on);
    } else if (r->x->method != HTTP_HEAD || f->measured)
        f->artefact = artefact_begin(&store, &f->name);
    return true;
}

/* HEAD, and the file was not made yet in the coding the client takes: the answer speaks of the file
 * as it is (RFC 9110 section 12.1 leaves the choice to us), whose length is known or soon made. */
static bool as_it_is(struct req *r, struct export_file *f)
{
    int64_t size;
    struct artefact_store store = artefact_store_of(r);
    if (r->x->method != HTTP_HEAD || f->sent_as == CODING_NONE || !is_whole(f))
        return false;
    int fd = artefact_open(&store, &f->name, &size);
    if (fd >= 0)
        close(fd);
    return fd < 0;
}

static bool begin_coding(struct export_file *f, struct err *e)
{
    enum coding_kind kind = f->compressed ? CODING_GZIP : f->sent_as;
    if (kind == CODING_NONE)
        return true;
    f->coding = coding_open(kind);
    return f->coding || ERR(e, err_internal, "no memory to compress");
}

/* True: the client has it, 304 is the answer. */
static bool is_held(struct req *r, struct export_file *f, enum coding_kind sent_as)
{
    f->sent_as = sent_as;
    f->name = (struct artefact_name){f->grant.id, f->grant.revision, key_of(r, f)};
    return !f->query->timed &&
           req_etag(r, arena_printf(r->a, "\"" STR_FMT "\"", STR_ARG(f->name.key)));
}

bool exports_begin(struct req *r, struct err *e)
{
    struct export_file *f = r->state;
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
