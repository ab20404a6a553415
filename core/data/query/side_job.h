#pragma once
#include "core/data/query/facet_inside.h"
#include "core/data/query/side.h"
#include "core/data/query/side_scan.h"

/* side_job -- the inside of one question, and an answer like PostgreSQL's. For side_*.c only. */

enum side_aggregate { SIDE_COUNT, SIDE_COUNT_DISTINCT, SIDE_SUM, SIDE_AVG, SIDE_MIN, SIDE_MAX, SIDE_PERCENTILE };

/* One column of the answer: a key of the groups, or an aggregate of a column (NULL: of whole rows). */
struct side_output {
    bool grouped;
    const struct view_column *column;
    enum odsql_function part; /* grouped: FN_YEAR, FN_MONTH or FN_DAY of a date; FN_NONE: the value */
    enum side_aggregate aggregate;
    double percent;
};

enum { SIDE_OUTPUTS_MAX = 40, SIDE_ORDER_MAX = 40 };
struct side_grouping {
    struct side_output outputs[SIDE_OUTPUTS_MAX];
    size_t n;
    struct {
        size_t output;
        bool descending;
    } order[SIDE_ORDER_MAX];
    size_t norder;
    int64_t limit, offset;
};

struct side_job {
    struct arena a;
    struct side *side;
    const struct dataset_view *view;
    struct ask ask;             /* texts of its own: the request's may go while a thread works */
    const struct facet *facets; /* of the request's arena, which stays */
    size_t nfacets;
    struct side_grouping *grouping;
    PGresult *result;
    int64_t count; /* -1: not known */
};

/* False: SQL has to answer. */
bool side_facet_run(struct side_job *j, struct side_scan *s);
bool side_group_plan(struct side_job *j, const struct query *q); /* on the loop */
bool side_group_run(struct side_job *j, struct side_scan *s);

/* ---- rows of the answer, in binary ---- */
PGresult *side_result(unsigned columns);
void side_put(PGresult *r, int row, int column, const void *p, size_t n);
void side_put_null(PGresult *r, int row, int column);
void side_put_i64(PGresult *r, int row, int column, int64_t v);
void side_put_i32(PGresult *r, int row, int column, int32_t v);
void side_put_double(PGresult *r, int row, int column, double v);
void side_put_numeric(PGresult *r, int row, int column, side_wide v, unsigned scale);
