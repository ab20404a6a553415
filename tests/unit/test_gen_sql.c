/* tools/gen/mksql: what becomes of tests/golden/statements/sql. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/golden/statements/sql.h"

static void test_declaration_becomes_the_struct(void **state)
{
    (void)state;
    assert_string_equal(sql_thing_by_slug.name, "thing_by_slug");
    assert_int_equal(sql_thing_by_slug.nparams, 2);
    assert_int_equal(sql_thing_by_slug.cls, STMT_TENANT);
    assert_int_equal(sql_thing_by_slug.lane, STMT_FAST);
    assert_int_equal(sql_thing_by_slug.roles, ROLE_WEB | ROLE_WORKER);
    assert_int_equal(sql_thing_add.nparams, 0);
    assert_int_equal(sql_thing_add.cls, STMT_GLOBAL);
    assert_int_equal(sql_thing_add.lane, STMT_WRITE);
    assert_int_equal(sql_thing_add.roles, ROLE_OWNER);
}

static void test_text_loses_comments_and_its_semicolon_only(void **state)
{
    (void)state;
    assert_string_equal(sql_thing_by_slug.text,
                        "SELECT slug, n\n"
                        "  FROM portal.thing\n"
                        " WHERE slug = $1 AND price > $2 AND x = 'a;''$7' AND y = $q$it's $6 -- kept$q$\n"
                        "   AND \"odd;name\" = E'\\';' AND insert_count > 1");
    assert_string_equal(sql_thing_add.text, "INSERT INTO portal.thing DEFAULT VALUES");
}

static void test_table_holds_every_file(void **state)
{
    (void)state;
    assert_int_equal(golden_statements.n, 2);
    assert_ptr_equal(golden_statements.statements[0], &sql_thing_add);
    assert_ptr_equal(golden_statements.statements[1], &sql_thing_by_slug);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_declaration_becomes_the_struct),
        cmocka_unit_test(test_text_loses_comments_and_its_semicolon_only),
        cmocka_unit_test(test_table_holds_every_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
