/* The private cluster on a real PostgreSQL: made, started once, killed, orphaned, locked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/rand.h"
#include "core/db/cluster.h"
#include "core/db/errors.h"

static char folder[64];
static struct home home;

static void must_ok(bool ok, const struct err *e)
{
    if (!ok)
        fail_msg("%s: %s (%s:%d)", e->kind ? e->kind->code : "?", e->detail, e->file, e->line);
}

static int make_cluster(void **state)
{
    (void)state;
    struct err e = {0};
    rand_init();
    snprintf(folder, sizeof folder, "/tmp/terrasse-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0);
    must_ok(home_create(&home, folder, &e), &e);
    must_ok(home_lock(&home, &e), &e);
    must_ok(cluster_create(&home, &e), &e);
    return 0;
}

static int remove_cluster(void **state)
{
    (void)state;
    char command[256], socket[128];
    struct err e = {0};
    if (cluster_socket(&home, false, socket, &e))
        rmdir(socket);
    home_close(&home);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? 0 : -1;
}

/* One value as text; an empty one when the statement fails, with its SQLSTATE in `state`. */
static void ask(enum cluster_role role, const char *sql, char out[256], char sqlstate[6])
{
    char uri[HOME_PATH];
    struct err e = {0};
    must_ok(cluster_uri(&home, role, uri, &e), &e);
    PGconn *pg = PQconnectdb(uri);
    assert_int_equal(PQstatus(pg), CONNECTION_OK);
    PGresult *r = PQexec(pg, sql);
    const char *code = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    snprintf(sqlstate, 6, "%s", code ? code : "00000");
    snprintf(out, 256, "%s", PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "");
    PQclear(r);
    PQfinish(pg);
}

static void expect(enum cluster_role role, const char *sql, const char *want)
{
    char got[256], state[6];
    ask(role, sql, got, state);
    assert_string_equal(state, "00000");
    assert_string_equal(got, want);
}

static void test_settings_are_ours(void **state)
{
    (void)state;
    struct err e = {0};
    struct cluster c;
    must_ok(cluster_start(&c, &home, &e), &e);
    assert_true(cluster_is_ready(&c));
    expect(CLUSTER_SUPERUSER, "SHOW max_locks_per_transaction", "1024");
    expect(CLUSTER_SUPERUSER, "SHOW jit", "off");
    expect(CLUSTER_SUPERUSER, "SHOW wal_level", "replica");
    expect(CLUSTER_SUPERUSER, "SHOW listen_addresses", "");
    expect(CLUSTER_SUPERUSER, "SHOW server_encoding", "UTF8");
    expect(CLUSTER_SUPERUSER, "SHOW data_checksums", "on");
    expect(CLUSTER_WEB, "SHOW work_mem", "16MB");
    expect(CLUSTER_WEB, "SHOW log_min_messages", "error");
    expect(CLUSTER_OWNER, "SELECT count(*) FROM pg_extension WHERE extname IN ('postgis','unaccent','pg_trgm')", "3");
    cluster_stop(&c);
    assert_int_equal(c.pid, 0);
}

static void test_roles_may_little(void **state)
{
    (void)state;
    static const struct {
        enum cluster_role role;
        const char *sql, *state;
    } rows[] = {
        {CLUSTER_WEB, "SELECT set_config('portal.tenant_id', 'x', true)", "42501"},
        {CLUSTER_READER, "SELECT set_config('portal.tenant_id', 'x', true)", "42501"},
        {CLUSTER_READER, "SELECT query_to_xml('SELECT 1', true, true, '')", "42501"},
        {CLUSTER_READER, "SELECT pg_sleep(0)", "42501"},
        {CLUSTER_WEB, "DO $$ BEGIN END $$", "42501"},
        {CLUSTER_WEB, "CREATE TABLE data.t ()", "42501"},
        {CLUSTER_WEB, "CREATE TABLE public.t ()", "42501"},
        {CLUSTER_WEB, "CREATE TEMP TABLE t ()", "42501"},
        {CLUSTER_WORKER, "CREATE TABLE portal.t ()", "42501"},
        {CLUSTER_WORKER, "CREATE TABLE data.t ()", "00000"},
        {CLUSTER_OWNER, "CREATE TABLE portal.t ()", "00000"},
        {CLUSTER_OWNER, "DROP TABLE portal.t", "00000"},
        {CLUSTER_WORKER, "DROP TABLE data.t", "00000"},
        {CLUSTER_WEB, "BEGIN; SET LOCAL portal.tenant_id = 'x'; COMMIT", "00000"},
    };
    struct err e = {0};
    struct cluster c;
    char got[256], sqlstate[6];
    must_ok(cluster_start(&c, &home, &e), &e);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ask(rows[i].role, rows[i].sql, got, sqlstate);
        if (strcmp(sqlstate, rows[i].state) != 0)
            fail_msg("%s as %s: %s, not %s", rows[i].sql, cluster_role_name(rows[i].role), sqlstate, rows[i].state);
    }
    cluster_stop(&c);
}

static void test_password_is_needed(void **state)
{
    (void)state;
    struct err e = {0};
    struct cluster c;
    char uri[HOME_PATH];
    must_ok(cluster_start(&c, &home, &e), &e);
    snprintf(uri, sizeof uri, "host=%s port=5432 dbname=terrasse user=terrasse_owner password=no", c.socket);
    PGconn *pg = PQconnectdb(uri);
    assert_int_equal(PQstatus(pg), CONNECTION_BAD);
    PQfinish(pg);
    char file[HOME_PATH];
    struct stat st;
    home_file(&home, "secrets/owner", file);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    cluster_stop(&c);
}

static void test_restarts_after_kill_9(void **state)
{
    (void)state;
    struct err e = {0};
    struct cluster c;
    must_ok(cluster_start(&c, &home, &e), &e);
    char got[256], sqlstate[6];
    ask(CLUSTER_OWNER, "CREATE TABLE portal.kept AS SELECT 42 AS n", got, sqlstate);
    pid_t first = c.pid;
    assert_int_equal(kill(first, SIGKILL), 0);
    while (!cluster_died(&c))
        ;
    must_ok(cluster_start(&c, &home, &e), &e);
    assert_int_not_equal(c.pid, first);
    expect(CLUSTER_OWNER, "SELECT n FROM portal.kept", "42");
    ask(CLUSTER_OWNER, "DROP TABLE portal.kept", got, sqlstate);
    cluster_stop(&c);
}

/* A parent that is killed takes its postmaster along; the next parent starts within ten seconds. */
static void test_orphan_goes_and_next_parent_starts(void **state)
{
    (void)state;
    struct err e = {0};
    struct cluster c;
    int ends[2];
    char byte;
    home_close(&home);
    assert_int_equal(pipe(ends), 0);
    pid_t parent = fork();
    if (parent == 0) {
        close(ends[0]);
        if (!home_lock(&home, &e) || !cluster_start(&c, &home, &e))
            _exit(1);
        if (write(ends[1], &c.pid, sizeof c.pid) != sizeof c.pid)
            _exit(1);
        pause();
        _exit(0);
    }
    close(ends[1]);
    pid_t orphan = 0;
    assert_int_equal(read(ends[0], &orphan, sizeof orphan), sizeof orphan);
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    assert_int_equal(read(ends[0], &byte, 1), 0); /* nobody holds the other end: not the postmaster either */
    must_ok(home_lock(&home, &e), &e);
    must_ok(cluster_start(&c, &home, &e), &e);
    assert_int_not_equal(c.pid, orphan);
    assert_true(cluster_is_ready(&c));
    cluster_stop(&c);
    close(ends[0]);
}

/* As often as it takes: the next parent does not wait until the orphan is gone. */
static void test_next_parent_need_not_wait(void **state)
{
    (void)state;
    struct err e = {0};
    struct cluster c;
    for (int round = 0; round < 6; round++) {
        int ends[2];
        home_close(&home);
        assert_int_equal(pipe(ends), 0);
        pid_t parent = fork();
        if (parent == 0) {
            bool ok = home_lock(&home, &e) && cluster_start(&c, &home, &e);
            if (write(ends[1], ok ? "y" : "n", 1) == 1)
                pause();
            _exit(0);
        }
        char byte = 'n';
        assert_int_equal(read(ends[0], &byte, 1), 1);
        assert_int_equal(byte, 'y');
        assert_int_equal(kill(parent, SIGKILL), 0);
        assert_int_equal(waitpid(parent, NULL, 0), parent);
        close(ends[0]);
        close(ends[1]);
        must_ok(home_lock(&home, &e), &e);
        must_ok(cluster_start(&c, &home, &e), &e);
        cluster_stop(&c);
    }
}

/* How often the log names a lock that is held. */
static int count_refusals(void)
{
    char path[HOME_PATH], line[1024];
    int n = 0;
    home_file(&home, "log/cluster.log", path);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        n += strstr(line, "lock file \"postmaster.pid\" already exists") != NULL;
    if (f)
        fclose(f);
    return n;
}

/* The lock is let go at the worst moment: just after our child met it, before we look. */
static void test_lock_let_go_behind_our_back(void **state)
{
    (void)state;
    struct err e = {0};
    struct cluster c;
    char path[HOME_PATH], text[32];
    int before = count_refusals();
    pid_t holder = fork();
    if (holder == 0) {
        if (setresgid(home.gid, home.gid, home.gid) != 0 || setresuid(home.uid, home.uid, home.uid) != 0)
            _exit(1);
        pause();
        _exit(0);
    }
    home_file(&home, "cluster/postmaster.pid", path);
    snprintf(text, sizeof text, "%d\n", (int)holder);
    must_ok(home_write(&home, "cluster/postmaster.pid", str_of(text), true, &e), &e);
    pid_t remover = fork();
    if (remover == 0) {
        struct timespec t = {0, 200000};
        for (int i = 0; i < 100000 && count_refusals() == before; i++)
            nanosleep(&t, NULL);
        _exit(unlink(path) == 0 ? 0 : 1);
    }
    bool started = cluster_start(&c, &home, &e);
    int status = -1;
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
    waitpid(remover, &status, 0);
    must_ok(started, &e);
    assert_int_equal(status, 0);
    assert_true(count_refusals() > before);
    cluster_stop(&c);
}

static void test_one_home_has_one_parent(void **state)
{
    (void)state;
    pid_t other = fork();
    if (other == 0) {
        struct home second;
        struct err e = {0};
        bool refused = home_open(&second, folder, &e) && !home_lock(&second, &e) && e.kind == &err_home_busy;
        _exit(refused ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(other, &status, 0), other);
    assert_int_equal(status, 0);
}

/* postmaster.pid of somebody who answers is not our child: not ready, and never deleted. */
static void test_foreign_postmaster_is_not_ready(void **state)
{
    (void)state;
    struct err e = {0};
    struct cluster c;
    must_ok(cluster_start(&c, &home, &e), &e);
    struct cluster other = c;
    other.pid = getpid();
    assert_false(cluster_is_ready(&other));
    assert_true(cluster_is_ready(&c));
    cluster_stop(&c);
}

static void test_other_major_version_is_never_started(void **state)
{
    (void)state;
    char version[HOME_PATH];
    struct err e = {0};
    struct cluster c;
    must_ok(home_read(&home, "cluster/PG_VERSION", version, &e), &e);
    must_ok(home_write(&home, "cluster/PG_VERSION", S("9\n"), true, &e), &e);
    bool started = cluster_start(&c, &home, &e);
    struct err again = {0};
    must_ok(home_write(&home, "cluster/PG_VERSION", str_of(version), true, &again), &again);
    assert_false(started);
    assert_ptr_equal(e.kind, &err_cluster_programs);
    assert_string_equal(e.arg[0], "9");
}

static void test_socket_folder_is_made_again(void **state)
{
    (void)state;
    char before[128], after[128];
    struct err e = {0};
    struct cluster c;
    must_ok(cluster_socket(&home, false, before, &e), &e);
    assert_int_equal(access(before, F_OK), -1); /* gone with the last stop */
    must_ok(cluster_start(&c, &home, &e), &e);
    must_ok(cluster_socket(&home, false, after, &e), &e);
    assert_string_not_equal(before, after);
    expect(CLUSTER_OWNER, "SELECT 1", "1");
    cluster_stop(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings_are_ours),
        cmocka_unit_test(test_roles_may_little),
        cmocka_unit_test(test_password_is_needed),
        cmocka_unit_test(test_restarts_after_kill_9),
        cmocka_unit_test(test_orphan_goes_and_next_parent_starts),
        cmocka_unit_test(test_next_parent_need_not_wait),
        cmocka_unit_test(test_lock_let_go_behind_our_back),
        cmocka_unit_test(test_one_home_has_one_parent),
        cmocka_unit_test(test_foreign_postmaster_is_not_ready),
        cmocka_unit_test(test_other_major_version_is_never_started),
        cmocka_unit_test(test_socket_folder_is_made_again),
    };
    return cmocka_run_group_tests(tests, make_cluster, remove_cluster);
}
