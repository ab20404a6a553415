#include "core/web/router.h"

#include <stdlib.h>

#include "core/base/must.h"
#include "core/web/errors.h"
#include "core/web/url.h"

enum { METHODS = HTTP_OTHER + 1 };

struct node {
    struct str literal;        /* of the segment that leads here; a parameter's is empty */
    struct node **children;    /* by literal */
    size_t nchildren;
    struct node *parameter;
    const struct route *routes[METHODS];
};

struct router {
    struct arena a;
    struct node *root;
};

struct segments {
    size_t n;
    struct str at[ROUTE_SEGMENTS_MAX];
};

const char *method_name(enum http_method m)
{
    static const char *const names[METHODS] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"};
    return names[m];
}

const char *access_name(enum access a)
{
    static const char *const names[] = {"public", "reader", "contributor", "editor", "admin", "region", "region_dpo", "system"};
    return names[a];
}

/* False: not an absolute path, or too deep. "/" has no segment. */
static bool split(struct str path, struct segments *out)
{
    out->n = 0;
    if (path.n == 0 || path.p[0] != '/')
        return false;
    if (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    if (path.n == 1)
        return true;
    for (struct str rest = str_from(path, 1), part; str_cut(&rest, '/', &part);) {
        if (out->n == ROUTE_SEGMENTS_MAX || part.n == 0)
            return false;
        out->at[out->n++] = part;
    }
    return true;
}

static bool is_parameter(struct str segment)
{
    return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

static struct str parameter_name(struct str segment)
{
    return str_part(segment, 1, segment.n - 2);
}

static struct node *child(const struct node *n, struct str literal)
{
    for (size_t i = 0; i < n->nchildren; i++)
        if (str_eq(n->children[i]->literal, literal))
            return n->children[i];
    return NULL;
}

static struct node *child_made(struct router *r, struct node *n, struct str segment)
{
    struct node *found = is_parameter(segment) ? n->parameter : child(n, segment);
    if (found)
        return found;
    found = ARENA_NEW(&r->a, struct node);
    if (is_parameter(segment)) {
        n->parameter = found;
        return found;
    }
    found->literal = segment;
    struct node **more = ARENA_ARRAY(&r->a, struct node *, n->nchildren + 1);
    if (n->nchildren)
        memcpy(more, n->children, n->nchildren * sizeof *more);
    more[n->nchildren++] = found;
    n->children = more;
    return found;
}

static bool pattern_refused(const struct route *route, const char *why, struct err *e)
{
    ERR(e, err_route_pattern, "%s: %s", route->pattern, why);
    err_arg(e, "%s", route->pattern);
    return err_arg(e, "%s", why);
}

static bool add(struct router *r, const struct route *route, struct err *e)
{
    struct segments s;
    if (!split(str_of(route->pattern), &s))
        return pattern_refused(route, "not a path", e);
    struct node *n = r->root;
    unsigned nparams = 0;
    for (size_t i = 0; i < s.n; i++) {
        nparams += is_parameter(s.at[i]);
        if (!is_parameter(s.at[i]) && (str_chr(s.at[i], '{') >= 0 || str_chr(s.at[i], '}') >= 0))
            return pattern_refused(route, "a parameter is a whole segment", e);
        n = child_made(r, n, s.at[i]);
    }
    if (nparams > ROUTE_PARAMS_MAX)
        return pattern_refused(route, "too many parameters", e);
    if (n->routes[route->method]) {
        const char *other = n->routes[route->method]->pattern;
        ERR(e, err_route_clash, "%s %s and %s", method_name(route->method), other, route->pattern);
        err_arg(e, "%s", other);
        return err_arg(e, "%s", route->pattern);
    }
    n->routes[route->method] = route;
    return true;
}

struct router *router_make(const struct route_table *const *tables, size_t n, struct err *e)
{
    struct router *r = must_alloc(sizeof *r);
    r->root = ARENA_NEW(&r->a, struct node);
    for (size_t t = 0; t < n; t++)
        for (size_t i = 0; i < tables[t]->n; i++)
            if (!add(r, &tables[t]->routes[i], e)) {
                router_free(r);
                return NULL;
            }
    return r;
}

void router_free(struct router *r)
{
    if (!r)
        return;
    arena_free(&r->a);
    free(r);
}

static const struct node *descend(const struct node *n, const struct segments *s, size_t at)
{
    if (at == s->n) {
        for (size_t m = 0; m < METHODS; m++)
            if (n->routes[m])
                return n;
        return NULL;
    }
    const struct node *next = child(n, s->at[at]);
    const struct node *end = next ? descend(next, s, at + 1) : NULL;
    if (end || !n->parameter)
        return end;
    return descend(n->parameter, s, at + 1);
}

static bool looks_static(struct str value)
{
    static const char *const ends[] = {".css", ".js", ".mjs", ".map", ".png", ".jpg", ".jpeg", ".gif", ".ico",
                                       ".svg", ".webp", ".avif", ".woff", ".woff2", ".ttf", ".txt", ".pdf"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct str end = str_of(ends[i]);
        if (value.n >= end.n && str_ieq(str_from(value, value.n - end.n), end))
            return true;
    }
    return false;
}

enum taken { TAKEN, TAKEN_NOT, TAKEN_BAD };

static enum taken take_param(struct arena *a, struct str pattern, struct str raw, struct match *m)
{
    struct str name = parameter_name(pattern), value;
    if (!url_decode(a, raw, &value))
        return TAKEN_BAD;
    bool dots = str_eq(value, S(".")) || str_eq(value, S(".."));
    if (dots || (!str_eq(name, S("file")) && looks_static(value)))
        return TAKEN_NOT;
    if (str_eq(name, S("dataset")))
        m->dataset = (int)m->nparams;
    m->secret |= str_eq(name, S("token"));
    m->params[m->nparams++] = value;
    return TAKEN;
}

/* The route says which segments are parameters, in its own words. */
static enum taken take_params(struct arena *a, const struct route *route, const struct segments *path,
                              struct match *m)
{
    struct segments pattern;
    split(str_of(route->pattern), &pattern);
    for (size_t i = 0; i < pattern.n; i++) {
        if (!is_parameter(pattern.at[i]))
            continue;
        enum taken t = take_param(a, pattern.at[i], path->at[i], m);
        if (t != TAKEN)
            return t;
    }
    return TAKEN;
}

static void note_allowed(const struct node *n, struct match *m)
{
    for (unsigned i = 0; i < METHODS; i++) {
        if (!n->routes[i])
            continue;
        m->allow |= 1u << i;
        m->nearest = n->routes[i];
    }
    if (m->allow & 1u << HTTP_GET)
        m->allow |= 1u << HTTP_HEAD;
}

bool router_match(const struct router *r, struct arena *a, enum http_method method, struct str path,
                  struct match *out, struct err *e)
{
    struct match m = {.dataset = -1};
    struct segments s;
    const struct node *n = split(path, &s) ? descend(r->root, &s, 0) : NULL;
    if (n) {
        note_allowed(n, &m);
        m.route = n->routes[method == HTTP_HEAD ? HTTP_GET : method];
        enum taken t = take_params(a, m.route ? m.route : m.nearest, &s, &m);
        if (t == TAKEN_BAD)
            return ERR(e, err_path_invalid, "a parameter does not decode");
        if (t == TAKEN_NOT)
            m = (struct match){.dataset = -1};
    }
    *out = m;
    return true;
}
