#include "tenants/explore/attachments.h"

#include "core/io/blob.h"
#include "core/web/url.h"
#include "tenants/explore/downloads.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/sql.h"
#include "tenants/publishing/errors.h"

/* ---- lists ---- */

struct listed {
    struct grant grant;
};

static bool ask_kind(struct req *r, struct str kind, struct err *e)
{
    struct listed *l = ARENA_NEW(r->a, struct listed);
    if (!grant_take(r, explore_dataset(r), &l->grant, e))
        return false;
    r->state = l;
    req_ask(r, &sql_attachment_listed,
            (struct str[]){uuid_str(&r->tenant->id), uuid_str(&l->grant.id), kind});
    return true;
}

static bool ask_attachments(struct req *r, struct err *e)
{
    return ask_kind(r, S("attachment"), e);
}

static bool ask_alternatives(struct req *r, struct err *e)
{
    return ask_kind(r, S("alternative_export"), e);
}

static void reply_kind(struct req *r, const char *action)
{
    const struct listed *l = r->state;
    struct str url = explore_dataset_url(r, l->grant.dataset_id);
    struct str self = arena_printf(r->a, STR_FMT "/%s", STR_ARG(url), action);
    const struct explore_link links[] = {{"self", self}, {"dataset", url}};
    explore_deprecate(r);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    jw_key(w, S("links"));
    explore_links(w, links, 2);
    jw_key(w, str_of(action));
    jw_open(w, '[');
    for (size_t i = 0; i < req_rows(r, 0); i++) {
        jw_open(w, '{');
        JW_STR(
            w, "href",
            arena_printf(r->a, STR_FMT "/" STR_FMT, STR_ARG(self), STR_ARG(req_col(r, 0, i, 0))));
        jw_key(w, S("metas"));
        jw_open(w, '{');
        JW_STR(w, "mime-type", req_col(r, 0, i, 2));
        JW_STR(w, "title", req_col(r, 0, i, 1));
        jw_close(w, '}');
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
}

static bool reply_attachments(struct req *r, struct err *e)
{
    (void)e;
    reply_kind(r, "attachments");
    return true;
}

static bool reply_alternatives(struct req *r, struct err *e)
{
    (void)e;
    reply_kind(r, "alternative_exports");
    return true;
}

const struct step attachments_list[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_attachments, NULL},
    {STEP_REPLY, reply_attachments, NULL},
    {STEP_END, NULL, NULL},
};
const struct step attachments_alternatives[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_alternatives, NULL},
    {STEP_REPLY, reply_alternatives, NULL},
    {STEP_END, NULL, NULL},
};

/* ---- bytes ---- */

/* attachment_one.sql's columns */
enum { COL_NAME, COL_TYPE, COL_HASH, COL_BLOB, COL_MODIFIED, COL_THUMBNAIL, COL_THUMBNAIL_TYPE };

/* Whose download is counted: what a page shows by itself (files of rows) is none. */
struct wanted {
    struct uuid dataset;
    bool counts;
    bool small; /* its thumbnail; the picture itself while there is none */
};

static bool ask_one(struct req *r, struct str kind, struct err *e)
{
    struct grant g;
    struct wanted *w = r->state = ARENA_NEW(r->a, struct wanted);
    if (!grant_take(r, r->params[EXPLORE_DATASET], &g, e))
        return false;
    *w = (struct wanted){.dataset = g.id, .counts = !str_eq(kind, S("file"))};
    req_ask(
        r, &sql_attachment_one,
        (struct str[]){uuid_str(&r->tenant->id), uuid_str(&g.id), kind, r->params[EXPLORE_SECOND]});
    return true;
}

static bool ask_file(struct req *r, struct err *e)
{
    return ask_one(r, S("attachment"), e);
}

static bool ask_alternative(struct req *r, struct err *e)
{
    return ask_one(r, S("alternative_export"), e);
}

static bool ask_field_file(struct req *r, struct err *e)
{
    return ask_one(r, S("file"), e);
}

static bool ask_small(struct req *r, struct err *e)
{
    bool ok = ask_one(r, S("file"), e);
    if (ok)
        ((struct wanted *)r->state)->small = true;
    return ok;
}

/* Source: RFC 6266: a plain name for old clients, the true one percent-encoded. */
static struct str disposition(struct req *r, struct str name)
{
    struct buf b = {0};
    buf_addz(&b, "attachment; filename=\"");
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        buf_addc(&b, c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '%' ? '_' : c);
    }
    buf_addz(&b, "\"; filename*=UTF-8''");
    url_encode(&b, name);
    struct str s = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return s;
}

static bool reply_file(struct req *r, struct err *e)
{
    const struct wanted *w = r->state;
    int fd;
    uint64_t size;
    if (req_rows(r, 0) != 1)
        return ERR(e, err_attachment_unknown, "no row");
    bool made = w->small && req_col(r, 0, 0, COL_THUMBNAIL).n;
    struct str type = arena_str(r->a, req_col(r, 0, 0, made ? COL_THUMBNAIL_TYPE : COL_TYPE));
    if (w->small && !str_starts(type, S("image/")))
        return ERR(e, err_attachment_unknown, "no picture");
    if (req_etag(r, arena_printf(r->a, "\"" STR_FMT "%s\"", STR_ARG(req_col(r, 0, 0, COL_HASH)), made ? "-small" : "")))
        return true;
    if (!blob_open(req_col(r, 0, 0, made ? COL_THUMBNAIL : COL_BLOB), &fd, &size, e))
        return false;
    if (w->counts && r->x->method != HTTP_HEAD && explore_is_first_part(r))
        downloads_count(&r->tenant->id, &w->dataset, DOWNLOAD_FILE);
    req_set(r, S("content-disposition"), disposition(r, req_col(r, 0, 0, COL_NAME)));
    req_set(r, S("content-security-policy"), S("default-src 'none'; sandbox"));
    req_set(r, S("last-modified"), req_col(r, 0, 0, COL_MODIFIED));
    req_file(r, fd, (int64_t)size, type);
    return true;
}

#define FILE_STEPS(name, ask)                                                                      \
    const struct step name[] = {                                                                   \
        {STEP_DB, explore_ask_grant, NULL},                                                        \
        {STEP_DB, ask, NULL},                                                                      \
        {STEP_REPLY, reply_file, NULL},                                                            \
        {STEP_END, NULL, NULL},                                                                    \
    }
FILE_STEPS(attachments_file, ask_file);
FILE_STEPS(attachments_alternative, ask_alternative);
FILE_STEPS(attachments_of_field, ask_field_file);
FILE_STEPS(attachments_small, ask_small);
