#include "core/web/security.h"

#include "core/web/private.h"

#define CSP                                                                                        \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " \
    "connect-src 'self'; worker-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'"
#define FEATURES                                                                                   \
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), "           \
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "          \
    "publickey-credentials-get=(), usb=(), screen-wake-lock=()"

/* S() is no constant expression. */
#define LIT(z) {"" z, sizeof(z) - 1}

static const struct header always[] = {
    {LIT("x-content-type-options"), LIT("nosniff")},
    {LIT("referrer-policy"), LIT("strict-origin-when-cross-origin")},
};

static const struct header pages[] = {
    {LIT("permissions-policy"), LIT(FEATURES)},
    {LIT("cross-origin-opener-policy"), LIT("same-origin")},
};

/* As recorded on a live portal: clients were written against these. */
static const struct header cors[] = {
    {LIT("access-control-allow-origin"), LIT("*")},
    {LIT("access-control-allow-methods"), LIT("POST, GET, OPTIONS")},
    {LIT("access-control-max-age"), LIT("1000")},
    {LIT("access-control-allow-headers"),
     LIT("Authorization, X-Requested-With, Origin, ODS-API-Analytics-App, ODS-API-Analytics-Embed-Type, "
       "ODS-API-Analytics-Embed-Referrer, ODS-Widgets-Version, Accept")},
    {LIT("access-control-expose-headers"),
     LIT("ODS-Explore-API-Deprecation, Link, X-RateLimit-Remaining, X-RateLimit-Limit, X-RateLimit-Reset, "
       "X-RateLimit-dataset-Remaining, X-RateLimit-dataset-Limit, X-RateLimit-dataset-Reset")},
};

void security_line(struct buf *out, struct str name, struct str value)
{
    buf_add(out, name);
    buf_add(out, S(": "));
    buf_add(out, value);
    buf_add(out, S("\r\n"));
}

/* Few headers are the handler's, so looking is cheap. */
static bool is_said(const struct req_private *p, struct str name)
{
    for (size_t i = 0; i < p->nheaders; i++)
        if (p->headers[i].name.n == name.n && str_ieq(p->headers[i].name, name))
            return true;
    return false;
}

/* What the handler said itself stands. */
static void add_default(const struct req_private *p, struct buf *out, struct str name, struct str value)
{
    if (!is_said(p, name))
        security_line(out, name, value);
}

static void add_all(const struct req_private *p, struct buf *out, const struct header *h, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_default(p, out, h[i].name, h[i].value);
}

static struct str caching(const struct req_private *p)
{
    if (p->req.route && p->req.route->cache == CACHE_FOREVER && p->status == 200)
        return S("public, max-age=31536000, immutable");
    if (p->req.who.account.text[0] || p->req.who.by_key)
        return S("private, no-store");
    if (p->etag.p && p->status < 400)
        return S("public, max-age=0, must-revalidate");
    return S("no-cache, no-store, max-age=0, must-revalidate");
}

/* Who may frame it: this portal; its public pages, where nobody signs in, the sites that it names as well. On every dialect:
 * an export opened in a browser is as dangerous as a page. */
static void add_policy(const struct req_private *p, struct buf *out)
{
    const struct req *r = &p->req;
    bool is_public = r->route && r->route->access == PUBLIC &&
                     (r->route->cache == CACHE_CATALOGUE || r->route->cache == CACHE_DATASET);
    if (is_said(p, S("content-security-policy")))
        return;
    buf_addz(out, "content-security-policy: " CSP "; frame-ancestors 'self'");
    if (is_public && r->tenant && r->tenant->embedders.n) {
        buf_addc(out, ' ');
        buf_add(out, r->tenant->embedders);
    }
    buf_addz(out, r->x->secure ? "; upgrade-insecure-requests\r\n" : "\r\n");
}

void security_headers(const struct req_private *p, struct buf *out)
{
    enum dialect dialect = p->req.route ? p->req.route->dialect : problem_dialect(p->req.x->path);
    bool forever = p->req.route && p->req.route->cache == CACHE_FOREVER;
    add_all(p, out, always, sizeof always / sizeof always[0]);
    add_default(p, out, S("cache-control"), caching(p));
    add_default(p, out, S("vary"), forever ? S("Accept-Encoding")
                                      : S("Accept-Encoding, Accept-Language, Cookie, Host"));
    if (p->req.x->secure)
        add_default(p, out, S("strict-transport-security"), S("max-age=31536000"));
    if (dialect == DIALECT_EXPLORE || dialect == DIALECT_V1) {
        add_all(p, out, cors, sizeof cors / sizeof cors[0]);
        add_default(p, out, S("content-language"), p->req.lang == LANG_EN ? S("en") : S("fr"));
    } else {
        add_all(p, out, pages, sizeof pages / sizeof pages[0]);
    }
    add_policy(p, out);
}
