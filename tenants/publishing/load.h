#pragma once
#include <jansson.h>

#include "core/db/conn.h"

/*
 * load -- from a file to the table of a ready version. Blocking, inside the caller's transaction, as
 * terrasse_worker (DDL in `data`): table, old rows, stream, key, indexes, ANALYZE, grant and the row
 * of portal.version all stand or fall with it, so a stop at any line leaves nothing behind.
 */
struct load {
    int fd; /* a regular file; stays the caller's */
    uint64_t size_bytes;
    struct str options;    /* of the reader (core/data/intake/reader.h) */
    const json_t *facets;  /* technical names that get a b-tree; NULL: those the report suggests */
    const json_t *old;     /* columns of the version whose rows come first; NULL: none */
    struct uuid old_id;
    int64_t old_rows, old_bytes;
    int64_t most_rows;     /* that the file may bring */
    const int *joins;      /* what the join steps look up (join.h) */
    size_t njoins;
    uint64_t join_bytes;
    /* Between the two readings, with the report: what refuses the file refuses it here, before a row
     * is loaded. May be NULL. */
    bool (*check)(const json_t *report, void *context, struct err *e);
    /* Once every row is in, before key and indexes: what is to be done to them (push_fold.c). *rows: of the version,
     * before and after. May be NULL. */
    bool (*settle)(struct conn *c, const struct uuid *id, const json_t *report, void *context, int64_t *rows, struct err *e);
    /* A file that is refused before a row is loaded: what it holds to choose from (reader.h). May be NULL. */
    void (*on_found)(const json_t *found, void *context);
    void (*on_progress)(uint64_t rows, uint64_t bytes, void *context); /* may be NULL */
    void *context;
};

struct loaded {
    struct uuid id;
    json_t *report; /* the caller's to free */
    int64_t rows, bytes; /* of the whole version: canonical CSV in UTF-8 (R58) */
};

/* *out on success. fails  err_data_*, err_child_*, err_copy_*, err_columns_differ, those of `check` */
bool load_version(struct conn *c, const struct load *l, struct loaded *out, struct err *e);

/* The object of that name in a list of columns or fields; NULL: none. */
const json_t *load_named(const json_t *list, struct str name);
/* Where a column stands, "c12" or "rest[3]", made anew from the number: what stands in a JSON never becomes SQL. */
bool load_put_place(struct buf *sql, const json_t *column);

/* The rows whose values in these columns (technical names) stand more than once, at least one of them
 * past `old_rows`: *count groups. Names that are no column are left out; without any, 0. */
bool load_doubles(struct conn *c, const struct loaded *v, const json_t *names, int64_t old_rows, int64_t *count,
                  struct err *e);
