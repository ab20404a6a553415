#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"

/*
 * url -- percent-encoding and name=value lists, decoded exactly once.
 *
 * Source: RFC 3986 section 2.1, WHATWG URL (application/x-www-form-urlencoded).
 */
struct pair {
    struct str name, value;
};

struct pairs {
    size_t n;
    struct pair *at;
};

/* Strict: every % starts two hex digits. False: it does not, or the bytes hold a NUL or are no UTF-8. */
bool url_decode(struct arena *a, struct str raw, struct str *out);

/* name=value&name=value; + is a space and a lone % stands for itself, as browsers read it.
 * False with *why set: more than `max` pairs, a NUL or bytes that are no UTF-8. */
bool url_pairs(struct arena *a, struct str text, size_t max, struct pairs *out, const char **why);

/* Value of the last pair of this name; absent: none. */
struct str pairs_last(const struct pairs *p, struct str name);
size_t pairs_count(const struct pairs *p, struct str name);
struct str pairs_nth(const struct pairs *p, struct str name, size_t n);

/* Adds s with everything but unreserved bytes percent-encoded. */
void url_encode(struct buf *out, struct str s);

/* The same query with the values of apikey, pushkey, access_token, token and code replaced: for logs. */
void url_redact(struct buf *out, struct str query);
