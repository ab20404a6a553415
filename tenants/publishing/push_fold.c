/* The worker's half of push.h: from batches that wait to one new version. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/fd.h"
#include "core/base/jr.h"
#include "core/base/log.h"
#include "core/data/intake/version.h"
#include "core/db/sql.h"
#include "core/db/sqlstate.h"
#include "tenants/directory/tenant.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/intake.h"
#include "tenants/publishing/load.h"
#include "tenants/publishing/publish.h"
#include "tenants/publishing/push.h"
#include "tenants/publishing/push_lines.h"
#include "tenants/publishing/sql.h"

enum { HELD_S = 60 };

struct fold {
    struct intake in; /* first: the context of `settle` is the intake */
    struct conn *c;
    struct uuid task, token;
    struct push_lines lines;
};

static bool claim(struct fold *f, bool *found, struct err *e)
{
    f->token = uuid_make();
    PGresult *r =
        conn_ask(f->c, &sql_task_claim, (struct str[]){S("push"), uuid_str(&f->token)}, e);
    *found = r && PQntuples(r) == 1;
    if (*found) {
        uuid_parse(str_of(PQgetvalue(r, 0, 0)), &f->task);
        uuid_parse(str_of(PQgetvalue(r, 0, 1)), &f->lines.tenant);
        uuid_parse(str_of(PQgetvalue(r, 0, 2)), &f->lines.dataset);
    }
    PQclear(r);
    return r != NULL;
}

/* A task that somebody else has by now is left to him. */
static bool begin(struct fold *f, bool *mine, struct err *e)
{
    if (!conn_begin(f->c, &f->lines.tenant, e))
        return false;
    PGresult *r =
        conn_ask(f->c, &sql_task_hold, (struct str[]){uuid_str(&f->task), uuid_str(&f->token)}, e);
    *mine = r && PQntuples(r) == 1;
    PQclear(r);
    return r != NULL;
}

static bool memory_file(const struct buf *bytes, int *fd, struct err *e)
{
    *fd = memfd_create("push", MFD_CLOEXEC);
    return (*fd >= 0 && fd_write(*fd, buf_str(bytes))) ||
           ERR(e, err_internal, "memory file: %s", strerror(errno));
}

/* ---- in the place of rows with the same key ---- */

/* "o.c1 = p.c1 AND …": of columns that the version has. False: it has not all of them. */
static bool put_key(struct buf *sql, const json_t *key, const json_t *report)
{
    const json_t *name;
    size_t i;
    bool ok = json_array_size(key) > 0;
    json_array_foreach(key, i, name)
    {
        const json_t *column =
            load_named(jr_array(report, "columns"), str_of(json_string_value(name)));
        buf_addz(sql, i ? " AND o." : "o.");
        ok = ok && column && load_put_place(sql, column);
        buf_addz(sql, " = p.");
        ok = ok && load_put_place(sql, column);
    }
    return ok;
}

/* Without a key a removal says whole rows. Compared as records: there NULL is the same as NULL, and they can be hashed. */
static bool put_same(struct buf *sql, const char *table, long long old, const json_t *report)
{
    struct buf row = {0};
    const json_t *column, *columns = jr_array(report, "columns");
    size_t i;
    bool ok = json_array_size(columns) > 0;
    buf_addz(&row, "ROW(");
    json_array_foreach(columns, i, column) {
        buf_addz(&row, i ? ", t." : "t.");
        ok = ok && load_put_place(&row, column);
    }
    buf_addc(&row, ')');
    buf_printf(sql,
               "DELETE FROM %s WHERE _id IN (SELECT o._id FROM (SELECT t._id, " STR_FMT " AS said FROM %s AS t WHERE t._id <= %lld)"
               " AS o JOIN (SELECT DISTINCT " STR_FMT " AS said FROM %s AS t WHERE t._id > %lld) AS p ON o.said = p.said); ",
               table, STR_ARG(buf_str(&row)), table, old, STR_ARG(buf_str(&row)), table, old);
    buf_free(&row);
    return ok;
}

/* Of rows with the same key the last one pushed stays; of a removal none, nor what it was said
 * with. */
static bool put_settling(struct buf *sql, const struct fold *f, const struct uuid *id,
                         const json_t *report)
{
    char table[VERSION_TABLE];
    long long old = (long long)f->in.rows;
    version_table(table, id);
    if (json_array_size(f->lines.key) > 0) {
        buf_printf(sql,
                   "DELETE FROM %s AS o WHERE EXISTS (SELECT FROM %s AS p WHERE p._id > %lld AND "
                   "p._id > o._id AND ",
                   table, table, old);
        if (!put_key(sql, f->lines.key, report))
            return false;
        buf_addz(sql, "); ");
    } else if (f->lines.removes && !put_same(sql, table, old, report)) {
        return false;
    }
    if (f->lines.removes)
        buf_printf(sql, "DELETE FROM %s WHERE _id > %lld; ", table, old);
    buf_printf(sql,
               "UPDATE %s AS t SET _id = n.next FROM (SELECT _id AS old, row_number() OVER (ORDER "
               "BY _id)::integer AS next FROM %s)"
               " AS n WHERE t._id = n.old AND n.next <> n.old; SELECT count(*) FROM %s",
               table, table, table);
    buf_addc(sql, '\0');
    return !sql->over;
}

static bool too_many(const struct intake *in, int64_t rows, int64_t most, struct err *e)
{
    ERR(e, err_append_rows, "%lld", (long long)rows);
    err_arg(e, "%lld", (long long)(rows - in->rows));
    err_arg(e, "%lld", (long long)in->rows);
    return err_arg(e, "%lld", (long long)most);
}

static bool settle(struct conn *c, const struct uuid *id, const json_t *report, void *context,
                   int64_t *rows, struct err *e)
{
    struct fold *f = context;
    struct buf sql = {0};
    int64_t most = f->in.most_rows -
                   (int64_t)f->lines.nplaces; /* the room that the rows before the settling were given */
    bool ok = put_settling(&sql, f, id, report) || ERR(e, err_push_no_key, "columns");
    PGresult *r = ok ? PQexec(conn_pq(c), sql.p) : NULL;
    ok = ok && (PQresultStatus(r) == PGRES_TUPLES_OK || sqlstate_err(e, conn_pq(c), r, "push"));
    ok = ok && str_i64(str_of(PQgetvalue(r, 0, 0)), rows) &&
         (*rows <= most || *rows <= f->in.rows || too_many(&f->in, *rows, most, e));
    PQclear(r);
    buf_free(&sql);
    return ok;
}

/* ---- one fold ---- */

static bool plan(struct fold *f, struct err *e)
{
    if (!intake_plan(&f->in, f->c, &f->lines.tenant, f->lines.dataset_id, NULL, true, e))
        return false;
    if (f->in.d.has_draft) /* it is somebody's, and publishing would publish it too */
        return ERR(e, err_draft_waits, "%s", f->in.d.id.text);
    if (!str_eq(f->in.d.state, S("published")))
        return ERR(e, err_not_published, "state " STR_FMT, STR_ARG(f->in.d.state));
    f->in.accept_aside = f->in.none_kept = f->in.is_pushed = true;
    f->in.update_left = INT64_MAX; /* counted when they were pushed */
    f->in.settle = settle;
    return push_lines_write(&f->lines, f->c, f->in.columns, e);
}

/* Keys alone are no rows: what the reader found missing in them was not missing. */
static bool checks_of_before(struct fold *f, struct err *e)
{
    json_t *report = json_pack("{s:O}", "columns", json_object_get(f->in.loaded.report, "columns"));
    json_t *schema = json_deep_copy(json_object_get(f->in.loaded.report, "schema"));
    json_object_set_new(json_object_get(schema, "check"), "errors", json_integer(0));
    if (json_is_object(schema))
        json_object_set(report, "schema", schema);
    bool ok = check_put(f->c, &f->lines.tenant, &f->in.loaded.id, &f->in.version, report, e);
    json_decref(schema);
    json_decref(report);
    return ok;
}

/* No steps are done to what is pushed; those of the dataset's files stay. */
static bool load(struct fold *f, struct err *e)
{
    static const char reading[] =
        "{\"steps\":[],\"read_as\":{\"header\":true,\"header_row\":1,\"separator\":\",\"}}";
    int fd = -1;
    json_t *extra = jr_parse(str_of(reading), e), *steps = f->in.steps;
    if (!extra)
        return false;
    f->in.extra = extra;
    f->in.steps = json_array();
    f->in.most_rows += (int64_t)f->lines.nplaces;
    bool ok = memory_file(&f->lines.csv, &fd, e) && intake_load(&f->in, f->c, fd, f->lines.csv.n, e);
    json_decref(f->in.steps);
    f->in.steps = steps;
    f->in.extra = NULL;
    if (fd >= 0)
        close(fd);
    json_decref(extra);
    return ok;
}

/* A version that would say what the one before says is not made. */
static bool publish(struct fold *f, struct err *e)
{
    struct publish_done done;
    if (f->lines.nplaces == 0)
        return true;
    if (!conn_exec(f->c, "SAVEPOINT push", e) || !load(f, e))
        return false;
    push_lines_note(&f->lines, f->in.loaded.report);
    if (jr_i64(jr_object(f->in.loaded.report, "rows"), "kept", 0) == 0)
        return conn_exec(f->c, "ROLLBACK TO SAVEPOINT push", e);
    return (!f->lines.removes || checks_of_before(f, e)) &&
           intake_draft(&f->in, f->c, &f->lines.dataset, STR_NONE, f->lines.account, e) &&
           publish_draft_counting(f->c, &f->lines.tenant, f->lines.dataset_id, f->lines.account, 0, &done, e);
}

static bool later(struct fold *f, int64_t seconds, const char *why, struct err *e)
{
    char s[24];
    snprintf(s, sizeof s, "%lld", (long long)seconds);
    return tenant_do(
        f->c, &sql_task_later,
        (struct str[]){uuid_str(&f->task), uuid_str(&f->token), str_of(s), str_of(why)}, e);
}

/* Nothing waits, not even what is about to be committed: the dataset's row was waited for. */
static bool finish(struct fold *f, struct err *e)
{
    PGresult *r = conn_ask(f->c, &sql_push_dataset,
                           (struct str[]){uuid_str(&f->lines.tenant), uuid_str(&f->lines.dataset)}, e);
    PQclear(r);
    if (!r || !push_lines_take(&f->lines, f->c, e))
        return false;
    return f->lines.nbatches > 0 ? later(f, 0, "", e)
                           : tenant_do(f->c, &sql_task_finish,
                                       (struct str[]){uuid_str(&f->task), uuid_str(&f->token)}, e);
}

static bool fold(struct fold *f, struct err *e)
{
    int64_t began = clock_monotonic_us();
    if (!plan(f, e) || !publish(f, e) || !push_lines_mark(&f->lines, f->c, e))
        return false;
    int64_t rest = (clock_monotonic_us() - began) * 10 / 1000000 + 1;
    return later(f, rest > PUSH_REST_S ? rest : PUSH_REST_S, "", e);
}

/* What is pushed waits, and says why: a draft, a quota, an attestation are people's to mend. */
static bool hold_back(struct fold *f, const struct job_run *run, const struct err *why,
                      struct err *e)
{
    struct buf json = {0};
    conn_rollback(f->c);
    log_err(LOG_WARN, "push_held", why);
    if (*run->stop || PQstatus(conn_pq(f->c)) != CONNECTION_OK)
        return true;
    fault_write(why, &json);
    bool ok =
        conn_begin(f->c, &f->lines.tenant, e) &&
        tenant_do(f->c, &sql_push_held,
                  (struct str[]){uuid_str(&f->lines.tenant), uuid_str(&f->lines.dataset), buf_str(&json)}, e) &&
        later(f, HELD_S, why->kind->code, e) && conn_commit(f->c, e);
    buf_free(&json);
    return ok;
}

static void fold_free(struct fold *f)
{
    push_lines_free(&f->lines);
    intake_free(&f->in);
}

static bool work(struct fold *f, struct err *e)
{
    bool mine = false;
    if (!begin(f, &mine, e))
        return false;
    if (!mine) {
        conn_rollback(f->c);
        return true;
    }
    return push_lines_take(&f->lines, f->c, e) && (f->lines.nbatches > 0 ? fold(f, e) : finish(f, e)) && conn_commit(f->c, e);
}

bool push_job(struct job_run *run, struct err *e)
{
    struct fold f = {.c = run->conn};
    struct err why = {0};
    bool found = false;
    if (!claim(&f, &found, e))
        return false;
    run->more = found;
    bool ok = !found || work(&f, &why) || hold_back(&f, run, &why, e);
    fold_free(&f);
    return ok;
}
