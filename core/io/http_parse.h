#pragma once
#include "core/io/http.h"

/*
 * http_parse -- the head of a request and the frames of its body: bytes in, struct out, no loop.
 *
 * Source: RFC 9110, RFC 9112; reliability.md T21, T23. Two readers must agree: the strict scan
 * written here, and llhttp. What either refuses is refused: a request that two programs could
 * read in two ways is the raw material of request smuggling.
 */
enum { HTTP_HEAD_MAX = 32 * 1024, HTTP_TARGET_MAX = 8 * 1024 };

struct http_refusal {
    int status;      /* 400, 414, 417, 431, 501 */
    const char *why; /* a constant, for the log and the tests */
};

enum http_progress { HTTP_MORE, HTTP_DONE, HTTP_BAD };

/* Where the scan of a head stands; zeroed: at its first byte. */
struct http_scan {
    size_t at, line; /* next byte to look at; where its line begins */
    unsigned lines;  /* non-empty lines seen */
    size_t start;    /* where the request line begins (one empty line before it is forgiven) */
};

/* Looks for the end of the head in the n bytes at p. Call again with more bytes (the same ones
 * first): nothing is looked at twice. HTTP_DONE: *head_bytes is its length, last CR LF included. */
enum http_progress http_scan(struct http_scan *s, const char *p, size_t n, size_t *head_bytes,
                             struct http_refusal *refusal);

struct http_head {
    enum http_method method;
    struct str method_text, target, path, query, host;
    unsigned minor; /* HTTP/1.minor */
    bool chunked, keep_alive, expect_continue;
    int64_t body_bytes; /* -1: chunked; 0: none */
    size_t nfields;
    struct http_field *fields; /* given by the caller: HTTP_FIELDS_MAX of them */
};

/* A whole head, as http_scan delimited it. Names are lower-cased in place; views point into p.
 * head->fields must be set. On failure the content of *head means nothing. */
bool http_parse(char *p, size_t n, struct http_head *head, struct http_refusal *refusal);

/* Does llhttp read the same method, version and body length? (http_second.c, apart because its
 * header and ours name the same constants.) refused_method: it knows no such method. */
bool http_second_opinion(const char *p, size_t n, struct str method, unsigned minor, int64_t body_bytes,
                         bool *refused_method);

/* A chunked body; zeroed: before its first size line. */
struct http_chunks {
    int state;
    unsigned digits, line_bytes;
    uint64_t left;
};

/* Takes bytes off *rest: HTTP_MORE with *data absent (needs more) or present (a piece of the body;
 * call again), HTTP_DONE after the last CR LF. Trailers are refused: nobody here reads them. */
enum http_progress http_unchunk(struct http_chunks *c, struct str *rest, struct str *data);
