#pragma once
#include <libpq-fe.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/data/query/view.h"

/*
 * query -- from a request's parameters and a view to SQL, its parameters and the shape of its rows.
 *
 * Everything lives in the arena. SQL is made of constants of ours and $n; parameters are texts;
 * results must be asked for in binary. A database error of class 22 (a number out of range, a
 * division by zero inside PostGIS…) is the caller's 400: the sentence of err_odsql_malformed.
 *
 * Decisions: record ids are 40 hex digits made of the dataset's id and the row's place in its file
 * (record_id.h), so that a look-up is one key read and no other dataset's id is accepted.
 * Groups: the number of groups is their total_count (D1), 10 by default (D2), 20,000 at most (D3).
 *
 * fails  err_query_parameter and the kinds of odsql.h
 *
 * Source: explore-api.md sections 1.4 to 1.9 and 2.
 */
struct query_param {
    struct str name, value; /* decoded, in the order of the request; repeated ones stay */
};

/* The first version of the API. QUERY_LEGACY: a page, 10,000 rows at most. QUERY_SERIES: groups as only it has them: by a
 * place, and with stddev(). */
enum query_kind { QUERY_RECORDS, QUERY_EXPORT, QUERY_LEGACY, QUERY_SERIES };

enum query_range { RANGE_NONE, RANGE_NUMBER, RANGE_INT, RANGE_DATE, RANGE_LABELS };

/* How a value is written where its type alone does not say: a text that holds JSON (null when it does not, or as it is),
 * the middle of a cluster of points, the name of a file. In JSON only. */
enum query_shape { SHAPE_PLAIN, SHAPE_JSON, SHAPE_JSON_OR_NULL, SHAPE_CLUSTER, SHAPE_FILE };

/* Writes the object of the file that is so named; false: there is none. Without it, and in files of rows, the name. */
struct buf;
struct query_files {
    bool (*put)(const struct query_files *files, struct buf *out, struct str name);
};

/* What the answer holds under one key. Its values stand in one or more columns of the result. */
struct query_column {
    struct str key, label;
    enum column_type type;
    enum view_precision precision;
    struct str multivalued;   /* separator of the stored text; absent: one value */
    int at;                   /* the result's column */
    int local;                /* TYPE_DATETIME: the same moment as local time; -1: UTC */
    enum query_range range;
    enum query_shape shape;
    const struct query_files *files; /* SHAPE_FILE: the caller's */
    int decimal_digits, decimal_scale; /* TYPE_DECIMAL, after query_decimals_take; 0: a double holds every value */
    double width;             /* RANGE_NUMBER, RANGE_INT: lower bound = value × width */
    bool utc;                 /* RANGE_DATE: at, at+1: start (local, moment); at+2, at+3: end */
    const struct str *labels; /* RANGE_LABELS: by the value */
};

struct query_sql {
    const char *sql;
    unsigned nparams;
    const struct str *params;
};

/* A slice has 2,000 rows at most, and about so many bytes in the client's memory: two of them and what the
 * connection queues stay under 1 MB, whatever the width of the rows. */
enum { QUERY_SLICE = 2000, QUERY_SLICE_BYTES = 288 << 10, QUERY_SLICE_PAGES = 32, QUERY_AHEAD = 4 };

struct build;

struct query {
    const struct dataset_view *view;
    struct build *made;     /* what it was made of, for the planner of the side copy (side.h) */
    struct query_sql rows;
    bool fast;              /* bounded by construction: may ride a pipelined lane */
    bool timed;             /* it used now(): not to be kept */
    bool grouped;
    bool summed;            /* not grouped, and every column speaks of all rows: one row says it */
    bool ids;               /* the result's column 0 is _id */
    bool app_metas;         /* _id, _timestamp and _size are asked for */
    bool use_labels;
    size_t ncolumns;
    struct query_column *columns;
    int64_t limit;          /* rows at most; -1: all */
    int64_t offset;
    bool walks;             /* it has a cursor */
    int64_t after;          /* rows behind this place of the file; -1: from the beginning */

    /* The total: known without a question, or the answer of `count` (one bigint). */
    bool count_known;
    int64_t count;
    struct query_sql count_rows;
    int total_at; /* the result's column that says it on every row, where finding it out is most of the work; -1: none */

    /* QUERY_EXPORT: query_next sets `rows` to a slice; until query_taken says that it was the last. Neither sliced nor
     * ordered (groups, aggregates): one question. */
    bool sliced;
    /* Slices of all rows follow the table as it lies, so many of its pages at a time, which costs PostgreSQL a fifth less
     * than the index and a limit. A table that was filled once lies in the order of _id, 1, 2, …; where one does not, and behind the last
     * page, `by_key` goes on. */
    bool by_place;
    const char *by_key;
    const char *by_width;   /* the same for rows of which some are wide; NULL: none of the columns can be */
    bool is_wide;           /* their widths decide how many come */
    bool astray;            /* left just now: what was asked for behind the slice that was taken is void */
    int64_t page, pages;    /* the first one not asked for; those of a slice, 0: one is too much */
    int64_t last_id;        /* of the last row that was taken; -1: none */
    /* In an order of the caller's: `keys` gives the rows' places in that order, one int4 a row, which is
     * all that is held; after query_places a slice is the rows of some of them. */
    bool ordered;
    struct query_sql keys;
    const int32_t *places;
    size_t nplaces, place;
    char *places_text;
    int64_t left;           /* rows still wanted; -1: all */
    int64_t slice;          /* rows of a slice: a guess from the columns, then from what they took in memory */
    int64_t asked[QUERY_AHEAD]; /* pages, or rows, of each slice that was asked for and is not taken, the oldest first */
    unsigned nasked;
    struct str *slice_params;
    char from_text[24], to_text[24];
};

bool query_make(struct arena *a, const struct dataset_view *v, enum query_kind kind,
                const struct query_param *params, size_t n, struct query **out, struct err *e);

/* `after`: where the page behind this one begins, for whoever walks further than offset + limit <= 10,000 allows. The
 * cursor is bound to the version, the visible columns and the row filter: one of another version is refused
 * (err_query_parameter), so that a walk never mixes two. Only rows in their own order, without offset, have one. */
enum { QUERY_CURSOR = 32 + 8 + 1 };
bool query_cursor(const struct query *q, int64_t last_id, char out[QUERY_CURSOR]); /* false: this query has none */

/* Sets `rows` to the next slice. Several may be asked for before the first one is taken, QUERY_AHEAD at most; false: not
 * before another is taken (where a slice begins is known by place, not by key), or nothing is left. */
bool query_next(struct query *q);
/* The oldest slice asked for has come: how many of its rows count (all, but where the table's order ends), and whether it
 * was the last one. Those asked for from here on are sized by what this one took in memory. */
int query_taken(struct query *q, const PGresult *r, bool *last);
void query_pace(struct query *q, size_t bytes, size_t got); /* its sizes */
int64_t query_wanted(const struct query *q); /* rows the next slice asks for */

/* The answer of `keys` is in: its places are kept in the arena. */
void query_places(struct query *q, struct arena *a, const PGresult *keys);

/* How long the values of its stored decimal columns are, over all rows of the version, whatever was filtered: false, it has
 * none. Those that a double would change get the digits and decimals that hold every value, up to 38. */
enum { QUERY_DOUBLE_DIGITS = 15, QUERY_DECIMAL_DIGITS = 38 };
bool query_decimals(struct query *q, struct query_sql *out);
void query_decimals_take(struct query *q, const PGresult *r);

/* How many bytes of its values the table keeps outside of their rows (a bigint): where there are any, slices end where their
 * rows become too wide. False: no column that was asked for can be wide. */
bool query_wide(struct query *q, struct query_sql *out);
void query_wide_take(struct query *q, const PGresult *r);

/* One record by its 40-hex id; `select` may narrow it. fails also err_query_record_unknown */
bool query_record(struct arena *a, const struct dataset_view *v, struct str id,
                  const struct query_param *params, size_t n, struct query **out, struct err *e);
