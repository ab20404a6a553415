#pragma once
#include "core/base/arena.h"
#include "core/data/value/type.h"

/*
 * view -- what one caller may see of one dataset: the only way to its rows.
 *
 * A view is made by tenants/people/grant alone (core/data/query/view_make.h; a test looks at who
 * includes it). The query compiler takes nothing else, so what is not in the view cannot be asked
 * for: an invisible column is an unknown column. Lives in the arena it was made in.
 *
 * Source: architecture.md 2.3, 2.6.
 */
struct dataset_view;

/* In which order the values of a facet come. Numbers are those of digits, a sign and a point; what is none stands behind
 * them in byte order, in both directions. */
enum facet_sort { FACET_COUNT_DOWN, FACET_COUNT_UP, FACET_TEXT_UP, FACET_TEXT_DOWN, FACET_NUMBER_UP, FACET_NUMBER_DOWN };
bool facet_sort_read(struct str name, enum facet_sort *out); /* "-count", "count", "alphanum", "-alphanum", "num", "-num" */

enum view_precision { PRECISION_FULL, PRECISION_MONTH, PRECISION_YEAR };

struct view_column {
    struct str name;  /* the public one */
    struct str label;
    enum column_type type;
    unsigned number;           /* c<number>, or rest[<number>] */
    bool in_rest;
    bool mercator;             /* m<number> holds the same geometry in EPSG:3857 */
    bool hidden;               /* only the row filter may name it */
    bool alias;                /* another name of a column that stands before: not in "*" */
    bool file;                 /* a text that names a file of the dataset */
    bool facet, disjunctive, sortable;
    enum facet_sort sort;      /* of its facet, unless asked otherwise */
    struct str multivalued;    /* the separator in the stored text; absent: one value */
    struct str hierarchical;   /* likewise for "a/b/c" */
    enum view_precision precision; /* timeserie_precision of dates */
};

/* "c12" or "rest[3]" of portal.version.columns: number and in_rest. False: neither. */
bool view_place(struct str sql, struct view_column *c);

size_t view_columns(const struct dataset_view *v); /* all of them; skip the hidden ones */
const struct view_column *view_column(const struct dataset_view *v, size_t at);
/* By name, as written. `all`: hidden ones too (the row filter). NULL: there is none. */
const struct view_column *view_find(const struct dataset_view *v, struct str name, bool all);

struct str view_dataset(const struct dataset_view *v); /* its public id */
struct str view_filter(const struct dataset_view *v);  /* ODSQL; absent: every row */
int64_t view_records(const struct dataset_view *v);    /* of the version, before the filter; -1: unknown */
const char *view_table(const struct dataset_view *v);  /* "data.v_<32 hex>", or what stands for it in FROM */
bool view_is_catalogue(const struct dataset_view *v);  /* of portal.catalogue_search, not of rows */
const char *view_words(const struct dataset_view *v);  /* a tsvector of the whole row; NULL: made of the columns (row_words.h) */
/* What FROM takes the different words (`word`) of all rows from, where there is a text index; NULL: none yet. */
const char *view_dictionary(const struct dataset_view *v);
const struct str *view_base(const struct dataset_view *v, unsigned *n); /* parameters bound before all others */
struct str view_class(const struct dataset_view *v);   /* 32 hex: version, columns and filter */
