/* The sealed child, seen from its parent: this very program plays `terrasse read`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/data/errors.h"
#include "core/data/intake/ingest.h"
#include "core/data/intake/read_main.h"
#include "core/db/copy.h"
#include "core/io/errors.h"

static int file_of(struct str text)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.p, text.n), (ssize_t)text.n);
    return fd;
}

static bool pull(struct ingest *g, uint64_t *rows, struct err *e)
{
    struct copy_check check = {.limits = {.rows = UINT64_MAX, .bytes = UINT64_MAX, .fields = ingest_fields(g)}};
    char piece[777];
    for (size_t n = 1; n > 0;)
        if (!child_read(&g->child, ingest_stream(g), piece, sizeof piece, &n, e) ||
            !copy_check_feed(&check, (struct str){piece, n}, e))
            return false;
    *rows = check.counts.rows;
    return ingest_finish(g, check.counts.rows, e);
}

static void test_a_file_comes_through(void **state)
{
    (void)state;
    struct buf text = {.max = 64 << 20};
    buf_addz(&text, "n;nom\n");
    for (int i = 0; i < 50000; i++)
        buf_printf(&text, "%d;ligne %d\n", i, i);
    int fd = file_of(buf_str(&text));
    struct ingest g;
    struct err e = {0};
    struct child_limits limits = ingest_limits(text.n);
    assert_true(ingest_start(&g, fd, S("{\"fields\":[{\"name\":\"n\",\"type\":\"text\"}]}"), false, &limits, &e));
    assert_true(str_eq(jr_str(json_array_get(jr_array(g.report, "columns"), 0), "type"), S("text")));
    uint64_t rows = 0;
    assert_true(pull(&g, &rows, &e));
    assert_int_equal(rows, 50000);
    ingest_free(&g);
    assert_true(ingest_start(&g, fd, STR_NONE, true, &limits, &e));
    assert_int_equal(jr_i64(jr_object(g.report, "rows"), "kept", 0), 50000);
    assert_true(ingest_finish(&g, 0, &e));
    ingest_free(&g);
    close(fd);
    buf_free(&text);
}

static const char checked_options[] =
    "{\"secrecy_threshold\":11,\"schemas\":[{\"name\":\"s\",\"version\":\"1\",\"title\":\"s\",\"definition\":{\"fields\":["
    "{\"name\":\"insee\",\"type\":\"string\"},{\"name\":\"nom\",\"type\":\"string\",\"constraints\":{\"required\":true}},"
    "{\"name\":\"courriel\",\"type\":\"string\"},{\"name\":\"effectif\",\"type\":\"integer\"}]}}]}";

/* Rows that fit a schema, that do not, that are set aside, blank ones, and addresses of people: with a helper and without. */
static void put_checked(struct buf *text, int rows)
{
    buf_addz(text, "insee;nom;courriel;effectif\n");
    for (int i = 0; i < rows; i++)
        buf_addz(text, i % 97 == 0 ? "37261;seul\n" : i % 89 == 0 ? "\n" : i % 7 == 0 ? "37261;Tours;a.b@exemple.fr;x\n" : "37261;Tours;;2\n");
}

/* What is checked goes by with the rows: it is known when they are through, and is what a report without rows says at once. */
static void test_checks_are_known_with_the_rows(void **state)
{
    (void)state;
    static const char *const checks[] = {"schema", "personal", "secrecy"};
    const struct str options = str_of(checked_options);
    for (int rows = 1000; rows <= 100000; rows *= 100) {
        struct buf text = {.max = 8 << 20};
        put_checked(&text, rows);
        int fd = file_of(buf_str(&text));
        struct ingest streamed, told;
        struct err e = {0};
        struct child_limits limits = ingest_limits(text.n);
        assert_true(ingest_start(&streamed, fd, options, false, &limits, &e));
        for (size_t i = 0; i < 3; i++)
            assert_null(json_object_get(streamed.report, checks[i]));
        uint64_t kept = 0;
        assert_true(pull(&streamed, &kept, &e));
        assert_true(ingest_start(&told, fd, options, true, &limits, &e) && ingest_finish(&told, 0, &e));
        assert_int_equal(jr_i64(json_array_get(jr_array(jr_object(told.report, "personal"), "findings"), 0), "count", 0),
                         rows == 1000 ? 140 : 13979);
        assert_true(jr_i64(jr_object(jr_object(told.report, "schema"), "check"), "errors", 0) > rows / 7);
        assert_true(json_equal(streamed.report, told.report));
        ingest_free(&streamed);
        ingest_free(&told);
        close(fd);
        buf_free(&text);
    }
}

/* What is found in thirty columns is more than a pipe holds, and is said behind the rows: whoever takes them first takes it too. */
static void test_many_findings_come_behind_the_rows(void **state)
{
    (void)state;
    enum { COLUMNS = 30, ROWS = 1000, PIPE = 64 << 10 };
    struct buf text = {.max = 8 << 20}, options = {0};
    buf_addz(&options, "{\"schemas\":[{\"name\":\"s\",\"version\":\"1\",\"title\":\"s\",\"definition\":{\"fields\":[");
    for (int c = 0; c < COLUMNS; c++) {
        buf_printf(&options, "%s{\"name\":\"c%d\",\"type\":\"integer\"}", c ? "," : "", c);
        buf_printf(&text, "c%d%c", c, c + 1 < COLUMNS ? ';' : '\n');
    }
    buf_addz(&options, "]}}]}");
    for (int i = 0; i < ROWS * COLUMNS; i++)
        buf_printf(&text, "valeur fausse %d%c", i, (i + 1) % COLUMNS ? ';' : '\n');
    int fd = file_of(buf_str(&text));
    struct ingest g;
    struct err e = {0};
    struct child_limits limits = ingest_limits(text.n);
    uint64_t rows = 0;
    limits.wall_s = 20;
    assert_true(ingest_start(&g, fd, buf_str(&options), false, &limits, &e));
    if (!pull(&g, &rows, &e))
        fail_msg("%s %s", e.kind->code, e.detail);
    assert_int_equal(rows, ROWS);
    const json_t *schema = jr_object(g.report, "schema");
    assert_int_equal(jr_i64(jr_object(schema, "check"), "errors", 0), ROWS * COLUMNS);
    char *said = json_dumps(schema, JSON_COMPACT);
    assert_true(strlen(said) > PIPE);
    free(said);
    ingest_free(&g);
    close(fd);
    buf_free(&text);
    buf_free(&options);
}

/* Sorted in the sealed child are corrections, joined rows, merged zones: more than a kilobyte of them, too. */
static void test_it_sorts_what_is_long(void **state)
{
    (void)state;
    struct buf text = {0}, options = {0};
    buf_addz(&text, "a;b\n");
    buf_addz(&options, "{\"corrections\":[");
    for (int line = 2; line < 202; line++) {
        buf_addz(&text, "1;2\n");
        buf_printf(&options, "%s{\"line\":%d,\"column\":1,\"value\":\"3\"}", line > 2 ? "," : "", line);
    }
    buf_addz(&options, "]}");
    int fd = file_of(buf_str(&text));
    struct ingest g;
    struct err e = {0};
    struct child_limits limits = ingest_limits(text.n);
    if (!ingest_start(&g, fd, buf_str(&options), true, &limits, &e))
        fail_msg("%s: %s", e.kind->code, e.detail);
    assert_int_equal(jr_i64(g.report, "corrections", 0), 200);
    ingest_free(&g);
    close(fd);
    buf_free(&text);
    buf_free(&options);
}

static void test_its_error_is_ours(void **state)
{
    (void)state;
    int fd = file_of(S("a;b\n1;2\n3;\"x\n"));
    struct ingest g;
    struct err e = {0};
    struct buf said = {0};
    struct child_limits limits = ingest_limits(0);
    assert_false(ingest_start(&g, fd, STR_NONE, false, &limits, &e));
    assert_ptr_equal(e.kind, &err_data_quote_open);
    err_say(&e, LANG_FR, &said);
    assert_true(str_starts(buf_str(&said), S("Ligne 3, colonne 2")));
    buf_free(&said);
    ingest_free(&g);
    close(fd);
}

/* What the seal forbids, tried inside it. */
static void probe(const char *what, bool killed)
{
    char argument[32];
    snprintf(argument, sizeof argument, "--probe=%s", what);
    const char *const arguments[] = {"read", "--sealed", argument, NULL};
    int fd = file_of(S("a;b\n1;2\n"));
    struct child_task task = {arguments, fd, STR_NONE, ingest_limits(0)};
    struct child c;
    struct err e = {0};
    char said[4096];
    size_t n, total = 0;
    assert_true(child_start(&c, &task, &e));
    while (total < sizeof said && child_read(&c, c.report_fd, said + total, sizeof said - total, &n, &e) && n > 0)
        total += n;
    if (killed)
        assert_int_equal(total, 0); /* not a word after it */
    else
        assert_true(str_find((struct str){said, total}, S("\"error\"")) >= 0);
    assert_false(child_finish(&c, &e));
    assert_ptr_equal(e.kind, &err_child_failed);
    char want[32];
    snprintf(want, sizeof want, killed ? "signal %d" : "exit 1", SIGSYS);
    assert_string_equal(e.detail, want);
    close(fd);
}

static void test_no_socket(void **state)
{
    (void)state;
    probe("socket", true);
}

static void test_no_program(void **state)
{
    (void)state;
    probe("start", true);
}

static void test_no_other_file(void **state)
{
    (void)state;
    probe("open", false);
}

/* How many threads the child has; 0 while one of them is not under a filter. */
static unsigned sealed_threads(pid_t pid)
{
    char path[300], line[128];
    unsigned threads = 0, sealed = 0;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks && (task = readdir(tasks));) {
        snprintf(path, sizeof path, "/proc/%d/task/%s/status", pid, task->d_name);
        FILE *f = task->d_name[0] == '.' ? NULL : fopen(path, "re");
        threads += f != NULL;
        while (f && fgets(line, sizeof line, f))
            sealed += strcmp(line, "Seccomp:\t2\n") == 0;
        if (f)
            fclose(f);
    }
    if (tasks)
        closedir(tasks);
    return sealed == threads ? threads : 0;
}

/* The helper of a large file (reader_helper.h) was there before the seal, which falls on it as well. */
static void test_every_thread_is_sealed(void **state)
{
    (void)state;
    const char *const arguments[] = {"read", "--sealed", "--probe=spin", NULL};
    struct buf text = {0};
    while (text.n <= 1 << 20)
        buf_addz(&text, "a;b\n1;2\n");
    cpu_set_t set;
    unsigned wanted = sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 1 ? 2 : 1;
    int fd = file_of(buf_str(&text));
    struct child_task task = {arguments, fd, STR_NONE, ingest_limits(text.n)};
    struct child c;
    struct err e = {0};
    assert_true(child_start(&c, &task, &e));
    int64_t until_us = clock_monotonic_us() + 20000000;
    while (sealed_threads(c.pid) != wanted && clock_monotonic_us() < until_us)
        poll(NULL, 0, 5);
    assert_int_equal(sealed_threads(c.pid), wanted);
    child_kill(&c);
    close(fd);
    buf_free(&text);
}

static void test_time_ceiling(void **state)
{
    (void)state;
    const char *const arguments[] = {"read", "--sealed", "--probe=spin", NULL};
    int fd = file_of(S("a;b\n1;2\n"));
    struct child_task task = {arguments, fd, STR_NONE, ingest_limits(0)};
    struct child c;
    struct err e = {0};
    char said[64];
    size_t n;
    task.limits.wall_s = 1;
    assert_true(child_start(&c, &task, &e));
    pid_t pid = c.pid;
    assert_false(child_read(&c, c.report_fd, said, sizeof said, &n, &e));
    assert_ptr_equal(e.kind, &err_child_slow);
    child_kill(&c);
    assert_int_equal(kill(pid, 0), -1);
    close(fd);
}

static void test_cpu_ceiling(void **state)
{
    (void)state;
    const char *const arguments[] = {"read", "--sealed", "--probe=spin", NULL};
    int fd = file_of(S("a;b\n1;2\n"));
    struct child_task task = {arguments, fd, STR_NONE, ingest_limits(0)};
    struct child c;
    struct err e = {0};
    char said[64];
    size_t n;
    task.limits.cpu_s = 1;
    assert_true(child_start(&c, &task, &e));
    assert_true(child_read(&c, c.report_fd, said, sizeof said, &n, &e)); /* its end closes the pipe */
    assert_int_equal(n, 0);
    assert_false(child_finish(&c, &e));
    assert_ptr_equal(e.kind, &err_child_slow);
    assert_string_equal(e.detail, "over 1 s");
    close(fd);
}

/* A child that dies half way: nothing it sent is believed. */
static void test_killed_half_way(void **state)
{
    (void)state;
    struct buf text = {.max = 64 << 20};
    buf_addz(&text, "n;nom\n");
    for (int i = 0; i < 100000; i++)
        buf_printf(&text, "%d;une ligne assez longue %d\n", i, i);
    int fd = file_of(buf_str(&text));
    struct ingest g;
    struct err e = {0};
    char piece[4096];
    size_t n;
    struct child_limits limits = ingest_limits(text.n);
    assert_true(ingest_start(&g, fd, STR_NONE, false, &limits, &e));
    assert_true(child_read(&g.child, ingest_stream(&g), piece, sizeof piece, &n, &e));
    assert_true(n > 0);
    kill(g.child.pid, SIGKILL);
    assert_false(ingest_finish(&g, 100000, &e));
    assert_ptr_equal(e.kind, &err_child_failed);
    ingest_free(&g);
    close(fd);
    buf_free(&text);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "read") == 0)
        return read_main(argc - 1, argv + 1);
    clock_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_comes_through), cmocka_unit_test(test_checks_are_known_with_the_rows),
        cmocka_unit_test(test_many_findings_come_behind_the_rows), cmocka_unit_test(test_it_sorts_what_is_long), cmocka_unit_test(test_its_error_is_ours),
        cmocka_unit_test(test_no_socket), cmocka_unit_test(test_no_program), cmocka_unit_test(test_no_other_file),
        cmocka_unit_test(test_every_thread_is_sealed),
        cmocka_unit_test(test_time_ceiling), cmocka_unit_test(test_cpu_ceiling), cmocka_unit_test(test_killed_half_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
