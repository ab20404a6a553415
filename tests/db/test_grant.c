/* What requests are granted of one dataset is one block in memory: one web process on a thread, a dataset with files, requests that wait
 * while they hold it. Built with sanitizers, the run also says that each block is freed, once. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/must.h"
#include "core/web/sql.h"
#include "core/web/web.h"
#include "tenants/people/grant.h"
#include "tenants/people/sql.h"
#include "tests/db/fixture.h"
#include "tests/db/serving.h"

enum { FILES = 1000, ENTRY = 107, TOGETHER = 8 };
#define TOURS "018f0000-0000-7000-8000-00000000000a"
#define ROOT "018f0000-0000-7000-8000-000000000001"

/* ---- one route: it is granted the dataset, waits, and says what it holds ---- */

static const struct stmt s_slow = {"t_slow", "SELECT test.slow($1::int)", 1, STMT_GLOBAL, STMT_WRITE, ROLE_WEB};
static const struct stmt *const statements[] = {&s_slow};
static const struct stmt_table statement_table = {statements, 1};

static bool ask(struct req *r, struct err *e)
{
    return grant_ask(r, r->params[0], e);
}

static bool take(struct req *r, struct err *e)
{
    struct grant *g = r->state = ARENA_NEW(r->a, struct grant);
    if (!grant_take(r, r->params[0], g, e))
        return false;
    req_ask(r, &s_slow, &r->params[1]);
    return true;
}

/* "view files bytes hash": where both stand, and the 64 characters of the last file's hash as they are now. */
static bool reply(struct req *r, struct err *e)
{
    (void)e;
    const struct grant *g = r->state;
    buf_printf(req_reply(r, 200, S("text/plain")), "%p %p %zu %.64s", (const void *)g->view, (const void *)g->files.p, g->files.n,
               g->files.p + g->files.n - ENTRY + 16);
    return true;
}

static const struct step held[] = {{STEP_DB, ask, NULL}, {STEP_DB, take, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};
static const struct route routes[] = {
    {HTTP_GET, "/held/{dataset}/{ms}", PUBLIC, 0, held, "test", DIALECT_PROBLEM, BODY_NONE, CACHE_NONE, NULL},
};
static const struct route_table route_table = {routes, 1};

/* ---- the web process ---- */

static const struct web_hooks hooks;
static const struct serving serving = {&route_table, &hooks, TOGETHER};

static void make_dataset(void)
{
    char sql[4096];
    snprintf(sql, sizeof sql,
             "INSERT INTO portal.root (id, name) VALUES ('" ROOT "', 'Centre');"
             "INSERT INTO portal.tenant (id, root_id, slug, name, slot) VALUES ('" TOURS "', '" ROOT "', 'tours', 'Tours', 1);"
             "INSERT INTO portal.host VALUES ('tours.example', '" TOURS "', true);"
             "INSERT INTO portal.organisation (tenant_id, id, slug, name) VALUES ('" TOURS "', '" ROOT "', 'a', 'Ville de Tours');"
             "INSERT INTO portal.version (id, columns, rows, bytes, state) VALUES ('" ROOT "',"
             " '[{\"name\": \"plan\", \"label\": \"plan\", \"type\": \"text\", \"sql\": \"c1\"}]', 1, 100, 'ready');"
             "INSERT INTO portal.dataset (tenant_id, id, dataset_id, uid, identifier, organisation_id, visibility, state, version_id, fields) VALUES"
             " ('" TOURS "', '" ROOT "', 'plans', 'da_plans1', 'plans', '" ROOT "', 'open', 'published', '" ROOT "',"
             "  '[{\"name\": \"plan\", \"label\": \"plan\", \"type\": \"text\", \"annotations\": {\"file\": true}}]');"
             "INSERT INTO portal.content (tenant_id, hash, blob, size_bytes) VALUES ('" TOURS "', repeat('a', 64), 'content/a', 1), ('" TOURS "', repeat('b', 64), 'content/b', 1);"
             "INSERT INTO portal.attachment (tenant_id, dataset_id, kind, id, title, file_name, mimetype, size_bytes, hash)"
             " SELECT '" TOURS "', '" ROOT "', 'file', md5(n::text), n, n, 'application/pdf', 1, repeat('a', 64) FROM generate_series(1, %d) AS n",
             FILES);
    db_exec(DB_SUPER, sql);
}

static int setup(void **state)
{
    db_setup(state);
    make_dataset();
    log_init("test", LOG_ERROR);
    stmt_register(&web_statements);
    stmt_register(&people_statements);
    stmt_register(&statement_table);
    return serving_start(&serving) ? 0 : -1;
}

static int teardown(void **state)
{
    bool good = serving_stop();
    db_teardown(state);
    return good ? 0 : -1;
}

/* ---- a client ---- */

static int begin(int ms)
{
    char text[128];
    int fd = serving_dial();
    int n = snprintf(text, sizeof text, "GET /held/plans/%d HTTP/1.1\r\nhost: tours.example\r\nconnection: close\r\n\r\n", ms);
    must(send(fd, text, (size_t)n, MSG_NOSIGNAL) == n);
    return fd;
}

struct said {
    char view[32], files[32], hash[65];
    size_t bytes;
};

static struct said end(int fd)
{
    static char text[4096];
    struct said s;
    size_t n = 0;
    for (ssize_t got; (got = recv(fd, text + n, sizeof text - 1 - n, 0)) > 0;)
        n += (size_t)got;
    close(fd);
    text[n] = '\0';
    const char *body = strstr(text, "\r\n\r\n");
    if (!body || sscanf(body + 4, "%31s %31s %zu %64s", s.view, s.files, &s.bytes, s.hash) != 4)
        fail_msg("%s", text);
    return s;
}

static void same(const struct said *one, const struct said *two)
{
    assert_string_equal(one->view, two->view);
    assert_string_equal(one->files, two->files);
}

/* ---- rules ---- */

static void test_requests_hold_one_block(void **state)
{
    (void)state;
    int fds[TOGETHER];
    struct said first = end(begin(0));
    assert_int_equal(first.bytes, FILES * ENTRY);
    for (int i = 0; i < TOGETHER; i++)
        fds[i] = begin(300);
    for (int i = 0; i < TOGETHER; i++) {
        struct said s = end(fds[i]);
        same(&s, &first);
    }
}

static bool is_new(const struct said *old)
{
    struct said s = end(begin(0));
    return strcmp(s.files, old->files) != 0 && strspn(s.hash, "b") == 64;
}

/* A new revision has another block; who holds the old one reads it to his end. */
static void test_a_block_that_was_replaced_stays_with_who_holds_it(void **state)
{
    (void)state;
    struct said first = end(begin(0)), last;
    int waiting = begin(1500);
    assert_true(db_until(DB_SUPER, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%test.slow($1%' AND state = 'active' AND pid <> pg_backend_pid()", "1", 5000));
    db_exec(DB_SUPER, "UPDATE portal.attachment SET hash = repeat('b', 64); UPDATE portal.dataset SET revision = revision + 1;"
                      "UPDATE portal.tenant SET generation = generation + 1");
    bool renewed = false;
    for (int64_t until = clock_monotonic_us() + 10000000; !renewed && clock_monotonic_us() < until;)
        renewed = is_new(&first);
    assert_true(renewed);
    last = end(waiting);
    same(&last, &first);
    assert_int_equal(strspn(last.hash, "a"), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_hold_one_block),
        cmocka_unit_test(test_a_block_that_was_replaced_stays_with_who_holds_it),
    };
    return cmocka_run_group_tests_name("grant", tests, setup, teardown);
}
