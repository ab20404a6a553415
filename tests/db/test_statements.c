/*
 * Every statement of the program, against the migrated schema: each prepares and may run as each of
 * its roles, has the parameters it declares, and its class and lane agree with the catalogue. The
 * list comes from CMake (terrasse_sql): a new folder is here by itself.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/map.h"
#include "core/db/conn.h"
#include "tests/db/fixture.h"

extern const struct stmt_table *const all_statements[]; /* generated; ends with NULL */

static unsigned faults, statements;
static struct map secured, regional, names; /* tables under row-level security; with a region policy */

static void fault(const struct stmt *s, const char *what, const char *detail)
{
    faults++;
    print_message("%s: %s%s%s\n", s->name, what, *detail ? ": " : "", detail);
}

static void load(struct map *into, const char *sql)
{
    PGconn *pg = PQconnectdb(db_uri(DB_SUPER));
    PGresult *r = PQexec(pg, sql);
    assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
    for (int i = 0; i < PQntuples(r); i++)
        map_put(into, str_of(PQgetvalue(r, i, 0)), into);
    PQclear(r);
    PQfinish(pg);
}

static int setup(void **state)
{
    db_setup(state);
    load(&secured, "SELECT relname FROM pg_class WHERE relnamespace = 'portal'::regnamespace AND relrowsecurity");
    load(&regional, "SELECT c.relname FROM pg_policy p JOIN pg_class c ON c.oid = polrelid WHERE polname LIKE '%\\_region'");
    assert_true(secured.used > 0);
    return 0;
}

static bool is_word(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '_';
}

/* How many of the tables named portal.… in the text are in the map. */
static unsigned names_of(const struct stmt *s, const struct map *tables)
{
    unsigned n = 0;
    for (const char *at = strstr(s->text, "portal."); at; at = strstr(at + 1, "portal.")) {
        struct str name = {at + 7, 0};
        while (is_word(name.p[name.n]))
            name.n++;
        n += map_get(tables, name) != NULL;
    }
    return n;
}

static void check_class(const struct stmt *s)
{
    unsigned rls = names_of(s, &secured);
    bool searches = strstr(s->text, "portal.catalogue_search") != NULL;
    if (s->cls == STMT_GLOBAL && rls > 0)
        fault(s, "class global, but a table it names is under row-level security", "");
    if (s->cls == STMT_TENANT && rls == 0)
        fault(s, "class tenant, but no table it names is under row-level security", "");
    if (s->cls == STMT_REGION && names_of(s, &regional) == 0)
        fault(s, "class region, but no table it names has a region policy", "");
    if (searches && strncmp(s->name, "catalogue_", 10) != 0)
        fault(s, "only catalogue_*.sql may name portal.catalogue_search", "");
    if (searches && !strstr(s->text, "tenant_id = $1"))
        fault(s, "names portal.catalogue_search without tenant_id = $1", "");
}

/* One that waits for a row reads that row anew, and every other as it was before the wait (READ COMMITTED). */
static void check_lock(const struct stmt *s)
{
    static const char *const known[] = {
        "pool_lock", "tenant_touch_region", /* a tenant never changes its root */
        "push_take",                        /* push_dataset holds the dataset */
        "account_change",                   /* what it reads are the locked rows */
    };
    bool waits = (strstr(s->text, "FOR UPDATE") || strstr(s->text, "FOR NO KEY UPDATE") || strstr(s->text, "FOR SHARE")) &&
                 !strstr(s->text, "SKIP LOCKED");
    const char *first = strstr(s->text, "portal."), *second = first ? strstr(first + 1, "portal.") : NULL;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        waits = waits && strcmp(s->name, known[i]) != 0;
    if (waits && second)
        fault(s, "waits for a row and reads something else: lock in a statement of its own", "");
}

static void check_lane(const struct stmt *s, const char *plan)
{
    static const char *const writes[] = {"Insert on", "Update on", "Delete on", "Merge on", "LockRows"};
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++)
        if (s->lane == STMT_FAST && strstr(plan, writes[i]))
            fault(s, "lane fast, but it writes", writes[i]);
}

/* EXPLAIN looks at the rights on tables and columns; PREPARE alone does not. */
static void explain(const struct stmt *s, PGconn *pg, const char *role)
{
    struct buf sql = {0}, plan = {0};
    buf_printf(&sql, "EXPLAIN EXECUTE \"%s\"", s->name);
    for (unsigned i = 0; i < s->nparams; i++)
        buf_addz(&sql, i == 0 ? "(NULL" : ", NULL");
    buf_addz(&sql, s->nparams ? ")" : "");
    buf_addc(&sql, '\0');
    PGresult *r = PQexec(pg, sql.p);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        fault(s, role, PQerrorMessage(pg));
    for (int i = 0; i < PQntuples(r); i++)
        buf_printf(&plan, "%s\n", PQgetvalue(r, i, 0));
    buf_addc(&plan, '\0');
    check_lane(s, plan.p);
    PQclear(r);
    buf_free(&sql);
    buf_free(&plan);
}

static void check_role(const struct stmt *s, PGconn *pg, const char *role)
{
    PGresult *r = PQprepare(pg, s->name, s->text, 0, NULL);
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
    if (!good)
        fault(s, role, PQerrorMessage(pg));
    PQclear(r);
    if (!good)
        return;
    r = PQdescribePrepared(pg, s->name);
    if (PQnparams(r) != (int)s->nparams)
        fault(s, role, "another number of parameters than declared");
    PQclear(r);
    explain(s, pg, role);
}

static void test_every_statement_prepares_and_may_run_as_its_roles(void **state)
{
    (void)state;
    static const struct {
        enum stmt_role role;
        enum db_user user;
        const char *name;
    } roles[] = {{ROLE_WEB, DB_WEB, "as web"}, {ROLE_WORKER, DB_WORKER, "as worker"},
                 {ROLE_OWNER, DB_OWNER, "as owner"}, {ROLE_READER, DB_READER, "as reader"}};
    PGconn *pg[4];
    for (size_t i = 0; i < 4; i++)
        pg[i] = PQconnectdb(db_uri(roles[i].user));
    for (size_t t = 0; all_statements[t]; t++)
        for (size_t i = 0; i < all_statements[t]->n; i++) {
            const struct stmt *s = all_statements[t]->statements[i];
            statements++;
            for (size_t k = 0; k < 4; k++)
                if (s->roles & roles[k].role)
                    check_role(s, pg[k], roles[k].name);
        }
    for (size_t i = 0; i < 4; i++)
        PQfinish(pg[i]);
    print_message("%u statements\n", statements);
    assert_true(statements > 0);
    assert_int_equal(faults, 0);
}

static void test_class_agrees_with_the_catalogue(void **state)
{
    (void)state;
    faults = 0;
    for (size_t t = 0; all_statements[t]; t++)
        for (size_t i = 0; i < all_statements[t]->n; i++)
            check_class(all_statements[t]->statements[i]);
    assert_int_equal(faults, 0);
}

static void test_what_waits_for_a_row_reads_nothing_else(void **state)
{
    (void)state;
    faults = 0;
    for (size_t t = 0; all_statements[t]; t++)
        for (size_t i = 0; i < all_statements[t]->n; i++)
            check_lock(all_statements[t]->statements[i]);
    assert_int_equal(faults, 0);
}

/* A statement is prepared under its name: two folders may not use the same. */
static void test_names_are_unique(void **state)
{
    (void)state;
    faults = 0;
    for (size_t t = 0; all_statements[t]; t++)
        for (size_t i = 0; i < all_statements[t]->n; i++) {
            const struct stmt *s = all_statements[t]->statements[i];
            if (map_get(&names, str_of(s->name)))
                fault(s, "the name is used twice", "");
            map_put(&names, str_of(s->name), &names);
        }
    assert_int_equal(faults, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_statement_prepares_and_may_run_as_its_roles),
        cmocka_unit_test(test_class_agrees_with_the_catalogue),
        cmocka_unit_test(test_what_waits_for_a_row_reads_nothing_else),
        cmocka_unit_test(test_names_are_unique),
    };
    return cmocka_run_group_tests(tests, setup, db_teardown);
}
