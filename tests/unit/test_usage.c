/* The counter file: admission, shares, races between processes, kill -9, months. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/rand.h"
#include "tenants/quota/usage.h"

enum { ROOT = 0, A = 1, B = 2, NOW = 1000, NEXT = 2000, AFTER = 3000, MONTH = 24322 };

static char path[64];

static struct usage *fresh(int64_t pool, int64_t reserved_a, int64_t ceiling_a)
{
    struct err e = {0};
    snprintf(path, sizeof path, "/tmp/test-usage-%d", (int)getpid());
    unlink(path);
    struct usage *u = usage_open(path, &e);
    assert_non_null(u);
    usage_months(u, MONTH, NOW, NEXT, AFTER);
    usage_set_pool(u, ROOT, pool, reserved_a);
    usage_set_share(u, &(struct usage_share){A, ROOT, reserved_a, ceiling_a, 0});
    usage_set_share(u, &(struct usage_share){B, ROOT, 0, -1, 0});
    return u;
}

static void done(struct usage *u)
{
    usage_close(u);
    unlink(path);
}

static unsigned admitted(struct usage *u, unsigned slot, unsigned tries)
{
    struct usage_receipt r;
    unsigned n = 0;
    for (unsigned i = 0; i < tries; i++)
        n += usage_spend(u, slot, 1, 1, true, NOW + 1, &r) == USAGE_ADMITTED;
    return n;
}

/* Pool 100, 30 of it guaranteed to A: B gets the rest of 70 and A its 30 afterwards. */
static void test_a_reservation_is_kept_from_the_others(void **state)
{
    (void)state;
    struct usage *u = fresh(100, 30, -1);
    assert_int_equal(admitted(u, B, 200), 70);
    assert_int_equal(admitted(u, A, 200), 30);
    done(u);
}

static void test_a_ceiling_stops_its_tenant_only(void **state)
{
    (void)state;
    struct usage *u = fresh(100, 10, 25);
    assert_int_equal(admitted(u, A, 200), 25);
    assert_int_equal(admitted(u, B, 200), 75); /* 90 of rest less the 15 that A drew */
    done(u);
}

static void test_what_is_given_back_can_be_spent_again(void **state)
{
    (void)state;
    struct usage *u = fresh(5, 0, -1);
    struct usage_receipt r;
    assert_int_equal(usage_spend(u, A, 0, 1, true, NOW + 1, &r), USAGE_ADMITTED);
    assert_int_equal(admitted(u, A, 10), 4);
    usage_give_back(u, &r);
    assert_int_equal(admitted(u, A, 10), 1);
    done(u);
}

static void test_pages_are_counted_but_never_refused(void **state)
{
    (void)state;
    struct usage *u = fresh(2, 0, -1);
    struct usage_receipt r;
    struct usage_now now;
    for (int i = 0; i < 5; i++)
        assert_int_equal(usage_spend(u, A, 0, 1, false, NOW + 1, &r), USAGE_ADMITTED);
    usage_read(u, A, NOW + 1, &now);
    assert_int_equal(now.used, 5);
    assert_int_equal(admitted(u, A, 3), 0);
    done(u);
}

/* A larger reservation takes from the rest only what was not drawn from it before. */
static void test_a_share_changed_in_mid_month_moves_what_was_drawn(void **state)
{
    (void)state;
    struct usage *u = fresh(100, 0, -1);
    struct usage_now now;
    assert_int_equal(admitted(u, A, 40), 40);
    usage_set_share(u, &(struct usage_share){A, ROOT, 30, -1, 0});
    usage_set_pool(u, ROOT, 100, 30);
    usage_read(u, A, NOW + 1, &now);
    assert_int_equal(now.rest, 70);
    assert_int_equal(now.rest_used, 10);
    assert_int_equal(admitted(u, B, 200), 60);
    done(u);
}

static void test_the_next_month_begins_at_its_instant(void **state)
{
    (void)state;
    struct usage *u = fresh(3, 0, -1);
    struct usage_receipt r;
    assert_int_equal(admitted(u, A, 9), 3);
    assert_int_equal(usage_spend(u, A, 1, 1, true, NEXT - 1, &r), USAGE_POOL_SPENT);
    assert_int_equal(usage_spend(u, A, 1, 1, true, NEXT, &r), USAGE_ADMITTED);
    struct usage_now now;
    usage_read(u, A, NEXT - 1, &now);
    assert_int_equal(now.resets_us, NEXT);
    usage_read(u, A, NEXT, &now); /* before PostgreSQL said more */
    assert_int_equal(now.resets_us, AFTER);
    usage_months(u, MONTH + 1, NEXT, AFTER, AFTER + 1000);
    usage_months(u, MONTH + 2, AFTER, AFTER + 1000, AFTER + 2000); /* takes the place of MONTH */
    int64_t number;
    assert_int_equal(usage_count(u, A, (MONTH + 1) % 3, 1, &number), 1);
    assert_int_equal(number, MONTH + 1);
    assert_int_equal(usage_count(u, A, MONTH % 3, 1, &number), 0);
    assert_int_equal(number, MONTH + 3);
    done(u);
}

/* Eight processes race for the last 100,000 calls of the pool: exactly so many are admitted. */
static void test_racing_processes_admit_exactly_the_pool(void **state)
{
    (void)state;
    enum { PROCESSES = 8, POOL = 100000 };
    struct usage *u = fresh(POOL, 0, -1);
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    for (int i = 0; i < PROCESSES; i++) {
        if (fork() == 0) {
            struct err e = {0};
            struct usage *mine = usage_open(path, &e);
            unsigned n = admitted(mine, i % 2 ? A : B, POOL / 4);
            _exit(write(pipes[1], &n, sizeof n) == sizeof n ? 0 : 1);
        }
    }
    unsigned total = 0, n;
    for (int i = 0; i < PROCESSES; i++) {
        assert_int_equal(read(pipes[0], &n, sizeof n), sizeof n);
        total += n;
    }
    while (wait(NULL) > 0)
        ;
    assert_int_equal(total, POOL);
    close(pipes[0]), close(pipes[1]);
    done(u);
}

/* A process killed in mid-count: the file says what it had counted, call for call. */
static void test_counts_are_exact_after_kill_9(void **state)
{
    (void)state;
    struct usage *u = fresh(1000000000, 0, -1);
    uint64_t epoch = usage_epoch(u);
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        struct err e = {0};
        struct usage *mine = usage_open(path, &e);
        struct usage_receipt r;
        for (;;) {
            usage_spend(mine, A, 1, 1, true, NOW + 1, &r);
            if (write(pipes[1], "x", 1) != 1)
                _exit(1);
        }
    }
    char bytes[1000];
    size_t seen = 0;
    while (seen < 5000) {
        ssize_t n = read(pipes[0], bytes, sizeof bytes);
        assert_true(n > 0);
        seen += (size_t)n;
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(pipes[1]);
    for (ssize_t n; (n = read(pipes[0], bytes, sizeof bytes)) > 0;)
        seen += (size_t)n;
    usage_close(u);

    struct err e = {0};
    struct usage_now now;
    u = usage_open(path, &e);
    usage_read(u, A, NOW + 1, &now);
    assert_int_equal(usage_epoch(u), epoch);
    assert_in_range(now.used, seen, seen + 1); /* at most the call whose byte was not written yet */
    close(pipes[0]);
    done(u);
}

/* The file was lost after 60 calls of A and 30 of B, of a pool of 100 with 20 guaranteed to A: 10 are left. */
static void test_a_lost_file_does_not_give_the_pool_anew(void **state)
{
    (void)state;
    struct usage *u = fresh(100, 20, -1);
    for (int again = 0; again < 2; again++) { /* read every two seconds: the same thing twice changes nothing */
        usage_set_share(u, &(struct usage_share){A, ROOT, 20, -1, 60, MONTH});
        usage_set_share(u, &(struct usage_share){B, ROOT, 0, -1, 30, MONTH});
    }
    assert_int_equal(admitted(u, B, 200), 10);
    assert_int_equal(admitted(u, A, 200), 0);
    done(u);
}

/* The totals of one month that were on their way while the next began must not count in it. */
static void test_what_others_counted_belongs_to_its_month(void **state)
{
    (void)state;
    struct usage *u = fresh(100, 0, -1);
    struct usage_now now;
    usage_months(u, MONTH + 1, NEXT, AFTER, AFTER + 1000);
    usage_set_share(u, &(struct usage_share){A, ROOT, 0, -1, 90, MONTH});
    usage_read(u, A, NEXT + 1, &now);
    assert_int_equal(now.used, 0);
    assert_int_equal(now.limit, 100);
    usage_read(u, A, NEXT - 1, &now);
    assert_int_equal(now.used, 90);
    done(u);
}

/* Reserved 10. The 10th call is in flight when the 11th draws from the rest; giving one back, whichever, frees
 * the one of the rest: 9 used, then 10, then 11 draws again. */
static void test_giving_back_at_the_edge_of_a_reservation_frees_the_rest(void **state)
{
    (void)state;
    struct usage *u = fresh(100, 10, -1);
    struct usage_receipt tenth, eleventh;
    struct usage_now now;
    assert_int_equal(admitted(u, A, 9), 9);
    usage_spend(u, A, 0, 1, true, NOW + 1, &tenth);
    usage_spend(u, A, 0, 1, true, NOW + 1, &eleventh);
    usage_give_back(u, &tenth);
    usage_read(u, A, NOW + 1, &now);
    assert_int_equal(now.rest_used, 0);
    usage_give_back(u, &eleventh);
    usage_read(u, A, NOW + 1, &now);
    assert_int_equal(now.used, 9);
    assert_int_equal(now.rest_used, 0);
    done(u);
}

/* A portal made a second ago has no share in the file: it answers, and what it used is drawn afterwards. */
static void test_a_new_tenant_is_counted_and_not_refused(void **state)
{
    (void)state;
    enum { NEW = 7, OTHER_ROOT = 5 };
    struct usage *u = fresh(0, 0, -1); /* nothing left in the pool of the root in slot 0 */
    struct usage_now now;
    assert_false(usage_known(u, NEW));
    assert_int_equal(admitted(u, NEW, 3), 3);
    usage_set_pool(u, OTHER_ROOT, 5, 0);
    usage_set_share(u, &(struct usage_share){NEW, OTHER_ROOT, 0, -1, 0, MONTH});
    assert_true(usage_known(u, NEW));
    assert_int_equal(admitted(u, NEW, 9), 2);
    usage_read(u, A, NOW + 1, &now);
    assert_int_equal(now.rest_used, 0);
    done(u);
}

/* The very first calls of a new file come before PostgreSQL said which month it is. */
static void test_calls_before_the_first_month_is_known_count_in_it(void **state)
{
    (void)state;
    for (int64_t month = MONTH; month < MONTH + 3; month++) {
        struct usage *u = fresh(10, 0, -1);
        struct err e = {0};
        usage_close(u);
        unlink(path);
        u = usage_open(path, &e);
        assert_int_equal(admitted(u, A, 4), 4);
        usage_months(u, month, NOW, NEXT, AFTER);
        int64_t number;
        assert_int_equal(usage_count(u, A, (unsigned)(month % 3), 1, &number), 4);
        assert_int_equal(number, month);
        assert_int_equal(usage_count(u, A, (unsigned)((month + 1) % 3), 1, &number), 0);
        usage_set_pool(u, ROOT, 10, 0);
        usage_set_share(u, &(struct usage_share){A, ROOT, 0, -1, 0, month});
        assert_int_equal(admitted(u, A, 10), 6);
        done(u);
    }
}

/* Four processes spend and give back around a reservation and the end of the rest: what stays is never over the
 * pool, and what was drawn from the rest is what the tenants used beyond their reservations. */
static void test_spending_and_giving_back_together_keep_the_sums(void **state)
{
    (void)state;
    enum { PROCESSES = 4, POOL = 40, RESERVED = 10, ROUNDS = 20000 };
    struct usage *u = fresh(POOL, RESERVED, -1);
    struct usage_now a, b;
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            struct err e = {0};
            struct usage *mine = usage_open(path, &e);
            struct usage_receipt held[16] = {0};
            for (unsigned j = 0; j < ROUNDS; j++) {
                usage_give_back(mine, &held[j % 16]);
                held[j % 16].counted = false;
                usage_spend(mine, i % 2 ? A : B, 1, 1, true, NOW + 1, &held[j % 16]);
            }
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    usage_read(u, A, NOW + 1, &a);
    usage_read(u, B, NOW + 1, &b);
    assert_in_range(a.used + b.used, 1, POOL);
    assert_int_equal(a.rest_used, (a.used > RESERVED ? a.used - RESERVED : 0) + b.used);
    done(u);
}

static void test_one_process_of_a_host_writes_the_totals(void **state)
{
    (void)state;
    struct usage *u = fresh(1, 0, -1);
    struct err e = {0};
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        struct usage *mine = usage_open(path, &e);
        char leads = usage_leads(mine) ? 'y' : 'n';
        _exit(write(pipes[1], &leads, 1) == 1 ? pause() : 1);
    }
    char leads;
    assert_int_equal(read(pipes[0], &leads, 1), 1);
    assert_int_equal(leads, 'y');
    assert_false(usage_leads(u));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_true(usage_leads(u));
    close(pipes[0]), close(pipes[1]);
    done(u);
}

int main(void)
{
    rand_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reservation_is_kept_from_the_others),
        cmocka_unit_test(test_a_ceiling_stops_its_tenant_only),
        cmocka_unit_test(test_what_is_given_back_can_be_spent_again),
        cmocka_unit_test(test_pages_are_counted_but_never_refused),
        cmocka_unit_test(test_a_share_changed_in_mid_month_moves_what_was_drawn),
        cmocka_unit_test(test_the_next_month_begins_at_its_instant),
        cmocka_unit_test(test_racing_processes_admit_exactly_the_pool),
        cmocka_unit_test(test_counts_are_exact_after_kill_9),
        cmocka_unit_test(test_a_lost_file_does_not_give_the_pool_anew),
        cmocka_unit_test(test_what_others_counted_belongs_to_its_month),
        cmocka_unit_test(test_giving_back_at_the_edge_of_a_reservation_frees_the_rest),
        cmocka_unit_test(test_a_new_tenant_is_counted_and_not_refused),
        cmocka_unit_test(test_calls_before_the_first_month_is_known_count_in_it),
        cmocka_unit_test(test_spending_and_giving_back_together_keep_the_sums),
        cmocka_unit_test(test_one_process_of_a_host_writes_the_totals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
