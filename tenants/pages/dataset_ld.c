/* dataset_ld -- what a dataset's page tells search engines: schema.org/Dataset as JSON-LD (standards.md 1.11). */
#include "core/base/jr.h"
#include "core/base/jw.h"
#include "tenants/pages/dataset.h"
#include "tenants/pages/hits.h"

static void put_thing(struct jw *w, const char *key, const char *type, struct str name, struct str url)
{
    jw_key(w, str_of(key));
    jw_open(w, '{');
    JW_STR(w, "@type", str_of(type));
    JW_STR(w, "name", name);
    if (url.n)
        JW_STR(w, "url", url);
    jw_close(w, '}');
}

/* title, size_bytes: absent and -1 where nobody knows before it is made */
static void put_download(struct req *r, struct jw *w, struct str title, struct str type, struct str path, int64_t size_bytes)
{
    jw_open(w, '{');
    JW_STR(w, "@type", S("DataDownload"));
    if (title.n)
        JW_STR(w, "name", title);
    JW_STR(w, "encodingFormat", type);
    JW_STR(w, "contentUrl", arena_printf(r->a, STR_FMT STR_FMT, STR_ARG(req_base_url(r)), STR_ARG(path)));
    if (size_bytes >= 0)
        JW_STR(w, "contentSize", arena_printf(r->a, "%lld B", (long long)size_bytes));
    jw_close(w, '}');
}

static void put_downloads(struct req *r, struct jw *w, const struct dataset *d)
{
    static const struct {
        const char *tail, *type;
    } files[] = {{"/exports/csv", "text/csv"}, {"/exports/json", "application/json"}};
    jw_key(w, S("distribution"));
    jw_open(w, '[');
    for (size_t i = 0; d->records > 0 && i < sizeof files / sizeof files[0]; i++)
        put_download(r, w, STR_NONE, str_of(files[i].type), hits_api(r->a, d->g.dataset_id, files[i].tail), -1);
    for (size_t i = 0; i < d->nfiles; i++)
        put_download(r, w, d->files[i].title, d->files[i].type, d->files[i].url, d->files[i].size_bytes);
    jw_close(w, ']');
}

static void put_variables(struct jw *w, const struct dataset_view *v)
{
    jw_key(w, S("variableMeasured"));
    jw_open(w, '[');
    for (size_t i = 0; i < view_columns(v) && i < 100; i++) {
        const struct view_column *c = view_column(v, i);
        if (c->hidden)
            continue;
        jw_open(w, '{');
        JW_STR(w, "@type", S("PropertyValue"));
        JW_STR(w, "name", c->name);
        JW_STR(w, "description", dataset_label(c));
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void put_place(struct jw *w, const struct dataset *d)
{
    if (!d->spatial.n && !d->box.n)
        return;
    jw_key(w, S("spatialCoverage"));
    jw_open(w, '{');
    JW_STR(w, "@type", S("Place"));
    if (d->spatial.n)
        JW_STR(w, "name", d->spatial);
    if (d->box.n) {
        jw_key(w, S("geo"));
        jw_open(w, '{');
        JW_STR(w, "@type", S("GeoShape"));
        JW_STR(w, "box", d->box);
        jw_close(w, '}');
    }
    jw_close(w, '}');
}

/* What its rows were joined with, to be quoted as well. */
static void put_joined(struct req *r, struct jw *w, const struct dataset *d)
{
    if (d->njoined == 0)
        return;
    jw_key(w, S("isBasedOn"));
    jw_open(w, '[');
    for (size_t i = 0; i < d->njoined; i++) {
        jw_open(w, '{');
        JW_STR(w, "@type", S("CreativeWork")); /* as a Dataset it would have to be described whole */
        struct str page = credit_joined_url(r, &d->joined[i]);
        if (page.n) {
            JW_STR(w, "name", d->joined[i].title);
            JW_STR(w, "url", page);
        }
        if (d->joined[i].licence_url.n)
            JW_STR(w, "license", d->joined[i].licence_url);
        JW_STR(w, "creditText", d->joined[i].line);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void put_dataset(struct req *r, struct jw *w, const struct dataset *d)
{
    struct str base = req_base_url(r);
    jw_open(w, '{');
    JW_STR(w, "@context", S("https://schema.org/"));
    JW_STR(w, "@type", S("Dataset"));
    JW_STR(w, "name", d->title);
    JW_STR(w, "description", d->text.n ? d->text : d->title);
    JW_STR(w, "url", arena_printf(r->a, STR_FMT "/explore/dataset/" STR_FMT "/", STR_ARG(base), STR_ARG(d->g.dataset_id)));
    JW_STR(w, "identifier", d->identifier);
    if (d->license_url.n)
        JW_STR(w, "license", d->license_url);
    put_thing(w, "creator", "Organization", d->publisher, d->publisher_url);
    put_thing(w, "publisher", "Organization", d->publisher, d->publisher_url);
    JW_STR(w, "creditText", d->credit);
    put_joined(r, w, d);
    JW_STR(w, "keywords", d->keywords);
    JW_STR(w, "dateCreated", d->created_day);
    JW_STR(w, "datePublished", d->issued_day);
    JW_STR(w, "dateModified", d->modified_day);
    if (d->period.n)
        JW_STR(w, "temporalCoverage", d->period);
    put_place(w, d);
    JW_BOOL(w, "isAccessibleForFree", true);
    put_thing(w, "includedInDataCatalog", "DataCatalog", r->tenant->name, arena_printf(r->a, STR_FMT "/explore/", STR_ARG(base)));
    if (d->records > 0 || d->nfiles)
        put_downloads(r, w, d);
    put_variables(w, d->g.view);
    jw_close(w, '}');
}

/* A "<" would end the element it stands in, whatever is around it: JSON has another way to write it. */
static void put_safely(struct buf *out, struct str json)
{
    for (size_t i = 0; i < json.n; i++)
        if (json.p[i] == '<')
            buf_addz(out, "\\u003c");
        else
            buf_addc(out, json.p[i]);
}

/* The element is written here, not in a template, which lets no value stand in a script; nothing in it runs. */
struct markup dataset_ld(struct req *r, const struct dataset *d)
{
    struct buf json = {0}, safe = {0};
    struct jw w;
    if (!d->g.is_open)
        return markup_trusted(S(""));
    jw_init(&w, &json, JW_COMPACT);
    put_dataset(r, &w, d);
    buf_addz(&safe, "<script type=\"application/ld+json\">");
    put_safely(&safe, buf_str(&json));
    buf_addz(&safe, "</script>");
    struct str text = arena_str(r->a, buf_str(&safe));
    buf_free(&json);
    buf_free(&safe);
    return markup_trusted(text);
}
