#pragma once
#include "core/data/row_json.h"

/*
 * export -- a query's rows as a file: csv, json, jsonl, geojson. Append-only; one slice at a time.
 *
 * export_open once, export_start, export_rows for each slice's result, export_end. Lives in the
 * arena; the buffer is the caller's and may be emptied between the calls.
 *
 * Source: explore-api.md section 1.9.
 */
struct export {
    const struct query *query;
    const struct export_format *format;
    struct row_json json;
    char delimiter;
    struct str list_separator;
    bool with_bom, quote_all;
    uint64_t rows; /* written so far */
    struct buf cell;
    const struct query_column *geometry;
};

struct export_format {
    const char *name, *extension, *content_type;
    void (*start)(struct export *x, struct buf *out);
    void (*row)(struct export *x, struct buf *out, const PGresult *r, int row);
    void (*end)(struct export *x, struct buf *out);
    bool needs_geometry;
};
extern const struct export_format export_csv, export_json, export_jsonl, export_geojson;

const struct export_format *export_find(struct str name); /* NULL: no such format */

/* params: the request's (delimiter, list_separator, with_bom, quote_all).
 * fails  err_query_parameter: a bad delimiter, or geojson of a query without geometry */
bool export_open(struct export *x, struct arena *a, const struct query *q, const struct export_format *format,
                 const struct query_param *params, size_t n, struct err *e);
void export_start(struct export *x, struct buf *out);
void export_rows(struct export *x, struct buf *out, const PGresult *r);
int64_t export_last(const struct export *x,
                    const PGresult *r);             /* _id of the last row; 0: none, or groups */
void export_end(struct export *x, struct buf *out); /* also frees what export_open took */
