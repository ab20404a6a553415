#pragma once
#include "tenants/pages/page.h"
#include "tenants/pages/rows.h"
#include "tenants/people/grant.h"
#include "tenants/publishing/credit.h"

/*
 * dataset -- one dataset's page and its views: information, table, map, analyze, export, api.
 *
 * Every view begins with dataset_ask, then dataset_take in a STEP_DB (the view is granted, the description asked for),
 * and ends with dataset_reply around its panel. State is in the query string, with the names of the Explore API:
 * where, refine, order_by; `q` is its search("…").
 */
struct dataset {
    struct grant g;
    bool described;
    /* Of the description, in the arena. */
    struct str title, publisher, publisher_url, license, license_url, license_text, text, themes, keywords, frequency, spatial,
        granularity, created, issued, modified, references, contact_name, contact_email, identifier, uid, source_name,
        source_host, credit, created_day, issued_day, modified_day, period, box;
    struct credit_joined *joined; /* what its rows were joined with */
    size_t njoined;
    struct dataset_file {
        struct str title, name, type, url; /* url: a path of this portal, of a copy's files too */
        int64_t size_bytes;
    } *files; /* what stands beside its rows */
    size_t nfiles;
    int64_t records, csv_bytes, left_out, downloads;
    bool is_copy;
    struct rows rows;
    void *view; /* of the view's own file */
};

enum dataset_tab { TAB_INFO, TAB_TABLE, TAB_MAP, TAB_ANALYZE, TAB_EXPORT, TAB_API };

bool dataset_ask(struct req *r, struct err *e);       /* STEP_DB: sets r->state */
bool dataset_take(struct req *r, struct err *e);      /* STEP_DB: the grant, then the description is asked for */
void dataset_describe(struct req *r, struct dataset *d); /* once the description is in; before asking again */
void dataset_reply(struct req *r, struct dataset *d, enum dataset_tab tab, struct buf *panel, struct str side);

/* What the address says of the rows, as parameters of the API: where (q included) and refine; `order` too. */
void dataset_params(struct req *r, struct rows *q, bool with_order);
/* "/explore/dataset/<id>/<view>/" or the API's address, with the parameters and one more pair unless absent. */
struct str dataset_address(struct arena *a, struct str base, const struct rows *q, struct str name, struct str value);

/* Rows as an HTML table; columns are the view's visible ones. `sort`: heads are links of this address. */
struct markup dataset_rows(struct req *r, struct dataset *d, json_t *list, struct str sort_base);
struct str dataset_type(struct req *r, enum column_type type); /* in words */
struct str dataset_label(const struct view_column *c);
bool dataset_is_number(enum column_type type);

/* The dataset for search engines, as an element of <head>; empty: it is closed. */
struct markup dataset_ld(struct req *r, const struct dataset *d);

extern const struct step dataset_info[];
extern const struct step dataset_table[];
extern const struct step dataset_map[];
extern const struct step dataset_analyze[];
extern const struct step dataset_export[];
extern const struct step dataset_api[];
