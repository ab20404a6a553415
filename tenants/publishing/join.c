#include "tenants/publishing/join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/fd.h"
#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/intake/version.h"
#include "core/db/sqlstate.h"
#include "tenants/publishing/load.h"
#include "tenants/publishing/sql.h"

/* The dataset that a join names: its version, its columns, those that are shown, and what is kept of it. */
struct other {
    struct uuid version;
    json_t *columns, *fields, *named;
};

static bool refuse(const struct err_kind *kind, unsigned number, struct str word, struct err *e)
{
    ERR(e, *kind, "join %u", number);
    err_arg(e, "%u", number);
    err_arg(e, "join");
    return err_arg(e, STR_FMT, STR_ARG(str_part(word, 0, 100)));
}

static void other_free(struct other *o)
{
    json_decref(o->columns);
    json_decref(o->fields);
    json_decref(o->named);
}

static bool find(struct conn *c, const struct uuid *tenant, struct str organisation, struct str dataset, unsigned number,
                 struct other *o, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_join_dataset, (struct str[]){uuid_str(tenant), dataset, organisation}, e);
    bool there = r && PQntuples(r) == 1;
    *o = (struct other){0};
    if (there) {
        uuid_parse(str_of(PQgetvalue(r, 0, 0)), &o->version);
        o->columns = jr_parse(str_of(PQgetvalue(r, 0, 1)), e);
        o->fields = jr_parse(str_of(PQgetvalue(r, 0, 2)), e);
        o->named = jr_parse(str_of(PQgetvalue(r, 0, 3)), e);
    }
    PQclear(r);
    return r && (there || refuse(&err_step_dataset, number, dataset, e)) && o->columns && o->fields && o->named;
}

/* "c3::text", for a column that is shown. */
static bool put_column(struct buf *sql, const struct other *o, struct str name, unsigned number, struct err *e)
{
    const json_t *column = load_named(o->columns, name);
    if (!column || !load_named(o->fields, name) || !load_put_place(sql, column))
        return refuse(&err_step_column, number, name, e);
    buf_addz(sql, "::text");
    return true;
}

static bool put_sql(struct buf *sql, const struct other *o, const json_t *step, unsigned number, struct err *e)
{
    char table[VERSION_TABLE];
    const json_t *name;
    size_t i;
    version_table(table, &o->version);
    buf_addz(sql, "COPY (SELECT ");
    if (!put_column(sql, o, jr_str(step, "on"), number, e))
        return false;
    json_array_foreach(jr_array(step, "take"), i, name) {
        buf_addz(sql, ", ");
        if (!put_column(sql, o, str_of(json_string_value(name)), number, e))
            return false;
    }
    buf_printf(sql, " FROM %s ORDER BY _id) TO STDOUT (FORMAT csv)", table);
    buf_addc(sql, '\0');
    return true;
}

static bool keep(int fd, const char *bytes, size_t n, struct err *e)
{
    return fd_write(fd, (struct str){bytes, n}) || ERR(e, err_internal, "memory file: %s", strerror(errno));
}

/* All of it is taken off the connection, kept or not: what follows on it must find it clean. */
static bool take(struct conn *c, int fd, uint64_t *bytes, struct err *e)
{
    char *piece;
    int n;
    bool ok = true;
    *bytes = 0;
    while ((n = PQgetCopyData(conn_pq(c), &piece, 0)) > 0) {
        *bytes += (uint64_t)n;
        ok = ok && (*bytes > JOIN_BYTES_MAX || keep(fd, piece, (size_t)n, e));
        PQfreemem(piece);
    }
    PGresult *r = PQgetResult(conn_pq(c));
    bool ended = n == -1 && PQresultStatus(r) == PGRES_COMMAND_OK;
    if (!ended && ok)
        sqlstate_err(e, conn_pq(c), r, "join");
    PQclear(r);
    while ((r = PQgetResult(conn_pq(c))))
        PQclear(r);
    return ok && ended;
}

static bool write_rows(struct conn *c, const char *sql, struct str dataset, unsigned number, int *fd, uint64_t *bytes,
                       struct err *e)
{
    PGresult *r = PQexec(conn_pq(c), sql);
    bool ok = PQresultStatus(r) == PGRES_COPY_OUT || sqlstate_err(e, conn_pq(c), r, "join");
    PQclear(r);
    *fd = ok ? memfd_create("join", MFD_CLOEXEC) : -1;
    if (ok && *fd < 0)
        ok = ERR(e, err_internal, "memfd_create: %s", strerror(errno));
    ok = ok && take(c, *fd, bytes, e);
    return ok && (*bytes <= JOIN_BYTES_MAX || refuse(&err_step_join_size, number, dataset, e));
}

static bool open_one(struct conn *c, const struct uuid *tenant, struct str organisation, const json_t *step, unsigned number,
                     struct joins *j, struct err *e)
{
    struct other o;
    struct buf sql = {0};
    struct str dataset = jr_str(step, "dataset");
    uint64_t bytes = 0;
    bool ok = find(c, tenant, organisation, dataset, number, &o, e) && put_sql(&sql, &o, step, number, e) &&
              write_rows(c, sql.p, dataset, number, &j->fds[j->n], &bytes, e);
    j->n += j->fds[j->n] >= 0;
    j->bytes += bytes;
    if (ok)
        json_array_append(j->named, o.named);
    other_free(&o);
    buf_free(&sql);
    return ok;
}

bool joins_open(struct conn *c, const struct uuid *tenant, struct str organisation, const json_t *steps, struct joins *out,
                struct err *e)
{
    struct joins j = {.fds = {-1, -1, -1, -1}, .named = json_array()};
    const json_t *step;
    size_t i;
    bool ok = json_array_size(steps) == 0 || steps_check(steps, e);
    json_array_foreach(steps, i, step) {
        if (ok && str_eq(jr_str(step, "do"), S("join")))
            ok = open_one(c, tenant, organisation, step, (unsigned)i + 1, &j, e);
    }
    if (ok)
        *out = j;
    else
        joins_close(&j);
    return ok;
}

void joins_close(struct joins *j)
{
    for (size_t i = 0; i < j->n; i++)
        close(j->fds[i]);
    json_decref(j->named);
    *j = (struct joins){0};
}
