#include "tenants/explore/exports.h"

#include <sodium.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/data/export.h"
#include "core/web/engine.h"
#include "core/web/errors.h"
#include "core/web/gzip.h"
#include "tenants/explore/artefact.h"
#include "tenants/explore/errors.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/sql.h"
#include "tenants/explore/v1_params.h"

enum { COL_LICENCE, COL_PROCESSED, HEADS_LAG_US = 2000000 };

struct file {
    struct grant grant;
    struct query *query;
    struct export x;
    struct str format;
    const struct query_param *params;
    size_t nparams;
    bool compressed, started, asked;
    bool in_heads; /* was seen there since it began */
    int64_t began_us;
    struct artefact_name name;
    struct artefact *artefact; /* being written; NULL: not kept */
    int at; /* not sliced: rows of the one result that are written */
};

/* ---- which file ---- */

static bool no_format(struct str name, struct err *e)
{
    ERR(e, err_export_format, "format");
    return err_arg(e, STR_FMT, STR_ARG(str_part(name, 0, 60)));
}

static bool prepare(struct req *r, struct file *f, struct err *e)
{
    const struct export_format *format = export_find(f->format);
    if (!grant_take(r, explore_dataset(r), &f->grant, e))
        return false;
    if (!format)
        return no_format(f->format, e);
    f->compressed = explore_flag(r, S("compressed"));
    return query_make(r->a, f->grant.view, QUERY_EXPORT, f->params, f->nparams, &f->query, e) &&
           export_open(&f->x, r->a, f->query, format, f->params, f->nparams, e);
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
    f->params = bare ? explore_params_with(r, S("with_bom"), S("false"), &f->nparams) : explore_params(r, &f->nparams);
    return ask_head(r, f, e);
}

/* The first version of the API: the same file under other names. */
static bool ask_download(struct req *r, struct err *e)
{
    struct grant g;
    struct file *f = ARENA_NEW(r->a, struct file);
    struct str format = req_query(r, S("format"));
    if (!grant_take(r, explore_dataset(r), &g, e) || !v1_params(r, g.view, &f->params, &f->nparams, e))
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

/* Every row and column of an open dataset, with options of two values only: what is worth keeping. */
static bool is_whole(const struct file *f)
{
    static const char *const plain[] = {"use_labels", "with_bom", "compressed", "dataset", "format"};
    bool whole = f->grant.is_open && f->query->sliced && f->query->count_known && f->query->limit < 0;
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
    add_part(&h, arena_printf(r->a, "%lld %s %d %d %d %d", (long long)f->grant.revision, f->x.format->name, whole,
                              f->x.with_bom, f->query->use_labels, f->compressed));
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
            arena_printf(r->a, "attachment; filename=\"" STR_FMT ".%s%s\"", STR_ARG(f->grant.dataset_id),
                         f->x.format->extension, f->compressed ? ".gzip" : ""));
}

static void set_facts(struct req *r)
{
    struct str licence = req_col(r, 0, 0, COL_LICENCE);
    struct buf date = {0};
    if (url_is_clean(licence))
        req_set(r, S("link"), arena_printf(r->a, "<" STR_FMT ">; rel=\"license\"", STR_ARG(licence)));
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

/* From the disk, or to the disk while it is streamed. */
static bool begin_whole(struct req *r, struct file *f)
{
    int64_t size;
    int fd = artefact_open(r, &f->name, &size);
    if (fd >= 0)
        req_file(r, fd, size, content_type(f));
    else if (r->x->method != HTTP_HEAD)
        f->artefact = artefact_begin(r, &f->name);
    return true;
}

static bool begin(struct req *r, struct err *e)
{
    struct file *f = r->state;
    if (req_rows(r, 0) == 0)
        return grant_not_found(f->grant.dataset_id, e); /* withdrawn meanwhile */
    f->name = (struct artefact_name){f->grant.id, f->grant.revision, key_of(r, f)};
    if (!f->query->timed && req_etag(r, arena_printf(r->a, "\"" STR_FMT "\"", STR_ARG(f->name.key))))
        return true;
    f->began_us = clock_monotonic_us();
    set_name(r, f);
    set_facts(r);
    explore_deprecate(r);
    return !is_whole(f) || begin_whole(r, f);
}

/* ---- slices ---- */

/* Between slices minutes may pass: what was closed or withdrawn meanwhile is not read any more. What was
 * published a moment ago is granted before the heads know it: they have two seconds to hear of it. */
static bool still_open(struct req *r, struct file *f, struct err *e)
{
    const struct tenant *now = heads_tenant(req_heads(r), uuid_str(&r->tenant->id));
    const struct dataset_head *head = now ? heads_dataset(now, f->grant.dataset_id) : NULL;
    bool too_new = now && !head && !f->in_heads && clock_monotonic_us() - f->began_us < HEADS_LAG_US;
    f->in_heads |= head != NULL;
    if (too_new || (head && head->is_open == f->grant.is_open))
        return true;
    return grant_not_found(f->grant.dataset_id, e); /* closed while it was being sent */
}

/* A file in an order of the caller's: where its rows stand, four bytes each, then slice by slice. */
static bool ask_keys(struct req *r, struct err *e)
{
    (void)e;
    const struct file *f = r->state;
    const struct query_sql *q = &f->query->keys;
    if (f->query->ordered)
        req_ask_rows(r, q->sql, q->nparams, q->params, false);
    return true;
}

static bool ask_slice(struct req *r, struct err *e)
{
    struct file *f = r->state;
    const struct query_sql *q = &f->query->rows;
    if (f->query->ordered && !f->asked)
        query_places(f->query, r->a, r->batch.calls[0].result);
    if (f->started && !still_open(r, f, e))
        return false;
    if (f->query->sliced || f->query->ordered || !f->asked)
        req_ask_rows(r, q->sql, q->nparams, q->params, f->query->fast && f->query->sliced);
    f->asked = true;
    return true;
}

/* The next rows of the one result that cannot be cut by key. */
static bool write_piece(struct file *f, struct buf *out, const PGresult *result)
{
    int n = PQntuples(result), end = f->at + QUERY_SLICE < n ? f->at + QUERY_SLICE : n;
    for (; f->at < end; f->at++) {
        f->x.format->row(&f->x, out, result, f->at);
        f->x.rows++;
    }
    buf_free(&f->x.cell);
    return f->at < n;
}

static bool write_slice(struct req *r, struct err *e)
{
    struct file *f = r->state;
    const PGresult *result = r->batch.calls[0].result;
    struct buf *out = req_stream(r, 200, content_type(f));
    if (!f->started)
        export_start(&f->x, out);
    f->started = true;
    bool more;
    if (f->query->sliced || f->query->ordered) {
        query_pace(f->query, PQresultMemorySize(result), (size_t)PQntuples(result));
        more = query_next(f->query, export_last(&f->x, result), (size_t)PQntuples(result));
        export_rows(&f->x, out, more ? req_ahead(r) : result);
    } else {
        more = write_piece(f, out, result);
    }
    if (!more)
        export_end(&f->x, out);
    r->stream_end = !more;
    if (f->compressed && !gzip_member(out))
        return ERR(e, err_internal, "no memory to compress");
    artefact_add(f->artefact, out->over ? STR_NONE : buf_str(out));
    if (!more && !out->over)
        artefact_end(f->artefact);
    return true;
}

const struct step exports_file[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_file, NULL},
    {STEP_DB, begin, NULL},
    {STEP_DB, ask_keys, NULL},
    {STEP_STREAM, ask_slice, write_slice},
    {STEP_END, NULL, NULL},
};

const struct step exports_download[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_download, NULL},
    {STEP_DB, begin, NULL},
    {STEP_DB, ask_keys, NULL},
    {STEP_STREAM, ask_slice, write_slice},
    {STEP_END, NULL, NULL},
};

/* ---- the list ---- */

static bool has_geometry(const struct dataset_view *v)
{
    for (size_t i = 0; i < view_columns(v); i++) {
        const struct view_column *c = view_column(v, i);
        if (!c->hidden && (c->type == TYPE_GEO_POINT || c->type == TYPE_GEO_SHAPE))
            return true;
    }
    return false;
}

static bool reply_list(struct req *r, struct err *e)
{
    static const char *const formats[] = {"csv", "json", "jsonl", "geojson"};
    struct grant g;
    struct explore_link links[4];
    size_t n = 0;
    if (!grant_take(r, r->params[EXPLORE_DATASET], &g, e))
        return false;
    struct str url = explore_dataset_url(r, g.dataset_id);
    for (size_t i = 0; i < 4; i++)
        if (!export_find(str_of(formats[i]))->needs_geometry || has_geometry(g.view))
            links[n++] = (struct explore_link){formats[i], arena_printf(r->a, STR_FMT "/exports/%s", STR_ARG(url), formats[i])};
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
