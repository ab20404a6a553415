#include "core/db/cluster_move.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/option.h"
#include "core/db/cluster_inside.h"
#include "core/db/errors.h"
#include "core/db/program.h"

#define BESIDE "moving"

static void step(const struct backup_progress *p, const char *fr, const char *en)
{
    if (p && p->step)
        p->step(p->context, fr, en);
}

/* Those that were named, else the newest there are. */
static int find_new(const char *to, char bin[HOME_PATH])
{
    char given[HOME_PATH];
    struct str option = option_str(OPTION_POSTGRES_BIN);
    int major = cluster_programs(to, bin);
    int of_option = !to && option.n > 0 ? cluster_programs(option.p, given) : 0;
    if (of_option <= major)
        return major;
    memcpy(bin, given, HOME_PATH);
    return of_option;
}

/* What an earlier move left is somebody's only way back. */
static bool is_free(const struct home *h, const char *name, struct err *e)
{
    char path[HOME_PATH];
    home_file(h, name, path);
    if (!home_has(h, name))
        return true;
    ERR(e, err_cluster_kept, "%s", path);
    return err_arg(e, "%s", path);
}

static bool is_place_free(const struct home *h, struct cluster_move *m, struct err *e)
{
    char name[64], log[64];
    snprintf(name, sizeof name, "cluster.%d", m->from);
    snprintf(log, sizeof log, "backup/wal.%d", m->from);
    home_file(h, name, m->kept);
    return is_free(h, name, e) && is_free(h, log, e);
}

bool cluster_move_plan(const struct home *h, const char *to, struct cluster_move *m, bool *needed, struct err *e)
{
    char text[HOME_PATH];
    *m = (struct cluster_move){0};
    if (!home_has(h, "cluster/PG_VERSION")) {
        ERR(e, err_cluster_missing, "no PG_VERSION");
        return err_arg(e, "%s", h->path);
    }
    if (!home_read(h, "cluster/PG_VERSION", text, e))
        return false;
    m->from = atoi(text);
    m->to = find_new(to, m->new_bin);
    if (m->to == 0)
        return cluster_fail_programs(e, m->from + 1);
    if (m->to < m->from) {
        ERR(e, err_cluster_older, "from %d to %d", m->from, m->to);
        err_arg(e, "%d", m->from);
        return err_arg(e, "%d", m->to);
    }
    *needed = to || m->to > m->from;
    return !*needed || (cluster_programs_of(m->from, m->old_bin, e) && is_place_free(h, m, e));
}

static bool wipe(const char *path, struct err *e)
{
    const char *argv[] = {"rm", "-rf", "--", path, NULL};
    return program_run(&(struct program){.argv = argv, .in = -1, .out = -1, .error = -1}, e);
}

static bool make_folder(const struct home *of, const char *path, mode_t mode, struct err *e)
{
    bool ok = mkdir(path, mode) == 0 && (geteuid() != 0 || chown(path, of->uid, of->gid) == 0);
    return ok ? true : ERR_FILE(e, err_file_write, path);
}

/* A home for the new cluster alone, with the secrets of the old one. What a killed move left there goes first. */
static bool make_beside(const struct home *h, struct home *fresh, struct err *e)
{
    char log[HOME_PATH], secrets[HOME_PATH];
    home_file(fresh, "log", log);
    home_file(fresh, "secrets", secrets);
    if (!wipe(fresh->path, e) || !make_folder(h, fresh->path, 0711, e) || !make_folder(h, log, 0700, e))
        return false;
    return symlink("../secrets", secrets) == 0 ? true : ERR_FILE(e, err_file_write, secrets);
}

static const char tables[] =
    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE n.nspname IN ('portal', 'data') AND c.relkind = 'r' ORDER BY n.nspname, c.relname";

/* A line "schema.table rows" for each table: of the superuser, whom row-level security does not stop. */
static bool count_rows(const struct home *h, struct cluster_move *m, struct buf *out, struct err *e)
{
    PGconn *pg = cluster_super(h, "terrasse", e);
    PGresult *names = pg ? PQexec(pg, tables) : NULL;
    bool ok = PQresultStatus(names) == PGRES_TUPLES_OK || (pg && cluster_fail(e, pg, "tables"));
    m->tables = PQntuples(names);
    m->rows = 0;
    for (int i = 0; ok && i < PQntuples(names); i++) {
        struct buf sql = {0};
        buf_printf(&sql, "SELECT count(*) FROM %s", PQgetvalue(names, i, 0)); /* quoted by format above */
        PGresult *n = PQexec(pg, buf_str(&sql).p);
        ok = PQresultStatus(n) == PGRES_TUPLES_OK || cluster_fail(e, pg, "count");
        if (ok)
            buf_printf(out, "%s %s\n", PQgetvalue(names, i, 0), PQgetvalue(n, 0, 0));
        m->rows += ok ? atoll(PQgetvalue(n, 0, 0)) : 0;
        PQclear(n);
        buf_free(&sql);
    }
    PQclear(names);
    PQfinish(pg);
    return ok;
}

static bool are_same(struct str was, struct str is, struct err *e)
{
    struct str a = STR_NONE, b = STR_NONE;
    for (;;) {
        bool more_a = str_cut(&was, '\n', &a), more_b = str_cut(&is, '\n', &b);
        if (!more_a && !more_b)
            return true;
        if (more_a && more_b && str_eq(a, b))
            continue;
        ERR(e, err_cluster_differs, "rows of a table");
        err_arg(e, STR_FMT, STR_ARG(more_a ? a : S("-")));
        return err_arg(e, STR_FMT, STR_ARG(more_b ? b : S("-")));
    }
}

/* The empty database of the new cluster gives way to the one that is read in. */
static bool copy_database(const struct cluster *from, const struct cluster *to, struct err *e)
{
    char dump[HOME_PATH + 16], restore[HOME_PATH + 16], variable[CLUSTER_PASS];
    snprintf(dump, sizeof dump, "%s/pg_dump", to->bin);
    snprintf(restore, sizeof restore, "%s/pg_restore", to->bin);
    if (!cluster_pass(from->home, variable, e))
        return false;
    const char *env[] = {variable, NULL};
    const char *out[] = {dump,  "-h", from->socket, "-p",       "5432", "-U", "terrasse_superuser", "--no-password",
                         "-Fc", "-Z", "0",          "terrasse", NULL};
    const char *in[] = {restore,
                        "-h",
                        to->socket,
                        "-p",
                        "5432",
                        "-U",
                        "terrasse_superuser",
                        "--no-password",
                        "--exit-on-error",
                        "--clean",
                        "--if-exists",
                        "--create",
                        "-d",
                        "postgres",
                        NULL};
    struct program reads = {.argv = out, .env = env, .in = -1, .error = -1},
                   writes = {.argv = in, .env = env, .out = -1, .error = -1};
    bool ok = program_pipe(&reads, &writes, e);
    cluster_pass_end(variable);
    return ok;
}

/* Whatever the new major wants: its rights once more, and the statistics that a dump leaves behind. */
static bool settle(const struct home *h, struct err *e)
{
    if (!cluster_settle(h, e))
        return false;
    PGconn *pg = cluster_super(h, "terrasse", e);
    bool ok = pg && cluster_run(pg, "ANALYZE", "analyze", e);
    PQfinish(pg);
    return ok;
}

static bool carry(const struct home *old, const struct home *fresh, struct cluster_move *m,
                  const struct backup_progress *p, struct err *e)
{
    struct cluster from = {0}, to = {0};
    struct buf was = {0}, is = {0};
    step(p, "Recopie de la base…", "Copying the database…");
    bool ok = cluster_start(&from, old, e) && cluster_start(&to, fresh, e) && count_rows(old, m, &was, e) &&
              copy_database(&from, &to, e);
    if (ok)
        step(p, "Comptage des lignes…", "Counting rows…");
    ok = ok && settle(fresh, e) && count_rows(fresh, m, &is, e) && are_same(buf_str(&was), buf_str(&is), e);
    cluster_stop(&to);
    cluster_stop(&from);
    buf_free(&was);
    buf_free(&is);
    return ok;
}

/* Under its later name first: after the exchange, which is one step, that name is the old one's. */
static bool change_places(const struct home *h, const struct home *fresh, const struct cluster_move *m, struct err *e)
{
    char data[HOME_PATH], made[HOME_PATH], wal[HOME_PATH], aside[HOME_PATH], name[64];
    home_file(h, "cluster", data);
    home_file(fresh, "cluster", made);
    if (rename(made, m->kept) != 0)
        return ERR_FILE(e, err_file_write, m->kept);
    if (renameat2(AT_FDCWD, m->kept, AT_FDCWD, data, RENAME_EXCHANGE) != 0) {
        ERR_FILE(e, err_file_write, data);
        rename(m->kept, made);
        return false;
    }
    snprintf(name, sizeof name, "backup/wal.%d", m->from);
    home_file(h, "backup/wal", wal);
    home_file(h, name, aside);
    rename(wal, aside); /* none there: no backup was made yet */
    return true;
}

bool cluster_move(const struct home *h, struct cluster_move *m, const struct backup_progress *p, struct err *e)
{
    struct home old = *h, fresh = *h;
    struct err ignored = {0};
    char beside[HOME_PATH];
    home_file(h, BESIDE, beside);
    old.programs = m->old_bin;
    fresh.programs = m->new_bin;
    errno = ENAMETOOLONG;
    if (strlen(beside) >= sizeof fresh.path)
        return ERR_FILE(e, err_file_write, beside);
    snprintf(fresh.path, sizeof fresh.path, "%s", beside);
    step(p, "Création d’une base vide…", "Making an empty database…");
    bool ok = make_beside(h, &fresh, e) && cluster_create(&fresh, e) && carry(&old, &fresh, m, p, e) &&
              change_places(h, &fresh, m, e);
    wipe(fresh.path, &ignored);
    return ok;
}
