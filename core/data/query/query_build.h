#pragma once
#include "core/data/query/odsql.h"
#include "core/data/query/query.h"

/* query_build -- the parts of query_make; for query*.c and facet.c only. */

enum { QUERY_REFINES_MAX = 100, QUERY_WHERES_MAX = 50, QUERY_FACETS_MAX = 50, OUTPUTS_MAX = 600 };

struct refine {
    const struct view_column *column;
    struct str value;
    bool exclude, any; /* any: one of this facet's values is enough */
};

struct ask {
    struct str select, group_by, order_by, timezone;
    unsigned lang; /* of odsql_languages */
    struct str where[QUERY_WHERES_MAX], facet[QUERY_FACETS_MAX];
    const struct view_column *any[QUERY_FACETS_MAX]; /* disjunctive.F=true */
    size_t nwhere, nfacet, nrefine, nany;
    struct refine refine[QUERY_REFINES_MAX];
    int64_t limit, offset, after;
    bool walks; /* `after` is given, though it may be empty */
    bool has_limit, use_labels, app_metas;
};

bool query_ask_read(const struct dataset_view *v, enum query_kind kind, const struct query_param *params,
                    size_t n, struct ask *out, struct err *e);
bool query_ask_any(const struct ask *ask, const struct view_column *c); /* a disjunctive facet */
bool query_ask_limits(struct ask *ask, enum query_kind kind, bool grouped, struct err *e);

/* " where …" into `out`, or nothing. `but`: the refines of this facet are left out (NULL: none are). */
bool query_filter(struct odsql_sql *q, const struct ask *ask, const struct view_column *but,
                  struct buf *out, struct err *e);
bool query_is_filtered(const struct dataset_view *v, const struct ask *ask);

/* What one key of the answer is made of. */
struct output {
    struct query_column column;
    struct str sql;      /* its expression */
    int type;            /* as typed */
    const struct node *expr; /* typed; NULL: a range, or a column as it is */
    bool grouped;        /* a group key */
    bool aggregate;
    struct str group;    /* what is grouped by where that is not sql: which cluster */
    struct str interval; /* RANGE_DATE: the span */
    const struct node *call; /* a range with given dates: its labels are written last */
    struct str as_typed; /* without white space and case, for order_by */
};

struct build {
    struct arena *a;
    const struct dataset_view *view;
    struct ask ask;
    struct odsql_sql sql;
    struct buf where, from, text;
    struct odsql_list select, group, order;
    bool has_select, grouped, aggregates;
    bool series; /* QUERY_SERIES */
    bool clusters; /* a group is one of geo_cluster() */
    struct output *outputs;
    size_t n, room;
    unsigned laterals;
    int64_t static_groups; /* the only group is a static range of so many; 0: it is not */
    unsigned group_params; /* bound when the groups are written */
    unsigned filter_params, key_params; /* bound when the filter, and when the keys of an ordered file were written */
    struct buf keys;
};

/* query.c, for query_slice.c */
int query_put_outputs(struct build *b, struct buf *out); /* gives how many columns that is */
void query_put_from(struct build *b, struct buf *out);
bool query_put_page(struct build *b, struct buf *out, struct err *e); /* order, limit and offset */
/* query_slice.c */
bool query_is_cut(const struct build *b);
bool query_put_slices(struct build *b, struct query *q, struct buf *out, struct err *e);

bool query_lists(struct build *b, struct err *e);
bool query_outputs(struct build *b, struct err *e);
bool query_range(struct build *b, struct odsql_item *item, struct err *e);
bool query_cluster(struct build *b, struct odsql_item *item, struct err *e);
void query_range_columns(struct build *b, const struct output *o, struct buf *out); /* beside the key */
bool query_order(struct build *b, struct buf *out, struct err *e);
const struct output *query_output_named(struct build *b, const struct odsql_item *item); /* of order_by; NULL: none */
struct output *query_add(struct build *b, struct str key, int type);
struct str query_take(struct build *b); /* what was written to b->text, kept in the arena */
