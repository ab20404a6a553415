#include "tenants/explore/catalogue_names.h"

#include <stdlib.h>

#include "core/web/errors.h"
#include "tenants/explore/datasets.h"
#include "tenants/explore/explore.h"

/* These are the document's own, not the caller's. */
static bool is_ours(struct str name, unsigned newest)
{
    static const char *const ours[] = {"select", "group_by", "order_by", "sort", "limit", "rows", "offset", "start"};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (str_eq(name, str_of(ours[i])))
            return newest || i == 0;
    return false;
}

bool catalogue_names_ask(struct req *r, unsigned newest, struct err *e)
{
    size_t n, kept = 0;
    struct query *q;
    const struct query_param *given = explore_params(r, &n);
    struct query_param *params = ARENA_ARRAY(r->a, struct query_param, n + 2);
    for (size_t i = 0; i < n; i++)
        if (!is_ours(given[i].name, newest))
            params[kept++] = given[i];
    params[kept++] = (struct query_param){S("select"), S("dataset_id")};
    if (newest)
        params[kept++] = (struct query_param){S("limit"), arena_printf(r->a, "%u", newest)};
    if (!query_make(r->a, grant_catalogue(r), newest ? QUERY_RECORDS : QUERY_EXPORT, params, kept, &q, e))
        return false;
    req_ask_portal(r, q->rows.sql, q->rows.nparams, q->rows.params);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

struct str *catalogue_names_take(struct req *r, bool sorted, size_t *n)
{
    struct str *ids = datasets_names(r, 0, n);
    if (sorted)
        qsort(ids, *n, sizeof *ids, by_name);
    return ids;
}

bool catalogue_names_fit(size_t n, struct err *e)
{
    return n <= CATALOGUE_NAMES_MOST || ERR(e, err_answer_too_large, "%zu datasets in one document", n);
}
