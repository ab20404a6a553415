#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * str -- a view of bytes that somebody else owns.
 *
 * Not NUL-terminated. {NULL, 0} is "absent" (and an SQL NULL in a statement's parameters);
 * {"", 0} is "empty". Passed by value.
 */
struct str {
    const char *p;
    size_t n;
};

#define S(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

/* View of a C string; NULL gives STR_NONE. Inline: the length of a literal is a constant. */
static inline struct str str_of(const char *z)
{
    return z ? (struct str){z, strlen(z)} : STR_NONE;
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Clipped to s, as is str_from. */
static inline struct str str_part(struct str s, size_t at, size_t n)
{
    if (at > s.n)
        at = s.n;
    if (n > s.n - at)
        n = s.n - at;
    return (struct str){at ? s.p + at : s.p, n}; /* absent stays absent */
}

/* The part from byte `at`. */
static inline struct str str_from(struct str s, size_t at)
{
    return str_part(s, at, s.n);
}

static inline bool str_starts(struct str s, struct str head)
{
    return s.n >= head.n && str_eq(str_part(s, 0, head.n), head);
}

bool str_ieq(struct str a, struct str b); /* ASCII letters without case */
int str_cmp(struct str a, struct str b);  /* byte order, shorter first */
bool str_ends(struct str s, struct str tail);
struct str str_trim(struct str s);                       /* without ASCII white space at both ends */
ptrdiff_t str_find(struct str s, struct str needle);     /* -1: not there */
ptrdiff_t str_chr(struct str s, char c);                 /* -1: not there */
size_t str_count(struct str s, char c);

/* Takes the part before `sep` off the front of *rest (the whole when there is no `sep`).
 * False once *rest is absent; an empty last part is given. */
bool str_cut(struct str *rest, char sep, struct str *part);

/* Whole-string decimal integers; false when not exactly one, or out of range. */
bool str_i64(struct str s, int64_t *out);
struct str str_n(char room[24], int64_t v); /* decimal digits, a view of the end of `room` */
bool str_u64(struct str s, uint64_t *out);
