#include "tenants/publishing/stock.h"

#include <stdio.h>

#include "tenants/directory/tenant.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/sql.h"

/* stock_check.sql's columns */
enum { COL_METRIC, COL_USED, COL_LEFT, COL_CEILING };

static int64_t number(const PGresult *r, int row, int column)
{
    int64_t v = -1;
    if (!PQgetisnull(r, row, column))
        str_i64(str_of(PQgetvalue(r, row, column)), &v);
    return v;
}

static bool over_share(int64_t used, int64_t ceiling, struct err *e)
{
    ERR(e, err_quota_share, "ceiling");
    err_arg(e, "%lld", (long long)used);
    return err_arg(e, "%lld", (long long)ceiling);
}

static bool check_row(const PGresult *r, int row, struct err *e)
{
    static const struct {
        const char *metric;
        const struct err_kind *kind;
    } kinds[] = {{"records", &err_quota_records}, {"raw_bytes", &err_quota_bytes},
                 {"content_bytes", &err_quota_bytes}, {"update_bytes_day", &err_quota_update}};
    int64_t used = number(r, row, COL_USED), left = number(r, row, COL_LEFT);
    int64_t ceiling = number(r, row, COL_CEILING);
    if (ceiling >= 0 && used > ceiling)
        return over_share(used, ceiling, e);
    if (used <= left)
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq(str_of(PQgetvalue(r, row, COL_METRIC)), str_of(kinds[i].metric)))
            err_set(e, kinds[i].kind, __FILE__, __LINE__, "%s", kinds[i].metric);
    err_arg(e, "%lld", (long long)(used - left));
    return err_arg(e, "%lld", (long long)left);
}

bool stock_settle(struct conn *c, const struct uuid *tenant, int64_t update_bytes, struct err *e)
{
    char bytes[24];
    snprintf(bytes, sizeof bytes, "%lld", (long long)update_bytes);
    const struct str params[] = {uuid_str(tenant), str_of(bytes)};
    if (!tenant_do(c, &sql_pool_lock, params, e) || !tenant_do(c, &sql_stock_put, params, e) ||
        !tenant_do(c, &sql_usage_update_add, params, e))
        return false;
    PGresult *r = conn_ask(c, &sql_stock_check, params, e);
    bool ok = r != NULL;
    for (int row = 0; ok && row < PQntuples(r); row++)
        ok = check_row(r, row, e);
    PQclear(r);
    return ok;
}
