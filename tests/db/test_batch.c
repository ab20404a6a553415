/* Batches on a blocking connection, against a real PostgreSQL. */
#include <libpq-fe.h>
#include <stdio.h>

#include "core/base/errors.h"
#include "core/db/conn.h"
#include "core/db/errors.h"
#include "core/db/sqlstate.h"
#include "tests/db/fixture.h"

#define TENANT "018f0000-0000-7000-8000-00000000000a"
#define OTHER "018f0000-0000-7000-8000-00000000000b"

static const struct stmt things = {"things", "SELECT id, label FROM test.thing ORDER BY id", 0, STMT_TENANT, STMT_FAST, ROLE_WEB};
static const struct stmt add = {"add", "INSERT INTO test.thing VALUES ($1::uuid, $2::int, $3)", 3, STMT_TENANT, STMT_WRITE, ROLE_WEB};
static const struct stmt setting = {"setting", "SELECT current_setting('portal.tenant_id', true)", 0, STMT_TENANT, STMT_FAST, ROLE_WEB};
static const struct stmt halves = {"halves", "SELECT 10 / $1::int", 1, STMT_GLOBAL, STMT_FAST, ROLE_WEB};
static const struct stmt worker_only = {"worker_only", "SELECT 1", 0, STMT_GLOBAL, STMT_FAST, ROLE_WORKER};
static const struct stmt suicide = {"suicide", "SELECT test.die()", 0, STMT_GLOBAL, STMT_WRITE, ROLE_WEB};
static const struct stmt die_once = {"die_once", "SELECT test.die_once()", 0, STMT_GLOBAL, STMT_FAST, ROLE_WEB};

static struct arena a;
static struct batch b;
static struct conn *c;
static struct err e;

static int setup(void **state)
{
    db_setup_bare(state);
    db_exec(DB_SUPER,
            "CREATE TABLE test.thing (tenant_id uuid NOT NULL, id int NOT NULL, label text,"
            "  CONSTRAINT thing_once UNIQUE (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,"
            "  CONSTRAINT thing_short CHECK (length(label) < 9));"
            "ALTER TABLE test.thing ENABLE ROW LEVEL SECURITY; ALTER TABLE test.thing FORCE ROW LEVEL SECURITY;"
            "CREATE POLICY p ON test.thing USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);"
            "GRANT SELECT, INSERT ON test.thing TO terrasse_web;"
            "CREATE FUNCTION test.die() RETURNS bool LANGUAGE sql SECURITY DEFINER AS"
            "  'SELECT pg_terminate_backend(pg_backend_pid())';"
            "CREATE SEQUENCE test.lives;"
            "CREATE FUNCTION test.die_once() RETURNS bool LANGUAGE sql SECURITY DEFINER AS"
            "  'SELECT CASE WHEN nextval(''test.lives'') = 1 THEN pg_terminate_backend(pg_backend_pid()) ELSE true END'");
    return 0;
}

static int before(void **state)
{
    (void)state;
    db_exec(DB_SUPER, "TRUNCATE test.thing; INSERT INTO test.thing VALUES ('" TENANT "', 1, 'ours'), ('" OTHER "', 2, 'theirs')");
    e = (struct err){0};
    c = conn_open(db_uri(DB_WEB), ROLE_WEB, &e);
    db_good(c != NULL, &e);
    batch_init(&b, &a);
    uuid_parse(S(TENANT), &b.tenant);
    return 0;
}

static int after(void **state)
{
    (void)state;
    batch_clear(&b);
    conn_close(c);
    arena_free(&a);
    return 0;
}

static void ask_add(const char *tenant, const char *id, const char *label)
{
    batch_ask(&b, &add, (const struct str[]){str_of(tenant), str_of(id), str_of(label)});
}

static void test_a_batch_sees_its_tenant_only(void **state)
{
    (void)state;
    batch_ask(&b, &things, NULL);
    db_good(batch_run(&b, c, &e), &e);
    assert_int_equal(batch_rows(&b, 0), 1);
    assert_int_equal(batch_i64(&b, 0, 0, 0), 1);
    assert_true(str_eq(batch_col(&b, 0, 0, 1), S("ours")));
}

static void test_without_tenant_there_are_no_rows(void **state)
{
    (void)state;
    b.tenant = (struct uuid){{0}};
    batch_ask(&b, &things, NULL);
    db_good(batch_run(&b, c, &e), &e);
    assert_int_equal(batch_rows(&b, 0), 0);
}

static void test_the_setting_is_gone_after_the_segment(void **state)
{
    (void)state;
    batch_ask(&b, &setting, NULL);
    db_good(batch_run(&b, c, &e), &e);
    assert_true(str_eq(batch_col(&b, 0, 0, 0), S(TENANT)));
    batch_clear(&b);
    b.tenant = (struct uuid){{0}};
    batch_ask(&b, &setting, NULL);
    batch_ask(&b, &things, NULL);
    db_good(batch_run(&b, c, &e), &e);
    assert_int_equal(batch_col(&b, 0, 0, 0).n, 0);
    assert_int_equal(batch_rows(&b, 1), 0);
}

static void test_all_or_nothing(void **state)
{
    (void)state;
    ask_add(TENANT, "5", "five");
    batch_ask(&b, &halves, (const struct str[]){S("0")});
    assert_false(batch_run(&b, c, &e));
    assert_ptr_equal(e.kind, &err_value_refused);
    assert_non_null(strstr(e.detail, "22012")); /* division_by_zero */
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM test.thing"), "2");
    batch_clear(&b);
    ask_add(TENANT, "5", "five");
    db_good(batch_run(&b, c, &e), &e);
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM test.thing"), "3");
}

static void test_a_failure_at_commit_is_a_failure(void **state)
{
    (void)state;
    ask_add(TENANT, "1", "again"); /* the constraint is looked at by the commit */
    assert_false(batch_run(&b, c, &e));
    assert_ptr_equal(e.kind, &err_conflict);
    batch_clear(&b);
    batch_ask(&b, &things, NULL);
    db_good(batch_run(&b, c, &e), &e);
    assert_int_equal(batch_rows(&b, 0), 1);
}

static void test_a_row_for_another_tenant_is_refused(void **state)
{
    (void)state;
    ask_add(OTHER, "9", "stray");
    assert_false(batch_run(&b, c, &e));
    assert_non_null(strstr(e.detail, "42501"));
}

static void test_a_folder_names_its_constraints(void **state)
{
    (void)state;
    static const struct err_kind too_long = {"too_long", "too_long", 400, "", ""};
    static const struct sqlstate_row rows[] = {{NULL, "thing_short", &too_long}};
    ask_add(TENANT, "7", "far too long");
    assert_false(batch_run(&b, c, &e));
    assert_ptr_equal(e.kind, &err_value_refused);
    sqlstate_register(rows, 1);
    assert_false(batch_run(&b, c, &e));
    assert_ptr_equal(e.kind, &too_long);
}

static void test_what_is_refused_before_it_is_sent(void **state)
{
    (void)state;
    batch_ask(&b, &worker_only, NULL);
    assert_false(batch_run(&b, c, &e));
    assert_ptr_equal(e.kind, &err_internal);
    batch_clear(&b);
    batch_ask(&b, &halves, (const struct str[]){{"1\0002", 3}});
    assert_false(batch_run(&b, c, &e));
    assert_ptr_equal(e.kind, &err_value_refused);
}

static void test_a_lost_write_has_an_unknown_outcome(void **state)
{
    (void)state;
    batch_ask(&b, &suicide, NULL);
    assert_false(batch_run(&b, c, &e));
    assert_ptr_equal(e.kind, &err_outcome_unknown);
    batch_clear(&b);
    batch_ask(&b, &things, NULL); /* and the connection is made anew */
    db_good(batch_run(&b, c, &e), &e);
    assert_int_equal(batch_rows(&b, 0), 1);
}

static void test_a_lost_read_is_sent_again(void **state)
{
    (void)state;
    batch_ask(&b, &die_once, NULL);
    db_good(batch_run(&b, c, &e), &e);
    assert_true(batch_bool(&b, 0, 0, 0));
    assert_string_equal(db_value(DB_SUPER, "SELECT last_value FROM test.lives"), "2");
}

static void run_text(const char *sql)
{
    batch_clear(&b);
    batch_ask_sql(&b, sql, 1, (const struct str[]){S("40")}, true);
    batch_ask_sql(&b, "SELECT count(*) FROM pg_prepared_statements", 0, NULL, false);
    db_good(batch_run(&b, c, &e), &e);
}

/* The count itself is a text that comes back, so it is prepared as well at the same turn. */
static void test_a_dynamic_text_is_prepared_after_two_uses(void **state)
{
    (void)state;
    static const int64_t want[] = {0, 0, 2, 2};
    b.rows = true;
    for (size_t i = 0; i < 4; i++) {
        run_text("SELECT $1::int + 2");
        assert_int_equal(batch_i64(&b, 0, 0, 0), 42);
        assert_int_equal(batch_i64(&b, 1, 0, 0), want[i]);
    }
    for (int k = 0; k < 200; k++) { /* two hundred others push it out: deallocated */
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT $1::int + %d", 1000 + k);
        run_text(sql);
    }
    assert_int_equal(batch_i64(&b, 1, 0, 0), 1);
}

static void test_transactions_of_several_round_trips(void **state)
{
    (void)state;
    const struct str row[] = {S(TENANT), S("11"), S("eleven")};
    db_good(conn_begin(c, &b.tenant, &e), &e);
    PGresult *r = conn_ask(c, &add, row, &e);
    db_good(r != NULL, &e);
    PQclear(r);
    conn_rollback(c);
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM test.thing"), "2");
    db_good(conn_begin(c, &b.tenant, &e), &e);
    PQclear(conn_ask(c, &add, row, &e));
    db_good(conn_commit(c, &e), &e);
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM test.thing"), "3");
    db_good(conn_begin(c, &b.tenant, &e), &e);
    assert_null(conn_ask(c, &halves, (const struct str[]){S("0")}, &e));
    assert_false(conn_commit(c, &e)); /* PostgreSQL answers ROLLBACK, and no error */
}

#define T(f) cmocka_unit_test_setup_teardown(f, before, after)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_batch_sees_its_tenant_only),        T(test_without_tenant_there_are_no_rows),
        T(test_the_setting_is_gone_after_the_segment), T(test_all_or_nothing),
        T(test_a_failure_at_commit_is_a_failure),    T(test_a_row_for_another_tenant_is_refused),
        T(test_a_folder_names_its_constraints),      T(test_what_is_refused_before_it_is_sent),
        T(test_a_lost_write_has_an_unknown_outcome), T(test_a_lost_read_is_sent_again),
        T(test_a_dynamic_text_is_prepared_after_two_uses), T(test_transactions_of_several_round_trips),
    };
    return cmocka_run_group_tests(tests, setup, db_teardown);
}
