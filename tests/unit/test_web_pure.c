/* The parts of core/web that need neither loop nor database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "core/web/cache.h"
#include "core/web/errors.h"
#include "core/web/gzip.h"
#include "core/web/host.h"
#include "core/web/throttle.h"
#include "core/web/url.h"

static void test_host_canonical(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *want; /* want NULL: refused */
    } rows[] = {
        {"Brest.Data.Example", "brest.data.example"},
        {"brest.data.example:8443", "brest.data.example"},
        {"brest.data.example.", "brest.data.example"},
        {"", NULL}, {"localhost", NULL}, {"10.0.0.1:80", NULL}, {"a..b", NULL}, {"-a.b", NULL}, {"a-.b", NULL},
        {"[::1]:80", NULL}, {"a.b/../c", NULL}, {"a.example:", NULL}, {"a.example:8x", NULL},
        {"a.example:123456", NULL}, {"a.example@evil", NULL}, {"a.example, b.example", NULL}, {" a.example", NULL},
        {"a.example..", NULL}, {"b\xc3\xa9.example", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct str got = {0};
        bool ok = host_canonical(&a, str_of(rows[i].raw), &got, &e);
        if (ok != (rows[i].want != NULL))
            fail_msg("row %zu \"%s\": %s (%s)", i, rows[i].raw, ok ? "accepted" : "refused", e.detail);
        if (ok)
            assert_true(str_eq(got, str_of(rows[i].want)));
        else
            assert_ptr_equal(e.kind, &err_host_invalid);
        arena_free(&a);
    }
}

static void test_query_is_decoded_once(void **state)
{
    (void)state;
    struct arena a = {0};
    struct pairs p;
    const char *why = NULL;
    assert_true(url_pairs(&a, S("b=1+2&a=%20x%2B&b=3&empty=&flag&&p=100%&d=%2525"), 20, &p, &why));
    assert_int_equal(p.n, 7);
    assert_true(str_eq(pairs_nth(&p, S("b"), 0), S("1 2")));
    assert_true(str_eq(pairs_last(&p, S("b")), S("3")));
    assert_true(str_eq(pairs_last(&p, S("a")), S(" x+")));
    assert_true(str_eq(pairs_last(&p, S("p")), S("100%")));
    assert_true(str_eq(pairs_last(&p, S("d")), S("%25")));
    assert_int_equal(pairs_count(&p, S("b")), 2);
    assert_non_null(pairs_last(&p, S("flag")).p);
    assert_null(pairs_last(&p, S("absent")).p);
    arena_free(&a);
}

static void test_query_refuses_bad_bytes_and_too_many(void **state)
{
    (void)state;
    static const char *const bad[] = {"a=%00", "a=%ff", "%c0%80=1", "a=%ed%a0%80", "1&2&3&4&5&6"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct arena a = {0};
        struct pairs p;
        const char *why = NULL;
        if (url_pairs(&a, str_of(bad[i]), 5, &p, &why))
            fail_msg("%s was taken", bad[i]);
        assert_non_null(why);
        arena_free(&a);
    }
}

static char let_go[8];
static void note(void *p)
{
    strcat(let_go, p);
}

/* What a request holds is let go once, the last first, while its memory is still there. */
static void test_what_a_request_holds_ends_with_it(void **state)
{
    (void)state;
    struct arena a = {0};
    arena_at_end(&a, note, arena_copy(&a, S("1")));
    arena_at_end(&a, note, arena_copy(&a, S("2")));
    arena_free(&a);
    arena_free(&a);
    assert_string_equal(let_go, "21");
}

static void test_secrets_do_not_reach_the_log(void **state)
{
    (void)state;
    struct buf out = {0};
    url_redact(&out, S("where=a%3Db&apikey=s3cret&API%4bEY=s3cret&PushKey=s3cret&access_token=s3cret&x"));
    assert_true(str_eq(buf_str(&out), S("where=a%3Db&apikey=***&API%4bEY=***&PushKey=***&access_token=***&x")));
    buf_free(&out);
}

static const unsigned char secret[16] = "0123456789abcde";

static void put(struct cache *c, struct cache_key k, size_t n)
{
    char *body = must_alloc(n);
    cache_put(c, &k, &(struct cache_entry){200, S("text/plain"), S(""), {body, n}, false});
    free(body);
}

static void test_the_least_recently_used_leaves(void **state)
{
    (void)state;
    struct cache *c = cache_make(28000);
    struct cache_key k[12];
    for (size_t i = 0; i < 12; i++)
        k[i] = cache_key_of(secret, (struct str){"abcdefghijkl" + i, 1});
    for (size_t i = 0; i < 8; i++)
        put(c, k[i], 1000); /* eight of them and their heads fit */
    const struct cache_entry *first = cache_get(c, &k[0]);
    assert_non_null(first);
    put(c, k[8], 1000);
    put(c, k[9], 1000);
    assert_null(cache_get(c, &k[1])); /* the oldest that nobody asked for */
    const struct cache_entry *again = cache_get(c, &k[0]);
    assert_ptr_equal(again, first);
    cache_release(c, again);
    put(c, k[10], 5000); /* over an eighth: not kept, nobody pushed out */
    assert_null(cache_get(c, &k[10]));
    for (size_t i = 2; i < 12; i++)
        put(c, k[i], 1000);
    assert_null(cache_get(c, &k[0]));
    assert_int_equal(first->body.n, 1000); /* evicted, but still held by us */
    cache_release(c, first);
    cache_free(c);
}

static void test_a_kept_head_is_of_one_generation(void **state)
{
    (void)state;
    struct cache *c = cache_make(28000);
    struct cache_key k = cache_key_of(secret, S("k"));
    put(c, k, 10);
    const struct cache_entry *e = cache_get(c, &k);
    assert_null(cache_head(e, 0).p);
    assert_true(str_eq(cache_set_head(e, 7, S("a: 1\r\n")), S("a: 1\r\n")));
    assert_true(str_eq(cache_head(e, 7), S("a: 1\r\n")));
    assert_null(cache_head(e, 8).p);
    cache_set_head(e, 8, S("a: 2\r\nb: 3\r\n"));
    assert_true(str_eq(cache_head(e, 8), S("a: 2\r\nb: 3\r\n")));
    put(c, k, 10); /* another answer under the key: its head is not made yet, ours still stands */
    const struct cache_entry *other = cache_get(c, &k);
    assert_null(cache_head(other, 8).p);
    assert_non_null(cache_head(e, 8).p);
    cache_release(c, other);
    cache_release(c, e);
    cache_free(c);
}

static unsigned woken, woken_stored;
static void wake(struct cache_waiter *w, bool stored)
{
    (void)w;
    woken++;
    woken_stored += stored;
}

static void test_identical_misses_wait_for_the_first(void **state)
{
    (void)state;
    struct cache *c = cache_make(10000);
    struct cache_key k = cache_key_of(secret, S("k"));
    struct cache_waiter w[4] = {{NULL, wake}, {NULL, wake}, {NULL, wake}, {NULL, wake}};
    assert_true(cache_lead(c, &k, &w[0]));
    for (size_t i = 1; i < 4; i++)
        assert_false(cache_lead(c, &k, &w[i]));
    cache_unwait(c, &k, &w[2]);
    cache_landed(c, &k, true);
    assert_int_equal(woken, 2);
    assert_int_equal(woken_stored, 2);
    assert_true(cache_lead(c, &k, &w[0])); /* it is over: the next one leads again */
    cache_landed(c, &k, false);
    cache_free(c);
}

static void test_gzip_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool want;
    } rows[] = {{"gzip", true}, {"deflate, GZIP;q=0.5", true}, {"gzip;q=0", false}, {"gzip; q=0.000", false},
                {"br", false}, {"", false}, {"*", true}, {"gzipped", false}, {"gzip;q=0.01", true},
                {"*, gzip;q=0", false}, {"gzip;q=0, *", false}, {"*;q=0, gzip", true}, {"br, *;q=0", false}, {"gzip;Q=0", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (gzip_accepted(str_of(rows[i].accept)) != rows[i].want)
            fail_msg("%s", rows[i].accept);
    assert_false(gzip_accepted(STR_NONE));
}

static void test_gzip_body_reads_back(void **state)
{
    (void)state;
    struct buf body = {0};
    for (int i = 0; i < 1000; i++)
        buf_printf(&body, "ligne %d;", i);
    struct buf plain = {0};
    buf_add(&plain, buf_str(&body));
    assert_true(gzip_body(&body));
    assert_true(body.n < plain.n / 2);
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    char *back = must_alloc(plain.n);
    size_t n = 0;
    assert_int_equal(libdeflate_gzip_decompress(d, body.p, body.n, back, plain.n, &n), LIBDEFLATE_SUCCESS);
    assert_int_equal(n, plain.n);
    assert_memory_equal(back, plain.p, n);
    libdeflate_free_decompressor(d);
    free(back);
    buf_free(&plain);
    buf_free(&body);
}

static void test_a_flood_is_stopped_and_forgiven(void **state)
{
    (void)state;
    struct throttle *t = throttle_make();
    int64_t now = 1000000000;
    for (int i = 0; i < THROTTLE_BURST; i++)
        assert_true(throttle_take(t, S("2001:db8:1:2::1"), now));
    assert_false(throttle_take(t, S("2001:db8:1:2::ffff"), now)); /* the same /64 */
    assert_true(throttle_take(t, S("2001:db8:1:3::1"), now));
    assert_true(throttle_take(t, S("192.0.2.1"), now));
    assert_true(throttle_take(t, S("2001:db8:1:2::1"), now + 1000000 / THROTTLE_PER_SECOND));
    assert_false(throttle_take(t, S("2001:db8:1:2::1"), now + 1000000 / THROTTLE_PER_SECOND));
    for (int i = 0; i < 3 * THROTTLE_BURST; i++) {
        assert_true(throttle_take(t, S("127.0.0.1"), now));
        assert_true(throttle_take(t, S("::1"), now));
        assert_true(throttle_take(t, S(""), now));
    }
    throttle_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_canonical),
        cmocka_unit_test(test_query_is_decoded_once),
        cmocka_unit_test(test_query_refuses_bad_bytes_and_too_many),
        cmocka_unit_test(test_what_a_request_holds_ends_with_it),
        cmocka_unit_test(test_secrets_do_not_reach_the_log),
        cmocka_unit_test(test_the_least_recently_used_leaves),
        cmocka_unit_test(test_a_kept_head_is_of_one_generation),
        cmocka_unit_test(test_identical_misses_wait_for_the_first),
        cmocka_unit_test(test_gzip_is_asked_for),
        cmocka_unit_test(test_gzip_body_reads_back),
        cmocka_unit_test(test_a_flood_is_stopped_and_forgiven),
    };
    return cmocka_run_group_tests_name("web_pure", tests, NULL, NULL);
}
