#include "tenants/publishing/side_copy.h"

#include "core/data/query/side.h"
#include "core/db/sql.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/later.h"
#include "tenants/publishing/sql.h"

bool side_copy_ask(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct str version, struct err *e)
{
    struct uuid task = uuid_make();
    return tenant_do(c, &sql_side_copy_ask, (struct str[]){uuid_str(&task), uuid_str(tenant), uuid_str(dataset), version},
                     e);
}

static bool make(struct later_turn *t, struct err *e)
{
    return side_is_there(&t->subject) || side_build(conn_pq(t->c), &t->subject, t->given, e);
}

bool side_copy_job(struct job_run *run, struct err *e)
{
    static const struct later later = {"side_copy", &sql_side_copy_wanted, make};
    return later_job(&later, run, e);
}

bool side_copy_sweep(struct conn *c, const struct uuid *tenant, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_side_copy_shown, (struct str[]){uuid_str(tenant)}, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++) {
        struct uuid version, task = uuid_make();
        if (uuid_parse(str_of(PQgetvalue(r, i, 0)), &version) && !side_is_there(&version))
            ok = tenant_do(c, &sql_task_insert,
                           (struct str[]){uuid_str(&task), uuid_str(tenant), S("side_copy"), uuid_str(&version)}, e);
    }
    PQclear(r);
    return ok;
}
