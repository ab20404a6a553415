#include "tenants/publishing/text_index.h"

#include "core/data/query/row_words.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/later.h"
#include "tenants/publishing/sql.h"

bool text_index_ask(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct str version, struct err *e)
{
    struct uuid task = uuid_make();
    return tenant_do(c, &sql_text_index_ask,
                     (struct str[]){uuid_str(&task), uuid_str(tenant), uuid_str(dataset), version}, e);
}

static bool make(struct later_turn *t, struct err *e)
{
    struct buf ddl = {0};
    bool ok = row_words_index(&ddl, &t->subject, t->given, e);
    if (ok && ddl.n > 0) {
        buf_addc(&ddl, '\0');
        ok = conn_exec(t->c, ddl.p, e) && tenant_do(t->c, &sql_text_index_ready, (struct str[]){uuid_str(&t->subject)}, e);
    }
    buf_free(&ddl);
    return ok;
}

bool text_index_job(struct job_run *run, struct err *e)
{
    static const struct later later = {"text_index", &sql_text_index_wanted, make};
    return later_job(&later, run, e);
}
