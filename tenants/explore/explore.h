#pragma once
#include "core/data/query/query.h"
#include "core/web/request.h"
#include "tenants/people/grant.h"

/*
 * explore -- what the actions of the public API share: the request's parameters, its base, links.
 *
 * Three bases answer with the same handlers: /api/explore/v2.1, and /api/explore/v2.0 and /api/v2
 * with the older shapes of datasets and records.
 *
 * Source: explore-api.md sections 1.1, 1.3, 1.6, 1.12.
 */
extern const struct route_table explore_route_table;

/* The route's parameters: {dataset} is the first of every pattern that has one. */
enum { EXPLORE_DATASET, EXPLORE_SECOND };

bool explore_is_v20(const struct req *r);
/* Not one of the later pieces that a download in parts asks for (Range). */
bool explore_is_first_part(struct req *r);
/* Says once, in a header, that the older shapes are asked for. */
void explore_deprecate(struct req *r);

/* The query string as the compiler takes it; borrowed from the request. */
const struct query_param *explore_params(struct req *r, size_t *n);
/* The same without parameters of one name, with one of them added at the end (value absent: none). */
const struct query_param *explore_params_with(struct req *r, struct str name, struct str value, size_t *n);
bool explore_flag(struct req *r, struct str name); /* "true" or "1" */
/* It speaks of what grows without a publication (explore.download_count): the answer is not to be kept. */
bool explore_counts(struct req *r);

/* "https://host/api/explore/v2.1", by the base that was asked. */
struct str explore_base(struct req *r);
struct str explore_dataset_url(struct req *r, struct str dataset_id);
/* The address of this request; `offset` >= 0 takes the place of the one asked for. */
struct str explore_self(struct req *r, int64_t offset);
/* The same behind the rows of this cursor (query_cursor). */
struct str explore_after(struct req *r, struct str cursor);

struct explore_link {
    const char *rel;
    struct str href;
};
/* [{"rel": …, "href": …}, …] */
void explore_links(struct jw *w, const struct explore_link *links, size_t n);

/* The public id of the dataset: {dataset}, or ?dataset= where the path has none. */
struct str explore_dataset(struct req *r);

/* A grant's first step, for every route with {dataset}. */
bool explore_ask_grant(struct req *r, struct err *e);
