#include "tests/db/fixture.h"

#include <errno.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/rand.h"
#include "core/db/cluster.h"
#include "core/db/migrate.h"

#define BIN "/usr/lib/postgresql/15/bin/"

static const char *const names[] = {"postgres", "terrasse_owner", "terrasse_web", "terrasse_worker",
                                    "terrasse_reader"};
static char folder[32], data[64], uris[5][128];
static pid_t postmaster;

static void become_postgres(void)
{
    const struct passwd *who = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (who && (setgroups(0, NULL) || setgid(who->pw_gid) || setuid(who->pw_uid)))
        _exit(126);
}

static pid_t start(const char *log, const char *const argv[])
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    become_postgres();
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent || !freopen(log, "a", stdout) || dup2(1, 2) < 0)
        _exit(125);
    char *copy[32] = {NULL};
    for (size_t i = 0; argv[i] && i < 31; i++)
        copy[i] = strdup(argv[i]);
    execv(copy[0], copy);
    _exit(127);
}

static void make_folder(void)
{
    strcpy(folder, "/tmp/tdbXXXXXX");
    if (!mkdtemp(folder))
        fail_msg("mkdtemp: %s", strerror(errno));
    const struct passwd *who = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (who && chown(folder, who->pw_uid, who->pw_gid) != 0)
        fail_msg("chown: %s", strerror(errno));
    snprintf(data, sizeof data, "%s/data", folder);
    for (size_t i = 0; i < 5; i++)
        snprintf(uris[i], sizeof uris[i], "host=%s dbname=%s user=%s", folder,
                 i == DB_SUPER ? "postgres" : "terrasse", names[i]);
}

static void remove_folder(void)
{
    char command[64];
    if (postmaster > 0) {
        kill(postmaster, SIGQUIT);
        waitpid(postmaster, NULL, 0);
        postmaster = 0;
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (folder[0] && system(command) != 0)
        fputs("the folder of the test cluster stays\n", stderr);
    folder[0] = '\0';
}

static void start_cluster(void)
{
    char log[64];
    int status = 0;
    snprintf(log, sizeof log, "%s/log", folder);
    pid_t initdb = start(log, (const char *const[]){BIN "initdb", "-D", data, "-U", "postgres", "-A", "trust",
                                                    "-N", "--locale=C.UTF-8", "-E", "UTF8", NULL});
    waitpid(initdb, &status, 0);
    if (status != 0)
        fail_msg("initdb: status %d, see %s", status, log);
    postmaster = start(log, (const char *const[]){BIN "postgres", "-D", data, "-k", folder, "-h", "", "-c",
                                                  "fsync=off", "-c", "max_connections=40", "-c",
                                                  "shared_buffers=64MB", "-c", "autovacuum=off", NULL});
    for (int i = 0; i < 300; i++) {
        if (PQping(uris[DB_SUPER]) == PQPING_OK)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    fail_msg("the test cluster did not start");
}

static const char prepare_roles[] =
    "CREATE ROLE terrasse_owner LOGIN NOINHERIT; CREATE ROLE terrasse_web LOGIN NOINHERIT;"
    "CREATE ROLE terrasse_worker LOGIN NOINHERIT; CREATE ROLE terrasse_reader LOGIN NOINHERIT;";
static const char prepare_test[] =
    "CREATE SCHEMA test; GRANT USAGE ON SCHEMA test TO PUBLIC;"
    "CREATE FUNCTION test.slow(ms integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER AS"
    " $$ BEGIN PERFORM pg_sleep(ms / 1000.0); RETURN ms; END $$";

int db_setup_bare(void **state)
{
    (void)state;
    rand_init();
    make_folder();
    atexit(remove_folder);
    start_cluster();
    db_exec(DB_SUPER, prepare_roles);
    db_exec(DB_SUPER, "CREATE DATABASE terrasse OWNER terrasse_owner");
    snprintf(uris[DB_SUPER], sizeof uris[DB_SUPER], "host=%s dbname=terrasse user=postgres", folder);
    db_exec(DB_SUPER, cluster_sql);
    db_exec(DB_SUPER, prepare_test);
    return 0;
}

int db_setup(void **state)
{
    struct err e = {0};
    struct migrate_report report;
    db_setup_bare(state);
    struct conn *c = conn_open(db_uri(DB_OWNER), ROLE_OWNER, &e);
    db_good(c != NULL, &e);
    db_good(migrate_run(c, migrations, migrations_n, &report, &e), &e);
    conn_close(c);
    return 0;
}

int db_teardown(void **state)
{
    (void)state;
    remove_folder();
    return 0;
}

const char *db_uri(enum db_user user)
{
    return uris[user];
}

static void say_nothing(void *context, const char *message)
{
    (void)context, (void)message;
}

const char *db_value(enum db_user user, const char *sql)
{
    static char value[4096];
    PGconn *pg = PQconnectdb(uris[user]);
    PQsetNoticeProcessor(pg, say_nothing, NULL);
    PGresult *r = PQexec(pg, sql);
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(pg));
    snprintf(value, sizeof value, "%s", PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "");
    PQclear(r);
    PQfinish(pg);
    return value;
}

void db_exec(enum db_user user, const char *sql)
{
    db_value(user, sql);
}

bool db_until(enum db_user user, const char *sql, const char *want, int within_ms)
{
    int64_t until_us = clock_monotonic_us() + (int64_t)within_ms * 1000;
    while (strcmp(db_value(user, sql), want) != 0) {
        if (clock_monotonic_us() > until_us)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return true;
}

void db_good(bool ok, const struct err *e)
{
    if (!ok)
        fail_msg("%s: %s (%s:%d)", e->kind ? e->kind->code : "?", e->detail, e->file ? e->file : "?", e->line);
}
