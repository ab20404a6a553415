/* Lanes on a loop, against a real PostgreSQL. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/errors.h"
#include "core/base/log.h"
#include "core/db/errors.h"
#include "core/db/lane.h"
#include "tests/db/fixture.h"

#define TENANT "018f0000-0000-7000-8000-00000000000a"
#define OTHER "018f0000-0000-7000-8000-00000000000b"
#define THIRD "018f0000-0000-7000-8000-00000000000c"

static const struct stmt things = {"things", "SELECT id FROM test.thing ORDER BY id", 0, STMT_TENANT, STMT_FAST, ROLE_WEB};
static const struct stmt add = {"add", "INSERT INTO test.thing VALUES ($1::uuid, $2::int)", 2, STMT_TENANT, STMT_WRITE, ROLE_WEB};
static const struct stmt setting = {"setting", "SELECT current_setting('portal.tenant_id', true)", 0, STMT_TENANT, STMT_FAST, ROLE_WEB};
static const struct stmt halves = {"halves", "SELECT 10 / $1::int", 1, STMT_GLOBAL, STMT_FAST, ROLE_WEB};
static const struct stmt slow_fast = {"slow_fast", "SELECT test.slow($1::int)", 1, STMT_GLOBAL, STMT_FAST, ROLE_WEB};
static const struct stmt slow = {"slow", "SELECT test.slow($1::int)", 1, STMT_GLOBAL, STMT_WRITE, ROLE_WEB};
static const struct stmt slow_add = {"slow_add", "INSERT INTO test.thing SELECT $1::uuid, test.slow($2::int)", 2, STMT_TENANT, STMT_WRITE, ROLE_WEB};

enum { ASKS = 64 };
static struct arena a;
static uv_loop_t loop;
static struct lanes *lanes;
static struct ask {
    struct batch b;
    struct err e;
    unsigned calls; /* of done() */
    unsigned order;
} asks[ASKS];
static unsigned ended;

static int setup(void **state)
{
    db_setup_bare(state);
    log_init("test", LOG_ERROR);
    db_exec(DB_SUPER,
            "CREATE TABLE test.thing (tenant_id uuid NOT NULL, id int NOT NULL);"
            "ALTER TABLE test.thing ENABLE ROW LEVEL SECURITY; ALTER TABLE test.thing FORCE ROW LEVEL SECURITY;"
            "CREATE POLICY p ON test.thing USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);"
            "GRANT SELECT, INSERT ON test.thing TO terrasse_web;"
            "CREATE TABLE data.v_0123456789abcdef0123456789abcdef (_id int PRIMARY KEY, c1 text);"
            "GRANT SELECT ON data.v_0123456789abcdef0123456789abcdef TO terrasse_reader;"
            "INSERT INTO data.v_0123456789abcdef0123456789abcdef SELECT g, 'row ' || g FROM generate_series(1, 9) g;");
    return 0;
}

static void on_done(struct batch *b, struct err *e, void *context)
{
    struct ask *k = context;
    assert_ptr_equal(b, &k->b);
    k->e = *e;
    k->calls++;
    k->order = ++ended;
}

static void on_late(uv_timer_t *t)
{
    *(bool *)t->data = true;
}

/* Turns the loop until asks 0 to n-1 have had their answer; never for ever. */
static void wait_for(unsigned n)
{
    uv_timer_t timer;
    bool late = false, all = false;
    uv_timer_init(&loop, &timer);
    timer.data = &late;
    uv_timer_start(&timer, on_late, 15000, 0);
    while (!all && !late) {
        all = true;
        for (unsigned i = 0; i < n; i++)
            all = all && asks[i].calls > 0;
        if (!all)
            uv_run(&loop, UV_RUN_ONCE);
    }
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_false(late);
}

/* Turns the loop while the database does not answer `want`. */
static void turn_until(const char *sql, const char *want, int within_ms)
{
    int64_t until_us = clock_monotonic_us() + (int64_t)within_ms * 1000;
    while (strcmp(db_value(DB_SUPER, sql), want) != 0) {
        if (clock_monotonic_us() > until_us)
            fail_msg("never %s: %s", want, sql);
        uv_run(&loop, UV_RUN_NOWAIT);
    }
}

static int64_t metric(const char *name)
{
    struct buf out = {0};
    char line[128];
    snprintf(line, sizeof line, "\nterrasse_db_%s ", name);
    lanes_metrics(lanes, &out);
    buf_addc(&out, '\0');
    const char *at = strstr(out.p, line);
    assert_non_null(at);
    int64_t v = atoll(at + strlen(line));
    buf_free(&out);
    return v;
}

static unsigned up(void)
{
    return (unsigned)metric("connections{role=\"web\"}");
}

static int open_with(unsigned fast, unsigned exclusive)
{
    memset(asks, 0, sizeof asks);
    ended = 0;
    uv_loop_init(&loop);
    lanes = lanes_open(&loop, &(struct lanes_config){db_uri(DB_WEB), db_uri(DB_READER), fast, fast, exclusive, exclusive});
    for (int i = 0; i < 2000 && !lanes_ready(lanes); i++)
        uv_run(&loop, UV_RUN_ONCE);
    assert_true(lanes_ready(lanes));
    for (int i = 0; i < 2000 && up() < fast + exclusive; i++)
        uv_run(&loop, UV_RUN_ONCE);
    db_exec(DB_SUPER, "TRUNCATE test.thing; INSERT INTO test.thing VALUES ('" TENANT "', 1), ('" OTHER "', 2)");
    return 0;
}

static int one_each(void **state)
{
    (void)state;
    return open_with(1, 1);
}

static int four_exclusive(void **state)
{
    (void)state;
    return open_with(1, 4);
}

static int after(void **state)
{
    (void)state;
    lanes_close(lanes);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0); /* no handle is left */
    for (unsigned i = 0; i < ASKS; i++)
        batch_clear(&asks[i].b);
    arena_free(&a);
    return 0;
}

static struct batch *fill(unsigned i, const char *tenant)
{
    batch_init(&asks[i].b, &a);
    uuid_parse(str_of(tenant), &asks[i].b.tenant);
    return &asks[i].b;
}

static void submit(unsigned i, const char *tenant, const struct stmt *s, const struct str *params)
{
    batch_ask(fill(i, tenant), s, params);
    lanes_submit(lanes, &asks[i].b, 8000, on_done, &asks[i]);
    assert_int_equal(asks[i].calls, 0); /* never from inside lanes_submit */
}

static void good(unsigned i)
{
    db_good(asks[i].e.kind == NULL, &asks[i].e);
    assert_int_equal(asks[i].calls, 1);
}

static void test_a_failed_segment_leaves_its_neighbours_untouched(void **state)
{
    (void)state;
    submit(0, TENANT, &halves, (const struct str[]){S("0")});
    submit(1, OTHER, &things, NULL);
    submit(2, TENANT, &things, NULL);
    wait_for(3);
    assert_ptr_equal(asks[0].e.kind, &err_value_refused);
    good(1);
    good(2);
    assert_int_equal(batch_i64(&asks[1].b, 0, 0, 0), 2);
    assert_int_equal(batch_i64(&asks[2].b, 0, 0, 0), 1);
}

/* Without a Sync between them the server would skip it, and the segment behind would find nothing. */
static void test_a_preparation_outlives_the_failure_in_front_of_it(void **state)
{
    (void)state;
    static const struct stmt broken = {"broken", "SELECT 1 FROM test.nothing_like_it", 0, STMT_GLOBAL, STMT_FAST, ROLE_WEB};
    batch_ask(fill(0, TENANT), &broken, NULL);
    batch_ask(&asks[0].b, &things, NULL);
    lanes_submit(lanes, &asks[0].b, 8000, on_done, &asks[0]);
    submit(1, TENANT, &things, NULL);
    wait_for(2);
    assert_ptr_equal(asks[0].e.kind, &err_table_gone);
    good(1);
    assert_int_equal(metric("fast_segments_total"), 2); /* not sent again */
}

static void test_the_tenant_is_gone_after_its_segment(void **state)
{
    (void)state;
    submit(0, TENANT, &things, NULL);
    submit(1, "", &things, NULL);
    submit(2, "", &setting, NULL);
    wait_for(3);
    good(0), good(1), good(2);
    assert_int_equal(batch_rows(&asks[0].b, 0), 1);
    assert_int_equal(batch_rows(&asks[1].b, 0), 0);
    assert_int_equal(batch_col(&asks[2].b, 0, 0, 0).n, 0);
}

static void test_a_write_goes_to_an_exclusive_connection(void **state)
{
    (void)state;
    submit(0, TENANT, &add, (const struct str[]){S(TENANT), S("5")});
    wait_for(1);
    good(0);
    assert_int_equal(metric("exclusive_segments_total"), 1);
    assert_int_equal(metric("fast_segments_total"), 0);
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM test.thing"), "3");
}

static void test_a_slow_statement_moves_to_the_exclusive_lane(void **state)
{
    (void)state;
    submit(0, TENANT, &slow_fast, (const struct str[]){S("400")});
    submit(1, TENANT, &things, NULL);
    wait_for(2);
    good(0);
    good(1);
    assert_int_equal(batch_i64(&asks[0].b, 0, 0, 0), 400);
    assert_int_equal(metric("slow_total"), 1);
    assert_int_equal(metric("exclusive_segments_total"), 1);
}

static void test_an_exclusive_statement_has_three_seconds(void **state)
{
    (void)state;
    int64_t start_us = clock_monotonic_us();
    submit(0, TENANT, &slow, (const struct str[]){S("7000")});
    wait_for(1);
    assert_ptr_equal(asks[0].e.kind, &err_deadline);
    assert_in_range((clock_monotonic_us() - start_us) / 1000, 2900, 4500);
}

static void test_a_deadline_ends_what_runs_and_what_waits(void **state)
{
    (void)state;
    batch_ask(fill(0, TENANT), &slow, (const struct str[]){S("2500")});
    batch_ask(fill(1, TENANT), &slow, (const struct str[]){S("10")});
    lanes_submit(lanes, &asks[0].b, 1000, on_done, &asks[0]);
    lanes_submit(lanes, &asks[1].b, 300, on_done, &asks[1]); /* behind the first */
    int64_t start_us = clock_monotonic_us();
    wait_for(2);
    assert_ptr_equal(asks[0].e.kind, &err_deadline);
    assert_ptr_equal(asks[1].e.kind, &err_deadline);
    assert_int_equal(asks[1].order, 1);
    assert_in_range((clock_monotonic_us() - start_us) / 1000, 900, 2200);
    assert_int_equal(metric("cancelled_total"), 1);
}

static const char kill_web[] = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'terrasse_web'";
static const char is_slow[] = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%test.slow%' AND usename LIKE 'terrasse%'";

static void test_killed_backend_read_again_write_unknown(void **state)
{
    (void)state;
    submit(0, TENANT, &slow_fast, (const struct str[]){S("200")});
    submit(1, TENANT, &slow_add, (const struct str[]){S(TENANT), S("2000")});
    turn_until(is_slow, "2", 5000);
    db_exec(DB_SUPER, kill_web);
    wait_for(2);
    good(0);
    assert_ptr_equal(asks[1].e.kind, &err_outcome_unknown);
    assert_int_equal(metric("again_total"), 1);
    assert_string_equal(db_value(DB_SUPER, "SELECT count(*) FROM test.thing"), "2");
}

static void test_service_goes_on_after_all_backends_are_killed(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        db_exec(DB_SUPER, kill_web);
        for (unsigned i = 0; i < 6; i++) {
            batch_clear(&asks[i].b);
            asks[i] = (struct ask){0};
            submit(i, TENANT, &things, NULL);
        }
        wait_for(6);
        for (unsigned i = 0; i < 6; i++) {
            good(i);
            assert_int_equal(batch_rows(&asks[i].b, 0), 1);
        }
    }
}

/* What it says last and that it is gone are one event to the loop, as its requests were not read: libuv stops watching then. */
static void test_a_backend_that_went_with_requests_unread_is_noticed(void **state)
{
    (void)state;
    submit(0, TENANT, &slow_fast, (const struct str[]){S("100")});
    for (unsigned i = 1; i < 6; i++)
        submit(i, TENANT, &things, NULL);
    turn_until(is_slow, "1", 5000);
    db_exec(DB_SUPER, kill_web);
    assert_true(db_until(DB_SUPER, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'terrasse_web'", "0", 5000));
    wait_for(6);
    for (unsigned i = 0; i < 6; i++)
        good(i);
}

/* The first tenant floods; of four connections it gets two, and the others are served at once. */
static void test_tenants_take_turns_and_none_has_more_than_two(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++)
        submit(i, TENANT, &slow, (const struct str[]){S("300")});
    submit(8, OTHER, &slow, (const struct str[]){S("301")});
    submit(9, THIRD, &slow, (const struct str[]){S("302")});
    submit(10, OTHER, &slow, (const struct str[]){S("303")});
    turn_until(is_slow, "4", 5000);
    wait_for(11);
    unsigned before_third = 0;
    for (unsigned i = 0; i < 8; i++) {
        good(i);
        before_third += asks[i].order < asks[9].order;
    }
    assert_true(before_third <= 2);
    assert_true(asks[8].order <= 4);
    assert_true(asks[10].order <= 8);
}

static void test_forget_cancels_within_a_second(void **state)
{
    (void)state;
    submit(0, TENANT, &slow, (const struct str[]){S("2900")});
    submit(1, TENANT, &slow, (const struct str[]){S("2900")});
    turn_until(is_slow, "1", 5000); /* one runs, one waits */
    lanes_forget(lanes, &asks[0].b);
    lanes_forget(lanes, &asks[1].b);
    memset(&asks[0].b, 0xee, sizeof asks[0].b); /* the caller's memory is gone */
    memset(&asks[1].b, 0xee, sizeof asks[1].b);
    turn_until(is_slow, "0", 1000);
    submit(2, TENANT, &add, (const struct str[]){S(TENANT), S("6")});
    while (asks[2].calls == 0)
        uv_run(&loop, UV_RUN_ONCE);
    good(2);
    assert_int_equal(asks[0].calls + asks[1].calls, 0);
    memset(asks, 0, 2 * sizeof asks[0]);
}

static void test_forget_on_a_fast_lane_lets_the_neighbour_finish(void **state)
{
    (void)state;
    submit(0, TENANT, &slow_fast, (const struct str[]){S("150")});
    submit(1, TENANT, &things, NULL);
    lanes_forget(lanes, &asks[0].b);
    memset(&asks[0].b, 0xee, sizeof asks[0].b);
    while (asks[1].calls == 0)
        uv_run(&loop, UV_RUN_ONCE);
    good(1);
    assert_int_equal(asks[0].calls, 0);
    assert_int_equal(metric("cancelled_total"), 0);
    memset(&asks[0], 0, sizeof asks[0]);
}

static void test_rows_are_read_as_terrasse_reader(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct batch *b = fill(i, TENANT);
        b->rows = b->fast = true;
        batch_ask_sql(b, "SELECT _id, c1, current_user FROM data.v_0123456789abcdef0123456789abcdef WHERE _id > $1 ORDER BY _id LIMIT 2",
                      1, (const struct str[]){S("3")}, true);
        lanes_submit(lanes, b, 5000, on_done, &asks[i]);
    }
    wait_for(4);
    for (unsigned i = 0; i < 4; i++) {
        good(i);
        assert_int_equal(batch_i64(&asks[i].b, 0, 0, 0), 4);
        assert_true(str_eq(batch_col(&asks[i].b, 0, 1, 1), S("row 5")));
        assert_true(str_eq(batch_col(&asks[i].b, 0, 0, 2), S("terrasse_reader")));
    }
}

static int two_fast(void **state)
{
    (void)state;
    open_with(2, 1);
    for (int i = 0; i < 2000 && metric("connections{role=\"reader\"}") < 3; i++)
        uv_run(&loop, UV_RUN_ONCE);
    assert_int_equal(metric("connections{role=\"reader\"}"), 3);
    return 0;
}

static void ask_who(unsigned i, bool apart)
{
    struct batch *b = fill(i, TENANT);
    b->rows = b->fast = true;
    b->apart = apart;
    batch_ask_sql(b, "SELECT pg_backend_pid()", 0, NULL, true);
    lanes_submit(lanes, b, 5000, on_done, &asks[i]);
}

/* How many backends answered the first n; the asks are free again. */
static unsigned who_answered(unsigned n)
{
    int64_t pids[ASKS];
    unsigned different = 0;
    wait_for(n);
    for (unsigned i = 0; i < n; i++) {
        good(i);
        pids[i] = batch_i64(&asks[i].b, 0, 0, 0);
        bool seen = false;
        for (unsigned k = 0; k < i; k++)
            seen |= pids[k] == pids[i];
        different += !seen;
        batch_clear(&asks[i].b);
        memset(&asks[i], 0, sizeof asks[i]);
    }
    return different;
}

/* Results are taken by the loop alone, so that nothing ends between the calls. Sharing may fail where this process is kept from
 * running for a millisecond among them; spread over the least loaded they would never share. */
static void test_look_ups_share_a_connection_while_it_is_quick(void **state)
{
    (void)state;
    unsigned shared = 2;
    for (int again = 0; again < 20 && shared > 1; again++) {
        for (unsigned i = 0; i < 8; i++)
            ask_who(i, false);
        shared = who_answered(8);
    }
    assert_int_equal(shared, 1);
    ask_who(0, false);
    for (int64_t until_us = clock_monotonic_us() + 2000; clock_monotonic_us() < until_us;)
        ;
    ask_who(1, false); /* what waits for two milliseconds is no quick one */
    assert_int_equal(who_answered(2), 2);
}

static void test_walks_go_beside_others(void **state)
{
    (void)state;
    ask_who(0, true);
    ask_who(1, true);
    assert_int_equal(who_answered(2), 2);
    ask_who(0, false);
    ask_who(1, true);
    assert_int_equal(who_answered(2), 2);
}

/* The catalogue's questions ride the web role's fast lane, and their best plan hangs on the words that are asked for. */
static void test_only_the_fast_reader_keeps_one_plan_for_all(void **state)
{
    (void)state;
    static const char sql[] = "SELECT current_user || ' ' || current_setting('statement_timeout') || ' ' || current_setting('plan_cache_mode')";
    static const struct stmt fast = {"fast_plan", sql, 0, STMT_GLOBAL, STMT_FAST, ROLE_WEB};
    static const struct stmt exclusive = {"exclusive_plan", sql, 0, STMT_GLOBAL, STMT_WRITE, ROLE_WEB};
    static const char *const want[] = {"terrasse_web 250ms auto", "terrasse_web 3s auto", "terrasse_reader 250ms force_generic_plan", "terrasse_reader 3s auto"};
    for (unsigned i = 0; i < 4; i++) {
        struct batch *b = fill(i, TENANT);
        b->rows = i >= 2;
        b->fast = i == 2;
        if (b->rows)
            batch_ask_sql(b, sql, 0, NULL, false);
        else
            batch_ask(b, i == 0 ? &fast : &exclusive, NULL);
        lanes_submit(lanes, b, 5000, on_done, &asks[i]);
    }
    wait_for(4);
    for (unsigned i = 0; i < 4; i++) {
        good(i);
        if (!str_eq(batch_col(&asks[i].b, 0, 0, 0), str_of(want[i])))
            fail_msg("%s is " STR_FMT, want[i], STR_ARG(batch_col(&asks[i].b, 0, 0, 0)));
    }
}

static void test_a_fast_lane_cannot_write(void **state)
{
    (void)state;
    static const struct stmt lies = {"lies", "INSERT INTO test.thing VALUES ($1::uuid, 77)", 1, STMT_TENANT, STMT_FAST, ROLE_WEB};
    submit(0, TENANT, &lies, (const struct str[]){S(TENANT)});
    wait_for(1);
    assert_non_null(asks[0].e.kind);
    assert_non_null(strstr(asks[0].e.detail, "25006")); /* read_only_sql_transaction */
}

static void test_a_backend_is_recycled_after_2000_tables(void **state)
{
    (void)state;
    const char *pid = "SELECT pg_backend_pid()";
    struct batch *b = fill(0, "");
    b->rows = b->fast = true;
    batch_ask_sql(b, pid, 0, NULL, false);
    lanes_submit(lanes, b, 5000, on_done, &asks[0]);
    wait_for(1);
    for (unsigned i = 0; i < 2000; i++) {
        char sql[96];
        snprintf(sql, sizeof sql, "SELECT 1 AS \"data.v_%032x\"", i);
        batch_clear(&asks[1].b);
        asks[1].calls = 0;
        b = fill(1, "");
        b->rows = b->fast = true;
        batch_ask_sql(b, sql, 0, NULL, false);
        lanes_submit(lanes, b, 5000, on_done, &asks[1]);
        wait_for(2);
        good(1);
        assert_int_equal(metric("recycled_total"), i + 1 >= 2000);
    }
    b = fill(2, "");
    b->rows = b->fast = true;
    batch_ask_sql(b, pid, 0, NULL, false);
    lanes_submit(lanes, b, 5000, on_done, &asks[2]);
    wait_for(3);
    good(2);
    assert_false(batch_i64(&asks[0].b, 0, 0, 0) == batch_i64(&asks[2].b, 0, 0, 0));
}

static void test_no_database_fails_at_the_deadline(void **state)
{
    (void)state;
    lanes_close(lanes);
    lanes = lanes_open(&loop, &(struct lanes_config){.web_uri = "host=/nowhere dbname=x", .fast_web = 1, .exclusive_web = 1});
    batch_ask(fill(0, TENANT), &things, NULL);
    lanes_submit(lanes, &asks[0].b, 200, on_done, &asks[0]);
    wait_for(1);
    assert_ptr_equal(asks[0].e.kind, &err_database_away);
    assert_false(lanes_ready(lanes));
}

static void test_a_full_queue_refuses(void **state)
{
    (void)state;
    static struct batch many[1200];
    static struct ask all;
    unsigned refused = 0;
    for (unsigned i = 0; i < 1200; i++) {
        batch_init(&many[i], &a);
        batch_ask(&many[i], &slow, (const struct str[]){S("2000")});
        lanes_submit(lanes, &many[i], 60000, on_done, &all);
    }
    refused = (unsigned)metric("refused_total");
    assert_int_equal(refused, 1200 - 1024 - 1); /* one runs */
    for (unsigned i = 0; i < 1200; i++)
        lanes_forget(lanes, &many[i]);
}

static void test_closing_answers_everybody(void **state)
{
    (void)state;
    submit(0, TENANT, &slow, (const struct str[]){S("2000")});
    submit(1, TENANT, &slow, (const struct str[]){S("2000")});
    submit(2, TENANT, &slow_fast, (const struct str[]){S("200")});
    turn_until(is_slow, "2", 5000);
    lanes_close(lanes);
    assert_ptr_equal(asks[0].e.kind, &err_outcome_unknown);
    assert_ptr_equal(asks[1].e.kind, &err_database_away);
    assert_ptr_equal(asks[2].e.kind, &err_database_away);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    open_with(1, 1);
}

static void test_idle_lanes_cost_nothing(void **state)
{
    (void)state;
    submit(0, TENANT, &things, NULL);
    wait_for(1);
    for (int i = 0; i < 50; i++) { /* let the timer see that there is nothing */
        uv_run(&loop, UV_RUN_NOWAIT);
        uv_sleep(2);
    }
    assert_int_equal(uv_backend_timeout(&loop), -1); /* the loop would sleep for ever */
}

#define T(f, before) cmocka_unit_test_setup_teardown(f, before, after)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_failed_segment_leaves_its_neighbours_untouched, one_each),
        T(test_a_preparation_outlives_the_failure_in_front_of_it, one_each),
        T(test_the_tenant_is_gone_after_its_segment, one_each),
        T(test_a_write_goes_to_an_exclusive_connection, one_each),
        T(test_a_slow_statement_moves_to_the_exclusive_lane, one_each),
        T(test_an_exclusive_statement_has_three_seconds, one_each),
        T(test_a_deadline_ends_what_runs_and_what_waits, one_each),
        T(test_killed_backend_read_again_write_unknown, one_each),
        T(test_service_goes_on_after_all_backends_are_killed, one_each),
        T(test_a_backend_that_went_with_requests_unread_is_noticed, one_each),
        T(test_tenants_take_turns_and_none_has_more_than_two, four_exclusive),
        T(test_forget_cancels_within_a_second, one_each),
        T(test_forget_on_a_fast_lane_lets_the_neighbour_finish, one_each),
        T(test_rows_are_read_as_terrasse_reader, one_each),
        T(test_look_ups_share_a_connection_while_it_is_quick, two_fast),
        T(test_walks_go_beside_others, two_fast),
        T(test_only_the_fast_reader_keeps_one_plan_for_all, one_each),
        T(test_a_fast_lane_cannot_write, one_each),
        T(test_a_backend_is_recycled_after_2000_tables, one_each),
        T(test_no_database_fails_at_the_deadline, one_each),
        T(test_a_full_queue_refuses, one_each),
        T(test_closing_answers_everybody, one_each),
        T(test_idle_lanes_cost_nothing, one_each),
    };
    return cmocka_run_group_tests(tests, setup, db_teardown);
}
