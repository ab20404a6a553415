/* Making the private PostgreSQL: initdb, roles with their passwords, the superuser's part. */
#include <libpq-fe.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/db/cluster.h"
#include "core/db/cluster_inside.h"
#include "core/db/errors.h"
#include "core/db/program.h"

/* The secret's name, the role's name, and what its sessions begin with. log_min_messages is a
 * superuser's setting: a segment's SET LOCAL would fill the log with warnings (architecture.md 2.2). */
static const struct {
    const char *secret, *name;
    const char *settings[6];
} roles[CLUSTER_ROLES] = {
    [CLUSTER_SUPERUSER] = {"superuser", "terrasse_superuser", {NULL}},
    [CLUSTER_OWNER] = {"owner", "terrasse_owner", {"lock_timeout = '30s'", NULL}},
    [CLUSTER_WEB] = {"web", "terrasse_web",
                     {"work_mem = '16MB'", "max_parallel_workers_per_gather = 0", "temp_file_limit = '1GB'",
                      "client_min_messages = error", "log_min_messages = error", NULL}},
    [CLUSTER_WORKER] = {"worker", "terrasse_worker", {"log_min_messages = error", NULL}},
    [CLUSTER_READER] = {"reader", "terrasse_reader",
                        {"work_mem = '16MB'", "max_parallel_workers_per_gather = 0", "temp_file_limit = '1GB'",
                         "client_min_messages = error", "log_min_messages = error", NULL}},
};

const char *cluster_role_name(enum cluster_role role)
{
    return roles[role].name;
}

bool cluster_fail(struct err *e, const PGconn *pg, const char *what)
{
    char words[180];
    snprintf(words, sizeof words, "%s", PQerrorMessage(pg));
    words[strcspn(words, "\n")] = '\0';
    const struct err_kind *kind = PQstatus(pg) == CONNECTION_OK ? &err_cluster_refused : &err_cluster_start;
    err_set(e, kind, __FILE__, __LINE__, "%.60s: %s", what, words);
    return err_arg(e, "%s", words);
}

static void quiet(void *context, const char *message)
{
    (void)context;
    (void)message;
}

bool cluster_run(PGconn *pg, const char *sql, const char *what, struct err *e)
{
    PGresult *r = PQexec(pg, sql);
    ExecStatusType status = PQresultStatus(r);
    PQclear(r);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? true : cluster_fail(e, pg, what);
}

/* One row or none. */
static bool has_row(PGconn *pg, const char *sql, const char *name)
{
    PGresult *r = PQexecParams(pg, sql, 1, NULL, &name, NULL, NULL, 0);
    bool found = PQntuples(r) == 1;
    PQclear(r);
    return found;
}

bool cluster_uri(const struct home *h, enum cluster_role role, char out[HOME_PATH], struct err *e)
{
    char password[HOME_PATH], socket[128];
    if (!home_secret(h, roles[role].secret, password, e) || !cluster_socket(h, false, socket, e))
        return false;
    snprintf(out, HOME_PATH, "host='%s' port=5432 dbname=terrasse user=%s password='%.200s' connect_timeout=10",
             socket, roles[role].name, password);
    return true;
}

bool cluster_pass(const struct home *h, char variable[CLUSTER_PASS], struct err *e)
{
    char secret[HOME_PATH], line[HOME_PATH + 128], name[64], path[HOME_PATH];
    snprintf(name, sizeof name, "log/pass-%ld", (long)getpid());
    home_file(h, name, path);
    snprintf(variable, CLUSTER_PASS, "PGPASSFILE=%s", path);
    if (!home_secret(h, "superuser", secret, e))
        return false;
    snprintf(line, sizeof line, "*:*:*:terrasse_superuser:%.200s\n", secret);
    bool ok = home_write(h, name, str_of(line), false, e);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(line, sizeof line);
    return ok;
}

void cluster_pass_end(const char *variable)
{
    unlink(strchr(variable, '=') + 1);
}

static void add_pair(struct buf *b, const char *key, const char *value)
{
    buf_printf(b, "%s='", key);
    for (; *value; value++) {
        if (*value == '\'' || *value == '\\')
            buf_addc(b, '\\');
        buf_addc(b, *value);
    }
    buf_addz(b, "' ");
}

bool cluster_uri_of(const struct home *h, const char *uri, enum cluster_role role, char out[HOME_PATH],
                    struct err *e)
{
    char password[HOME_PATH] = "", *why = NULL;
    struct err ignored = {0};
    struct buf b = {.max = HOME_PATH - 1};
    PQconninfoOption *parts = PQconninfoParse(uri, &why);
    if (!parts) {
        ERR(e, err_option_value, "--database");
        err_arg(e, "--database");
        err_arg(e, "***");
        err_arg(e, "%s", why ? why : "?");
        PQfreemem(why);
        return false;
    }
    bool ours = h && home_secret(h, roles[role].secret, password, &ignored);
    for (const PQconninfoOption *p = parts; p->keyword; p++) {
        bool replaced = strcmp(p->keyword, "user") == 0 || (ours && strcmp(p->keyword, "password") == 0);
        if (p->val && !replaced)
            add_pair(&b, p->keyword, p->val);
    }
    add_pair(&b, "user", roles[role].name);
    if (ours)
        add_pair(&b, "password", password);
    PQconninfoFree(parts);
    snprintf(out, HOME_PATH, STR_FMT, STR_ARG(buf_str(&b)));
    buf_free(&b);
    return true;
}

PGconn *cluster_super(const struct home *h, const char *database, struct err *e)
{
    char uri[HOME_PATH], with[HOME_PATH + 32];
    if (!cluster_uri(h, CLUSTER_SUPERUSER, uri, e))
        return NULL;
    snprintf(with, sizeof with, "%s dbname=%s", uri, database); /* the last one counts */
    PGconn *pg = PQconnectdb(with);
    if (PQstatus(pg) != CONNECTION_OK) {
        cluster_fail(e, pg, "connect");
        PQfinish(pg);
        return NULL;
    }
    PQsetNoticeProcessor(pg, quiet, NULL);
    return pg;
}

/* Names and settings are constants of ours, the password a verifier quoted by libpq. */
static bool make_role(PGconn *pg, const struct home *h, enum cluster_role role, struct err *e)
{
    char sql[1024], password[HOME_PATH];
    const char *name = roles[role].name;
    if (!home_secret_make(h, roles[role].secret, e) || !home_secret(h, roles[role].secret, password, e))
        return false;
    snprintf(sql, sizeof sql, "CREATE ROLE %s LOGIN NOINHERIT", name);
    if (!has_row(pg, "SELECT 1 FROM pg_roles WHERE rolname = $1", name) && !cluster_run(pg, sql, "role", e))
        return false;
    char *verifier = PQencryptPasswordConn(pg, password, name, "scram-sha-256");
    char *quoted = verifier ? PQescapeLiteral(pg, verifier, strlen(verifier)) : NULL;
    snprintf(sql, sizeof sql, "ALTER ROLE %s PASSWORD %s", name, quoted ? quoted : "NULL");
    bool ok = quoted && cluster_run(pg, sql, "password", e);
    PQfreemem(quoted);
    PQfreemem(verifier);
    for (const char *const *s = roles[role].settings; ok && *s; s++) {
        snprintf(sql, sizeof sql, "ALTER ROLE %s SET %s", name, *s);
        ok = cluster_run(pg, sql, *s, e);
    }
    return ok;
}

static bool make_roles(const struct home *h, struct err *e)
{
    PGconn *pg = cluster_super(h, "postgres", e);
    bool ok = pg != NULL;
    for (unsigned i = CLUSTER_OWNER; ok && i < CLUSTER_ROLES; i++)
        ok = make_role(pg, h, (enum cluster_role)i, e);
    if (ok && !has_row(pg, "SELECT 1 FROM pg_database WHERE datname = $1", "terrasse"))
        ok = cluster_run(pg, "CREATE DATABASE terrasse TEMPLATE template0", "database", e);
    PQfinish(pg);
    return ok;
}

bool cluster_settle(const struct home *h, struct err *e)
{
    PGconn *pg = cluster_super(h, "terrasse", e);
    bool ok = pg && cluster_run(pg, cluster_sql, "cluster.sql", e);
    PQfinish(pg);
    return ok;
}

/* Into cluster.new, renamed when whole: an initdb that was killed is simply made again. */
static bool run_initdb(const struct home *h, struct err *e)
{
    char bin[HOME_PATH], initdb[HOME_PATH + 16], fresh[HOME_PATH], data[HOME_PATH], password[HOME_PATH];
    char pwfile[HOME_PATH + 16];
    home_file(h, "cluster.new", fresh);
    home_file(h, "cluster", data);
    home_file(h, "log/initdb.secret", password);
    const char *wipe[] = {"rm", "-rf", fresh, NULL};
    struct program rm = {.argv = wipe, .in = -1, .out = -1, .error = -1};
    if (!cluster_find(h, bin, e) || !home_secret_make(h, "superuser", e) || !program_run(&rm, e))
        return false;
    if (mkdir(fresh, 0700) != 0 || (geteuid() == 0 && chown(fresh, h->uid, h->gid) != 0))
        return ERR_FILE(e, err_file_write, fresh);
    char secret[HOME_PATH];
    if (!home_secret(h, "superuser", secret, e) ||
        !home_write(h, "log/initdb.secret", str_of(secret), true, e))
        return false;
    snprintf(initdb, sizeof initdb, "%s/initdb", bin);
    snprintf(pwfile, sizeof pwfile, "--pwfile=%s", password);
    const char *argv[] = {initdb, "-D", fresh, "-U", "terrasse_superuser", pwfile, "--auth=scram-sha-256",
                          "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions", NULL};
    struct program p = {.argv = argv, .as = h, .folder = fresh, .in = -1, .out = -1, .error = -1};
    bool ok = program_run(&p, e);
    if (!ok) { /* a C library without C.UTF-8 */
        argv[8] = "--locale=C";
        ok = program_run(&p, e);
    }
    unlink(password);
    return !ok ? false : rename(fresh, data) == 0 ? true : ERR_FILE(e, err_file_write, data);
}

bool cluster_create(const struct home *h, struct err *e)
{
    struct cluster c;
    if (!home_has(h, "cluster/PG_VERSION") && !run_initdb(h, e))
        return false;
    if (!cluster_start(&c, h, e))
        return false;
    bool ok = make_roles(h, e) && cluster_settle(h, e);
    cluster_stop(&c);
    return ok;
}
