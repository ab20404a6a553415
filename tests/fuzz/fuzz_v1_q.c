/* Whatever `q` is: refused, or ODSQL without a fault of syntax, whose SQL holds only our own words. */
#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/query/odsql.h"
#include "core/data/query/query.h"
#include "tenants/explore/v1_q.h"
#include "tests/sample_views.h"
#include "tests/sql_is_ours.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const datasets[] = {"koumoul", "d2", "t", "m", "public-trees"};
    struct arena a = {0};
    struct err e = {0};
    struct str out;
    struct query *q;
    if (size < 1)
        return 0;
    struct dataset_view *v = sample_view(&a, datasets[data[0] % 5]);
    if (!v1_q(&a, v, (struct str){(const char *)data + 1, size - 1}, &out, &e)) {
        must(e.kind == &err_query_parameter);
    } else if (out.p) {
        struct query_param p = {S("where"), out};
        if (query_make(&a, v, QUERY_LEGACY, &p, 1, &q, &e))
            must(sql_is_ours(str_of(q->rows.sql)));
        else
            must(e.kind->status == 400 && (e.kind != &err_odsql_syntax || out.n > ODSQL_BYTES_MAX / 2));
    }
    arena_free(&a);
    return 0;
}
