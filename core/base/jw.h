#pragma once
#include "core/base/buf.h"

/*
 * jw -- writes JSON at the end of a buffer; never builds a tree.
 *
 * Callers give keys and values in order; commas and white space are ours. Strings must be UTF-8
 * (bytes that are not become U+FFFD). Doubles are the shortest text that reads back the same;
 * NaN and infinities become null.
 */
enum jw_style {
    JW_SPACED, /* {"a": 1, "b": [1, 2]}: what the Explore API sends */
    JW_COMPACT,
    JW_PRETTY, /* two spaces, a line each */
};

enum { JW_DEPTH = 64 };

struct jw {
    struct buf *out;
    enum jw_style style;
    unsigned depth;
    bool after_key;
    bool comma[JW_DEPTH];
};

void jw_init(struct jw *w, struct buf *out, enum jw_style style);
void jw_open(struct jw *w, char bracket);  /* '{' or '[' */
void jw_close(struct jw *w, char bracket); /* '}' or ']' */
void jw_key(struct jw *w, struct str key);
void jw_str(struct jw *w, struct str s); /* absent: null */
void jw_i64(struct jw *w, int64_t v);
void jw_double(struct jw *w, double v);
void jw_bool(struct jw *w, bool v);
void jw_null(struct jw *w);
void jw_raw(struct jw *w, struct str json); /* one value that is JSON already; absent: null */

void jw_strings(struct jw *w, struct str names); /* a list of them: a NUL stands behind each */

/* The same for one member of an object. */
#define JW_STR(w, key, v) (jw_key((w), S(key)), jw_str((w), (v)))
#define JW_I64(w, key, v) (jw_key((w), S(key)), jw_i64((w), (v)))
#define JW_BOOL(w, key, v) (jw_key((w), S(key)), jw_bool((w), (v)))
#define JW_RAW(w, key, v) (jw_key((w), S(key)), jw_raw((w), (v)))

/* The bytes of a JSON string, quotes included; and the shortest text of a double. */
void jw_escape(struct buf *out, struct str s);
void jw_escape_utf8(struct buf *out, struct str s); /* the same for what is known to be UTF-8 (PostgreSQL's text) */
void jw_number(struct buf *out, double v);
