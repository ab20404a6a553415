#include "federation/national_map.h"

#include <sodium.h>
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/base/markup.h"
#include "core/base/utf8.h"
#include "federation/seal.h"
#include "tenants/directory/slug.h"
#include "tenants/publishing/credit.h"
#include "tenants/publishing/dates.h"
#include "tenants/publishing/words.h"

enum { TITLE_MAX = 350, DESCRIPTION_MAX = 99000, JOINED_MAX = 60000, SHORT_MAX = 200, TAG_MIN = 3, TAG_MAX = 96, TAGS_MAX = 100, EXTENSION_MAX = 10 };

struct mapping {
    struct arena *a;
    const struct source *s;
    const struct national_setting *set;
    const json_t *metas, *basic, *dcat, *fields, *beside;
    struct national_doc *doc;
    struct str base; /* "https://host" */
};

static struct str hash_of(struct arena *a, struct str one, struct str two)
{
    unsigned char hash[16];
    crypto_generichash_state h;
    struct str head = arena_printf(a, "%zu:", one.n);
    crypto_generichash_init(&h, NULL, 0, sizeof hash);
    crypto_generichash_update(&h, (const unsigned char *)head.p, head.n);
    crypto_generichash_update(&h, (const unsigned char *)(one.p ? one.p : ""), one.n);
    crypto_generichash_update(&h, (const unsigned char *)(two.p ? two.p : ""), two.n);
    crypto_generichash_final(&h, hash, sizeof hash);
    return str_from(seal_hex(a, hash, sizeof hash), 2);
}

static int by_bytes(const void *x, const void *y)
{
    return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

struct tag_list {
    struct str tags[TAGS_MAX];
    size_t n;
    struct buf dropped;
};

static void add_tags(struct arena *a, const json_t *list, struct tag_list *out)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        struct str slug = slug_make(a, str_of(text ? text : ""), TAG_MAX);
        bool known = false;
        for (size_t k = 0; k < out->n; k++)
            known = known || str_eq(out->tags[k], slug);
        if (slug.n < TAG_MIN)
            buf_printf(&out->dropped, "%s%s", out->dropped.n ? ", " : "", text ? text : "");
        else if (!known && out->n < TAGS_MAX)
            out->tags[out->n++] = slug;
    }
}

static void write_tags(struct mapping *m, struct jw *w)
{
    struct tag_list list = {.n = 0};
    add_tags(m->a, jr_array(m->basic, "theme"), &list);
    add_tags(m->a, jr_array(m->basic, "keyword"), &list);
    qsort(list.tags, list.n, sizeof list.tags[0], by_bytes);
    jw_key(w, S("tags"));
    jw_open(w, '[');
    for (size_t i = 0; i < list.n; i++)
        jw_str(w, list.tags[i]);
    jw_close(w, ']');
    m->doc->dropped = arena_str(m->a, buf_str(&list.dropped));
    buf_free(&list.dropped);
}

static bool is_day(struct str s)
{
    for (size_t i = 0; i < 10; i++)
        if (s.n < 10 || (i == 4 || i == 7 ? s.p[i] != '-' : s.p[i] < '0' || s.p[i] > '9'))
            return false;
    return true;
}

/* Left out it would be cleared: null says the same aloud. */
static void write_period(const struct mapping *m, struct jw *w)
{
    struct str start = jr_str(m->dcat, "temporal_coverage_start"), end = jr_str(m->dcat, "temporal_coverage_end");
    jw_key(w, S("temporal_coverage"));
    if (!is_day(start)) {
        jw_null(w);
        return;
    }
    jw_open(w, '{');
    JW_STR(w, "start", str_part(start, 0, 10));
    JW_STR(w, "end", is_day(end) ? str_part(end, 0, 10) : STR_NONE);
    jw_close(w, '}');
}

static void write_place(const struct mapping *m, struct jw *w)
{
    const struct granularity *g = granularity_find(jr_str(m->dcat, "granularity"));
    struct str zone = m->set->zones == ZONES_NONE
        ? STR_NONE : national_zone(m->a, jr_str(m->dcat, "spatial"), m->s->portal, m->set->insee, m->set->siren,
                                   m->set->zones == ZONES_LARGER);
    jw_key(w, S("spatial"));
    jw_open(w, '{');
    jw_key(w, S("zones"));
    jw_open(w, '[');
    if (zone.n > 0)
        jw_str(w, zone);
    jw_close(w, ']');
    JW_STR(w, "granularity", g ? str_of(g->udata) : S("other"));
    jw_close(w, '}');
}

/* What its rows were joined with, to be quoted as well: udata has no member for a credit line, and one licence. */
static struct str joined(const struct mapping *m)
{
    struct buf b = {0};
    struct credit_joined *list;
    size_t n = credit_joined(m->a, LANG_FR, m->s->credits, &list), i = 0;
    for (; i < n && b.n < JOINED_MAX; i++)
        buf_printf(&b, "%s\n- " STR_FMT, i ? "" : "\n\nFait aussi avec, à citer de même :\n", STR_ARG(list[i].line));
    if (i < n)
        buf_printf(&b, "\n- et %zu autres, nommés sur la page de la source", n - i);
    struct str text = arena_str(m->a, buf_str(&b));
    buf_free(&b);
    return text;
}

static struct str description(const struct mapping *m, struct str title)
{
    struct buf b = {0};
    struct str quoted = joined(m);
    if (!str_eq(title, m->doc->title))
        buf_printf(&b, STR_FMT "\n\n", STR_ARG(title));
    buf_add(&b, national_markdown(m->a, jr_str(m->basic, "description"), DESCRIPTION_MAX - quoted.n));
    buf_add(&b, quoted);
    buf_printf(&b, "\n\nSource : %s" STR_FMT, "", STR_ARG(m->doc->landing));
    struct str text = arena_str(m->a, buf_str(&b));
    buf_free(&b);
    return text;
}

static void write_members(struct mapping *m, struct jw *w)
{
    struct str title = jr_str(m->basic, "title");
    struct str words = national_markdown(m->a, jr_str(m->basic, "description"), DESCRIPTION_MAX);
    const struct frequency *f = frequency_find(jr_str(m->dcat, "accrualperiodicity"));
    m->doc->title = arena_str(m->a, national_cut(m->a, title.n ? title : m->s->dataset_id, TITLE_MAX));
    JW_STR(w, "title", m->doc->title);
    JW_STR(w, "description", description(m, title));
    JW_STR(w, "description_short", national_cut(m->a, words, SHORT_MAX));
    JW_STR(w, "license", m->set->licence.n ? m->set->licence : S("other-open"));
    JW_STR(w, "frequency", f ? str_of(f->udata) : S("unknown"));
    write_tags(m, w);
    write_period(m, w);
    write_place(m, w);
    JW_BOOL(w, "private", false);
}

static bool has_geometry(const json_t *fields)
{
    for (size_t i = 0; i < json_array_size(fields); i++)
        if (str_starts(jr_str(json_array_get(fields, i), "type"), S("geo_")))
            return true;
    return false;
}

/* What each column means: the resource's description. */
static struct str dictionary(const struct mapping *m)
{
    struct buf b = {0};
    buf_addz(&b, "Colonnes :\n");
    for (size_t i = 0; i < json_array_size(m->fields) && b.n < 60000; i++) {
        const json_t *f = json_array_get(m->fields, i);
        struct str says = jr_str(f, "description");
        buf_printf(&b, "\n- `" STR_FMT "` : " STR_FMT " (" STR_FMT ")%s" STR_FMT, STR_ARG(jr_str(f, "name")),
                   STR_ARG(jr_str(f, "label")), STR_ARG(jr_str(f, "type")), says.n ? " : " : "", STR_ARG(says));
    }
    struct str text = arena_str(m->a, buf_str(&b));
    text.n = utf8_floor(text);
    buf_free(&b);
    return text;
}

static const struct format {
    const char *key, *title, *type, *format, *mime, *path;
    bool geometry, rows, explained;
} formats[NATIONAL_FORMATS] = {
    {"csv", "Données au format CSV", "main", "csv", "text/csv", "exports/csv?use_labels=true", false, true, true},
    {"json", "Données au format JSON", "main", "json", "application/json", "exports/json", false, true, false},
    {"geojson", "Données au format GeoJSON", "main", "geojson", "application/geo+json", "exports/geojson", true, true, false},
    {"api", "API : interroger les données", "api", "json", "application/json", "records", false, false, false},
};

/* What the portal shows of one resource; what is absent is not sent. */
struct shown {
    struct str title, description, type, format, mime, url;
    int64_t bytes; /* -1: not known */
};

static struct str resource_body(const struct mapping *m, const struct shown *x, bool create)
{
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_COMPACT);
    jw_open(&w, '{');
    if (create)
        JW_STR(&w, "filetype", S("remote"));
    JW_STR(&w, "title", x->title);
    if (x->description.p)
        JW_STR(&w, "description", x->description);
    JW_STR(&w, "type", x->type);
    if (x->format.n)
        JW_STR(&w, "format", x->format);
    JW_STR(&w, "mime", x->mime);
    if (x->bytes >= 0)
        JW_I64(&w, "filesize", x->bytes);
    JW_STR(&w, "url", x->url);
    jw_close(&w, '}');
    struct str text = arena_str(m->a, buf_str(&b));
    buf_free(&b);
    return text;
}

/* carried: what makes it another one though its body stays: its rows, its bytes; absent: nothing does. */
static void add_resource(struct mapping *m, struct str key, const struct shown *x, struct str carried)
{
    struct str body = resource_body(m, x, false);
    m->doc->resources[m->doc->nresources++] =
        (struct national_resource){key, x->url, body, resource_body(m, x, true), hash_of(m->a, body, carried)};
}

static void map_formats(struct mapping *m)
{
    bool geometry = has_geometry(m->fields);
    for (size_t i = 0; i < NATIONAL_FORMATS; i++) {
        const struct format *f = &formats[i];
        if (f->geometry && !geometry)
            continue;
        struct str url = arena_printf(m->a, STR_FMT "/api/explore/v2.1/catalog/datasets/" STR_FMT "/%s", STR_ARG(m->base),
                                      STR_ARG(m->s->dataset_id), f->path);
        const struct shown x = {str_of(f->title), f->explained ? dictionary(m) : STR_NONE, str_of(f->type), str_of(f->format),
                                str_of(f->mime), url, -1};
        add_resource(m, str_of(f->key), &x, f->rows ? m->s->version : STR_NONE);
    }
}

/* "pdf" of "Plan.v2.PDF"; empty: the name has none. */
static struct str extension(struct arena *a, struct str name)
{
    struct str last = STR_NONE;
    for (struct str rest = name, part; str_cut(&rest, '.', &part);)
        last = rest.p ? last : part;
    return str_eq(last, name) ? S("") : slug_make(a, last, EXTENSION_MAX);
}

static void map_beside(struct mapping *m)
{
    for (size_t i = 0; i < json_array_size(m->beside) && m->doc->nresources < NATIONAL_RESOURCES; i++) {
        const json_t *file = json_array_get(m->beside, i);
        struct str kind = jr_str(file, "kind"), id = jr_str(file, "id");
        struct str url = arena_printf(m->a, STR_FMT "/api/v2/catalog/datasets/" STR_FMT "/" STR_FMT "s/" STR_FMT, STR_ARG(m->base),
                                      STR_ARG(m->s->dataset_id), STR_ARG(kind), STR_ARG(id));
        struct str title = jr_str(file, "title"), name = jr_str(file, "name");
        const struct shown x = {national_cut(m->a, title.n ? title : name, TITLE_MAX), STR_NONE,
                                str_eq(kind, S("attachment")) ? S("other") : S("main"), extension(m->a, name), jr_str(file, "type"),
                                url, jr_i64(file, "size", 0)};
        add_resource(m, arena_printf(m->a, STR_FMT ":" STR_FMT, STR_ARG(kind), STR_ARG(id)), &x, jr_str(file, "hash"));
    }
}

static void map_extras(struct mapping *m)
{
    struct buf b = {0};
    struct jw w;
    struct dates dates = dates_of(m->metas, m->s->created_at, m->s->published_at);
    jw_init(&w, &b, JW_COMPACT);
    jw_open(&w, '{');
    JW_STR(&w, "terrasse:portal", m->s->root);
    JW_STR(&w, "terrasse:tenant", m->s->slug);
    JW_STR(&w, "terrasse:uid", m->s->uid);
    JW_STR(&w, "terrasse:fingerprint", m->doc->fingerprint);
    JW_STR(&w, "terrasse:landing", m->doc->landing);
    JW_STR(&w, "terrasse:created", dates.created);
    JW_STR(&w, "terrasse:issued", dates.issued);
    JW_STR(&w, "terrasse:modified", m->s->data_processed);
    JW_STR(&w, "terrasse:frequency_label", jr_str(m->dcat, "accrualperiodicity"));
    jw_close(&w, '}');
    m->doc->extras = arena_str(m->a, buf_str(&b));
    buf_free(&b);
}

static void map_all(struct mapping *m)
{
    struct buf b = {0}, marks = {0};
    struct jw w;
    jw_init(&w, &b, JW_COMPACT);
    jw_open(&w, '{');
    write_members(m, &w);
    jw_close(&w, '}');
    m->doc->members = arena_str(m->a, str_part(buf_str(&b), 1, b.n - 2));
    buf_free(&b);
    map_formats(m);
    map_beside(m);
    for (size_t i = 0; i < m->doc->nresources; i++)
        buf_add(&marks, m->doc->resources[i].fingerprint);
    m->doc->fingerprint = hash_of(m->a, m->doc->members, buf_str(&marks));
    buf_free(&marks);
    map_extras(m);
}

bool national_map(struct arena *a, const struct source *s, const struct national_setting *set, struct national_doc *out,
                  struct err *e)
{
    json_t *metas = jr_parse(s->metas, e), *fields = metas ? jr_parse(s->fields, e) : NULL;
    json_t *beside = s->beside.n ? jr_parse(s->beside, e) : NULL;
    struct national_doc doc = {.nresources = 0};
    struct mapping m = {.a = a, .s = s, .set = set, .metas = metas, .basic = jr_object(metas, "default"), .dcat = jr_object(metas, "dcat"),
                        .fields = fields, .beside = beside, .doc = &doc};
    bool ok = metas && fields && (beside || !s->beside.n);
    if (ok) {
        m.base = arena_printf(a, STR_FMT "://" STR_FMT STR_FMT, STR_ARG(set->scheme), STR_ARG(s->host), STR_ARG(set->port));
        doc.landing = arena_printf(a, STR_FMT "/explore/dataset/" STR_FMT "/", STR_ARG(m.base), STR_ARG(s->dataset_id));
        map_all(&m);
        *out = doc;
    }
    json_decref(beside);
    json_decref(fields);
    json_decref(metas);
    return ok;
}

struct str national_create_body(struct arena *a, const struct national_doc *doc, struct str organisation, struct str attempt)
{
    struct buf b = {0};
    struct jw w;
    jw_init(&w, &b, JW_COMPACT);
    buf_printf(&b, "{" STR_FMT ",\"organization\":", STR_ARG(doc->members));
    jw_escape(&b, organisation);
    buf_addz(&b, ",\"resources\":");
    jw_open(&w, '[');
    for (size_t i = 0; i < doc->nresources; i++)
        jw_raw(&w, doc->resources[i].create);
    jw_close(&w, ']');
    buf_addz(&b, ",\"extras\":");
    buf_add(&b, str_part(doc->extras, 0, doc->extras.n - 1));
    buf_addz(&b, ",\"terrasse:attempt\":");
    jw_escape(&b, attempt);
    buf_addz(&b, "}}");
    struct str text = arena_str(a, buf_str(&b));
    buf_free(&b);
    return text;
}
