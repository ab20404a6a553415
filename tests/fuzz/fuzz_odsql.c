/* Whatever the parameters are: 400, or SQL that holds only our own words. */
#include "core/data/query/facet.h"
#include "core/base/must.h"
#include "tests/sample_views.h"
#include "tests/sql_is_ours.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"where", "select", "group_by", "order_by", "refine", "exclude", "facet", "timezone", "limit", "offset", "lang"};
    static const char *const datasets[] = {"koumoul", "d2", "t", "m", "public-trees"};
    struct arena a = {0};
    struct err e = {0};
    struct query *q;
    struct facet_query *f;
    struct query_param params[16];
    size_t n = 0;
    if (size < 1)
        return 0;
    struct dataset_view *v = sample_view(&a, datasets[data[0] % 5]);
    struct str rest = {(const char *)data + 1, size - 1}, part;
    while (n < 16 && rest.n && str_cut(&rest, '\n', &part))
        if (part.n)
            params[n++] = (struct query_param){str_of(names[(unsigned char)part.p[0] % 11]), str_from(part, 1)};
    if (query_make(&a, v, data[0] & 1 ? QUERY_EXPORT : QUERY_RECORDS, params, n, &q, &e)) {
        must(sql_is_ours(str_of(q->rows.sql)));
        must(!q->ordered || sql_is_ours(str_of(q->keys.sql)));
        must(q->count_known || sql_is_ours(str_of(q->count_rows.sql)));
    } else {
        must(e.kind && e.kind->status == 400);
    }
    if (facet_make(&a, v, params, n, &f, &e) && f->n)
        must(sql_is_ours(str_of(f->rows.sql)));
    arena_free(&a);
    return 0;
}
