#pragma once
#include <jansson.h>

#include "core/data/query/query.h"
#include "core/web/request.h"

/*
 * rows -- a dataset's rows on a page: the same question, compiler and JSON as the Explore API's.
 *
 *     rows_add(&q, S("where"), …); rows_ask(r, view, &q, e)      in a STEP_DB after grant_take
 *     json_t *list = rows_take(r, &q);                            in the next step
 */
enum { ROWS_PARAMS = 24 };

struct rows {
    struct query_param params[ROWS_PARAMS];
    size_t n;
    struct query *query;
    unsigned count_call;
    bool counts;
};

void rows_add(struct rows *q, struct str name, struct str value); /* absent or empty values are left out */
/* fails as query_make */
bool rows_ask(struct req *r, const struct dataset_view *v, struct rows *q, bool with_count, struct err *e);
/* An array of objects, one a row, as the API answers them; freed with json_decref. */
json_t *rows_take(struct req *r, struct rows *q);
int64_t rows_count(struct req *r, const struct rows *q); /* of all the question's rows */

/* A text between the quotes of ODSQL. In the arena. */
struct str rows_quoted(struct arena *a, struct str text);
/* A value of the answer as a person reads it: dates and figures in her language, lists joined; of NULL nothing. */
struct str rows_said(struct arena *a, enum lang lang, const json_t *value);
