#pragma once
#include "core/data/query/cell.h"

/*
 * row_json -- rows of a binary result as the Explore API's JSON objects.
 *
 * Made once for a query; the keys are escaped once. Lives in the arena.
 */
enum { ROW_JSON_KEY = 32 };

struct cell;
struct row_json {
    const struct query *query;
    struct row_json_field {
        struct str key;  /* ", "key": "; the first of a row goes without the comma. ROW_JSON_KEY bytes can be read */
        bool (*form)(struct buf *out, const struct cell *x); /* of its values (cell_inside.h) */
    } *fields;
    const struct query_column *skip; /* not written (the geometry of a feature); NULL: all are */
};

/* One value; null where there is none. */
void row_json_cell(struct buf *out, const struct query_column *c, const PGresult *r, int row);

void row_json_init(struct row_json *w, struct arena *a, const struct query *q);
void row_json_object(const struct row_json *w, struct buf *out, const PGresult *r, int row);
/* "{…}, {…}" for the results of a page. */
void row_json_page(const struct row_json *w, struct buf *out, const PGresult *r);
