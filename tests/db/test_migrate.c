/* Migrations: forward only, each once, never edited. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/db/errors.h"
#include "core/db/migrate.h"
#include "tests/db/fixture.h"

static struct conn *c;
static struct err e;
static struct migrate_report report;

static const struct migration one = {1, "one", "CREATE TABLE portal.one (a int); INSERT INTO portal.one VALUES (1);"};
static const struct migration two = {2, "two", "UPDATE portal.one SET a = a + 1;"};
static const struct migration three = {3, "three", "UPDATE portal.one SET a = a * 10;"};
static const struct migration three_bad = {3, "three", "UPDATE portal.one SET a = 99; SELECT nothing_like_it();"};
static const struct migration three_ends = {3, "three", "UPDATE portal.one SET a = 98; COMMIT;"};
static const struct migration two_edited = {2, "two", "UPDATE portal.one SET a = a + 2;"};

static int before(void **state)
{
    (void)state;
    db_exec(DB_SUPER, "DROP TABLE IF EXISTS portal.migration, portal.one");
    c = conn_open(db_uri(DB_OWNER), ROLE_OWNER, &e);
    db_good(c != NULL, &e);
    return 0;
}

static int after(void **state)
{
    (void)state;
    conn_close(c);
    return 0;
}

static void run(const struct migration *list, size_t n)
{
    db_good(migrate_run(c, list, n, &report, &e), &e);
}

static void refused(const struct migration *list, size_t n, const struct err_kind *kind, const char *label)
{
    e = (struct err){0};
    assert_false(migrate_run(c, list, n, &report, &e));
    if (e.kind != kind)
        fail_msg("%s, wanted %s", e.kind->code, kind->code);
    assert_string_equal(e.arg[0], label);
}

static const char value[] = "SELECT a FROM portal.one";

static void test_each_is_applied_once_and_the_level_is_told(void **state)
{
    (void)state;
    run((const struct migration[]){one, two}, 2);
    assert_int_equal(report.level, 2);
    assert_int_equal(report.applied, 2);
    run((const struct migration[]){one, two}, 2);
    assert_int_equal(report.applied, 0);
    assert_string_equal(db_value(DB_SUPER, value), "2");
    db_good(migrate_check(c, (const struct migration[]){one, two, three}, 3, &report, &e), &e);
    assert_int_equal(report.level, 2);
    assert_int_equal(report.pending, 1);
    assert_string_equal(db_value(DB_SUPER, value), "2");
    run((const struct migration[]){one, two, three}, 3);
    assert_int_equal(report.applied, 1);
    assert_int_equal(report.level, 3);
    assert_string_equal(db_value(DB_SUPER, value), "20");
}

static void test_the_checksum_is_blake2b_of_the_file(void **state)
{
    (void)state;
    run(&one, 1);
    /* b2sum -l 256 of the text */
    assert_string_equal(db_value(DB_SUPER, "SELECT checksum FROM portal.migration"),
                        "17234940bdedf320e3fa3fb245a17679550a8f971bb8e65fd86e31f92d120d4c");
}

static void test_an_edited_migration_is_refused(void **state)
{
    (void)state;
    run((const struct migration[]){one, two}, 2);
    refused((const struct migration[]){one, two_edited, three}, 3, &err_migration_edited, "0002_two");
    assert_string_equal(db_value(DB_SUPER, value), "2");
}

static void test_a_migration_the_program_does_not_know_is_refused(void **state)
{
    (void)state;
    run((const struct migration[]){one, two, three}, 3);
    refused((const struct migration[]){one, two}, 2, &err_migration_missing, "0003");
}

static void test_a_migration_in_the_past_is_refused(void **state)
{
    (void)state;
    run((const struct migration[]){one, three}, 2);
    refused((const struct migration[]){one, two, three}, 3, &err_migration_order, "0002_two");
}

static void test_a_failing_migration_changes_nothing(void **state)
{
    (void)state;
    refused((const struct migration[]){one, two, three_bad}, 3, &err_migration_failed, "0003_three");
    assert_non_null(strstr(e.arg[1], "nothing_like_it"));
    assert_string_equal(db_value(DB_SUPER, value), "2");
    assert_string_equal(db_value(DB_SUPER, "SELECT max(number) FROM portal.migration"), "2");
    run((const struct migration[]){one, two, three}, 3);
    assert_string_equal(db_value(DB_SUPER, value), "20");
}

static void test_a_migration_may_not_end_its_transaction(void **state)
{
    (void)state;
    refused((const struct migration[]){one, two, three_ends}, 3, &err_migration_failed, "0003_three");
}

static void test_four_at_once_apply_each_once(void **state)
{
    (void)state;
    const struct migration list[] = {one, two, three};
    pid_t child[4];
    for (int i = 0; i < 4; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            struct conn *own = conn_open(db_uri(DB_OWNER), ROLE_OWNER, &e);
            _exit(own && migrate_run(own, list, 3, &report, &e) ? (int)report.applied : 100);
        }
    }
    int applied = 0;
    for (int i = 0; i < 4; i++) {
        int status = 0;
        waitpid(child[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 3);
        applied += WEXITSTATUS(status);
    }
    assert_int_equal(applied, 3);
    assert_string_equal(db_value(DB_SUPER, value), "20");
}

static size_t up_to(int number)
{
    size_t n = 0;
    while (n < migrations_n && migrations[n].number <= number)
        n++;
    return n;
}

/* A dataset of tenant b<tenant> whose version is <version>: as it stood in the first migrations. */
static void publish(int tenant, int version, bool is_origin)
{
    char sql[2048];
    snprintf(sql, sizeof sql,
             "BEGIN; SET LOCAL portal.tenant_id = '00000000-0000-7000-8000-0000000000b%d';"
             "INSERT INTO portal.version (id, state) VALUES ('00000000-0000-7000-8000-00000000d%03d', 'ready');"
             "INSERT INTO portal.dataset (tenant_id, id, dataset_id, uid, identifier, organisation_id, is_origin, source_tenant_id, source_id, version_id) VALUES"
             " ('00000000-0000-7000-8000-0000000000b%d', gen_random_uuid(), 'd%d', 'da_%06d', 'd%d', '00000000-0000-7000-8000-0000000000c1',"
             "  %s, '00000000-0000-7000-8000-00000000d%03d'); COMMIT",
             tenant, version, tenant, version, version, version, is_origin ? "true, NULL, NULL" : "false, '00000000-0000-7000-8000-0000000000b1', gen_random_uuid()", version);
    db_exec(DB_OWNER, sql);
}

/* The same with steps; checked when it was read, joined with what was said then. */
static void prepare(int tenant, int version, const char *steps, const char *joined)
{
    char sql[1024];
    publish(tenant, version, true);
    snprintf(sql, sizeof sql,
             "BEGIN; SET LOCAL portal.tenant_id = '00000000-0000-7000-8000-0000000000b%d';"
             "UPDATE portal.dataset SET steps = '%s' WHERE dataset_id = 'd%d';"
             "INSERT INTO portal.version_check (tenant_id, version_id%s) VALUES"
             " ('00000000-0000-7000-8000-0000000000b%d', '00000000-0000-7000-8000-00000000d%03d'%s%s%s); COMMIT",
             tenant, steps, version, joined ? ", joined" : "", tenant, version, joined ? ", '" : "", joined ? joined : "", joined ? "'" : "");
    db_exec(DB_OWNER, sql);
}

static void make_tenants(void)
{
    db_exec(DB_OWNER, "INSERT INTO portal.root (id, name) VALUES ('00000000-0000-7000-8000-00000000000a', 'R')");
    db_exec(DB_OWNER, "INSERT INTO portal.tenant (id, root_id, parent_id, slug, name, slot) VALUES"
                      " ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-00000000000a', NULL, 'a', 'A', 1),"
                      " ('00000000-0000-7000-8000-0000000000b2', '00000000-0000-7000-8000-00000000000a',"
                      "  '00000000-0000-7000-8000-0000000000b1', 'b', 'B', 2)");
    for (int t = 1; t <= 2; t++) {
        char sql[512];
        snprintf(sql, sizeof sql, "BEGIN; SET LOCAL portal.tenant_id = '00000000-0000-7000-8000-0000000000b%d';"
                 "INSERT INTO portal.organisation (tenant_id, id, slug, name) VALUES ('00000000-0000-7000-8000-0000000000b%d',"
                 " '00000000-0000-7000-8000-0000000000c1', 'o', 'O'); COMMIT", t, t);
        db_exec(DB_OWNER, sql);
    }
}

/* What was published before there were checks (0010) counts as read, on every portal; a copy and what came later do not. What the
 * steps of a dataset say of joins (0034) is said of the version that they were applied to, and of no other; what is joined
 * and open now has its line out (0036). Pictures that have a small one are looked at again, which stays; others are not (0037). What a
 * copy quotes is owed by what was joined with it, directly or through another (0040). */
static void test_the_real_ones_apply_and_take_along_what_is_there(void **state)
{
    (void)state;
    static const char steps[] = "[{\"do\": \"rename\", \"column\": \"a\", \"to\": \"b\"}, {\"do\": \"join\", \"dataset\": \"noms\"},"
                                " {\"do\": \"join\", \"dataset\": \"noms\"}]";
    size_t first = up_to(9), then = up_to(29), last = up_to(39);
    run(migrations, first);
    make_tenants();
    publish(1, 1, true);
    publish(2, 2, true);
    publish(2, 3, false);
    run(migrations, up_to(27));
    prepare(1, 11, steps, NULL);
    prepare(2, 12, steps, NULL);
    prepare(1, 13, "[]", NULL);
    prepare(1, 14, steps, NULL); /* an older version that came back: its steps may have been others */
    db_exec(DB_OWNER, "BEGIN; SET LOCAL portal.tenant_id = '00000000-0000-7000-8000-0000000000b1';"
                      "INSERT INTO portal.version (id, state, created_at) VALUES ('00000000-0000-7000-8000-00000000d015', 'ready', now() + interval '1 minute');"
                      "INSERT INTO portal.dataset_version (tenant_id, dataset_id, number, version_id)"
                      " SELECT tenant_id, id, 1, '00000000-0000-7000-8000-00000000d015' FROM portal.dataset WHERE dataset_id = 'd14'; COMMIT");
    run(migrations, then);
    publish(2, 4, true);
    prepare(1, 16, steps, "[]"); /* read since: its record is right */
    prepare(1, 17, "[]", "[{\"dataset\": \"d1\"}, {\"dataset\": \"d11\"}]");
    db_exec(DB_OWNER, "BEGIN; SET LOCAL portal.tenant_id = '00000000-0000-7000-8000-0000000000b1';"
                      "UPDATE portal.dataset SET state = 'published', visibility = 'open', published_at = now() WHERE dataset_id = 'd1';"
                      "INSERT INTO portal.content (tenant_id, hash, blob, size_bytes, looked_at, width, height, orientation, thumbnail, thumbnail_type) VALUES"
                      " ('00000000-0000-7000-8000-0000000000b1', repeat('a', 64), 'content/a', 1, now(), 2, 3, 1, 'content/b', 'image/png'),"
                      " ('00000000-0000-7000-8000-0000000000b1', repeat('b', 64), 'content/c', 1, now(), NULL, NULL, NULL, NULL, NULL); COMMIT");
    run(migrations, last);
    assert_int_equal(report.applied, last - then);
    publish(2, 5, false);
    prepare(2, 18, "[]", "[{\"dataset\": \"d5\", \"open\": true}, {\"dataset\": \"d9\", \"with\": [{\"dataset\": \"d5\", \"open\": false}]}, {\"dataset\": \"d4\"}]");
    db_exec(DB_OWNER, "BEGIN; SET LOCAL portal.tenant_id = '00000000-0000-7000-8000-0000000000b2'; UPDATE portal.dataset SET state = 'published',"
                      " joined_credits = '[{\"dataset\": \"x\", \"host\": \"h\", \"publisher\": \"P\", \"title\": \"T\", \"modified\": \"2020-05-04\", \"licence\": \"L\", \"licence_url\": null}]'"
                      " WHERE dataset_id = 'd5'; COMMIT");
    run(migrations, migrations_n);
    assert_int_equal(report.applied, migrations_n - last);
    assert_string_equal(db_value(DB_SUPER, "SELECT string_agg(left(hash, 1) || ':' || (looked_at IS NULL) || ':' || coalesce(thumbnail, ''), ' ' ORDER BY hash) FROM portal.content"),
                        "a:true:content/b b:false:");
    assert_string_equal(db_value(DB_SUPER, "SELECT string_agg(right(tenant_id::text, 2) || right(version_id::text, 4), ' ' ORDER BY tenant_id, version_id)"
                                           " FROM portal.version_check WHERE right(version_id::text, 3) < '010'"), "b1d001 b2d002");
    assert_string_equal(db_value(DB_SUPER, "SELECT string_agg(right(tenant_id::text, 2) || right(version_id::text, 3) || joined, ' ' ORDER BY tenant_id, version_id)"
                                           " FROM portal.version_check WHERE right(version_id::text, 3) > '010'"),
                        "b1011[{\"dataset\": \"noms\", \"licence\": null}] b1013[] b1014[] b1016[] b1017[{\"open\": true, \"dataset\": \"d1\"}, {\"dataset\": \"d11\"}] b2012[{\"dataset\": \"noms\", \"licence\": null}]"
                        " b2018[{\"open\": true, \"with\": [{\"host\": \"h\", \"source\": \"x\", \"licence\": \"L\", \"modified\": \"2020-05-04\"}], \"dataset\": \"d5\"},"
                        " {\"with\": [{\"open\": false, \"dataset\": \"d5\"}, {\"host\": \"h\", \"source\": \"x\", \"licence\": \"L\", \"modified\": \"2020-05-04\"}],"
                        " \"dataset\": \"d9\"}, {\"dataset\": \"d4\"}]");
}

#define T(f) cmocka_unit_test_setup_teardown(f, before, after)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_each_is_applied_once_and_the_level_is_told),
        T(test_the_checksum_is_blake2b_of_the_file),
        T(test_an_edited_migration_is_refused),
        T(test_a_migration_the_program_does_not_know_is_refused),
        T(test_a_migration_in_the_past_is_refused),
        T(test_a_failing_migration_changes_nothing),
        T(test_a_migration_may_not_end_its_transaction),
        T(test_four_at_once_apply_each_once),
        T(test_the_real_ones_apply_and_take_along_what_is_there),
    };
    return cmocka_run_group_tests(tests, db_setup_bare, db_teardown);
}
