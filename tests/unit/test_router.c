#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "core/web/errors.h"
#include "core/web/router.h"

#define ROUTE(m, pattern, label) {m, pattern, PUBLIC, 1, NULL, label, DIALECT_EXPLORE, BODY_NONE, CACHE_NONE, NULL}

static const struct route routes[] = {
    ROUTE(HTTP_GET, "/", "home"),
    ROUTE(HTTP_GET, "/a/{dataset}/records", "records"),
    ROUTE(HTTP_GET, "/a/{dataset}", "dataset"),
    ROUTE(HTTP_GET, "/a/exports", "exports"),
    ROUTE(HTTP_GET, "/a/exports/deep", "deep"),
    ROUTE(HTTP_POST, "/a/{dataset}", "write"),
    ROUTE(HTTP_GET, "/files/{file}", "file"),
    ROUTE(HTTP_GET, "/invitation/{token}", "invitation"),
};
static const struct route_table table = {routes, sizeof routes / sizeof routes[0]};

static struct router *make(void)
{
    struct err e = {0};
    struct router *r = router_make((const struct route_table *const[]){&table}, 1, &e);
    assert_non_null(r);
    return r;
}

static void test_which_route_answers(void **state)
{
    (void)state;
    static const struct {
        enum http_method method;
        const char *path, *want, *param; /* want NULL: none */
        unsigned allow;
    } rows[] = {
        {HTTP_GET, "/", "home", NULL, 0},
        {HTTP_GET, "/a/x", "dataset", "x", 0},
        {HTTP_GET, "/a/x/", "dataset", "x", 0},
        {HTTP_HEAD, "/a/x", "dataset", "x", 0},
        {HTTP_GET, "/a/exports", "exports", NULL, 0},          /* a literal beats a parameter */
        {HTTP_GET, "/a/exports/records", "records", "exports", 0}, /* …unless it leads nowhere */
        {HTTP_GET, "/a/exports/deep/", "deep", NULL, 0},
        {HTTP_POST, "/a/x/", "write", "x", 0},
        {HTTP_GET, "/a/caf%C3%A9", "dataset", "café", 0},
        {HTTP_GET, "/a/a%2Fb", "dataset", "a/b", 0},
        {HTTP_GET, "/a/%2525", "dataset", "%25", 0},           /* decoded once */
        {HTTP_GET, "/files/logo.png", "file", "logo.png", 0},
        {HTTP_GET, "/a/x.css", NULL, NULL, 0},
        {HTTP_GET, "/a/x%2ECSS", NULL, NULL, 0},
        {HTTP_GET, "/a/x/records/y.js", NULL, NULL, 0},
        {HTTP_GET, "/a/..", NULL, NULL, 0},
        {HTTP_GET, "/a/%2e%2e", NULL, NULL, 0},
        {HTTP_GET, "/a//", NULL, NULL, 0},
        {HTTP_GET, "//a/x", NULL, NULL, 0},
        {HTTP_GET, "/%61/x", NULL, NULL, 0},
        {HTTP_GET, "/nowhere", NULL, NULL, 0},
        {HTTP_GET, "", NULL, NULL, 0},
        {HTTP_GET, "*", NULL, NULL, 0},
        {HTTP_DELETE, "/a/x", NULL, NULL, 1u << HTTP_GET | 1u << HTTP_HEAD | 1u << HTTP_POST},
        {HTTP_POST, "/", NULL, NULL, 1u << HTTP_GET | 1u << HTTP_HEAD},
    };
    struct router *r = make();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct match m;
        if (!router_match(r, &a, rows[i].method, str_of(rows[i].path), &m, &e))
            fail_msg("row %zu %s: %s", i, rows[i].path, e.detail);
        if (!rows[i].want != !m.route || (m.route && strcmp(m.route->summary, rows[i].want) != 0))
            fail_msg("row %zu %s: %s", i, rows[i].path, m.route ? m.route->summary : "none");
        if (rows[i].param)
            assert_true(str_eq(m.params[0], str_of(rows[i].param)));
        if (!m.route)
            assert_int_equal(m.allow, rows[i].allow);
        arena_free(&a);
    }
    router_free(r);
}

static void test_bad_bytes_in_a_parameter_are_refused(void **state)
{
    (void)state;
    static const char *const paths[] = {"/a/%", "/a/%4", "/a/%zz", "/a/%00", "/a/%ff", "/a/%c0%af", "/a/%ed%a0%80"};
    struct router *r = make();
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct match m;
        if (router_match(r, &a, HTTP_GET, str_of(paths[i]), &m, &e))
            fail_msg("%s was taken", paths[i]);
        assert_ptr_equal(e.kind, &err_path_invalid);
        arena_free(&a);
    }
    router_free(r);
}

static void test_equal_shapes_are_refused_by_name(void **state)
{
    (void)state;
    static const struct route twice[] = {ROUTE(HTTP_GET, "/x/{a}/y", "one"), ROUTE(HTTP_GET, "/x/{b}/y", "two")};
    static const struct route_table t = {twice, 2};
    struct err e = {0};
    assert_null(router_make((const struct route_table *const[]){&t}, 1, &e));
    assert_ptr_equal(e.kind, &err_route_clash);
    assert_non_null(strstr(e.detail, "/x/{a}/y"));
    assert_non_null(strstr(e.detail, "/x/{b}/y"));
}

static void test_special_parameters_are_marked(void **state)
{
    (void)state;
    struct router *r = make();
    struct arena a = {0};
    struct err e = {0};
    struct match m;
    assert_true(router_match(r, &a, HTTP_GET, S("/a/x/records"), &m, &e));
    assert_int_equal(m.dataset, 0);
    assert_false(m.secret);
    assert_true(router_match(r, &a, HTTP_GET, S("/invitation/s3cret"), &m, &e));
    assert_int_equal(m.dataset, -1);
    assert_true(m.secret);
    arena_free(&a);
    router_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_route_answers),
        cmocka_unit_test(test_bad_bytes_in_a_parameter_are_refused),
        cmocka_unit_test(test_equal_shapes_are_refused_by_name),
        cmocka_unit_test(test_special_parameters_are_marked),
    };
    return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
