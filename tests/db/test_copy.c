/* COPY BINARY from a file descriptor nobody trusts. */
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/db/copy.h"
#include "core/db/errors.h"
#include "tests/db/fixture.h"

static const char command[] = "COPY test.target (a, b) FROM STDIN (FORMAT binary)";
static struct conn *c;
static struct err e;
static struct copy_counts counts;
static struct buf s;

static int setup(void **state)
{
    db_setup_bare(state);
    db_exec(DB_SUPER, "CREATE TABLE test.target (a int, b text); GRANT SELECT, INSERT ON test.target TO terrasse_worker");
    return 0;
}

static int before(void **state)
{
    (void)state;
    db_exec(DB_SUPER, "TRUNCATE test.target");
    c = conn_open(db_uri(DB_WORKER), ROLE_WORKER, &e);
    db_good(c != NULL, &e);
    s = (struct buf){.max = 64 << 20};
    buf_add(&s, S("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"));
    e = (struct err){0};
    return 0;
}

static int after(void **state)
{
    (void)state;
    conn_close(c);
    buf_free(&s);
    return 0;
}

static void row(void)
{
    buf_add(&s, S("\0\2\0\0\0\4\0\0\0\7\0\0\0\3abc")); /* 7, 'abc' */
}

static void trailer(void)
{
    buf_add(&s, S("\377\377"));
}

static int fd_of(struct str bytes)
{
    int fd = memfd_create("copy", MFD_CLOEXEC);
    assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static bool run(uint64_t rows, uint64_t bytes)
{
    int fd = fd_of(buf_str(&s));
    bool good = copy_in(c, command, fd, &(struct copy_limits){.rows = rows, .bytes = bytes, .fields = 2}, &counts, &e);
    close(fd);
    return good;
}

static void refused(const struct err_kind *kind)
{
    assert_false(run(1000, 1 << 20));
    if (e.kind != kind)
        fail_msg("%s (%s), wanted %s", e.kind ? e.kind->code : "?", e.detail, kind->code);
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM test.target"), "0");
    db_good(conn_exec(c, "SELECT 1", &e), &e); /* the connection serves on */
}

static void test_rows_and_bytes_are_counted(void **state)
{
    (void)state;
    row(), row(), trailer();
    db_good(run(2, s.n), &e);
    assert_int_equal(counts.rows, 2);
    assert_int_equal(counts.bytes, 19 + 2 * 17 + 2);
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM test.target WHERE a = 7 AND b = 'abc'"), "2");
}

static void test_null_and_empty_values(void **state)
{
    (void)state;
    buf_add(&s, S("\0\2\377\377\377\377\0\0\0\0")), trailer();
    db_good(run(2, 100), &e);
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM test.target WHERE a IS NULL AND b = ''"), "1");
}

static void test_any_cut_is_refused(void **state)
{
    (void)state;
    row(), row(), trailer();
    size_t whole = s.n;
    for (size_t n = 0; n < whole; n++) {
        s.n = n;
        refused(&err_copy_cut);
    }
}

static void test_framing_faults(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        size_t at;
        char byte;
    } faults[] = {
        {"signature", 0, 'Q'},      {"signature's zero", 10, 1},   {"flag of object ids", 13, 1},
        {"header extension", 18, 4}, {"one field too few", 20, 1}, {"one too many", 20, 3},
        {"no field", 20, 0},        {"negative count", 19, -2},    {"negative length", 21, -1},
        {"length beyond a gigabyte", 21, 0x7f},
        {"second row's count", 37, 3}, {"second row's length", 38, 0x60},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        s.n = 19;
        row(), row(), trailer();
        char saved = s.p[faults[i].at];
        s.p[faults[i].at] = faults[i].byte;
        print_message("%s\n", faults[i].what);
        refused(&err_copy_framing);
        s.p[faults[i].at] = saved;
    }
}

static void test_bytes_after_the_trailer(void **state)
{
    (void)state;
    row(), trailer(), row();
    refused(&err_copy_framing);
}

static void test_a_value_postgresql_refuses(void **state)
{
    (void)state;
    buf_add(&s, S("\0\2\0\0\0\3\0\0\0\0\0\0\1a")), trailer(); /* an int of three bytes */
    refused(&err_value_refused);
}

static void test_the_row_ceiling_is_that_very_row(void **state)
{
    (void)state;
    for (int i = 0; i < 300000; i++)
        row();
    size_t full = s.n;
    trailer();
    db_good(run(300000, 1 << 30), &e);
    assert_int_equal(counts.rows, 300000);
    db_exec(DB_SUPER, "TRUNCATE test.target");
    s.n = full;
    row(), trailer();
    assert_false(run(300000, 1 << 30));
    assert_ptr_equal(e.kind, &err_copy_rows);
    assert_string_equal(e.arg[0], "300000");
    assert_string_equal(e.arg[1], "300001");
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM test.target"), "0");
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM pg_stat_progress_copy"), "0");
}

static void test_the_byte_ceiling(void **state)
{
    (void)state;
    row(), row(), trailer();
    assert_false(run(10, s.n - 1));
    assert_ptr_equal(e.kind, &err_copy_bytes);
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM test.target"), "0");
}

static void test_an_open_transaction_can_be_rolled_back(void **state)
{
    (void)state;
    row();
    db_good(conn_begin(c, NULL, &e), &e);
    assert_false(run(10, 1000));
    assert_ptr_equal(e.kind, &err_copy_cut);
    assert_int_equal(PQtransactionStatus(conn_pq(c)), PQTRANS_INERROR);
    conn_rollback(c);
    trailer();
    db_good(run(10, 1000), &e);
}

static void test_a_text_copy_is_refused(void **state)
{
    (void)state;
    int fd = fd_of(S("1\tx\n"));
    assert_false(copy_in(c, "COPY test.target FROM STDIN", fd, &(struct copy_limits){.rows = 1, .bytes = 100}, &counts, &e));
    close(fd);
    db_good(conn_exec(c, "SELECT 1", &e), &e);
}

/* However the stream is cut into pieces, the verdict and the counts are the same. */
static void test_pieces_do_not_matter(void **state)
{
    (void)state;
    row(), buf_add(&s, S("\0\2\377\377\377\377\0\0\0\0")), row(), trailer();
    for (size_t piece = 1; piece <= s.n; piece++) {
        struct copy_check k = {.limits = {.rows = 3, .bytes = s.n}};
        for (size_t at = 0; at < s.n; at += piece)
            db_good(copy_check_feed(&k, str_part(buf_str(&s), at, piece), &e), &e);
        db_good(copy_check_end(&k, &e), &e);
        assert_int_equal(k.counts.rows, 3);
        assert_int_equal(k.counts.bytes, s.n);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, before, after)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_rows_and_bytes_are_counted), T(test_null_and_empty_values), T(test_any_cut_is_refused),
        T(test_framing_faults), T(test_bytes_after_the_trailer), T(test_a_value_postgresql_refuses),
        T(test_the_row_ceiling_is_that_very_row), T(test_the_byte_ceiling),
        T(test_an_open_transaction_can_be_rolled_back), T(test_a_text_copy_is_refused),
        T(test_pieces_do_not_matter),
    };
    return cmocka_run_group_tests(tests, setup, db_teardown);
}
