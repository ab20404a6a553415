#pragma once
#include "core/data/query/query.h"
#include "core/web/request.h"

/*
 * v1_series -- the series of analyze, geocluster and geopolygon: y.S.func, COUNT AVG SUM MIN MAX STDDEV SUMSQUARES
 * QUANTILES (of y.S.subsets percent, 50), of y.S.expr: a field, or arithmetic of fields and numbers. y.S.cumulative: each
 * point holds the sum of those before it as well.
 *
 * fails  err_query_parameter
 *
 * Source: explore-api.md section 3.
 */
enum { V1_SERIES_MAX = 20 };
struct v1_series {
    size_t n;
    struct str name[V1_SERIES_MAX];
    struct buf select; /* "count(*) as s0, …"; the caller frees it */
    struct v1_running {
        bool on; /* cumulative */
        double sum;
        int decimals; /* the most that were added */
    } running[V1_SERIES_MAX];
    struct v1_span {
        bool any;
        double low, high;
    } span[V1_SERIES_MAX]; /* of what was put */
};
bool v1_series_read(struct req *r, const struct dataset_view *v, struct v1_series *out, struct err *e);

/* The result's column called <kind><i> ("s0"); NULL: there is none. */
const struct query_column *v1_column(const struct query *q, char kind, size_t i);
void v1_put_cell(struct jw *w, const struct query_column *c, const PGresult *result, int row);
/* "name": value, of every series; adds them up. */
void v1_series_put(struct jw *w, struct v1_series *s, const struct query *q, const PGresult *result, int row);
/* "series": {"name": {"min": …, "max": …}}, of all that was put before. */
void v1_series_put_spans(struct jw *w, const struct v1_series *s);
bool v1_refuse(struct err *e, const char *name, struct str value, const char *expected);
