/* The step engine with a real PostgreSQL and real sockets: one web process on a thread, blocking clients. */
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/jw.h"
#include "core/base/log.h"
#include "core/base/must.h"
#include "core/base/rand.h"
#include "core/web/asset.h"
#include "core/web/errors.h"
#include "core/web/sql.h"
#include "core/web/web.h"
#include "tests/db/fixture.h"
#include "tests/db/serving.h"

#define TOURS "018f0000-0000-7000-8000-00000000000a"
#define BREST "018f0000-0000-7000-8000-00000000000b"
#define ROOT "018f0000-0000-7000-8000-000000000001"
#define ACCOUNT "018f0000-0000-7000-8000-0000000000aa"

/* ---- statements, routes and hooks of this test ---- */

static const struct stmt s_mine = {"t_mine", "SELECT string_agg(name, ',' ORDER BY name) FROM portal.organisation", 0,
                                   STMT_TENANT, STMT_FAST, ROLE_WEB};
static const struct stmt s_divide = {"t_divide", "SELECT 1 / $1::int", 1, STMT_GLOBAL, STMT_FAST, ROLE_WEB};
static const struct stmt s_slow = {"t_slow", "SELECT test.slow($1::int)", 1, STMT_GLOBAL, STMT_WRITE, ROLE_WEB};
static const struct stmt s_slice = {"t_slice", "SELECT i, repeat('x', 1000) FROM generate_series($1::int + 1, $1::int + 1000) i",
                                    1, STMT_GLOBAL, STMT_WRITE, ROLE_WEB};
static const struct stmt *const statements[] = {&s_mine, &s_divide, &s_slow, &s_slice};
static const struct stmt_table statement_table = {statements, 4};

static char data_file[] = "/tmp/tengfXXXXXX";
static _Atomic int db_asked, spent, given_back, cpu_ran;

static bool ask_mine(struct req *r, struct err *e)
{
    (void)e;
    db_asked++;
    req_ask(r, &s_mine, NULL);
    return true;
}

static bool reply_mine(struct req *r, struct err *e)
{
    (void)e;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_STR(w, "names", req_col(r, 0, 0, 0));
    JW_STR(w, "q", req_query(r, S("q")));
    JW_STR(w, "base", req_base_url(r));
    jw_close(w, '}');
    return true;
}

static bool ask_divide(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &s_divide, &r->params[0]);
    return true;
}

static bool ask_slow(struct req *r, struct err *e)
{
    (void)e;
    db_asked++;
    struct str ms = req_query(r, S("ms"));
    req_ask(r, &s_slow, &ms);
    return true;
}

static bool cpu_sum(struct req *r, struct err *e)
{
    int64_t n = 0;
    if (!str_i64(r->params[0], &n))
        return ERR(e, err_query_invalid, "n");
    int64_t *sum = ARENA_NEW(r->a, int64_t);
    for (int64_t i = 1; i <= n; i++)
        *sum += i % 7;
    r->state = sum;
    cpu_ran++;
    return true;
}

static bool reply_sum(struct req *r, struct err *e)
{
    (void)e;
    buf_printf(req_reply(r, 200, S("text/plain")), "%lld", (long long)*(int64_t *)r->state);
    return true;
}

static bool work_count(struct req *r, struct err *e)
{
    struct conn *c = req_conn(r, e);
    if (!c || !conn_begin(c, &r->tenant->id, e))
        return false;
    PGresult *got = conn_ask(c, &s_mine, NULL, e);
    if (!got)
        return false;
    r->state = arena_copy(r->a, str_of(PQgetvalue(got, 0, 0)));
    PQclear(got);
    return conn_commit(c, e);
}

static bool reply_work(struct req *r, struct err *e)
{
    (void)e;
    buf_addz(req_reply(r, 200, S("text/plain")), r->state);
    return true;
}

static bool ask_slice(struct req *r, struct err *e)
{
    (void)e;
    int *at = r->state;
    if (!at)
        r->state = at = ARENA_NEW(r->a, int);
    struct str n = arena_printf(r->a, "%d", *at);
    *at += 1000;
    int64_t rows = 0;
    str_i64(r->params[0], &rows);
    r->stream_end = *at >= rows;
    req_ask(r, &s_slice, &n);
    return true;
}

static bool write_slice(struct req *r, struct err *e)
{
    if (*(int *)r->state > 3000 && req_query(r, S("fail")).p)
        return ERR(e, err_busy, "asked to fail");
    struct buf *b = req_stream(r, 200, S("text/csv; charset=utf-8"));
    for (size_t row = 0; row < req_rows(r, 0); row++) {
        buf_add(b, req_col(r, 0, row, 0));
        buf_addc(b, ';');
        buf_add(b, req_col(r, 0, row, 1));
        buf_addc(b, '\n');
    }
    return true;
}

/* The same, asked ahead. Half-way it finds that what it asked for is not what it wants, and asks anew. */
struct ahead {
    int64_t rows;
    int asked, written, most;
    bool turned;
};

static bool ask_far(struct req *r, struct err *e)
{
    (void)e;
    struct ahead *s = r->state;
    if (!s) {
        r->state = s = ARENA_NEW(r->a, struct ahead);
        str_i64(r->params[0], &s->rows);
    }
    if (s->asked >= s->rows)
        return true;
    struct str n = arena_printf(r->a, "%d", s->asked);
    s->asked += 1000;
    s->most = s->asked - s->written > s->most ? s->asked - s->written : s->most;
    req_ask(r, &s_slice, &n);
    return true;
}

static bool write_far(struct req *r, struct err *e)
{
    (void)e;
    struct ahead *s = r->state;
    s->written += 1000;
    r->stream_end = s->written >= s->rows;
    if (!s->turned && s->written >= s->rows / 2) {
        s->turned = true;
        s->asked = s->written;
        req_ahead_drop(r);
    }
    const PGresult *slice = r->stream_end ? r->batch.calls[0].result : req_ahead(r);
    struct buf *b = req_stream(r, 200, S("text/csv; charset=utf-8"));
    for (int row = 0; row < PQntuples(slice); row++)
        buf_printf(b, "%s;%s\n", PQgetvalue(slice, row, 0), PQgetvalue(slice, row, 1));
    if (r->stream_end)
        buf_printf(b, "%d", s->most / 1000);
    return true;
}

static bool reply_form(struct req *r, struct err *e)
{
    (void)e;
    buf_printf(req_reply(r, 200, S("text/plain")), "a=" STR_FMT, STR_ARG(req_form(r, S("a"))));
    return true;
}

static bool reply_upload(struct req *r, struct err *e)
{
    (void)e;
    buf_printf(req_reply(r, 200, S("text/plain")), "%llu %d " STR_FMT " " STR_FMT,
               (unsigned long long)r->upload.size_bytes, access(r->upload.path, R_OK), STR_ARG(r->upload.file_name),
               STR_ARG(req_form(r, S("a"))));
    return true;
}

static bool reply_redirect(struct req *r, struct err *e)
{
    (void)e;
    req_redirect(r, 303, req_query(r, S("to")));
    req_set(r, S("x-note"), req_query(r, S("note")));
    return true;
}

static bool reply_file(struct req *r, struct err *e)
{
    (void)e;
    int fd = open(data_file, O_RDONLY | O_CLOEXEC);
    must(fd >= 0);
    if (req_etag(r, S("\"v1\"")))
        close(fd);
    else
        req_file(r, fd, 26, S("text/plain"));
    return true;
}

static bool reply_cookie(struct req *r, struct err *e)
{
    (void)e;
    struct str c = req_cookie(r, S("__Host-sid"));
    buf_printf(req_reply(r, 200, S("text/plain")), "%s" STR_FMT, c.p ? "=" : "none", STR_ARG(c));
    return true;
}

static bool reply_big(struct req *r, struct err *e)
{
    (void)e;
    db_asked++;
    struct buf *b = req_reply(r, 200, S("text/plain; charset=utf-8"));
    for (int i = 0; i < 20000; i++)
        buf_printf(b, "ligne %d\n", i);
    return true;
}

#define STEPS(name, ...) static const struct step name[] = {__VA_ARGS__, {STEP_END, NULL, NULL}}
STEPS(mine, {STEP_DB, ask_mine, NULL}, {STEP_REPLY, reply_mine, NULL});
STEPS(divide, {STEP_DB, ask_divide, NULL}, {STEP_REPLY, reply_form, NULL});
STEPS(slow, {STEP_DB, ask_slow, NULL}, {STEP_REPLY, reply_form, NULL});
STEPS(cpu, {STEP_CPU, cpu_sum, NULL}, {STEP_REPLY, reply_sum, NULL});
STEPS(work, {STEP_WORK, work_count, NULL}, {STEP_REPLY, reply_work, NULL});
STEPS(stream, {STEP_STREAM, ask_slice, write_slice});
STEPS(far, {STEP_STREAM, ask_far, write_far});
STEPS(form, {STEP_REPLY, reply_form, NULL});
STEPS(upload, {STEP_REPLY, reply_upload, NULL});
STEPS(redirect, {STEP_REPLY, reply_redirect, NULL});
STEPS(big, {STEP_REPLY, reply_big, NULL});
STEPS(file, {STEP_REPLY, reply_file, NULL});
STEPS(cookie, {STEP_REPLY, reply_cookie, NULL});

#define R(m, pattern, access, cost, steps, dialect, body, cache)                                                       \
    {m, pattern, access, cost, steps, "test", dialect, body, cache, NULL}
static const struct route routes[] = {
    R(HTTP_GET, "/api/explore/v2.1/mine", PUBLIC, 1, mine, DIALECT_EXPLORE, BODY_NONE, CACHE_CATALOGUE),
    R(HTTP_GET, "/api/explore/v2.1/divide/{n}", PUBLIC, 1, divide, DIALECT_EXPLORE, BODY_NONE, CACHE_NONE),
    R(HTTP_GET, "/slow", PUBLIC, 0, slow, DIALECT_PAGE, BODY_NONE, CACHE_NONE),
    R(HTTP_GET, "/collapse", PUBLIC, 0, slow, DIALECT_PAGE, BODY_NONE, CACHE_CATALOGUE),
    R(HTTP_GET, "/cpu/{n}", PUBLIC, 0, cpu, DIALECT_PROBLEM, BODY_NONE, CACHE_NONE),
    R(HTTP_GET, "/work", PUBLIC, 0, work, DIALECT_PROBLEM, BODY_NONE, CACHE_NONE),
    R(HTTP_GET, "/stream/{n}", PUBLIC, 0, stream, DIALECT_EXPLORE, BODY_NONE, CACHE_NONE),
    R(HTTP_GET, "/far/{n}", PUBLIC, 0, far, DIALECT_EXPLORE, BODY_NONE, CACHE_NONE),
    R(HTTP_POST, "/form", PUBLIC, 0, form, DIALECT_PAGE, BODY_FORM, CACHE_NONE),
    R(HTTP_POST, "/upload", PUBLIC, 0, upload, DIALECT_PROBLEM, BODY_UPLOAD, CACHE_NONE),
    R(HTTP_POST, "/admin", ADMIN, 0, form, DIALECT_PAGE, BODY_FORM, CACHE_NONE),
    R(HTTP_POST, "/region", REGION, 0, form, DIALECT_PAGE, BODY_FORM, CACHE_NONE),
    R(HTTP_GET, "/api/people", READER, 0, redirect, DIALECT_PROBLEM, BODY_NONE, CACHE_NONE),
    R(HTTP_GET, "/redirect", PUBLIC, 0, redirect, DIALECT_PAGE, BODY_NONE, CACHE_NONE),
    R(HTTP_GET, "/big", PUBLIC, 0, big, DIALECT_PAGE, BODY_NONE, CACHE_CATALOGUE),
    R(HTTP_GET, "/range", PUBLIC, 0, file, DIALECT_PAGE, BODY_NONE, CACHE_NONE),
    R(HTTP_GET, "/kept-stream/{n}", PUBLIC, 0, stream, DIALECT_PAGE, BODY_NONE, CACHE_CATALOGUE),
    R(HTTP_GET, "/cookie", PUBLIC, 0, cookie, DIALECT_PAGE, BODY_NONE, CACHE_NONE),
};
static const struct route_table route_table = {routes, sizeof routes / sizeof routes[0]};

/* "x-test-as: admin" signs in; the auth stage asks the database first, as a real one does. */
static bool ask_session(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &s_mine, NULL);
    return true;
}

static bool take_session(struct req *r, struct err *e)
{
    (void)e;
    if (req_rows(r, 0) != 1)
        return true;
    uuid_parse(S(ACCOUNT), &r->who.account);
    struct str as = req_header(r, S("x-test-as"));
    r->who.is_region = str_eq(as, S("region"));
    r->who.role = r->who.is_region || str_eq(as, S("admin")) ? ADMIN : READER;
    r->who.csrf = S("form-token");
    return true;
}

static const struct step session[] = {{STEP_DB, ask_session, NULL}, {STEP_REPLY, take_session, NULL}, {STEP_END, NULL, NULL}};

static enum stage_result stage_auth(struct req *r, struct err *e)
{
    (void)e;
    if (req_header(r, S("x-test-cookie")).p)
        req_set_cookie(r, S("sid=; max-age=0"));
    return req_header(r, S("x-test-as")).p ? STAGE_STEPS : STAGE_NEXT;
}

static bool spend(struct req *r, struct err *e)
{
    (void)e;
    spent += (int)r->route->cost;
    return true;
}

static void give_back(struct req *r)
{
    given_back += (int)r->route->cost;
}

static void rate(struct req *r, struct buf *lines)
{
    (void)r;
    buf_addz(lines, "x-ratelimit-limit: 15000\r\n");
}

/* ---- the web process ---- */

static const struct web_hooks hooks = {
    .auth = {"auth", stage_auth, session},
    .quota_spend = spend,
    .quota_give_back = give_back,
    .rate_headers = rate,
};
static const struct serving serving = {&route_table, &hooks, 1};

static int setup(void **state)
{
    static const struct asset assets[] = {{"app.css", "body{}", 6, NULL}};
    db_setup(state);
    db_exec(DB_SUPER,
            "INSERT INTO portal.root (id, name) VALUES ('" ROOT "', 'Centre');"
            "INSERT INTO portal.tenant (id, root_id, parent_id, slug, name, slot) VALUES"
            " ('" TOURS "', '" ROOT "', NULL, 'tours', 'Tours', 1), ('" BREST "', '" ROOT "', '" TOURS "', 'brest', 'Brest', 2);"
            "INSERT INTO portal.host VALUES ('tours.example', '" TOURS "', true), ('old.example', '" TOURS "', false),"
            " ('brest.example', '" BREST "', true);"
            "INSERT INTO portal.organisation (tenant_id, id, slug, name) VALUES"
            " ('" TOURS "', gen_random_uuid(), 'a', 'Ville de Tours'), ('" BREST "', gen_random_uuid(), 'b', 'Ville de Brest')");
    log_init("test", LOG_ERROR);
    int fd = mkstemp(data_file);
    must(fd >= 0 && write(fd, "abcdefghijklmnopqrstuvwxyz", 26) == 26 && close(fd) == 0);
    stmt_register(&web_statements);
    stmt_register(&statement_table);
    asset_register(assets, 1);
    return serving_start(&serving) ? 0 : -1;
}

static int teardown(void **state)
{
    bool good = serving_stop(); /* its spool is empty: every upload was removed */
    unlink(data_file);
    asset_free_all();
    db_teardown(state);
    return good ? 0 : -1;
}

/* ---- a client ---- */

static void send_text(int fd, struct str s)
{
    while (s.n) {
        ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
        if (n <= 0)
            fail_msg("send");
        s = str_from(s, (size_t)n);
    }
}

static struct buf answer = {.max = 128 << 20};

/* Everything up to the server's close. */
static void read_all(int fd)
{
    buf_reset(&answer);
    for (;;) {
        char *room = buf_room(&answer, 64 << 10);
        ssize_t n = recv(fd, room, 64 << 10, 0);
        if (n <= 0)
            break;
        answer.n += (size_t)n;
    }
    close(fd);
    buf_addc(&answer, '\0');
    answer.n--;
}

/* head: request line and fields without Connection, each ended by CR LF. The status. */
static int ask(const char *host, const char *head, struct str body)
{
    int fd = serving_dial();
    struct buf b = {0};
    const char *line_end = strstr(head, "\r\n") + 2;
    buf_add(&b, (struct str){head, (size_t)(line_end - head)});
    buf_printf(&b, "host: %s\r\nconnection: close\r\n%s", host, line_end);
    if (body.p)
        buf_printf(&b, "content-length: %zu\r\n", body.n);
    buf_addz(&b, "\r\n");
    if (body.p)
        buf_add(&b, body);
    send_text(fd, buf_str(&b));
    buf_free(&b);
    read_all(fd);
    return answer.n > 12 ? atoi(answer.p + 9) : 0;
}

static int get(const char *path)
{
    char head[1024];
    snprintf(head, sizeof head, "GET %s HTTP/1.1\r\n", path);
    return ask("tours.example", head, STR_NONE);
}

static const char *body_of(void)
{
    const char *end = strstr(answer.p, "\r\n\r\n");
    return end ? end + 4 : "";
}

/* A header's value in a static buffer; "" when it is not there. */
static const char *header(const char *name)
{
    static char value[1024];
    char look[64];
    snprintf(look, sizeof look, "\r\n%s: ", name);
    const char *at = strcasestr(answer.p, look), *end = strstr(answer.p, "\r\n\r\n");
    if (!at || !end || at > end)
        return "";
    at += strlen(look);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
    return value;
}

static void has(const char *name, const char *part)
{
    if (!strstr(header(name), part))
        fail_msg("%s is \"%s\", not \"%s\"", name, header(name), part);
}

static bool until(bool (*true_now)(void))
{
    for (int i = 0; i < 500; i++) {
        if (true_now())
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return false;
}

/* ---- what must hold ---- */

static void test_a_step_sees_its_tenant_only(void **state)
{
    (void)state;
    assert_int_equal(get("/api/explore/v2.1/mine"), 200);
    assert_non_null(strstr(body_of(), "{\"names\": \"Ville de Tours\", \"q\": null, \"base\": \"http://tours.example\"}"));
    assert_int_equal(ask("brest.example:8443", "GET /api/explore/v2.1/mine/ HTTP/1.1\r\n", STR_NONE), 200);
    assert_non_null(strstr(body_of(), "\"Ville de Brest\""));
    assert_non_null(strstr(body_of(), "http://brest.example:8443"));
    assert_null(strstr(body_of(), "Tours"));
}

static void test_cors_and_security_headers(void **state)
{
    (void)state;
    assert_int_equal(get("/api/explore/v2.1/mine"), 200);
    has("access-control-allow-origin", "*");
    has("access-control-expose-headers", "X-RateLimit-dataset-Reset");
    has("x-content-type-options", "nosniff");
    has("x-ratelimit-limit", "15000");
    assert_string_equal(header("content-type"), "application/json; charset=utf-8");
    assert_string_equal(header("strict-transport-security"), "");
    assert_int_equal(ask("tours.example", "OPTIONS /api/explore/v2.1/mine/ HTTP/1.1\r\n", STR_NONE), 204);
    assert_string_equal(header("access-control-allow-methods"), "POST, GET, OPTIONS");
    get("/redirect?to=/x");
    has("content-security-policy", "default-src 'none'");
    assert_null(strstr(header("content-security-policy"), "upgrade-insecure"));
    has("cross-origin-opener-policy", "same-origin");
    assert_string_equal(header("access-control-allow-origin"), "");
}

static void test_unknown_hosts_and_aliases(void **state)
{
    (void)state;
    int before = db_asked;
    assert_int_equal(ask("evil.example", "GET /api/explore/v2.1/mine HTTP/1.1\r\n", STR_NONE), 421);
    assert_int_equal(ask("10.0.0.1", "GET / HTTP/1.1\r\n", STR_NONE), 400);
    assert_int_equal(ask("OLD.example:81", "GET /slow?ms=1 HTTP/1.1\r\n", STR_NONE), 301);
    assert_string_equal(header("location"), "http://tours.example:81/slow?ms=1");
    assert_int_equal(ask("old.example", "POST /form HTTP/1.1\r\n", S("a=1")), 421);
    assert_int_equal(db_asked, before);
    assert_int_equal(ask("TOURS.example.", "GET /api/explore/v2.1/mine HTTP/1.1\r\n", STR_NONE), 200);
}

static void test_errors_speak_each_dialect(void **state)
{
    (void)state;
    assert_int_equal(get("/api/explore/v2.1/nothing"), 404);
    assert_string_equal(header("content-type"), "application/json");
    assert_string_equal(body_of(), "{\n  \"error_code\": \"NotFoundResource\",\n  \"message\": \"Nothing answers at this address.\"\n}");
    assert_string_equal(header("x-ratelimit-limit"), "");
    assert_int_equal(get("/nothing"), 404);
    has("content-type", "text/html");
    assert_non_null(strstr(body_of(), "Rien ne répond à cette adresse."));
    assert_int_equal(get("/nothing?lang=en"), 404);
    assert_non_null(strstr(body_of(), "Nothing answers"));
    assert_int_equal(get("/api/people"), 401);
    has("content-type", "application/problem+json");
    assert_int_equal(ask("tours.example", "DELETE /form HTTP/1.1\r\n", STR_NONE), 405);
    assert_int_equal(get("/api/explore/v2.1/mine?q=%ff"), 400);
    assert_non_null(strstr(body_of(), "InvalidRESTParameterError"));
    assert_int_equal(get("/cpu/%00"), 400);
}

static void test_a_failed_step_ends_the_request(void **state)
{
    (void)state;
    spent = given_back = 0;
    assert_int_equal(get("/api/explore/v2.1/divide/0"), 400);
    assert_non_null(strstr(body_of(), "error_code"));
    assert_null(strstr(answer.p, "22012"));
    assert_int_equal(get("/cpu/x"), 400);
    assert_int_equal(get("/api/explore/v2.1/divide/1"), 200);
    assert_int_equal(spent, 2);
    assert_int_equal(given_back, 0);
}

static void test_cpu_and_work_steps(void **state)
{
    (void)state;
    assert_int_equal(get("/cpu/14"), 200);
    assert_string_equal(body_of(), "42"); /* 2 * (1+2+3+4+5+6+0) */
    assert_int_equal(get("/work"), 200);
    assert_string_equal(body_of(), "Ville de Tours");
    assert_int_equal(ask("brest.example", "GET /work HTTP/1.1\r\n", STR_NONE), 200);
    assert_string_equal(body_of(), "Ville de Brest");
}

static void test_a_kept_answer_costs_no_query(void **state)
{
    (void)state;
    assert_int_equal(get("/api/explore/v2.1/mine?q=kept&z=1"), 200);
    int before = db_asked;
    spent = given_back = 0;
    char etag[80], head[256], body[200];
    snprintf(etag, sizeof etag, "%s", header("etag"));
    snprintf(body, sizeof body, "%s", body_of());
    assert_int_equal(strlen(etag), 34);
    assert_int_equal(get("/api/explore/v2.1/mine/?z=1&q=kept"), 200); /* order and slash do not matter */
    assert_string_equal(body_of(), body);
    assert_string_equal(header("etag"), etag);
    has("x-ratelimit-limit", "15000");
    assert_int_equal(db_asked, before);
    snprintf(head, sizeof head, "GET /api/explore/v2.1/mine?q=kept&z=1 HTTP/1.1\r\nif-none-match: W/%s\r\n", etag);
    assert_int_equal(ask("tours.example", head, STR_NONE), 304);
    assert_int_equal(answer.n, (size_t)(body_of() - answer.p));
    assert_int_equal(ask("brest.example", head, STR_NONE), 200); /* another tenant's is another answer */
    assert_int_equal(db_asked, before + 1);
    assert_int_equal(get("/api/explore/v2.1/mine?q=other&z=1"), 200);
    assert_int_equal(db_asked, before + 2);
    assert_int_equal(spent, 4);
    assert_int_equal(given_back, 1); /* the 304 */
}

/* The lines of the head but the date, in the order of their names. */
static void head_lines(char *out, size_t size)
{
    char *lines[60], copy[4096];
    size_t n = 0, at = 0;
    snprintf(copy, sizeof copy, "%.*s", (int)(body_of() - answer.p), answer.p);
    for (char *line = strtok(copy, "\r\n"); line; line = strtok(NULL, "\r\n"))
        if (strncmp(line, "date:", 5) != 0)
            lines[n++] = line;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (strcmp(lines[k], lines[i]) < 0) {
                char *other = lines[i];
                lines[i] = lines[k];
                lines[k] = other;
            }
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(out + at, size - at, "%s\n", lines[i]);
}

/* Its first hit makes the head, the second sends it again. */
static void test_hits_say_what_the_miss_said(void **state)
{
    (void)state;
    static const char *const paths[] = {"/api/explore/v2.1/mine?q=heads", "/big?q=heads"};
    char miss[4096], hit[4096];
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_int_equal(get(paths[i]), 200);
        head_lines(miss, sizeof miss);
        assert_true(strlen(miss) > 500);
        for (int k = 0; k < 2; k++) {
            assert_int_equal(get(paths[i]), 200);
            head_lines(hit, sizeof hit);
            assert_string_equal(hit, miss);
        }
    }
}

/* A cookie that a stage drops is one client's, also where he makes the first hit. */
static void test_a_hit_keeps_no_cookie(void **state)
{
    (void)state;
    static const char path[] = "GET /api/explore/v2.1/mine?q=cookie HTTP/1.1\r\n";
    char with[200];
    snprintf(with, sizeof with, "%sx-test-cookie: 1\r\n", path);
    assert_int_equal(ask("tours.example", path, STR_NONE), 200);
    int before = db_asked;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask("tours.example", with, STR_NONE), 200);
        assert_string_equal(header("set-cookie"), "sid=; max-age=0");
        has("x-ratelimit-limit", "15000");
        has("etag", "\"");
        assert_int_equal(ask("tours.example", path, STR_NONE), 200);
        assert_string_equal(header("set-cookie"), "");
    }
    assert_int_equal(db_asked, before);
}

static void test_a_header_without_effect_finds_the_same_kept_answer(void **state)
{
    (void)state;
    assert_int_equal(get("/api/explore/v2.1/mine?q=kept&z=2"), 200);
    int before = db_asked;
    assert_int_equal(ask("tours.example", "GET /api/explore/v2.1/mine?q=kept&z=2 HTTP/1.1\r\nx-fragment: a\r\n", STR_NONE), 200);
    assert_int_equal(db_asked, before);
}

static bool brest_is_renewed(void)
{
    ask("brest.example", "GET /api/explore/v2.1/mine?q=fresh HTTP/1.1\r\n", STR_NONE);
    return strstr(body_of(), "Brest métropole") != NULL;
}

static void test_a_raised_generation_is_seen(void **state)
{
    (void)state;
    assert_int_equal(ask("brest.example", "GET /api/explore/v2.1/mine?q=fresh HTTP/1.1\r\n", STR_NONE), 200);
    db_exec(DB_SUPER, "UPDATE portal.organisation SET name = 'Brest métropole' WHERE slug = 'b';"
                      "UPDATE portal.tenant SET generation = generation + 1 WHERE slug = 'brest'");
    assert_true(until(brest_is_renewed));
    db_exec(DB_SUPER, "UPDATE portal.organisation SET name = 'Ville de Brest' WHERE slug = 'b';"
                      "UPDATE portal.tenant SET generation = generation + 1 WHERE slug = 'brest'");
}

static void *ask_collapsed(void *context)
{
    int fd = serving_dial();
    char got[4096] = "";
    send_text(fd, S("GET /collapse?ms=400 HTTP/1.1\r\nhost: tours.example\r\nconnection: close\r\n\r\n"));
    ssize_t n = recv(fd, got, sizeof got - 1, 0);
    close(fd);
    *(bool *)context = n > 12 && strncmp(got + 9, "200", 3) == 0;
    return NULL;
}

static void test_identical_misses_ask_once(void **state)
{
    (void)state;
    pthread_t t[8];
    bool good[8] = {false};
    int before = db_asked;
    for (size_t i = 0; i < 8; i++)
        pthread_create(&t[i], NULL, ask_collapsed, &good[i]);
    for (size_t i = 0; i < 8; i++)
        pthread_join(t[i], NULL);
    for (size_t i = 0; i < 8; i++)
        assert_true(good[i]);
    assert_int_equal(db_asked, before + 1);
}

static void test_text_is_compressed_for_who_asks(void **state)
{
    (void)state;
    assert_int_equal(get("/big"), 200);
    assert_string_equal(header("content-encoding"), "");
    size_t plain = answer.n;
    for (int i = 0; i < 2; i++) { /* made, then kept */
        assert_int_equal(ask("tours.example", "GET /big HTTP/1.1\r\naccept-encoding: br, gzip\r\n", STR_NONE), 200);
        assert_string_equal(header("content-encoding"), "gzip");
        has("vary", "Accept-Encoding");
        assert_true(answer.n < plain / 3);
        assert_int_equal((unsigned char)body_of()[0], 0x1f);
    }
}

static void test_head_has_no_body(void **state)
{
    (void)state;
    assert_int_equal(ask("tours.example", "HEAD /api/explore/v2.1/mine HTTP/1.1\r\n", STR_NONE), 200);
    assert_string_equal(body_of(), "");
    assert_true(atoi(header("content-length")) > 20);
}

static void test_forms(void **state)
{
    (void)state;
    static const char urlencoded[] = "POST /form HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    assert_int_equal(ask("tours.example", urlencoded, S("b=2&a=%C3%A9+x")), 200);
    assert_string_equal(body_of(), "a=é x");
    assert_int_equal(ask("tours.example", urlencoded, S("a=%ff")), 400);
    assert_int_equal(ask("tours.example", "POST /form HTTP/1.1\r\ncontent-type: text/plain\r\n", S("a=1")), 415);
    assert_int_equal(ask("tours.example", "POST /form HTTP/1.1\r\ncontent-type: multipart/form-data; boundary=xx\r\n",
                         S("--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nété\r\n--xx--\r\n")), 200);
    assert_string_equal(body_of(), "a=été");
}

static void test_uploads(void **state)
{
    (void)state;
    assert_int_equal(ask("tours.example", "POST /upload HTTP/1.1\r\ncontent-type: text/csv\r\n", S("a;b\n1;2\n")), 200);
    assert_true(strncmp(body_of(), "8 0 ", 4) == 0);
    assert_int_equal(ask("tours.example", "POST /upload HTTP/1.1\r\ncontent-type: multipart/form-data; boundary=xx\r\n",
                         S("--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nété\r\n"
                           "--xx\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../x/arbres.csv\"\r\n\r\n"
                           "1234567\r\n--xx--\r\n")), 200);
    assert_string_equal(body_of(), "7 0 arbres.csv été");
    struct buf large = {0};
    for (int i = 0; i < (1 << 20) + 10; i++)
        buf_addc(&large, 'x');
    int fd = serving_dial();
    send_text(fd, S("POST /upload HTTP/1.1\r\nhost: tours.example\r\ncontent-length: 1048586\r\n\r\n"));
    ssize_t sent = send(fd, large.p, large.n, MSG_NOSIGNAL);
    (void)sent; /* the server may answer and close before it is all out */
    char got[64] = "";
    ssize_t n = recv(fd, got, sizeof got - 1, 0);
    close(fd);
    buf_free(&large);
    assert_true(n <= 0 || strncmp(got + 9, "413", 3) == 0);
}

static void test_a_form_of_a_session_holds_its_token(void **state)
{
    (void)state;
    static const char as[] = "POST /admin HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\nx-test-as: ";
    char head[512];
    snprintf(head, sizeof head, "%sadmin\r\n", as);
    assert_int_equal(ask("tours.example", head, S("a=1")), 403);
    assert_int_equal(ask("tours.example", head, S("a=1&csrf=wrong")), 403);
    assert_int_equal(ask("tours.example", head, S("a=1&csrf=form-token")), 200);
    snprintf(head, sizeof head, "%sadmin\r\norigin: https://tours.example\r\n", as);
    assert_int_equal(ask("tours.example", head, S("a=1&csrf=form-token")), 200);
    snprintf(head, sizeof head, "%sadmin\r\nsec-fetch-site: same-site\r\n", as); /* a neighbour sub-domain */
    assert_int_equal(ask("tours.example", head, S("a=1&csrf=form-token")), 403);
    snprintf(head, sizeof head, "%sadmin\r\norigin: http://evil.example\r\n", as);
    assert_int_equal(ask("tours.example", head, S("a=1&csrf=form-token")), 403);
    snprintf(head, sizeof head, "%sreader\r\n", as);
    assert_int_equal(ask("tours.example", head, S("a=1&csrf=form-token")), 403);
    assert_int_equal(ask("tours.example", "POST /admin HTTP/1.1\r\n", S("a=1")), 401);
}

/* REGION is an administrator of the root, not a rank above administrators. */
static void test_a_region_route_wants_an_administrator_of_the_root(void **state)
{
    (void)state;
    static const char as[] = "POST /region HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\nx-test-as: ";
    char head[512];
    snprintf(head, sizeof head, "%sadmin\r\n", as);
    assert_int_equal(ask("tours.example", head, S("a=1&csrf=form-token")), 403);
    snprintf(head, sizeof head, "%sregion\r\n", as);
    assert_int_equal(ask("tours.example", head, S("a=1&csrf=form-token")), 200);
}

static void test_redirects_stay_with_us(void **state)
{
    (void)state;
    static const struct {
        const char *to, *want;
    } rows[] = {
        {"/a?b", "/a?b"}, {"//evil.example", "/"}, {"/%5Cevil.example", "/"}, {"https://evil.example/", "/"},
        {"http://brest.example/x", "http://brest.example/x"}, {"javascript:alert(1)", "/"}, {"/a%0d%0ax:y", "/"},
        {"http://brest.example@evil.example/", "/"}, {"", "/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char path[256];
        snprintf(path, sizeof path, "/redirect?note=a%%0d%%0aset-cookie:x&to=%s", rows[i].to);
        assert_int_equal(get(path), 303);
        if (strcmp(header("location"), rows[i].want) != 0)
            fail_msg("%s led to %s", rows[i].to, header("location"));
        assert_string_equal(header("x-note"), "");
        assert_string_equal(header("set-cookie"), "");
    }
}

static void test_assets_are_immutable(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof path, STR_FMT, STR_ARG(asset_url("app.css")));
    assert_int_equal(get(path), 200);
    assert_string_equal(body_of(), "body{}");
    has("cache-control", "immutable");
    has("content-type", "text/css");
    assert_int_equal(get("/assets/app.0000000000000000.css"), 404);
    assert_int_equal(get("/assets/..%2f..%2fetc%2fpasswd"), 404);
}

static void test_ranges_of_a_file(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *body, *range;
        int status;
    } rows[] = {
        {"", "abcdefghijklmnopqrstuvwxyz", "", 200},
        {"range: bytes=0-2\r\n", "abc", "bytes 0-2/26", 206},
        {"range: bytes=24-\r\n", "yz", "bytes 24-25/26", 206},
        {"range: bytes=-3\r\n", "xyz", "bytes 23-25/26", 206},
        {"range: bytes=20-99\r\n", "uvwxyz", "bytes 20-25/26", 206},
        {"range: bytes=26-\r\n", "", "bytes */26", 416},
        {"range: bytes=-0\r\n", "", "bytes */26", 416},
        {"range: bytes=5-2\r\n", "abcdefghijklmnopqrstuvwxyz", "", 200},
        {"range: bytes=0-1,4-5\r\n", "abcdefghijklmnopqrstuvwxyz", "", 200},
        {"range: lines=0-1\r\n", "abcdefghijklmnopqrstuvwxyz", "", 200},
        {"range: bytes=0-2\r\nif-range: \"v1\"\r\n", "abc", "bytes 0-2/26", 206},
        {"range: bytes=0-2\r\nif-range: \"v0\"\r\n", "abcdefghijklmnopqrstuvwxyz", "", 200},
        {"if-none-match: \"v0\", \"v1\"\r\n", "", "", 304},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char head[256];
        snprintf(head, sizeof head, "GET /range HTTP/1.1\r\n%s", rows[i].fields);
        int status = ask("tours.example", head, STR_NONE);
        if (status != rows[i].status || strcmp(body_of(), rows[i].body) != 0 || strcmp(header("content-range"), rows[i].range) != 0)
            fail_msg("row %zu: %d \"%s\" %s", i, status, body_of(), header("content-range"));
    }
    assert_int_equal(ask("tours.example", "HEAD /range HTTP/1.1\r\n", STR_NONE), 200);
    assert_string_equal(header("content-length"), "26");
    assert_string_equal(body_of(), "");
}

static void test_a_shadowed_cookie_counts_as_absent(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *want;
    } rows[] = {
        {"", "none"},
        {"cookie: a=1; __Host-sid=x; b=2\r\n", "=x"},
        {"cookie: __Host-sid=x; __Host-sid=y\r\n", "none"},
        {"cookie: __Host-sid=x\r\ncookie: __Host-sid=y\r\n", "none"},
        {"cookie: __host-sid=x\r\n", "none"},
        {"cookie: __Host-sid=x; \t__Host-sid=y\r\n", "none"},
        {"cookie: __Host-sid =y; __Host-sid=x\r\n", "none"},
        {"cookie: my__Host-sid2=y; __Host-sid=x\r\n", "=x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char head[256];
        snprintf(head, sizeof head, "GET /cookie HTTP/1.1\r\n%s", rows[i].fields);
        assert_int_equal(ask("tours.example", head, STR_NONE), 200);
        if (strcmp(body_of(), rows[i].want) != 0)
            fail_msg("row %zu: %s", i, body_of());
    }
}

static void test_a_proxy_nobody_trusts_sees_no_metrics(void **state)
{
    (void)state;
    assert_int_equal(ask("x.example", "GET /metrics HTTP/1.1\r\nx-forwarded-for: 192.0.2.1\r\n", STR_NONE), 404);
}

static void test_system_routes_need_no_host(void **state)
{
    (void)state;
    assert_int_equal(ask("10.0.0.1", "GET /healthz HTTP/1.1\r\n", STR_NONE), 200);
    assert_int_equal(ask("10.0.0.1", "GET /readyz HTTP/1.1\r\n", STR_NONE), 200);
    assert_int_equal(ask("10.0.0.1", "GET /metrics HTTP/1.1\r\n", STR_NONE), 200);
    assert_non_null(strstr(body_of(), "terrasse_requests_total{status=\"200\"}"));
    assert_non_null(strstr(body_of(), "terrasse_request_seconds_bucket{le=\"+Inf\"}"));
    assert_non_null(strstr(body_of(), "terrasse_cache_bytes"));
}

static long metric(const char *name)
{
    ask("x.example", "GET /metrics HTTP/1.1\r\n", STR_NONE);
    char look[128];
    snprintf(look, sizeof look, "\n%s ", name);
    const char *at = strstr(answer.p, look);
    return at ? atol(at + strlen(look)) : -1;
}

static bool only_we_are_live(void)
{
    return metric("terrasse_requests_live") == 1;
}

static void leave(const char *path)
{
    int fd = serving_dial();
    struct linger at_once = {1, 0}; /* a reset: an orderly close may be a client that only finished sending */
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    char head[256];
    snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nhost: tours.example\r\n\r\n", path);
    send_text(fd, str_of(head));
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    close(fd);
}

static bool nothing_runs(void)
{
    return strcmp(db_value(DB_SUPER, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%test.slow%' AND state = 'active'"
                                     " AND pid <> pg_backend_pid()"), "0") == 0;
}

static void test_a_client_that_leaves_frees_everything(void **state)
{
    (void)state;
    int64_t began_us = clock_monotonic_us();
    leave("/slow?ms=2500");
    assert_true(until(nothing_runs));
    assert_true(clock_monotonic_us() - began_us < 2000000); /* cancelled, not waited for */
    leave("/cpu/300000000");
    leave("/stream/100000");
    assert_true(until(only_we_are_live));
}

static long resident_kib(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    long pages = 0, all = 0;
    int n = f ? fscanf(f, "%ld %ld", &all, &pages) : 0;
    if (f)
        fclose(f);
    return n == 2 ? pages * 4 : -1;
}

/* Undoes the chunks in place; the bytes of the body. */
static size_t unchunk(char *body, size_t n)
{
    size_t at = 0, to = 0;
    while (at < n) {
        char *end = NULL;
        size_t size = strtoul(body + at, &end, 16);
        at = (size_t)(end - body) + 2;
        if (size == 0)
            break;
        memmove(body + to, body + at, size);
        to += size;
        at += size + 2;
    }
    return to;
}

static void test_fifty_megabytes_to_a_slow_reader(void **state)
{
    (void)state;
    int fd = serving_dial();
    int small = 32 << 10;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    send_text(fd, S("GET /stream/50000 HTTP/1.1\r\nhost: tours.example\r\nconnection: close\r\n\r\n"));
    buf_reset(&answer);
    buf_room(&answer, 60 << 20);
    memset(answer.p, 1, 60 << 20); /* our own pages are there before we look */
    long before = resident_kib(), most = 0;
    char piece[32 << 10];
    for (int i = 0;; i++) {
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n <= 0)
            break;
        memcpy(answer.p + answer.n, piece, (size_t)n);
        answer.n += (size_t)n;
        if (i % 4 == 0) {
            nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
            long now = resident_kib();
            most = now > most ? now : most;
        }
    }
    close(fd);
    char *body = strstr(answer.p, "\r\n\r\n") + 4;
    size_t n = unchunk(body, answer.n - (size_t)(body - answer.p));
    size_t want = 0;
    for (int i = 1; i <= 50000; i++)
        want += (size_t)snprintf(NULL, 0, "%d", i) + 1002;
    assert_int_equal(n, want);
    assert_memory_equal(body + n - 10, "xxxxxxxxx\n", 10);
    print_message("grew by %ld KiB at most\n", most - before);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(most - before < 12 << 10); /* a slice of 1 MB as rows, as text, and what is queued */
#endif
}

/* Every row once and in order, however many slices were asked for at once: gives how many. */
static int read_far(const char *path, int rows)
{
    assert_int_equal(get(path), 200);
    char *body = strstr(answer.p, "\r\n\r\n") + 4, *at = body;
    body[unchunk(body, answer.n - (size_t)(body - answer.p))] = 0;
    for (int i = 1; i <= rows; i++) {
        assert_int_equal(strtol(at, &at, 10), i);
        at += 1002;
    }
    return atoi(at);
}

static void test_slices_are_asked_ahead_of_a_quick_reader(void **state)
{
    (void)state;
    int most = 0;
    assert_int_equal(read_far("/far/7000", 7000), 1); /* how quick he is cannot be known yet */
    for (int i = 0; i < 20 && most < 4; i++) /* a busy machine is no quick reader */
        most = read_far("/far/40000", 40000);
    assert_int_equal(most, 4);
}

static void test_a_stalled_stream_holds_nobody(void **state)
{
    (void)state;
    int fd = serving_dial();
    char first[16];
    send_text(fd, S("GET /kept-stream/50000 HTTP/1.1\r\nhost: tours.example\r\n\r\n"));
    assert_true(recv(fd, first, sizeof first, 0) > 0); /* it has begun; we read no further */
    assert_int_equal(get("/kept-stream/50000"), 200);
    assert_true(answer.n > 50000000);
    close(fd);
    assert_true(until(only_we_are_live));
}

static void test_a_stream_that_fails_is_cut(void **state)
{
    (void)state;
    get("/stream/50000?fail=1");
    assert_true(answer.n > 1000000);
    assert_memory_not_equal(answer.p + answer.n - 5, "0\r\n\r\n", 5);
    assert_true(until(only_we_are_live));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_step_sees_its_tenant_only),
        cmocka_unit_test(test_cors_and_security_headers),
        cmocka_unit_test(test_unknown_hosts_and_aliases),
        cmocka_unit_test(test_errors_speak_each_dialect),
        cmocka_unit_test(test_a_failed_step_ends_the_request),
        cmocka_unit_test(test_cpu_and_work_steps),
        cmocka_unit_test(test_a_kept_answer_costs_no_query),
        cmocka_unit_test(test_hits_say_what_the_miss_said),
        cmocka_unit_test(test_a_hit_keeps_no_cookie),
        cmocka_unit_test(test_a_header_without_effect_finds_the_same_kept_answer),
        cmocka_unit_test(test_a_raised_generation_is_seen),
        cmocka_unit_test(test_identical_misses_ask_once),
        cmocka_unit_test(test_text_is_compressed_for_who_asks),
        cmocka_unit_test(test_head_has_no_body),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_uploads),
        cmocka_unit_test(test_a_form_of_a_session_holds_its_token),
        cmocka_unit_test(test_a_region_route_wants_an_administrator_of_the_root),
        cmocka_unit_test(test_redirects_stay_with_us),
        cmocka_unit_test(test_assets_are_immutable),
        cmocka_unit_test(test_ranges_of_a_file),
        cmocka_unit_test(test_a_shadowed_cookie_counts_as_absent),
        cmocka_unit_test(test_a_proxy_nobody_trusts_sees_no_metrics),
        cmocka_unit_test(test_system_routes_need_no_host),
        cmocka_unit_test(test_a_client_that_leaves_frees_everything),
        cmocka_unit_test(test_fifty_megabytes_to_a_slow_reader),
        cmocka_unit_test(test_slices_are_asked_ahead_of_a_quick_reader),
        cmocka_unit_test(test_a_stalled_stream_holds_nobody),
        cmocka_unit_test(test_a_stream_that_fails_is_cut),
    };
    return cmocka_run_group_tests_name("engine", tests, setup, teardown);
}
