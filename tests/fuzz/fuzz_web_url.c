/* Any bytes as a path, a query and a host: what is accepted is clean and stays itself. */
#include <stdlib.h>

#include "core/base/utf8.h"
#include "core/web/errors.h"
#include "core/web/host.h"
#include "core/web/router.h"
#include "core/web/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define R(pattern) {HTTP_GET, pattern, PUBLIC, 1, NULL, "", DIALECT_PAGE, BODY_NONE, CACHE_NONE, NULL}
static const struct route routes[] = {R("/"), R("/a/{x}"), R("/a/{x}/b/{y}"), R("/a/b"), R("/f/{file}")};
static const struct route_table table = {routes, 5};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void clean(struct str s)
{
    check(utf8_valid(s) && str_chr(s, '\0') < 0);
}

static void try_host(struct arena *a, struct str in)
{
    struct err e = {0};
    struct str once, twice;
    if (!host_canonical(a, in, &once, &e))
        return;
    check(host_canonical(a, once, &twice, &e) && str_eq(once, twice));
}

/* Encoding what was decoded and decoding it again gives the same list. */
static void try_query(struct arena *a, struct str in)
{
    struct pairs p, again;
    const char *why = NULL;
    struct buf text = {0};
    if (!url_pairs(a, in, 50, &p, &why))
        return;
    check(p.n <= 50);
    for (size_t i = 0; i < p.n; i++) {
        clean(p.at[i].name);
        clean(p.at[i].value);
        buf_addz(&text, i ? "&" : "");
        url_encode(&text, p.at[i].name);
        buf_addc(&text, '=');
        url_encode(&text, p.at[i].value);
    }
    check(url_pairs(a, buf_str(&text), 50, &again, &why) && again.n == p.n);
    for (size_t i = 0; i < p.n; i++)
        check(str_eq(p.at[i].name, again.at[i].name) && str_eq(p.at[i].value, again.at[i].value));
    buf_free(&text);
}

static void try_path(const struct router *r, struct arena *a, struct str in)
{
    struct err e = {0};
    struct match m;
    if (!router_match(r, a, HTTP_GET, in, &m, &e) || !m.route)
        return;
    check(in.n > 0 && in.p[0] == '/' && m.nparams <= ROUTE_PARAMS_MAX);
    for (unsigned i = 0; i < m.nparams; i++) {
        clean(m.params[i]);
        check(!str_eq(m.params[i], S("..")) && !str_eq(m.params[i], S(".")));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct router *r;
    struct err e = {0};
    if (!r)
        r = router_make((const struct route_table *const[]){&table}, 1, &e);
    check(r != NULL);
    struct arena a = {0};
    struct str in = {(const char *)data, size};
    struct buf redacted = {0};
    try_host(&a, in);
    try_query(&a, in);
    try_path(r, &a, in);
    url_redact(&redacted, in);
    buf_free(&redacted);
    arena_free(&a);
    return 0;
}
