/*
 * The catalogue as news, as Dublin Core and as a data.json: what feed readers, libraries and Project Open Data's clients take.
 *
 * Source: RSS 2.0 (rssboard.org); Dublin Core Metadata Element Set 1.1; Project Open Data Metadata Schema 1.1.
 */
#include <stdio.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/base/markup.h"
#include "core/web/engine.h"
#include "tenants/explore/catalogue_file.h"
#include "tenants/explore/explore.h"

/* ---- RSS ---- */

void catalogue_put_element(struct buf *out, const char *name, struct str text)
{
    if (text.n == 0)
        return;
    buf_printf(out, "<%s>", name);
    markup_xml(out, text);
    buf_printf(out, "</%s>\n", name);
}

void catalogue_put_description(struct buf *out, struct str text)
{
    struct buf html = {0};
    markup_text(&html, text);
    catalogue_put_element(out, "description", buf_str(&html));
    buf_free(&html);
}

static struct str page_of(const struct catalogue_file *f, const struct dataset_object *d)
{
    return arena_printf(f->r->a, STR_FMT "/explore/dataset/" STR_FMT "/",
                        STR_ARG(req_base_url(f->r)), STR_ARG(d->dataset_id));
}

void catalogue_rss_start(struct catalogue_file *f, struct buf *out)
{
    buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" "
                  "xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n");
    catalogue_put_element(out, "title", f->r->tenant->name);
    catalogue_put_element(out, "link",
                arena_printf(f->r->a, STR_FMT "/explore/", STR_ARG(req_base_url(f->r))));
    catalogue_put_element(out, "description",
                arena_printf(f->r->a, "%s" STR_FMT,
                             f->r->lang == LANG_EN ? "Open data of " : "Données ouvertes : ",
                             STR_ARG(f->r->tenant->name)));
    buf_addz(out, "<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"");
    markup_xml(out, explore_self(f->r, -1));
    buf_addz(out, "\"/>\n");
}

static struct str meta(const struct catalogue_file *f, const struct dataset_object *d,
                       const char *template, const char *key)
{
    struct buf text = {0};
    catalogue_file_text(f, &text, d, arena_printf(f->r->a, "%s.%s", template, key));
    struct str kept = arena_str(f->r->a, buf_str(&text));
    buf_free(&text);
    return kept;
}

/* From ISO 8601 in UTC to RFC 822's form. */
void catalogue_put_date(struct buf *out, struct str iso)
{
    char copy[24];
    struct tm tm = {0};
    struct buf date = {0};
    snprintf(copy, sizeof copy, STR_FMT, STR_ARG(str_part(iso, 0, 19)));
    if (!strptime(copy, "%Y-%m-%dT%H:%M:%S", &tm))
        return;
    clock_http(&date, (int64_t)timegm(&tm) * 1000000);
    catalogue_put_element(out, "pubDate", buf_str(&date));
    buf_free(&date);
}

void catalogue_rss_object(struct catalogue_file *f, struct buf *out, const struct dataset_object *d)
{
    struct str page = page_of(f, d);
    buf_addz(out, "<item>\n");
    catalogue_put_element(out, "title", meta(f, d, "default", "title"));
    catalogue_put_element(out, "link", page);
    catalogue_put_element(out, "guid", page);
    catalogue_put_description(out, meta(f, d, "default", "description"));
    catalogue_put_element(out, "category", meta(f, d, "default", "theme"));
    catalogue_put_date(out, d->modified);
    buf_addz(out, "</item>\n");
}

void catalogue_rss_end(struct catalogue_file *f, struct buf *out)
{
    (void)f;
    buf_addz(out, "</channel>\n</rss>\n");
}

/* ---- Dublin Core ---- */

void catalogue_dublin_start(struct catalogue_file *f, struct buf *out)
{
    (void)f;
    buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF "
                  "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
                  "xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n");
}

/* What is a list is said one by one. */
static void put_each(struct buf *out, const char *name, const struct dataset_object *d, const char *key)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(jr_object(d->metas, "default"), key), i, item)
        catalogue_put_element(out, name, str_of(json_string_value(item)));
}

void catalogue_dublin_object(struct catalogue_file *f, struct buf *out, const struct dataset_object *d)
{
    static const struct {
        const char *name, *template, *key;
    } elements[] = {{"dc:title", "default", "title"},         {"dc:description", "default", "description"},
                    {"dc:publisher", "default", "publisher"}, {"dc:creator", "dcat", "creator"},
                    {"dc:contributor", "dcat", "contributor"}, {"dc:language", "default", "language"},
                    {"dc:rights", "default", "license"},      {"dc:coverage", "dcat", "spatial"},
                    {"dc:source", "default", "references"},   {"dc:relation", "dcat", "relation"},
                    {"dc:date", "default", "modified"}};
    buf_addz(out, "<rdf:Description rdf:about=\"");
    markup_xml(out, page_of(f, d));
    buf_addz(out, "\">\n");
    catalogue_put_element(out, "dc:identifier", page_of(f, d));
    catalogue_put_element(out, "dc:type", S("Dataset"));
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
        catalogue_put_element(out, elements[i].name, meta(f, d, elements[i].template, elements[i].key));
    put_each(out, "dc:subject", d, "theme");
    put_each(out, "dc:subject", d, "keyword");
    buf_addz(out, "</rdf:Description>\n");
}

void catalogue_dublin_end(struct catalogue_file *f, struct buf *out)
{
    (void)f;
    buf_addz(out, "</rdf:RDF>\n");
}

/* ---- data.json ---- */

void catalogue_pod_start(struct catalogue_file *f, struct buf *out)
{
    (void)f;
    buf_addz(out,
             "{\"conformsTo\": \"https://project-open-data.cio.gov/v1.1/schema\", \"dataset\": [");
}

/* tail: "exports/csv", below the dataset's address */
static void put_download(struct catalogue_file *f, struct jw *w, const struct dataset_object *d, struct str title, struct str media_type,
                         struct str tail)
{
    jw_open(w, '{');
    JW_STR(w, "@type", S("dcat:Distribution"));
    JW_STR(w, "mediaType", media_type);
    JW_STR(w, "title", title);
    JW_STR(w, "downloadURL", arena_printf(f->r->a, STR_FMT "/api/explore/v2.1/catalog/datasets/" STR_FMT "/" STR_FMT,
                                          STR_ARG(req_base_url(f->r)), STR_ARG(d->dataset_id), STR_ARG(tail)));
    jw_close(w, '}');
}

static void put_distribution(struct catalogue_file *f, struct jw *w, const struct dataset_object *d,
                             const char *format, const char *media_type)
{
    put_download(f, w, d, arena_printf(f->r->a, STR_FMT ".%s", STR_ARG(d->dataset_id), format), str_of(media_type),
                 arena_printf(f->r->a, "exports/%s", format));
}

static void put_rows(struct catalogue_file *f, struct jw *w, const struct dataset_object *d)
{
    if (d->records == 0)
        return;
    put_distribution(f, w, d, "csv", "text/csv");
    put_distribution(f, w, d, "json", "application/json");
    put_distribution(f, w, d, "xlsx",
                     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
}

static void put_files(struct catalogue_file *f, struct jw *w, const struct dataset_object *d)
{
    size_t i;
    json_t *file;
    json_array_foreach(d->attachments, i, file)
        put_download(f, w, d, jr_str(file, "title"), jr_str(file, "mimetype"),
                     arena_printf(f->r->a, STR_FMT "s/" STR_FMT, STR_ARG(jr_str(file, "kind")), STR_ARG(jr_str(file, "id"))));
}

static void put_meta(struct catalogue_file *f, struct jw *w, const struct dataset_object *d,
                     const char *name, const char *key)
{
    (void)f;
    jw_key(w, str_of(name));
    dataset_object_meta(w, d, "default", key);
}

void catalogue_pod_object(struct catalogue_file *f, struct buf *out, const struct dataset_object *d)
{
    struct jw w;
    jw_init(&w, out, JW_SPACED);
    buf_addz(out, f->written ? ", " : "");
    jw_open(&w, '{');
    JW_STR(&w, "@type", S("dcat:Dataset"));
    JW_STR(&w, "identifier", page_of(f, d));
    JW_STR(&w, "landingPage", page_of(f, d));
    JW_STR(&w, "accessLevel", d->is_open ? S("public") : S("restricted public"));
    put_meta(f, &w, d, "title", "title");
    put_meta(f, &w, d, "description", "description");
    put_meta(f, &w, d, "keyword", "keyword");
    put_meta(f, &w, d, "theme", "theme");
    put_meta(f, &w, d, "license", "license_url");
    JW_STR(&w, "modified", d->modified);
    JW_STR(&w, "issued", d->issued);
    jw_key(&w, S("publisher"));
    jw_open(&w, '{');
    JW_STR(&w, "@type", S("org:Organization"));
    put_meta(f, &w, d, "name", "publisher");
    jw_close(&w, '}');
    jw_key(&w, S("distribution"));
    jw_open(&w, '[');
    put_rows(f, &w, d);
    put_files(f, &w, d);
    jw_close(&w, ']');
    jw_close(&w, '}');
}

void catalogue_pod_end(struct catalogue_file *f, struct buf *out)
{
    (void)f;
    buf_addz(out, "]}");
}
