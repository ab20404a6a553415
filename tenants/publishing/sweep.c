#include "tenants/publishing/sweep.h"

#include <stdio.h>

#include "core/base/log.h"
#include "core/data/side.h"
#include "core/data/version.h"
#include "core/db/errors.h"
#include "core/io/blob.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/side_copy.h"
#include "tenants/publishing/sql.h"

static bool begin(struct conn *c, struct err *e)
{
    return conn_begin(c, NULL, e) && conn_exec(c, "SET LOCAL lock_timeout = '200ms'", e);
}

static bool drop(struct conn *c, const struct uuid *id, struct err *e)
{
    char table[VERSION_TABLE], sql[2 * VERSION_TABLE + 32];
    version_table(table, id);
    snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS %s, data.w_%s", table, table + sizeof "data.v_" - 1);
    return conn_exec(c, sql, e);
}

/* Fails, and says so to the log only, when somebody reads the table: next time. */
static bool settle(struct conn *c, bool ok, const struct uuid *id, struct err *e)
{
    struct err ignored = {0};
    if (ok && conn_commit(c, e)) {
        side_drop(id, &ignored); /* often there is none */
        LOG(LOG_INFO, "version_dropped", LOG_S("version", uuid_str(id)));
        return true;
    }
    conn_rollback(c);
    bool lost = PQstatus(conn_pq(c)) != CONNECTION_OK;
    if (!lost)
        *e = (struct err){0};
    return !lost;
}

static bool sweep_tables(struct conn *c, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_sweep_tables, NULL, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++) {
        struct uuid id;
        if (uuid_parse(str_of(PQgetvalue(r, i, 0)), &id))
            ok = settle(c, begin(c, e) && drop(c, &id, e), &id, e);
    }
    PQclear(r);
    return ok;
}

static bool sweep_uploads(struct conn *c, const struct uuid *tenant, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_sweep_uploads, (struct str[]){uuid_str(tenant)}, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++)
        ok = blob_remove(str_of(PQgetvalue(r, i, 0)), e);
    PQclear(r);
    return ok;
}

static bool sweep_tenants(struct job_run *run, struct err *e)
{
    struct conn *c = run->conn;
    PGresult *r = conn_ask(c, &sql_sweep_tenants, NULL, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r) && !*run->stop; i++) {
        struct uuid id;
        ok = uuid_parse(str_of(PQgetvalue(r, i, 0)), &id) && conn_begin(c, &id, e) &&
             tenant_do(c, &sql_sweep_history, (struct str[]){uuid_str(&id)}, e) &&
             sweep_uploads(c, &id, e) && side_copy_sweep(c, &id, e) && conn_commit(c, e);
    }
    PQclear(r);
    return ok;
}

static bool sweep_version(struct conn *c, const struct uuid *id, struct err *e)
{
    bool ok = begin(c, e);
    PGresult *r = ok ? conn_ask(c, &sql_sweep_version, (struct str[]){uuid_str(id)}, e) : NULL;
    bool free_to_go = r && PQntuples(r) == 1;
    PQclear(r);
    return settle(c, free_to_go && drop(c, id, e), id, e);
}

static bool sweep_versions(struct job_run *run, struct err *e)
{
    struct uuid after = {"00000000-0000-0000-0000-000000000000"};
    bool ok = true;
    for (int n = 1; ok && n > 0 && !*run->stop;) {
        PGresult *r = conn_ask(run->conn, &sql_sweep_versions, (struct str[]){uuid_str(&after)}, e);
        ok = r != NULL;
        n = ok ? PQntuples(r) : 0;
        for (int i = 0; ok && i < n && !*run->stop; i++)
            ok = uuid_parse(str_of(PQgetvalue(r, i, 0)), &after) && sweep_version(run->conn, &after, e);
        PQclear(r);
    }
    return ok;
}

bool sweep_job(struct job_run *run, struct err *e)
{
    return sweep_tenants(run, e) && sweep_versions(run, e) && sweep_tables(run->conn, e);
}
