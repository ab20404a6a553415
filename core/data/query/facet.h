#pragma once
#include <libpq-fe.h>

#include "core/data/query/query.h"

/*
 * facet -- the values of a dataset's facets, counted: one statement for all of them.
 *
 * Facets of plain values share one scan (GROUPING SETS); multivalued ones and disjunctive ones that
 * are refined (which do not count their own refinement) have their own. Values: the most frequent
 * first, then in byte order; 100 at most; no null; other orders by the column's annotation, then by
 * the question (view.h). Dates are year / month / day, one level below what is refined.
 *
 * facet(name="x", hierarchical=true, separator="/") makes a tree of plain texts for this question,
 * its refinements of x included; hierarchical=false makes a list of an annotated tree. Dates stay
 * what they are; what holds several values, and what is no text, has no tree.
 *
 * Source: explore-api.md section 1.8.
 */
struct facet_query {
    struct query_sql rows; /* binary: key int, value text, count bigint */
    size_t n;
    struct facet *facets;
    const char *value_key; /* "value"; the first version of the API says "path" */
    bool timed; /* a condition used now(): not to be kept */
    const struct ask *ask;
};

/* Those with the facet annotation, or those that facet= names (facet(name="x", sort="alphanum")).
 * No facet at all: n is 0 and there is nothing to ask. fails as query_make */
bool facet_make(struct arena *a, const struct dataset_view *v, const struct query_param *params, size_t n,
                struct facet_query **out, struct err *e);

/* [{"name": …, "facets": […]}, …]; r is NULL when n is 0. */
void facet_json(struct buf *out, const struct facet_query *q, const PGresult *r);
