/* The catalogue as DCAT-AP: the names that match, then what the feed says of each. */
#include "tenants/explore/catalogue_dcat.h"

#include "core/base/jr.h"
#include "core/data/export/dcat.h"
#include "tenants/explore/catalogue_names.h"
#include "tenants/explore/datasets.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/sql.h"
#include "tenants/publishing/bbox.h"
#include "tenants/publishing/credit.h"
#include "tenants/publishing/dates.h"
#include "tenants/publishing/hvd.h"
#include "tenants/publishing/words.h"

enum { PAGE = 100, FORMATS_MAX = 20 };
enum { COL_ID, COL_IDENTIFIER, COL_METAS, COL_CREATED, COL_ISSUED, COL_MODIFIED, COL_THEMES, COL_EMAIL, COL_ROWS,
       COL_GEOMETRY, COL_COLUMNS, COL_SOURCE, COL_EXTENT, COL_CREDITS, COL_FILES, COL_LICENCE_TEXT, COL_PUBLISHER_URL,
       COL_PUBLISHER_KIND };

struct feed {
    enum rdf_format format;
    bool paged;
    uint64_t page;
    struct str *ids;
    size_t n, from, to;
};

static const struct {
    const char *ending;
    enum rdf_format format;
} endings[] = {{"/dcat", RDF_XML}, {"/rdf", RDF_XML}, {".rdf", RDF_XML}, {".xml", RDF_XML}, {"/ttl", RDF_TURTLE},
               {".ttl", RDF_TURTLE}, {"/jsonld", RDF_JSONLD}, {".jsonld", RDF_JSONLD}};

static struct str path_of(const struct req *r)
{
    struct str path = r->x->path;
    return path.n > 1 && path.p[path.n - 1] == '/' ? str_part(path, 0, path.n - 1) : path;
}

static bool ask_names(struct req *r, struct err *e)
{
    struct feed *f = ARENA_NEW(r->a, struct feed);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (str_ends(path_of(r), str_of(endings[i].ending)))
            f->format = endings[i].format;
    f->paged = str_starts(path_of(r), S("/catalog."));
    if (!str_u64(req_query(r, S("page")), &f->page) || f->page == 0)
        f->page = 1;
    r->state = f;
    return catalogue_names_ask(r, 0, e);
}

static bool ask_objects(struct req *r, struct err *e)
{
    struct feed *f = r->state;
    f->ids = catalogue_names_take(r, true, &f->n); /* one order for all pages */
    if (!f->paged && !catalogue_names_fit(f->n, e))
        return false;
    uint64_t before = f->paged ? f->page - 1 : 0;
    f->from = before <= f->n / PAGE ? (size_t)before * PAGE : f->n; /* behind the last page: nothing */
    f->to = f->paged && f->n - f->from > PAGE ? f->from + PAGE : f->n;
    struct str list = datasets_list_of(r->a, f->ids + f->from, f->to - f->from);
    req_ask(r, &sql_dcat_objects, (struct str[]){uuid_str(&r->tenant->id), list});
    return true;
}

static struct str page_url(struct req *r, uint64_t page)
{
    return arena_printf(r->a, STR_FMT STR_FMT "?page=%llu", STR_ARG(req_base_url(r)), STR_ARG(path_of(r)),
                        (unsigned long long)page);
}

/* include_exports=csv,json: which distributions; absent: all. */
static size_t read_formats(struct req *r, struct str formats[FORMATS_MAX])
{
    struct str rest = req_query(r, S("include_exports")), one;
    size_t n = 0;
    while (n < FORMATS_MAX && str_cut(&rest, ',', &one))
        formats[n++] = str_trim(one);
    return n;
}

static void read_themes(struct str codes, struct dcat_dataset *d)
{
    struct str one;
    while (d->nthemes < sizeof d->theme_codes / sizeof d->theme_codes[0] && str_cut(&codes, ',', &one))
        if (one.n)
            d->theme_codes[d->nthemes++] = one;
}

static void read_joined(struct req *r, struct str credits, struct dcat_dataset *d)
{
    struct credit_joined *joined;
    d->njoined = credit_joined(r->a, LANG_FR, credits, &joined);
    struct dcat_joined *list = ARENA_ARRAY(r->a, struct dcat_joined, d->njoined + 1);
    for (size_t i = 0; i < d->njoined; i++)
        list[i] = (struct dcat_joined){joined[i].line, credit_joined_url(r, &joined[i])};
    d->joined = list;
}

/* What stands beside its rows; borrowed from `files`. */
static void read_files(struct req *r, const json_t *files, struct dcat_dataset *d)
{
    const json_t *f;
    size_t i;
    struct dcat_file *list = ARENA_ARRAY(r->a, struct dcat_file, json_array_size(files) + 1);
    json_array_foreach(files, i, f)
        list[i] = (struct dcat_file){.kind = jr_str(f, "kind"), .id = jr_str(f, "id"), .title = jr_str(f, "title"),
                                     .name = jr_str(f, "file_name"), .media_type = jr_str(f, "mimetype"),
                                     .size_bytes = jr_i64(f, "size_bytes", 0)};
    d->files = list;
    d->nfiles = json_array_size(files);
}

/* What its organisation is, in ADMS' words; what others are is not certain in that list. */
static void read_publisher(struct str url, struct str kind, struct dcat_dataset *d)
{
    static const struct {
        const char *kind, *type;
    } types[] = {{"commune", "LocalAuthority"}, {"epci", "LocalAuthority"}, {"departement", "LocalAuthority"}, {"region", "RegionalAuthority"}};
    if (str_starts(url, S("https://")) || str_starts(url, S("http://")))
        d->publisher_url = url;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_eq(kind, str_of(types[i].kind)))
            d->publisher_type = types[i].type;
}

static void read_hvd(struct req *r, struct dcat_dataset *d)
{
    const struct hvd_category *found[HVD_CATEGORIES];
    struct dcat_category *list = ARENA_ARRAY(r->a, struct dcat_category, HVD_CATEGORIES);
    d->nhvd = hvd_categories(r->a, d->metas, found);
    for (size_t i = 0; i < d->nhvd; i++)
        list[i] = (struct dcat_category){str_of(found[i]->address), str_of(found[i]->fr)};
    d->hvd = list;
}

static bool put_dataset(struct req *r, struct rdf *g, struct rdf_node *catalogue, const struct dcat_catalogue *c,
                        size_t row, struct err *e)
{
    json_t *metas = jr_parse(req_col(r, 0, row, COL_METAS), e);
    json_t *files = metas ? jr_parse(req_col(r, 0, row, COL_FILES), e) : NULL;
    if (!files) {
        json_decref(metas);
        return false;
    }
    struct dates dates = dates_of(metas, req_col(r, 0, row, COL_CREATED), req_col(r, 0, row, COL_ISSUED));
    const struct frequency *f = frequency_find(jr_str(jr_object(metas, "dcat"), "accrualperiodicity"));
    struct dcat_dataset d = {
        .dataset_id = req_col(r, 0, row, COL_ID), .identifier = req_col(r, 0, row, COL_IDENTIFIER),
        .publisher_email = req_col(r, 0, row, COL_EMAIL), .metas = metas,
        .created = dates.created, .issued = dates.issued,
        .modified = req_col(r, 0, row, COL_MODIFIED), .frequency_code = f ? str_of(f->eu) : STR_NONE,
        .has_rows = batch_bool(&r->batch, 0, row, COL_ROWS),
        .has_geometry = batch_bool(&r->batch, 0, row, COL_GEOMETRY), .source = req_col(r, 0, row, COL_SOURCE),
        .licence_text = req_col(r, 0, row, COL_LICENCE_TEXT)};
    struct str columns = req_col(r, 0, row, COL_COLUMNS);
    if (columns.n)
        d.columns = arena_printf(r->a, "Colonnes : " STR_FMT, STR_ARG(columns));
    struct bbox box;
    const json_t *given = jr_object(metas, "default");
    d.credit = credit_line(r->a, LANG_FR, jr_str(given, "publisher"), jr_str(given, "title"), d.modified, jr_str(given, "license"));
    if (bbox_of(metas, req_col(r, 0, row, COL_EXTENT), &box))
        d.bbox_wkt = bbox_wkt(r->a, &box);
    read_themes(req_col(r, 0, row, COL_THEMES), &d);
    read_joined(r, req_col(r, 0, row, COL_CREDITS), &d);
    read_files(r, files, &d);
    read_publisher(req_col(r, 0, row, COL_PUBLISHER_URL), req_col(r, 0, row, COL_PUBLISHER_KIND), &d);
    read_hvd(r, &d);
    dcat_add(g, catalogue, c, &d);
    json_decref(files);
    json_decref(metas);
    return true;
}

static bool reply_feed(struct req *r, struct err *e)
{
    const struct feed *f = r->state;
    struct str formats[FORMATS_MAX], labels = req_query(r, S("use_labels_in_exports"));
    struct dcat_catalogue c = {
        .base = req_base_url(r), .title = r->tenant->name, .publisher = r->tenant->name,
        .description = arena_printf(r->a, "Catalogue des données ouvertes : " STR_FMT, STR_ARG(r->tenant->name)),
        .total = (int64_t)f->n, .self = f->paged ? page_url(r, f->page) : explore_self(r, -1),
        .next = f->paged && f->to < f->n ? page_url(r, f->page + 1) : STR_NONE,
        .labels = !labels.n || !str_ieq(labels, S("false")), .nformats = read_formats(r, formats)};
    c.formats = c.nformats ? formats : NULL;
    struct rdf *g = rdf_new(r->a);
    struct rdf_node *catalogue = dcat_begin(g, &c);
    for (size_t row = 0; row < req_rows(r, 0); row++)
        if (!put_dataset(r, g, catalogue, &c, row, e))
            return false;
    rdf_write(g, f->format, req_reply(r, 200, str_of(rdf_media_type(f->format))));
    return true;
}

const struct step catalogue_dcat[] = {
    {STEP_DB, ask_names, NULL},
    {STEP_DB, ask_objects, NULL},
    {STEP_REPLY, reply_feed, NULL},
    {STEP_END, NULL, NULL},
};
