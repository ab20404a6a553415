#pragma once
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/web/request.h"

/*
 * router -- which route answers a path; pure, no database.
 *
 * A literal segment beats a parameter; where the literal's branch leads nowhere the parameter is
 * tried. One trailing slash is the same path. Literals are compared as sent (no encoding reaches
 * them); parameters are decoded once.
 *
 * A parameter whose value ends like a static file (".css", ".png"…) gives no match, so that no
 * cache in front can be made to keep a dynamic page under a static name (reliability.md T22);
 * parameters named {file} hold file names and are free of this.
 */
struct router;

enum { ROUTE_SEGMENTS_MAX = 16 };

struct match {
    const struct route *route;  /* NULL: see `allow` */
    const struct route *nearest; /* of another method, for the dialect of a 405; NULL: unknown path */
    unsigned allow;             /* methods of this path, 1 << enum http_method; 0: unknown path */
    unsigned nparams;
    int dataset;                /* index of the parameter {dataset}; -1: none */
    bool secret;                /* a parameter is named {token}: the path is not logged */
    struct str params[ROUTE_PARAMS_MAX];
};

/* fails  err_route_clash (both patterns named), err_route_pattern. The tables are kept by address. */
struct router *router_make(const struct route_table *const *tables, size_t n, struct err *e);
void router_free(struct router *r);

/* False: the path's parameters do not decode (err_path_invalid). No match is success. */
bool router_match(const struct router *r, struct arena *a, enum http_method method, struct str path,
                  struct match *out, struct err *e);

const char *method_name(enum http_method m);
const char *access_name(enum access a);
