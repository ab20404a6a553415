/*
 * Who may do what in the database: every table, policy and grant against the list in
 * tests/golden/privileges.txt, which people read and change by hand; and rules that hold for tables
 * nobody has thought of yet.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/db/conn.h"
#include "tests/db/fixture.h"

static const char inventory[] =
    "SELECT line FROM ("
    " SELECT 'table ' || c.relname || CASE WHEN c.relrowsecurity AND c.relforcerowsecurity THEN ' tenant'"
    "        WHEN c.relrowsecurity THEN ' UNFORCED' ELSE ' global' END AS line"
    "   FROM pg_class AS c WHERE c.relnamespace = 'portal'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
    " UNION ALL"
    " SELECT 'policy ' || c.relname || ' ' || p.polname || ' ' || p.polcmd::text ||"
    "        coalesce(' using ' || pg_get_expr(p.polqual, p.polrelid), '') ||"
    "        coalesce(' check ' || pg_get_expr(p.polwithcheck, p.polrelid), '')"
    "   FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid"
    " UNION ALL"
    " SELECT 'grant ' || table_name || ' ' || grantee || ' ' || string_agg(privilege_type, ' ' ORDER BY privilege_type)"
    "   FROM information_schema.table_privileges"
    "  WHERE table_schema = 'portal' AND grantee IN ('terrasse_web', 'terrasse_worker', 'terrasse_reader', 'PUBLIC')"
    "  GROUP BY table_name, grantee"
    " UNION ALL"
    " SELECT 'column ' || p.table_name || ' ' || p.grantee || ' ' || p.privilege_type || ' ' ||"
    "        string_agg(p.column_name, ' ' ORDER BY p.column_name)"
    "   FROM information_schema.column_privileges AS p"
    "  WHERE p.table_schema = 'portal' AND p.grantee IN ('terrasse_web', 'terrasse_worker', 'terrasse_reader', 'PUBLIC')"
    "    AND NOT EXISTS (SELECT FROM information_schema.table_privileges AS t WHERE t.table_schema = 'portal'"
    "         AND t.table_name = p.table_name AND t.grantee = p.grantee AND t.privilege_type = p.privilege_type)"
    "  GROUP BY p.table_name, p.grantee, p.privilege_type"
    " UNION ALL"
    " SELECT 'routine ' || n.nspname || '.' || p.proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace"
    "  WHERE n.nspname IN ('portal', 'data')"
    " UNION ALL"
    " SELECT 'schema ' || n.nspname || ' ' || r || ' ' ||"
    "        concat_ws(' ', CASE WHEN has_schema_privilege(r, n.oid, 'USAGE') THEN 'USAGE' END,"
    "                       CASE WHEN has_schema_privilege(r, n.oid, 'CREATE') THEN 'CREATE' END)"
    "   FROM pg_namespace AS n CROSS JOIN unnest(ARRAY['terrasse_web', 'terrasse_worker', 'terrasse_reader']) AS r"
    "  WHERE n.nspname IN ('portal', 'data', 'public')"
    " UNION ALL"
    " SELECT 'role ' || rolname || CASE WHEN rolsuper THEN ' SUPER' ELSE '' END ||"
    "        CASE WHEN rolbypassrls THEN ' BYPASSRLS' ELSE '' END || CASE WHEN rolinherit THEN ' INHERIT' ELSE '' END ||"
    "        CASE WHEN rolcreaterole THEN ' CREATEROLE' ELSE '' END"
    "   FROM pg_roles WHERE rolname LIKE 'terrasse%'"
    ") AS x ORDER BY line COLLATE \"C\"";

static void read_inventory(struct buf *out)
{
    PGconn *pg = PQconnectdb(db_uri(DB_SUPER));
    PGresult *r = PQexec(pg, inventory);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        fail_msg("%s", PQerrorMessage(pg));
    for (int i = 0; i < PQntuples(r); i++) {
        for (const char *c = PQgetvalue(r, i, 0); *c; c++)
            buf_addc(out, *c == '\n' ? ' ' : *c);
        buf_addc(out, '\n');
    }
    PQclear(r);
    PQfinish(pg);
}

static void read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    for (int c; (c = fgetc(f)) != EOF;)
        buf_addc(out, (char)c);
    fclose(f);
}

/* Every line of `a` that `b` has not; prints them and counts them. */
static unsigned only_in(struct str a, struct str b, const char *what)
{
    struct str line;
    unsigned n = 0;
    while (str_cut(&a, '\n', &line)) {
        struct buf needle = {0};
        if (line.n == 0 || line.p[0] == '#')
            continue;
        buf_printf(&needle, "\n" STR_FMT "\n", STR_ARG(line));
        if (str_find(b, buf_str(&needle)) < 0) {
            print_message("%s: " STR_FMT "\n", what, STR_ARG(line));
            n++;
        }
        buf_free(&needle);
    }
    return n;
}

/* A table, policy or grant that is not in the list fails here: add it by hand, after thinking. */
static void test_nothing_is_granted_that_is_not_in_the_list(void **state)
{
    (void)state;
    struct buf is = {0}, want = {0};
    buf_addc(&is, '\n');
    buf_addc(&want, '\n');
    read_inventory(&is);
    read_file("tests/golden/privileges.txt", &want);
    const char *update = getenv("TERRASSE_PRIVILEGES_TO");
    if (update) {
        FILE *f = fopen(update, "w");
        assert_non_null(f);
        fwrite(is.p + 1, 1, is.n - 1, f);
        fclose(f);
    }
    unsigned faults = only_in(buf_str(&is), buf_str(&want), "not expected");
    faults += only_in(buf_str(&want), buf_str(&is), "missing");
    buf_free(&is);
    buf_free(&want);
    assert_int_equal(faults, 0);
}

/* A table of row-level security has tenant_id first in its primary key and in every unique one. */
static void test_tenant_tables_have_the_tenant_first_in_every_key(void **state)
{
    (void)state;
    const char *faults = db_value(DB_SUPER,
        "SELECT coalesce(string_agg(i.indexrelid::regclass::text, ' '), '') FROM pg_index AS i"
        "  JOIN pg_class AS c ON c.oid = i.indrelid AND c.relrowsecurity"
        "  LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
        " WHERE c.relnamespace = 'portal'::regnamespace AND i.indisunique AND a.attname IS DISTINCT FROM 'tenant_id'");
    assert_string_equal(faults, "");
}

static void test_foreign_keys_between_tenant_tables_carry_the_tenant(void **state)
{
    (void)state;
    const char *faults = db_value(DB_SUPER,
        "SELECT coalesce(string_agg(conrelid::regclass || '.' || conname, ' '), '') FROM pg_constraint AS k"
        "  JOIN pg_class AS f ON f.oid = k.confrelid AND f.relrowsecurity"
        "  JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
        " WHERE k.contype = 'f' AND a.attname <> 'tenant_id'");
    assert_string_equal(faults, "");
}

/* Without a tenant, and with another's, every table under row-level security is empty: fail-closed. */
static void test_without_a_tenant_no_row_is_seen(void **state)
{
    (void)state;
    db_exec(DB_OWNER, "INSERT INTO portal.root (id, name) VALUES ('00000000-0000-7000-8000-00000000000a', 'R')");
    db_exec(DB_OWNER, "INSERT INTO portal.tenant (id, root_id, parent_id, slug, name, slot) VALUES"
                      " ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-00000000000a', NULL, 'a', 'A', 1),"
                      " ('00000000-0000-7000-8000-0000000000b2', '00000000-0000-7000-8000-00000000000a',"
                      "  '00000000-0000-7000-8000-0000000000b1', 'b', 'B', 2)");
    db_exec(DB_OWNER, "BEGIN; SET LOCAL portal.tenant_id = '00000000-0000-7000-8000-0000000000b1';"
                      "INSERT INTO portal.organisation (tenant_id, id, slug, name) VALUES"
                      " ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-0000000000c1', 'o', 'O'); COMMIT");
    assert_string_equal(db_value(DB_WEB, "SELECT count(*) FROM portal.organisation"), "0");
    assert_string_equal(db_value(DB_OWNER, "SELECT count(*) FROM portal.organisation"), "0");
    PGconn *pg = PQconnectdb(db_uri(DB_WEB));
    PQclear(PQexec(pg, "BEGIN"));
    PQclear(PQexec(pg, "SET LOCAL portal.tenant_id = '00000000-0000-7000-8000-0000000000b2'"));
    PGresult *r = PQexec(pg, "SELECT count(*) FROM portal.organisation");
    assert_string_equal(PQgetvalue(r, 0, 0), "0");
    PQclear(r);
    r = PQexec(pg, "INSERT INTO portal.organisation (tenant_id, id, slug, name) VALUES"
                   " ('00000000-0000-7000-8000-0000000000b1', gen_random_uuid(), 'x', 'X')");
    assert_string_equal(PQresultErrorField(r, PG_DIAG_SQLSTATE), "42501");
    PQclear(r);
    PQfinish(pg);
}

/* What a mistake in the query compiler could reach for (reliability.md T28), as each serving role. */
static void test_the_serving_roles_cannot_reach_for_more(void **state)
{
    (void)state;
    static const char *const denied[] = {
        "SELECT set_config('portal.tenant_id', 'x', false)",
        "SELECT query_to_xml('SELECT 1', true, true, '')",
        "SELECT pg_sleep(0)",
        "DO $$ BEGIN END $$",
        "SELECT lo_create(0)",
        "SELECT pg_notify('a', 'b')",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "CREATE TABLE portal.mine (i int)",
        "CREATE TABLE public.mine (i int)",
        "SELECT sealed_key FROM portal.peer",
        "SET ROLE terrasse_owner",
        "SELECT rolpassword FROM pg_authid",
    };
    static const enum db_user users[] = {DB_WEB, DB_READER};
    for (size_t u = 0; u < sizeof users / sizeof users[0]; u++) {
        PGconn *pg = PQconnectdb(db_uri(users[u]));
        for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++) {
            PGresult *r = PQexec(pg, denied[i]);
            const char *state_code = PQresultErrorField(r, PG_DIAG_SQLSTATE);
            if (!state_code || strcmp(state_code, "42501") != 0)
                fail_msg("%s as user %u: %s", denied[i], (unsigned)users[u], state_code ? state_code : "allowed");
            PQclear(r);
        }
        PQfinish(pg);
    }
}

/* The worker reads neither sessions nor password hashes (architecture.md 2.1). */
static void test_the_worker_reads_no_secrets_of_people(void **state)
{
    (void)state;
    static const char *const denied[] = {"SELECT * FROM portal.session", "SELECT password_hash FROM portal.account",
                                         "SELECT * FROM portal.api_key", "SELECT * FROM portal.invite"};
    PGconn *pg = PQconnectdb(db_uri(DB_WORKER));
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++) {
        PGresult *r = PQexec(pg, denied[i]);
        assert_string_equal(PQresultErrorField(r, PG_DIAG_SQLSTATE), "42501");
        PQclear(r);
    }
    PQfinish(pg);
}

/* An index, a generated column, a default, a check and a policy are computed with the rights of the table's owner, and
 * pg_restore and pg_upgrade build them before the rights on schemas are back: a name that is looked up then is refused. So
 * every function of ours that SQL can hold is bound when it is made (RETURN or BEGIN ATOMIC), and one in another language
 * stands in none of these. */
static void test_functions_are_bound_to_what_they_name(void **state)
{
    (void)state;
    assert_string_equal(db_value(DB_SUPER,
        "SELECT coalesce(string_agg(p.oid::regprocedure::text, ' '), '') FROM pg_proc AS p"
        "  JOIN pg_language AS l ON l.oid = p.prolang"
        " WHERE p.pronamespace IN ('portal'::regnamespace, 'data'::regnamespace) AND l.lanname = 'sql' AND p.prosqlbody IS NULL"), "");
    assert_string_equal(db_value(DB_SUPER,
        "SELECT coalesce(string_agg(p.oid::regprocedure::text, ' '), '') FROM pg_proc AS p"
        "  JOIN pg_depend AS d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid"
        " WHERE p.pronamespace IN ('portal'::regnamespace, 'data'::regnamespace) AND p.prosqlbody IS NULL"
        "   AND d.classid IN ('pg_class'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_policy'::regclass)"), "");
}

/* PostgreSQL 15 dumps a bound function with a nameless parameter among named ones in words that it does not read (RETURNS TABLE names some). */
static void test_functions_name_all_their_parameters_or_none(void **state)
{
    (void)state;
    assert_string_equal(db_value(DB_SUPER,
        "SELECT coalesce(string_agg(p.oid::regprocedure::text, ' '), '') FROM pg_proc AS p"
        " WHERE p.pronamespace IN ('portal'::regnamespace, 'data'::regnamespace) AND p.prosqlbody IS NOT NULL AND '' = ANY (p.proargnames)"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_granted_that_is_not_in_the_list),
        cmocka_unit_test(test_tenant_tables_have_the_tenant_first_in_every_key),
        cmocka_unit_test(test_foreign_keys_between_tenant_tables_carry_the_tenant),
        cmocka_unit_test(test_without_a_tenant_no_row_is_seen),
        cmocka_unit_test(test_the_serving_roles_cannot_reach_for_more),
        cmocka_unit_test(test_the_worker_reads_no_secrets_of_people),
        cmocka_unit_test(test_functions_are_bound_to_what_they_name),
        cmocka_unit_test(test_functions_name_all_their_parameters_or_none),
    };
    return cmocka_run_group_tests(tests, db_setup, db_teardown);
}
