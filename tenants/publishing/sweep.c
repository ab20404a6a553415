#include "tenants/publishing/sweep.h"

#include <stdio.h>

#include "core/base/log.h"
#include "core/data/query/side.h"
#include "core/data/intake/version.h"
#include "core/db/errors.h"
#include "core/io/blob.h"
#include "tenants/directory/sql.h"
#include "tenants/directory/tenant.h"
#include "tenants/people/mail.h"
#include "tenants/publishing/side_copy.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/thumbnail.h"

int64_t sweep_orphan_s;

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

/* ---- files that no row names ---- */

/* A worker or a commit that died between file and row leaves one; a day later nobody is putting it any more. */
enum { ORPHAN_S = 24 * 3600, ORPHANS_MOST = 5000 };

struct orphans {
    struct arena a;
    struct str names[ORPHANS_MOST];
    size_t n;
};

static void note(struct str name, void *context)
{
    struct orphans *o = context;
    o->names[o->n++] = arena_str(&o->a, name);
}

static void strike(struct orphans *o, struct str known)
{
    for (size_t i = 0; i < o->n; i++)
        if (str_eq(o->names[i], known))
            o->names[i] = STR_NONE;
}

/* "{a,b}": the names hold nothing that an array's text would quote. */
static struct str array_of(struct orphans *o)
{
    struct buf b = {0};
    for (size_t i = 0; i < o->n; i++)
        buf_printf(&b, "%c" STR_FMT, i ? ',' : '{', STR_ARG(o->names[i]));
    buf_addc(&b, '}');
    struct str text = arena_str(&o->a, buf_str(&b));
    buf_free(&b);
    return text;
}

static bool remove_unknown(struct conn *c, const struct uuid *tenant, struct orphans *o, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_sweep_known, (struct str[]){uuid_str(tenant), array_of(o)}, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++)
        strike(o, str_of(PQgetvalue(r, i, 0)));
    for (size_t i = 0; ok && i < o->n; i++)
        if (o->names[i].n && (ok = blob_remove(o->names[i], e)))
            LOG(LOG_INFO, "orphan_removed", LOG_S("blob", o->names[i]));
    PQclear(r);
    return ok;
}

static bool sweep_orphans(struct conn *c, const struct uuid *tenant, struct err *e)
{
    static const char *const folders[] = {"uploads", "content", "pieces"};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof folders / sizeof folders[0]; i++) {
        struct orphans o = {0};
        struct str folder = arena_printf(&o.a, "%s/%s", folders[i], tenant->text);
        ok = blob_list(folder, sweep_orphan_s ? sweep_orphan_s : ORPHAN_S, ORPHANS_MOST, note, &o, e) &&
             (o.n == 0 || remove_unknown(c, tenant, &o, e));
        arena_free(&o.a);
    }
    return ok;
}

/* Rows first, committed; a file whose row is gone and that stays behind is an orphan. */
static bool sweep_content(struct conn *c, const struct uuid *tenant, struct err *e)
{
    PGresult *r = conn_begin(c, tenant, e) ? conn_ask(c, &sql_sweep_content, (struct str[]){uuid_str(tenant)}, e) : NULL;
    bool ok = r && conn_commit(c, e);
    for (int i = 0; ok && i < PQntuples(r); i++)
        ok = blob_remove(str_of(PQgetvalue(r, i, 0)), e) &&
             (PQgetisnull(r, i, 1) || blob_remove(str_of(PQgetvalue(r, i, 1)), e));
    PQclear(r);
    return ok;
}

static bool sweep_tenants(struct job_run *run, struct err *e)
{
    struct conn *c = run->conn;
    PGresult *r = conn_ask(c, &sql_tenant_every, NULL, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r) && !*run->stop; i++) {
        struct uuid id;
        ok = uuid_parse(str_of(PQgetvalue(r, i, 0)), &id) && conn_begin(c, &id, e) &&
             tenant_do(c, &sql_sweep_history, (struct str[]){uuid_str(&id)}, e) && sweep_uploads(c, &id, e) &&
             tenant_do(c, &sql_sweep_pieces, (struct str[]){uuid_str(&id)}, e) && mail_forget(c, &id, e) &&
             sweep_orphans(c, &id, e) && side_copy_sweep(c, &id, e) && thumbnail_sweep(c, &id, e) &&
             conn_commit(c, e) && sweep_content(c, &id, e);
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

/* What was fetched or copied in, by whoever was killed before it became an upload. */
static void remove_incoming(struct str name, void *context)
{
    struct err ignored = {0};
    (void)context;
    blob_remove(name, &ignored);
}

static bool sweep_incoming(struct err *e)
{
    return blob_list(S("incoming"), sweep_orphan_s ? sweep_orphan_s : ORPHAN_S, ORPHANS_MOST, remove_incoming, NULL, e);
}

bool sweep_job(struct job_run *run, struct err *e)
{
    return sweep_incoming(e) && sweep_tenants(run, e) && sweep_versions(run, e) && sweep_tables(run->conn, e);
}
