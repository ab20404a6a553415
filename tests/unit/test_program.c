/* Two programs, one reading what the other says: whose words are told when one of them, or both, fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/db/errors.h"
#include "core/db/program.h"

static bool pipe_of(const char *from, const char *to, struct err *e)
{
    const char *a[] = {"sh", "-c", from, NULL}, *b[] = {"sh", "-c", to, NULL};
    struct program reads = {.argv = a, .in = -1, .error = -1}, writes = {.argv = b, .out = -1, .error = -1};
    *e = (struct err){0};
    return program_pipe(&reads, &writes, e);
}

static void test_all_bytes_arrive(void **state)
{
    (void)state;
    struct err e;
    assert_true(pipe_of("head -c 3000000 /dev/zero", "test $(wc -c) = 3000000", &e));
    assert_false(pipe_of("head -c 2999999 /dev/zero", "test $(wc -c) = 3000000", &e));
}

static void test_whoever_failed_first_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *words;
    } rows[] = {
        {"echo no such table >&2; exit 1", "cat >/dev/null", "no such table"},
        {"echo half; echo no such table >&2; exit 1", "cat >/dev/null; echo cut short >&2; exit 1", "no such table"},
        {"exec head -c 3000000 /dev/zero", "echo no room >&2; exit 1", "no room"}, /* the first is killed by SIGPIPE */
        {"echo all", "cat >/dev/null; echo no room >&2; exit 1", "no room"},
        {"exit 3", "cat >/dev/null", "exit 3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e;
        assert_false(pipe_of(rows[i].from, rows[i].to, &e));
        assert_ptr_equal(e.kind, &err_program);
        assert_string_equal(e.arg[1], rows[i].words);
    }
}

static void test_a_program_that_is_not_there_fails(void **state)
{
    (void)state;
    struct err e = {0};
    const char *a[] = {"/nowhere/pg_dump", NULL}, *b[] = {"cat", NULL};
    struct program reads = {.argv = a, .in = -1, .error = -1}, writes = {.argv = b, .out = -1, .error = -1};
    assert_false(program_pipe(&reads, &writes, &e));
    assert_string_equal(e.arg[0], "pg_dump");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_bytes_arrive),
        cmocka_unit_test(test_whoever_failed_first_is_told),
        cmocka_unit_test(test_a_program_that_is_not_there_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
