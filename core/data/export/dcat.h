#pragma once
#include <jansson.h>

#include "core/data/export/rdf.h"

/*
 * dcat -- a catalogue of datasets as DCAT-AP 3.0.1, in the shape that data.gouv.fr's harvester and
 * data.europa.eu read, at the addresses that OpenDataSoft portals gave them.
 *
 * Frozen, because national portals key on them (standards.md 1.8, explore-api.md 1.10): a dataset's
 * identifier, its landing page, and the address of each distribution,
 *     <base>/api/explore/v2.1/catalog/datasets/<id>/exports/<format>[?use_labels=true for csv, xlsx]
 *     <base>/api/v2/catalog/datasets/<id>/{attachments,alternative_exports}/<file>
 * Controlled values are described inside the feed, so that SHACL's class checks find them. What a dataset is made from, or a copy
 * of, is told as prov:wasDerivedFrom and prov:alternateOf: dct:source wants a whole dcat:Dataset beside it, which a harvester would
 * take for one more of this catalogue.
 */
struct dcat_dataset {
    struct str dataset_id, identifier; /* identifier: stored once, never built here */
    struct str publisher_email;
    struct str publisher_url;          /* its own site; absent: not known */
    const char *publisher_type;        /* ADMS: "LocalAuthority"; NULL: not known */
    const json_t *metas;               /* {"default": {…}, "dcat": {…}} */
    struct str created, issued, modified; /* ISO dates, or date-times */
    struct str frequency_code;         /* EU authority code: "ANNUAL"; absent: unknown */
    struct str theme_codes[8];         /* EU data-theme codes, in the order of default.theme */
    size_t nthemes;
    const struct dcat_category {
        struct str iri, label;
    } *hvd;                            /* categories of a high-value dataset */
    size_t nhvd;                       /* 0: it is none */
    struct str bbox_wkt;               /* polygon; absent: none */
    struct str licence_text;           /* where the whole text of its licence stands; absent: not known */
    struct str credit;                 /* what a re-user has to quote */
    const struct dcat_joined {
        struct str credit, page;       /* page: absent where it may not be named */
    } *joined;                         /* what its rows were joined with, to be quoted as well */
    size_t njoined;
    const struct dcat_file {
        struct str kind;               /* "attachment" or "alternative_export" */
        struct str id, title, name, media_type;
        int64_t size_bytes;
    } *files;                          /* what stands beside its rows: a distribution each, whatever `formats` asks for */
    size_t nfiles;
    struct str columns;                /* a sentence on the columns: description of the distributions */
    bool has_rows, has_geometry;
    struct str source;                 /* a copy: the origin's landing page; absent: an origin */
};

struct dcat_catalogue {
    struct str base;                   /* "https://data.example.fr" */
    struct str title, description, publisher;
    struct str modified;
    int64_t total;
    struct str next;                   /* address of the next page; absent: the last */
    struct str self;                   /* address of this page */
    bool labels;                       /* use_labels_in_exports: true by default */
    const struct str *formats;         /* include_exports: exports of rows; NULL: all that are built */
    size_t nformats;
};

/* The catalogue's own node, its page and its one data service; datasets are added to it. */
struct rdf_node *dcat_begin(struct rdf *g, const struct dcat_catalogue *c);
void dcat_add(struct rdf *g, struct rdf_node *catalogue, const struct dcat_catalogue *c,
              const struct dcat_dataset *d);
