#include "core/data/export/dcat.h"

#include "core/base/jr.h"

#define AUTHORITY "http://publications.europa.eu/resource/authority/"

/* Formats a distribution can be in, in the order that catalogues of the vendor's portals have them: our export, EU file type
 * (NULL: the list has none), IANA media type. use_labels is part of the address that national portals know. */
static const struct {
    const char *name, *file_type, *media_type;
    bool geometry, labels;
    bool on_request; /* named by include_exports alone: few want them, and a document has a size */
} formats[] = {
    {"csv", "CSV", "text/csv", false, true, false},
    {"json", "JSON", "application/json", false, false, false},
    {"fgb", NULL, "application/octet-stream", true, false, true},
    {"jsonl", "JSON", "application/json", false, false, false},
    {"parquet", "PARQUET", "application/vnd.apache.parquet", false, false, false},
    {"rdfxml", "RDF_XML", "application/rdf+xml", false, false, true},
    {"jsonld", "JSON_LD", "application/ld+json", false, false, true},
    {"turtle", "RDF_TURTLE", "text/turtle", false, false, true},
    {"n3", "N3", "text/n3", false, false, true},
    {"xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false, true, false},
    {"ods", "ODS", "application/vnd.oasis.opendocument.spreadsheet", false, false, true},
    {"shp", "SHP", "application/zip", true, false, false},
    {"kml", "KML", "application/vnd.google-earth.kml+xml", true, false, false},
    {"gpx", "GPX", "application/gpx+xml", true, false, true},
    {"gpkg", "GPKG", "application/geopackage+sqlite3", true, false, false},
    {"geojson", "GEOJSON", "application/json", true, false, false},
    {"ov2", NULL, "application/octet-stream", true, false, true},
};

/* EU file types of what producers put beside their rows, where it is no export of ours. */
static const struct {
    const char *media_type, *file_type;
} other_formats[] = {
    {"application/pdf", "PDF"},
    {"image/png", "PNG"},
    {"image/jpeg", "JPEG"},
    {"image/gif", "GIF"},
    {"image/tiff", "TIFF"},
    {"application/zip", "ZIP"},
    {"application/gzip", "GZIP"},
    {"text/plain", "TXT"},
    {"application/geo+json", "GEOJSON"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "DOCX"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "PPTX"},
    {"application/vnd.oasis.opendocument.text", "ODT"},
    {"application/vnd.ms-excel", "XLS"},
    {"application/msword", "DOC"},
    {"application/vnd.google-earth.kmz", "KMZ"},
};

static const char *file_type_of(struct str media_type)
{
    for (size_t i = 0; i < sizeof other_formats / sizeof other_formats[0]; i++)
        if (str_eq(media_type, str_of(other_formats[i].media_type)))
            return other_formats[i].file_type;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (str_eq(media_type, str_of(formats[i].media_type)))
            return formats[i].file_type;
    return NULL;
}

static struct rdf_node *concept(struct rdf *g, struct str iri, const char *type, struct str label, const char *scheme)
{
    struct rdf_node *n = rdf_iri(g, iri);
    rdf_type(n, type);
    rdf_type(n, "skos:Concept");
    if (label.n)
        rdf_text(n, "skos:prefLabel", label, "fr");
    rdf_to(n, "skos:inScheme", str_of(scheme));
    return n;
}

static struct rdf_node *authority(struct rdf *g, struct arena *a, const char *list, struct str code,
                                  const char *type, struct str label)
{
    struct str scheme = arena_printf(a, AUTHORITY "%s", list);
    struct str iri = arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(scheme), STR_ARG(code));
    return concept(g, iri, type, label, scheme.p);
}

static struct rdf_node *typed_iri(struct rdf *g, struct str iri, const char *type)
{
    struct rdf_node *n = rdf_iri(g, iri);
    rdf_type(n, type);
    return n;
}

static struct rdf_node *french(struct rdf *g)
{
    static const char iri[] = AUTHORITY "language/FRA";
    return concept(g, str_of(iri), "dct:LinguisticSystem", S("français"), AUTHORITY "language");
}

/* One agent a name: its address is the catalogue filtered on it, as on the portals replaced. */
static struct rdf_node *agent(struct rdf *g, struct arena *a, struct str base, struct str name)
{
    struct buf path = {0};
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_')
            buf_addc(&path, (char)c);
        else
            buf_printf(&path, "%%%02X", c);
    }
    struct rdf_node *n = typed_iri(g, arena_printf(a, STR_FMT "/explore/?refine.publisher=" STR_FMT, STR_ARG(base),
                                                   STR_ARG(buf_str(&path))), "foaf:Agent");
    buf_free(&path);
    rdf_text(n, "foaf:name", name, "fr");
    return n;
}

/* Of the publisher alone whose name it is: what is said first stands, should two have one name. */
static struct rdf_node *publisher(struct rdf *g, struct arena *a, const struct dcat_catalogue *c, const struct dcat_dataset *d)
{
    static const struct {
        const char *code, *fr;
    } types[] = {{"LocalAuthority", "Autorité locale"}, {"RegionalAuthority", "Autorité régionale"}};
    struct rdf_node *n = agent(g, a, c->base, jr_str(jr_object(d->metas, "default"), "publisher"));
    if (d->publisher_url.n && !rdf_says(n, "foaf:homepage"))
        rdf_link(n, "foaf:homepage", typed_iri(g, d->publisher_url, "foaf:Document"));
    for (size_t i = 0; d->publisher_type && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].code, d->publisher_type) == 0 && !rdf_says(n, "dct:type"))
            rdf_link(n, "dct:type", concept(g, arena_printf(a, "http://purl.org/adms/publishertype/%s", types[i].code), "skos:Concept",
                                            str_of(types[i].fr), "http://purl.org/adms/publishertype/1.0"));
    return n;
}

/* Source: DCAT-AP HVD 3.0.0: the regulation is named by the dataset, each way to its data and the service. */
static void add_regulation(struct rdf *g, struct rdf_node *n, const struct dcat_dataset *d)
{
    if (d->nhvd)
        rdf_link(n, "dcatap:applicableLegislation", typed_iri(g, S("http://data.europa.eu/eli/reg_impl/2023/138/oj"), "eli:LegalResource"));
}

static void add_categories(struct rdf *g, struct rdf_node *n, const struct dcat_dataset *d)
{
    add_regulation(g, n, d);
    for (size_t i = 0; i < d->nhvd; i++)
        rdf_link(n, "dcatap:hvdCategory", concept(g, d->hvd[i].iri, "skos:Concept", d->hvd[i].label, "http://data.europa.eu/bna/asd487ae75"));
}

static void add_page(struct rdf *g, struct rdf_node *catalogue, const struct dcat_catalogue *c, struct arena *a)
{
    struct rdf_node *page = typed_iri(g, c->self, "hydra:PartialCollectionView");
    rdf_typed(page, "hydra:totalItems", arena_n(a, c->total), "xsd:integer");
    if (c->next.p)
        rdf_to(page, "hydra:next", c->next);
    (void)catalogue;
}

static struct str service_iri(struct arena *a, const struct dcat_catalogue *c)
{
    return arena_printf(a, STR_FMT "/api/explore/v2.1/", STR_ARG(c->base));
}

static void add_service(struct rdf *g, struct rdf_node *catalogue, const struct dcat_catalogue *c, struct arena *a)
{
    struct str base = service_iri(a, c);
    struct rdf_node *s = typed_iri(g, base, "dcat:DataService");
    rdf_text(s, "dct:title", S("Explore API v2"), "fr");
    rdf_text(s, "dct:identifier", base, NULL);
    rdf_link(s, "dcat:endpointURL", typed_iri(g, base, "dcat:DataService"));
    rdf_to(s, "dcat:endpointDescription", arena_printf(a, STR_FMT "swagger.json", STR_ARG(base)));
    rdf_link(s, "dcat:landingPage",
             typed_iri(g, arena_printf(a, STR_FMT "console", STR_ARG(base)), "foaf:Document"));
    rdf_link(s, "foaf:page", typed_iri(g, arena_printf(a, STR_FMT "/pages/api/", STR_ARG(c->base)), "foaf:Document"));
    struct rdf_node *contact = rdf_blank(g);
    rdf_type(contact, "vcard:Kind");
    rdf_type(contact, "vcard:Organization");
    rdf_text(contact, "vcard:fn", c->publisher, NULL);
    rdf_to(contact, "vcard:hasURL", arena_printf(a, STR_FMT "/", STR_ARG(c->base)));
    rdf_link(s, "dcat:contactPoint", contact);
    rdf_link(catalogue, "dcat:service", s);
}

struct rdf_node *dcat_begin(struct rdf *g, const struct dcat_catalogue *c)
{
    struct arena scratch = {0};
    struct str address = arena_printf(&scratch, STR_FMT "/explore/", STR_ARG(c->base));
    struct rdf_node *n = typed_iri(g, address, "dcat:Catalog");
    rdf_text(n, "dct:title", c->title, "fr");
    rdf_text(n, "dct:description", c->description, "fr");
    rdf_link(n, "dct:publisher", agent(g, &scratch, c->base, c->publisher));
    rdf_link(n, "dct:language", french(g));
    rdf_link(n, "foaf:homepage",
             typed_iri(g, arena_printf(&scratch, STR_FMT "/", STR_ARG(c->base)), "foaf:Document"));
    if (c->modified.n)
        rdf_typed(n, "dct:modified", c->modified, "xsd:dateTime");
    struct rdf_node *themes = typed_iri(g, S(AUTHORITY "data-theme"), "skos:ConceptScheme");
    rdf_text(themes, "dct:title", S("Data theme"), "en");
    rdf_link(n, "dcat:themeTaxonomy", themes);
    add_page(g, n, c, &scratch);
    add_service(g, n, c, &scratch);
    arena_free(&scratch);
    return n;
}

static void add_texts(struct rdf *g, struct rdf_node *n, const json_t *metas)
{
    const json_t *standard = jr_object(metas, "default");
    size_t i;
    json_t *word;
    rdf_text(n, "dct:title", jr_str(standard, "title"), "fr");
    if (jr_str(standard, "description").n)
        rdf_text(n, "dct:description", jr_str(standard, "description"), "fr");
    json_array_foreach(jr_array(standard, "keyword"), i, word)
        if (json_is_string(word))
            rdf_text(n, "dcat:keyword", str_of(json_string_value(word)), "fr");
    rdf_link(n, "dct:language", french(g));
}

/* The theme's label is a keyword as well: the national harvester folds both into its tags. */
static void add_themes(struct rdf *g, struct arena *a, struct rdf_node *n, const struct dcat_dataset *d)
{
    const json_t *labels = jr_array(jr_object(d->metas, "default"), "theme");
    for (size_t i = 0; i < d->nthemes; i++) {
        struct str label = str_of(json_string_value(json_array_get(labels, i)));
        rdf_link(n, "dcat:theme", authority(g, a, "data-theme", d->theme_codes[i], "skos:Concept", label));
    }
}

static void add_dates(struct rdf_node *n, const struct dcat_dataset *d)
{
    const struct {
        const char *predicate;
        struct str value;
    } dates[] = {{"dct:created", d->created}, {"dct:issued", d->issued}, {"dct:modified", d->modified}};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
        if (dates[i].value.n)
            rdf_typed(n, dates[i].predicate, dates[i].value, dates[i].value.n > 10 ? "xsd:dateTime" : "xsd:date");
}

static struct rdf_node *licence(struct rdf *g, const struct dcat_dataset *d)
{
    struct str url = jr_str(jr_object(d->metas, "default"), "license_url");
    struct str title = jr_str(jr_object(d->metas, "default"), "license");
    if (!url.n)
        return NULL;
    struct rdf_node *n = typed_iri(g, url, "dct:LicenseDocument");
    if (title.n)
        rdf_text(n, "rdfs:label", title, "fr");
    if (d->licence_text.n)
        rdf_to(n, "rdfs:seeAlso", d->licence_text);
    return n;
}

static void add_coverage(struct rdf *g, struct rdf_node *n, const struct dcat_dataset *d)
{
    const json_t *dcat = jr_object(d->metas, "dcat");
    struct str name = jr_str(dcat, "spatial");
    struct str from = jr_str(dcat, "temporal_coverage_start"), to = jr_str(dcat, "temporal_coverage_end");
    if (name.n || d->bbox_wkt.n) {
        struct rdf_node *place = rdf_blank(g);
        rdf_type(place, "dct:Location");
        if (name.n)
            rdf_text(place, "skos:prefLabel", name, "fr");
        if (d->bbox_wkt.n)
            rdf_typed(place, "dcat:bbox", d->bbox_wkt, "gsp:wktLiteral");
        rdf_link(n, "dct:spatial", place);
    }
    if (from.n >= 10 && to.n >= 10) {
        struct rdf_node *period = rdf_blank(g);
        rdf_type(period, "dct:PeriodOfTime");
        rdf_typed(period, "dcat:startDate", str_part(from, 0, 10), "xsd:date");
        rdf_typed(period, "dcat:endDate", str_part(to, 0, 10), "xsd:date");
        rdf_link(n, "dct:temporal", period);
    }
}

static void add_contact(struct rdf *g, struct arena *a, struct rdf_node *n, const struct dcat_dataset *d)
{
    const json_t *dcat = jr_object(d->metas, "dcat");
    struct str name = jr_str(dcat, "contact_name"), email = jr_str(dcat, "contact_email");
    if (!email.n)
        email = d->publisher_email;
    if (!name.n)
        name = jr_str(jr_object(d->metas, "default"), "publisher");
    if (!email.n || !name.n)
        return;
    struct rdf_node *contact = rdf_blank(g);
    rdf_type(contact, "vcard:Kind");
    rdf_type(contact, "vcard:Organization");
    rdf_text(contact, "vcard:fn", name, NULL);
    rdf_to(contact, "vcard:hasEmail", arena_printf(a, "mailto:" STR_FMT, STR_ARG(email)));
    rdf_link(n, "dcat:contactPoint", contact);
}

/* Each line to quote, its own first, in one statement: the shapes of 3.0.1 take no second one. */
static void add_rights(struct rdf *g, struct rdf_node *x, const struct dcat_dataset *d)
{
    if (!d->credit.n)
        return;
    struct rdf_node *rights = rdf_blank(g);
    rdf_type(rights, "dct:RightsStatement");
    rdf_text(rights, "rdfs:label", d->credit, "fr");
    for (size_t i = 0; i < d->njoined; i++)
        rdf_text(rights, "rdfs:label", d->joined[i].credit, "fr");
    rdf_link(x, "dct:rights", rights);
}

/* The national schema that the rows follow: data.gouv.fr takes the first conformsTo that is an address. */
static void add_schema(struct rdf *g, struct rdf_node *x, const struct dcat_dataset *d)
{
    struct str schema = jr_str(jr_object(d->metas, "dcat"), "conforms_to");
    if (str_starts(schema, S("https://")))
        rdf_link(x, "dct:conformsTo", typed_iri(g, schema, "dct:Standard"));
}

static bool wanted(const struct dcat_catalogue *c, size_t f)
{
    for (size_t i = 0; c->formats && i < c->nformats; i++)
        if (str_eq(c->formats[i], str_of(formats[f].name)))
            return true;
    return c->formats == NULL && !formats[f].on_request;
}

/* What all distributions have: their address, what they are, under which terms. Linked to by the caller. */
static struct rdf_node *add_download(struct rdf *g, struct arena *a, const struct dcat_dataset *d, struct str url, const char *file_type,
                                     struct str media_type)
{
    struct rdf_node *x = typed_iri(g, url, "dcat:Distribution"), *l = licence(g, d);
    rdf_to(x, "dcat:accessURL", url);
    rdf_to(x, "dcat:downloadURL", url);
    if (file_type)
        rdf_link(x, "dct:format", authority(g, a, "file-type", str_of(file_type), "dct:MediaTypeOrExtent", str_of(file_type)));
    struct str media = arena_printf(a, "https://www.iana.org/assignments/media-types/" STR_FMT, STR_ARG(media_type));
    rdf_link(x, "dcat:mediaType", typed_iri(g, media, "dct:MediaType"));
    if (l)
        rdf_link(x, "dct:license", l);
    add_rights(g, x, d);
    add_regulation(g, x, d);
    return x;
}

static void add_distribution(struct rdf *g, struct arena *a, struct rdf_node *n, const struct dcat_catalogue *c,
                             const struct dcat_dataset *d, size_t f)
{
    struct str title = jr_str(jr_object(d->metas, "default"), "title");
    struct str url = arena_printf(a, STR_FMT "/api/explore/v2.1/catalog/datasets/" STR_FMT "/exports/%s%s",
                                  STR_ARG(c->base), STR_ARG(d->dataset_id), formats[f].name,
                                  formats[f].labels && c->labels ? "?use_labels=true" : "");
    struct rdf_node *x = add_download(g, a, d, url, formats[f].file_type, str_of(formats[f].media_type));
    rdf_text(x, "dct:title", arena_printf(a, STR_FMT ".%s", STR_ARG(d->dataset_id), formats[f].name), "fr");
    rdf_text(x, "dct:description",
             d->columns.n ? d->columns : arena_printf(a, STR_FMT " (%s)", STR_ARG(title), formats[f].name), "fr");
    add_schema(g, x, d);
    if (d->modified.n)
        rdf_typed(x, "dct:modified", d->modified, "xsd:dateTime");
    rdf_link(n, "dcat:distribution", x);
}

/* A file beside the rows; what is attached to rows is no form of them, and data.gouv.fr takes it for a resource of type "other".
 * Source: explore-api.md 1.10: harvesters know it by its address under the older base; national-portal.md 6. */
static void add_file(struct rdf *g, struct arena *a, struct rdf_node *n, const struct dcat_catalogue *c, const struct dcat_dataset *d,
                     const struct dcat_file *f)
{
    struct str url = arena_printf(a, STR_FMT "/api/v2/catalog/datasets/" STR_FMT "/" STR_FMT "s/" STR_FMT, STR_ARG(c->base),
                                  STR_ARG(d->dataset_id), STR_ARG(f->kind), STR_ARG(f->id));
    struct str title = jr_str(jr_object(d->metas, "default"), "title");
    struct rdf_node *x = add_download(g, a, d, url, file_type_of(f->media_type), f->media_type);
    rdf_text(x, "dct:title", f->title, "fr");
    rdf_text(x, "dct:description", arena_printf(a, STR_FMT " (" STR_FMT ")", STR_ARG(title), STR_ARG(f->name)), "fr");
    rdf_typed(x, "dcat:byteSize", arena_n(a, f->size_bytes), "xsd:nonNegativeInteger");
    rdf_link(n, d->has_rows && str_eq(f->kind, S("attachment")) ? "dct:hasPart" : "dcat:distribution", x);
}

void dcat_add(struct rdf *g, struct rdf_node *catalogue, const struct dcat_catalogue *c,
              const struct dcat_dataset *d)
{
    struct arena a = {0};
    struct str page = arena_printf(&a, STR_FMT "/explore/dataset/" STR_FMT "/", STR_ARG(c->base), STR_ARG(d->dataset_id));
    struct rdf_node *n = typed_iri(g, page, "dcat:Dataset");
    rdf_text(n, "dct:identifier", d->identifier, NULL);
    add_texts(g, n, d->metas);
    add_themes(g, &a, n, d);
    add_dates(n, d);
    rdf_link(n, "dct:publisher", publisher(g, &a, c, d));
    add_categories(g, n, d);
    if (licence(g, d))
        rdf_link(n, "dct:license", licence(g, d));
    if (d->frequency_code.n)
        rdf_link(n, "dct:accrualPeriodicity", authority(g, &a, "frequency", d->frequency_code, "dct:Frequency",
                                                        jr_str(jr_object(d->metas, "dcat"), "accrualperiodicity")));
    rdf_link(n, "dct:accessRights", authority(g, &a, "access-right", S("PUBLIC"), "dct:RightsStatement", S("public")));
    rdf_link(n, "dcat:landingPage", typed_iri(g, page, "foaf:Document"));
    add_coverage(g, n, d);
    add_contact(g, &a, n, d);
    if (d->source.n)
        rdf_to(n, "prov:alternateOf", d->source);
    for (size_t i = 0; i < d->njoined; i++)
        if (d->joined[i].page.n)
            rdf_to(n, "prov:wasDerivedFrom", d->joined[i].page);
    for (size_t f = 0; d->has_rows && f < sizeof formats / sizeof formats[0]; f++)
        if (wanted(c, f) && (!formats[f].geometry || d->has_geometry))
            add_distribution(g, &a, n, c, d, f);
    for (size_t i = 0; i < d->nfiles; i++)
        add_file(g, &a, n, c, d, &d->files[i]);
    add_categories(g, rdf_iri(g, service_iri(&a, c)), d);
    rdf_link(rdf_iri(g, service_iri(&a, c)), "dcat:servesDataset", n);
    rdf_link(catalogue, "dcat:dataset", n);
    arena_free(&a);
}
