#pragma once
#include "core/data/query/query.h"
#include "core/web/request.h"

/*
 * v1_params -- the parameters of the first version of the API, as those of the present one.
 *
 * rows, start, sort (the largest first; "-f" the smallest), fields, refine.F, exclude.F, q (v1_q.h),
 * facet with facetsort.F and disjunctive.F, geofilter.distance, .polygon and .bbox, of geo_field; separators and
 * labels of downloads. What
 * the present version alone knows is left out; the rest passes.
 *
 * Source: explore-api.md section 3.
 * fails  err_query_parameter: a geofilter that is no place, or of a dataset without one
 */
bool v1_params(struct req *r, const struct dataset_view *v, const struct query_param **out, size_t *n, struct err *e);
/* The same without what says which columns, groups and page: the filters, and a question of ours behind them. */
bool v1_filters(struct req *r, const struct dataset_view *v, const struct query_param *own, size_t nown,
                const struct query_param **out, size_t *n, struct err *e);
