#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "core/io/errors.h"
#include "core/io/fetch.h"
#include "core/io/http.h"

/* Expected kinds are from the IANA special-purpose registries, not from the code. */
static const struct {
    const char *text;
    enum address_kind want;
} addresses[] = {
    {"8.8.8.8", ADDRESS_PUBLIC},          {"1.1.1.1", ADDRESS_PUBLIC},
    {"9.255.255.255", ADDRESS_PUBLIC},    {"11.0.0.0", ADDRESS_PUBLIC},
    {"100.63.255.255", ADDRESS_PUBLIC},   {"100.128.0.0", ADDRESS_PUBLIC},
    {"172.15.255.255", ADDRESS_PUBLIC},   {"172.32.0.0", ADDRESS_PUBLIC},
    {"192.167.255.255", ADDRESS_PUBLIC},  {"192.169.0.0", ADDRESS_PUBLIC},
    {"169.253.255.255", ADDRESS_PUBLIC},  {"223.255.255.255", ADDRESS_PUBLIC},
    {"0.0.0.0", ADDRESS_RESERVED},        {"0.1.2.3", ADDRESS_RESERVED},
    {"10.0.0.0", ADDRESS_PRIVATE},        {"10.255.255.255", ADDRESS_PRIVATE},
    {"100.64.0.0", ADDRESS_SHARED},       {"100.127.255.255", ADDRESS_SHARED},
    {"127.0.0.1", ADDRESS_LOOPBACK},      {"127.255.255.255", ADDRESS_LOOPBACK},
    {"169.254.169.254", ADDRESS_LINK_LOCAL},
    {"172.16.0.0", ADDRESS_PRIVATE},      {"172.31.255.255", ADDRESS_PRIVATE},
    {"192.0.0.8", ADDRESS_RESERVED},      {"192.0.2.1", ADDRESS_RESERVED},
    {"192.88.99.1", ADDRESS_RESERVED},    {"192.168.0.1", ADDRESS_PRIVATE},
    {"198.18.0.1", ADDRESS_RESERVED},     {"198.19.255.255", ADDRESS_RESERVED},
    {"198.51.100.7", ADDRESS_RESERVED},   {"203.0.113.7", ADDRESS_RESERVED},
    {"224.0.0.1", ADDRESS_MULTICAST},     {"239.255.255.255", ADDRESS_MULTICAST},
    {"240.0.0.1", ADDRESS_RESERVED},      {"255.255.255.255", ADDRESS_RESERVED},
    {"2606:4700::1111", ADDRESS_PUBLIC},  {"2a00:1450:4007::8", ADDRESS_PUBLIC},
    {"::", ADDRESS_RESERVED},             {"::1", ADDRESS_LOOPBACK},
    {"::ffff:127.0.0.1", ADDRESS_LOOPBACK},
    {"::ffff:169.254.169.254", ADDRESS_LINK_LOCAL},
    {"::ffff:10.0.0.1", ADDRESS_PRIVATE}, {"::ffff:8.8.8.8", ADDRESS_PUBLIC},
    {"::7f00:1", ADDRESS_LOOPBACK},       {"::ffff:0:127.0.0.1", ADDRESS_LOOPBACK},
    {"64:ff9b::127.0.0.1", ADDRESS_LOOPBACK},
    {"64:ff9b::a9fe:a9fe", ADDRESS_LINK_LOCAL},
    {"64:ff9b::8.8.8.8", ADDRESS_PUBLIC}, {"64:ff9b:1::1", ADDRESS_PRIVATE},
    {"2002:7f00:1::", ADDRESS_LOOPBACK},  {"2002:c0a8:101::1", ADDRESS_PRIVATE},
    {"2002:808:808::", ADDRESS_PUBLIC},   {"2001:0:1:2:3:4:80ff:fffe", ADDRESS_LOOPBACK},
    {"2001:db8::1", ADDRESS_RESERVED},    {"2001:10::1", ADDRESS_RESERVED},
    {"3fff::1", ADDRESS_RESERVED},        {"100::1", ADDRESS_RESERVED},
    {"fc00::1", ADDRESS_PRIVATE},         {"fdff::1", ADDRESS_PRIVATE},
    {"fe80::1", ADDRESS_LINK_LOCAL},      {"febf::1", ADDRESS_LINK_LOCAL},
    {"fec0::1", ADDRESS_PRIVATE},         {"ff02::1", ADDRESS_MULTICAST},
    {"4000::1", ADDRESS_RESERVED},        {"fe00::1", ADDRESS_RESERVED},
};

static void each_address(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        enum address_kind got;
        if (!address_kind_of_text(str_of(addresses[i].text), &got))
            fail_msg("%s: not read", addresses[i].text);
        if (got != addresses[i].want)
            fail_msg("%s: wanted %d, got %d", addresses[i].text, (int)addresses[i].want, (int)got);
    }
    enum address_kind got;
    static const char *const names[] = {"", "localhost", "127.1", "0x7f000001", "2130706433", "1.2.3.4.5", "::g"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_false(address_kind_of_text(str_of(names[i]), &got));
}

/* --- a peer ----------------------------------------------------------------------------------- */

static struct peer {
    uv_loop_t loop;
    uv_async_t stop;
    pthread_t thread;
    char where[64];
    char seen_key[32];
} peer;

static uint64_t on_head(struct http_exchange *x, void *owner)
{
    (void)owner;
    x->context = arena_alloc(x->a, sizeof(struct buf));
    return 1000;
}

static void on_body(struct http_exchange *x, struct str bytes)
{
    buf_add(x->context, bytes);
}

static void on_request(struct http_exchange *x)
{
    static char big[100000];
    struct str key = http_field(x, S("x-key"));
    if (key.p)
        snprintf(peer.seen_key, sizeof peer.seen_key, STR_FMT, STR_ARG(key));
    if (str_eq(x->path, S("/echo")))
        http_reply(x, 201, S("Retry-After: 7\r\n"), buf_str(x->context));
    else if (str_eq(x->path, S("/big")))
        http_reply(x, 200, S(""), (struct str){big, sizeof big});
    else if (str_eq(x->path, S("/moved")))
        http_reply(x, 302, S("Location: /there\r\n"), S("moved"));
    else if (str_eq(x->path, S("/away")))
        http_reply(x, 302, S("Location: file:///etc/passwd\r\n"), S(""));
    else if (!str_eq(x->path, S("/silent")))
        http_reply(x, 200, S(""), x->path);
}

static void on_gone(struct http_exchange *x)
{
    buf_free(x->context);
}

static void *serve(void *arg)
{
    uv_run(&peer.loop, UV_RUN_DEFAULT);
    return arg;
}

static struct http_server *server;

static void on_stop(uv_async_t *async)
{
    http_drain(server, 0, NULL, NULL);
    uv_close((uv_handle_t *)async, NULL);
}

static int start(void **state)
{
    (void)state;
    static const struct http_owner owner = {on_head, on_body, on_request, NULL, on_gone, NULL, NULL};
    struct http_config config = {.listen = "127.0.0.1:0"};
    struct err e = {0};
    fetch_init();
    uv_loop_init(&peer.loop);
    uv_async_init(&peer.loop, &peer.stop, on_stop);
    server = http_listen(&peer.loop, &config, &owner, NULL, &e);
    http_listening_on(server, peer.where, sizeof peer.where);
    return pthread_create(&peer.thread, NULL, serve, NULL);
}

static int stop(void **state)
{
    (void)state;
    uv_async_send(&peer.stop);
    pthread_join(peer.thread, NULL);
    return uv_loop_close(&peer.loop);
}

static bool get(struct arena *a, const char *path, struct fetch_request r, struct fetch_answer *answer, struct err *e)
{
    if (!r.method)
        r.method = "GET";
    r.url = arena_printf(a, "http://%s%s", peer.where, path);
    return fetch(a, &r, answer, e);
}

#define NEAR .policy = {.allow_private = true}

static void posts_and_reads_headers(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct fetch_answer answer;
    static const struct fetch_field fields[] = {{{"X-Key", 5}, {"k1", 2}}};
    struct fetch_request r = {.method = "PUT", .fields = fields, .nfields = 1, .body = S("hello"), NEAR};
    assert_true(get(&a, "/echo", r, &answer, &e));
    assert_int_equal(answer.status, 201);
    assert_true(str_eq(answer.body, S("hello")));
    assert_true(str_eq(fetch_header(&answer, S("retry-after")), S("7")));
    assert_string_equal(peer.seen_key, "k1");
    arena_free(&a);
}

static bool never(const struct sockaddr *address, enum address_kind kind, void *context)
{
    (void)address, (void)kind;
    ++*(int *)context;
    return false;
}

static void refusals(void **state)
{
    (void)state;
    int asked = 0;
    const struct {
        const char *name, *path;
        struct fetch_request r;
        const struct err_kind *want;
    } rows[] = {
        {"loopback without leave", "/", {0}, &err_fetch_address},
        {"the policy's last word", "/", {.policy = {true, never, &asked}}, &err_fetch_address},
        {"too large", "/big", {.bytes_max = 99999, NEAR}, &err_fetch_too_large},
        {"too slow", "/silent", {.timeout_ms = 200, NEAR}, &err_fetch_slow},
        {"redirected to a file", "/away", {.redirects_max = 3, NEAR}, &err_fetch_failed},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct fetch_answer answer;
        if (get(&a, rows[i].path, rows[i].r, &answer, &e) || e.kind != rows[i].want)
            fail_msg("%s: %s", rows[i].name, e.detail);
        arena_free(&a);
    }
    assert_int_equal(asked, 1);
}

static void urls(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "ftp://a.example/", "file:///etc/passwd", "gopher://a/", "http:/a",
                                       "//a.example/", "http://a.example/\r\nX: y", "http://a.example/a b"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct fetch_answer answer;
        struct fetch_request r = {.method = "GET", .url = str_of(rows[i])};
        assert_false(fetch(&a, &r, &answer, &e));
        assert_ptr_equal(e.kind, &err_fetch_url);
        arena_free(&a);
    }
}

static void redirections_only_when_asked(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct fetch_answer answer;
    assert_true(get(&a, "/moved", (struct fetch_request){NEAR}, &answer, &e));
    assert_int_equal(answer.status, 302);
    assert_true(get(&a, "/moved", (struct fetch_request){.redirects_max = 1, NEAR}, &answer, &e));
    assert_int_equal(answer.status, 200);
    assert_true(str_eq(answer.body, S("/there")));
    assert_true(str_ends(answer.url, S("/there")));
    assert_false(fetch_header(&answer, S("location")).p != NULL);
    arena_free(&a);
}

/* --- a name that changes its mind -------------------------------------------------------------- */

static atomic_int rebind_asked; /* how often rebind.example was resolved */
static const char *const *rebind_answers;

/* In the place of the C library's, for libcurl too: rebind.example gives the next of rebind_answers. */
int getaddrinfo(const char *restrict name, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (name && strcmp(name, "rebind.example") == 0)
        name = rebind_answers[atomic_fetch_add(&rebind_asked, 1)];
    return real(name, service, hints, found);
}

static void a_name_that_is_public_when_checked_and_private_when_connected(void **state)
{
    (void)state;
    static const char *const turns[] = {"8.8.8.8", "127.0.0.1", "127.0.0.1"};
    struct arena a = {0};
    struct err e = {0};
    struct fetch_answer answer;
    struct addrinfo *found = NULL;
    atomic_store(&rebind_asked, 0);
    rebind_answers = turns;
    assert_int_equal(getaddrinfo("rebind.example", "80", NULL, &found), 0);
    assert_int_equal(address_kind(found->ai_addr), ADDRESS_PUBLIC); /* what a check in advance would see */
    freeaddrinfo(found);
    struct fetch_request r = {.method = "GET",
                              .url = arena_printf(&a, "http://rebind.example%s/", strrchr(peer.where, ':'))};
    assert_false(fetch(&a, &r, &answer, &e));
    assert_ptr_equal(e.kind, &err_fetch_address);
    assert_int_equal(atomic_load(&rebind_asked), 2);
    /* With leave for loopback the same name is answered: it was the address that was refused. */
    r.policy.allow_private = true;
    e = (struct err){0};
    assert_true(fetch(&a, &r, &answer, &e));
    assert_int_equal(answer.status, 200);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_address), cmocka_unit_test(posts_and_reads_headers), cmocka_unit_test(refusals),
        cmocka_unit_test(urls),         cmocka_unit_test(redirections_only_when_asked),
        cmocka_unit_test(a_name_that_is_public_when_checked_and_private_when_connected),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
