#include "tenants/publishing/attest.h"

#include "tenants/directory/tenant.h"
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/sql.h"

static bool put(struct conn *c, const struct uuid *tenant, const struct dataset_row *d, const struct attest *a, struct str kind,
                struct err *e)
{
    struct str third = str_part(str_trim(a->third), 0, 500);
    const struct str params[] = {uuid_str(tenant), uuid_str(&d->id), uuid_str(&d->draft_version), kind,
                                 a->standing ? S("t") : S("f"), third.n ? third : STR_NONE, a->account};
    return tenant_do(c, &sql_attestation_put, params, e);
}

bool attest_put(struct conn *c, const struct uuid *tenant, struct str dataset_id, const struct attest *a, struct err *e)
{
    struct arena arena = {0};
    struct dataset_row d;
    bool ok = dataset_lock(c, &arena, tenant, dataset_id, &d, e);
    if (ok && d.draft_version.text[0] && (a->personal || a->rights))
        ok = (!a->personal || put(c, tenant, &d, a, S("personal"), e)) && (!a->rights || put(c, tenant, &d, a, S("rights"), e)) &&
             tenant_audit(c, tenant, a->account, a->standing ? S("attest-standing") : S("attest"), dataset_id, STR_NONE, e);
    arena_free(&arena);
    return ok;
}

bool attest_scheduled(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct err *e)
{
    return tenant_do(c, &sql_attestation_scheduled, (struct str[]){uuid_str(tenant), dataset_id}, e);
}

bool attest_gate(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, const struct uuid *version, struct err *e)
{
    static const char *const words[][3] = {{"personal", "la conformité au RGPD", "GDPR conformity"},
                                           {"rights", "les droits de propriété intellectuelle", "intellectual property rights"}};
    PGresult *r = conn_ask(c, &sql_attestation_lacks, (struct str[]){uuid_str(tenant), uuid_str(dataset), uuid_str(version)}, e);
    if (!r)
        return false;
    bool ok = PQntuples(r) == 0 || ERR(e, err_attestation_missing, "%s", version->text);
    for (size_t lang = 1; !ok && lang <= 2; lang++) { /* {0} is said in French, {1} in English */
        struct buf said = {0};
        for (int i = 0; i < PQntuples(r); i++)
            for (size_t k = 0; k < 2; k++)
                if (str_eq(str_of(PQgetvalue(r, i, 0)), str_of(words[k][0])))
                    buf_printf(&said, "%s%s", said.n ? ", " : "", words[k][lang]);
        err_arg(e, STR_FMT, STR_ARG(buf_str(&said)));
        buf_free(&said);
    }
    PQclear(r);
    return ok;
}
