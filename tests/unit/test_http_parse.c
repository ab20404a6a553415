#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "core/io/http_parse.h"

/* 0: accepted; -1: more bytes wanted; otherwise the status of the refusal. */
static int judge(const char *bytes, size_t n, struct http_head *head, char **copy, const char **why)
{
    struct http_scan scan = {0};
    struct http_refusal r = {0, ""};
    size_t head_bytes = 0;
    *copy = malloc(n + 1);
    memcpy(*copy, bytes, n);
    enum http_progress got = http_scan(&scan, *copy, n, &head_bytes, &r);
    *why = r.why;
    if (got != HTTP_DONE)
        return got == HTTP_MORE ? -1 : r.status;
    bool ok = http_parse(*copy, head_bytes, head, &r);
    *why = r.why;
    return ok ? 0 : r.status;
}

#define H "Host: a.example\r\n"
struct row {
    const char *name, *bytes;
    int want;
    size_t n; /* 0: strlen */
};
#define ROW(name, want, literal) {name, literal, want, sizeof(literal) - 1}

/* One row a rule of reliability.md section 0 item 4 and T23. */
static const struct row refused[] = {
    ROW("bare CR in a value", 400, "GET / HTTP/1.1\r\n" H "A: b\rc\r\n\r\n"),
    ROW("bare CR before a field", 400, "GET / HTTP/1.1\r\n" H "\rA: b\r\n\r\n"),
    ROW("bare LF after the request line", 400, "GET / HTTP/1.1\nHost: a.example\r\n\r\n"),
    ROW("bare LF after a field", 400, "GET / HTTP/1.1\r\nHost: a.example\n\r\n"),
    ROW("bare LF line ends only", 400, "GET / HTTP/1.1\nHost: a.example\n\n"),
    ROW("block ended by CR LF CR X", 400, "GET / HTTP/1.1\r\n" H "\rX: y\r\n\r\n"),
    ROW("block ended by CR LF CR, second request hidden", 400,
        "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r1\r\n\r\n"),
    ROW("block ended by CR LF LF", 400, "GET / HTTP/1.1\r\n" H "\n"),
    ROW("obs-fold with a space", 400, "GET / HTTP/1.1\r\n" H "A: b\r\n c\r\n\r\n"),
    ROW("obs-fold with a tab", 400, "GET / HTTP/1.1\r\n" H "A: b\r\n\tc\r\n\r\n"),
    ROW("space before the first field", 400, "GET / HTTP/1.1\r\n Host: a.example\r\n\r\n"),
    ROW("NUL in a value", 400, "GET / HTTP/1.1\r\n" H "A: b\0c\r\n\r\n"),
    ROW("NUL in a name", 400, "GET / HTTP/1.1\r\n" H "A\0: b\r\n\r\n"),
    ROW("NUL in the target", 400, "GET /\0 HTTP/1.1\r\n" H "\r\n"),
    ROW("control byte 01 in a value", 400, "GET / HTTP/1.1\r\n" H "A: \001\r\n\r\n"),
    ROW("DEL in a value", 400, "GET / HTTP/1.1\r\n" H "A: \177\r\n\r\n"),
    ROW("vertical tab as white space", 400, "GET / HTTP/1.1\r\n" H "Content-Length:\0131\r\n\r\n"),
    ROW("empty field name", 400, "GET / HTTP/1.1\r\n" H ": b\r\n\r\n"),
    ROW("space before the colon", 400, "GET / HTTP/1.1\r\n" H "Content-Length : 1\r\n\r\n"),
    ROW("tab before the colon", 400, "GET / HTTP/1.1\r\n" H "A\t: 1\r\n\r\n"),
    ROW("field without a colon", 400, "GET / HTTP/1.1\r\n" H "abc\r\n\r\n"),
    ROW("bracket in a name", 400, "GET / HTTP/1.1\r\n" H "A[0]: b\r\n\r\n"),
    ROW("8-bit byte in a name", 400, "GET / HTTP/1.1\r\n" H "\xc3\xa9: b\r\n\r\n"),
    ROW("two Host", 400, "GET / HTTP/1.1\r\n" H "Host: b.example\r\n\r\n"),
    ROW("two equal Host", 400, "GET / HTTP/1.1\r\n" H H "\r\n"),
    ROW("no Host in 1.1", 400, "GET / HTTP/1.1\r\nA: b\r\n\r\n"),
    ROW("no Host in 1.0", 400, "GET / HTTP/1.0\r\n\r\n"),
    ROW("empty Host", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    ROW("Host with a path", 400, "GET / HTTP/1.1\r\nHost: a.example/b\r\n\r\n"),
    ROW("Host with a user", 400, "GET / HTTP/1.1\r\nHost: u@a.example\r\n\r\n"),
    ROW("Host with a space", 400, "GET / HTTP/1.1\r\nHost: a.example b.example\r\n\r\n"),
    ROW("HTTP/0.9", 400, "GET /\r\n"),
    ROW("HTTP/0.9 by name", 400, "GET / HTTP/0.9\r\n" H "\r\n"),
    ROW("HTTP/2.0", 400, "GET / HTTP/2.0\r\n" H "\r\n"),
    ROW("HTTP/1.2", 400, "GET / HTTP/1.2\r\n" H "\r\n"),
    ROW("HTTP/1.10", 400, "GET / HTTP/1.10\r\n" H "\r\n"),
    ROW("http in lower case", 400, "GET / http/1.1\r\n" H "\r\n"),
    ROW("the preface of HTTP/2", 400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ROW("RTSP", 400, "OPTIONS / RTSP/1.0\r\n" H "\r\n"),
    ROW("space after the version", 400, "GET / HTTP/1.1 \r\n" H "\r\n"),
    ROW("two spaces before the target", 400, "GET  / HTTP/1.1\r\n" H "\r\n"),
    ROW("tab in the request line", 400, "GET\t/ HTTP/1.1\r\n" H "\r\n"),
    ROW("space in the target", 400, "GET /a b HTTP/1.1\r\n" H "\r\n"),
    ROW("TLS hello", 400, "\026\003\001\002"),
    ROW("two empty lines first", 400, "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n"),
    ROW("Transfer-Encoding in 1.0", 400, "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n"),
    ROW("CL then TE", 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ROW("TE then CL", 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"),
    ROW("two Content-Length", 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 4\r\n\r\n"),
    ROW("two equal Content-Length", 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 3\r\n\r\n"),
    ROW("Content-Length list", 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3, 3\r\n\r\n"),
    ROW("Content-Length +3", 400, "POST / HTTP/1.1\r\n" H "Content-Length: +3\r\n\r\n"),
    ROW("Content-Length -3", 400, "POST / HTTP/1.1\r\n" H "Content-Length: -3\r\n\r\n"),
    ROW("Content-Length 0x3", 400, "POST / HTTP/1.1\r\n" H "Content-Length: 0x3\r\n\r\n"),
    ROW("Content-Length 3 3", 400, "POST / HTTP/1.1\r\n" H "Content-Length: 3 3\r\n\r\n"),
    ROW("Content-Length empty", 400, "POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n"),
    ROW("Content-Length over 64 bits", 400, "POST / HTTP/1.1\r\n" H "Content-Length: 18446744073709551617\r\n\r\n"),
    ROW("TE gzip, chunked", 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n"),
    ROW("TE identity", 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n"),
    ROW("TE xchunked", 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n"),
    ROW("TE chunked, chunked", 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, chunked\r\n\r\n"),
    ROW("TE twice", 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ROW("TE quoted", 400, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: \"chunked\"\r\n\r\n"),
    ROW("8-bit byte in the target", 400, "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n"),
    ROW("fragment in the target", 400, "GET /#a HTTP/1.1\r\n" H "\r\n"),
    ROW("absolute-form of another host", 400, "GET http://b.example/ HTTP/1.1\r\n" H "\r\n"),
    ROW("absolute-form with a user", 400, "GET http://u@a.example/ HTTP/1.1\r\n" H "\r\n"),
    ROW("absolute-form, another port", 400, "GET http://a.example:81/ HTTP/1.1\r\n" H "\r\n"),
    ROW("another scheme", 400, "GET ftp://a.example/ HTTP/1.1\r\n" H "\r\n"),
    ROW("asterisk-form", 400, "OPTIONS * HTTP/1.1\r\n" H "\r\n"),
    ROW("authority-form", 400, "CONNECT a.example:443 HTTP/1.1\r\n" H "\r\n"),
    ROW("relative target", 400, "GET a HTTP/1.1\r\n" H "\r\n"),
    ROW("method with a control", 400, "G\002T / HTTP/1.1\r\n" H "\r\n"),
    ROW("method with a separator", 400, "GE(T / HTTP/1.1\r\n" H "\r\n"),
    ROW("no method", 400, " / HTTP/1.1\r\n" H "\r\n"),
    ROW("unknown method", 501, "FROB / HTTP/1.1\r\n" H "\r\n"),
    ROW("unknown expectation", 417, "POST / HTTP/1.1\r\n" H "Expect: 200-ok\r\nContent-Length: 1\r\n\r\n"),
};

static void each_refusal(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct http_field fields[HTTP_FIELDS_MAX];
        struct http_head head = {.fields = fields};
        char *copy;
        const char *why;
        int got = judge(refused[i].bytes, refused[i].n, &head, &copy, &why);
        if (got != refused[i].want && ++wrong)
            print_error("%s: wanted %d, got %d (%s)\n", refused[i].name, refused[i].want, got, why);
        free(copy);
    }
    assert_int_equal(wrong, 0);
}

static const struct {
    const char *name, *bytes, *path, *query, *host;
    enum http_method method;
    int64_t body_bytes;
    bool keep_alive;
    size_t nfields;
} valid[] = {
    {"plain", "GET / HTTP/1.1\r\n" H "\r\n", "/", NULL, "a.example", HTTP_GET, 0, true, 1},
    {"one empty line first", "\r\nGET /a HTTP/1.1\r\n" H "\r\n", "/a", NULL, "a.example", HTTP_GET, 0, true, 1},
    {"query", "HEAD /a?b=c?d HTTP/1.1\r\n" H "\r\n", "/a", "b=c?d", "a.example", HTTP_HEAD, 0, true, 1},
    {"empty query", "GET /a? HTTP/1.1\r\n" H "\r\n", "/a", "", "a.example", HTTP_GET, 0, true, 1},
    {"1.0 closes", "GET / HTTP/1.0\r\n" H "\r\n", "/", NULL, "a.example", HTTP_GET, 0, false, 1},
    {"1.0 keeps when asked", "GET / HTTP/1.0\r\n" H "Connection: Keep-Alive\r\n\r\n", "/", NULL, "a.example",
     HTTP_GET, 0, true, 2},
    {"close among tokens", "GET / HTTP/1.1\r\n" H "Connection: te , Close\r\n\r\n", "/", NULL, "a.example",
     HTTP_GET, 0, false, 2},
    {"length", "POST / HTTP/1.1\r\n" H "Content-Length:  12 \r\n\r\n", "/", NULL, "a.example", HTTP_POST, 12,
     true, 2},
    {"chunked", "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n", "/", NULL, "a.example", HTTP_PUT,
     -1, true, 2},
    {"absolute-form", "GET http://A.example/b?c HTTP/1.1\r\n" H "\r\n", "/b", "c", "a.example", HTTP_GET, 0,
     true, 1},
    {"absolute-form without path", "GET http://a.example HTTP/1.1\r\n" H "\r\n", "/", NULL, "a.example",
     HTTP_GET, 0, true, 1},
    {"upgrade is ignored", "GET / HTTP/1.1\r\n" H "Connection: upgrade\r\nUpgrade: h2c\r\n\r\n", "/", NULL,
     "a.example", HTTP_GET, 0, true, 3},
    {"empty value", "PATCH / HTTP/1.1\r\n" H "A:\r\n\r\n", "/", NULL, "a.example", HTTP_PATCH, 0, true, 2},
    {"8-bit value", "DELETE / HTTP/1.1\r\n" H "A: \xc3\xa9\r\n\r\n", "/", NULL, "a.example", HTTP_DELETE, 0,
     true, 2},
    {"another method", "PROPFIND / HTTP/1.1\r\n" H "\r\n", "/", NULL, "a.example", HTTP_OTHER, 0, true, 1},
    {"port and IPv6 in Host", "OPTIONS / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "/", NULL, "[::1]:8080",
     HTTP_OPTIONS, 0, true, 1},
};

static void each_valid(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
        struct http_field fields[HTTP_FIELDS_MAX];
        struct http_head head = {.fields = fields};
        char *copy;
        const char *why;
        int got = judge(valid[i].bytes, strlen(valid[i].bytes), &head, &copy, &why);
        if (got != 0)
            fail_msg("%s: %d %s", valid[i].name, got, why);
        if (!str_eq(head.path, str_of(valid[i].path)) || !str_eq(head.host, str_of(valid[i].host)) ||
            !str_eq(head.query, str_of(valid[i].query)) || !head.query.p != !valid[i].query ||
            head.method != valid[i].method || head.body_bytes != valid[i].body_bytes ||
            head.keep_alive != valid[i].keep_alive || head.nfields != valid[i].nfields)
            fail_msg("%s: read otherwise", valid[i].name);
        free(copy);
    }
}

/* The same verdict whatever pieces the bytes come in. */
static void byte_by_byte(void **state)
{
    (void)state;
    static const char text[] = "GET /a?b HTTP/1.1\r\n" H "A: b\r\n\r\nGET /";
    struct http_scan scan = {0};
    struct http_refusal r;
    size_t head_bytes = 0, n = 0;
    while (http_scan(&scan, text, n, &head_bytes, &r) == HTTP_MORE)
        n++;
    assert_int_equal(n, sizeof text - 1 - 5);
    assert_int_equal(head_bytes, n);
}

static int judge_made(size_t target, size_t fields, size_t value)
{
    struct buf b = {0};
    struct http_field room[HTTP_FIELDS_MAX];
    struct http_head head = {.fields = room};
    char *copy;
    const char *why;
    buf_addz(&b, "GET /");
    for (size_t i = 1; i < target; i++)
        buf_addc(&b, 'a');
    buf_addz(&b, " HTTP/1.1\r\n" H);
    for (size_t i = 1; i < fields; i++) {
        buf_addz(&b, "x: ");
        for (size_t k = 0; k < value; k++)
            buf_addc(&b, 'v');
        buf_addz(&b, "\r\n");
    }
    buf_addz(&b, "\r\n");
    int got = judge(b.p, b.n, &head, &copy, &why);
    free(copy);
    buf_free(&b);
    return got;
}

static void bounds(void **state)
{
    (void)state;
    assert_int_equal(judge_made(8192, 1, 0), 0);
    assert_int_equal(judge_made(8193, 1, 0), 414);
    assert_int_equal(judge_made(40000, 1, 0), 414);
    assert_int_equal(judge_made(1, 100, 4), 0);
    assert_int_equal(judge_made(1, 101, 4), 431);
    assert_int_equal(judge_made(1, 33, 1015), 0);     /* 32 × 1,020 and the rest: under 32 KiB */
    assert_int_equal(judge_made(1, 34, 1015), 431);
    assert_int_equal(judge_made(1, 2, 40000), 431);
}

struct chunk_row {
    const char *name, *bytes;
    enum http_progress want;
    const char *body;
};
static const struct chunk_row chunk_rows[] = {
    {"one", "3\r\nabc\r\n0\r\n\r\n", HTTP_DONE, "abc"},
    {"two, hex of both cases", "a\r\n0123456789\r\nA\r\nabcdefghij\r\n0\r\n\r\n", HTTP_DONE, "0123456789abcdefghij"},
    {"none", "0\r\n\r\n", HTTP_DONE, ""},
    {"short extension", "1;a=b\r\nx\r\n0\r\n\r\n", HTTP_DONE, "x"},
    {"not whole", "3\r\nab", HTTP_MORE, "ab"},
    {"bare LF after the size", "1\nx\r\n0\r\n\r\n", HTTP_BAD, NULL},
    {"bare CR after the size", "1\rxx\r\n0\r\n\r\n", HTTP_BAD, NULL},
    {"no size", "\r\nx\r\n", HTTP_BAD, NULL},
    {"not hex", "g\r\nx\r\n", HTTP_BAD, NULL},
    {"0x", "0x1\r\nx\r\n0\r\n\r\n", HTTP_BAD, NULL},
    {"sign", "-1\r\nx\r\n", HTTP_BAD, NULL},
    {"space before the size", " 1\r\nx\r\n0\r\n\r\n", HTTP_BAD, NULL},
    {"space after the size", "1 \r\nx\r\n0\r\n\r\n", HTTP_BAD, NULL},
    {"size over 60 bits", "1000000000000000\r\nx\r\n", HTTP_BAD, NULL},
    {"data longer than its size", "1\r\nxy\r\n0\r\n\r\n", HTTP_BAD, NULL},
    {"no CR LF after the data", "1\r\nx0\r\n\r\n", HTTP_BAD, NULL},
    {"LF in an extension", "1;a\n\r\nx\r\n0\r\n\r\n", HTTP_BAD, NULL},
    {"trailer", "0\r\nA: b\r\n\r\n", HTTP_BAD, NULL},
    {"bare LF at the end", "0\r\n\n", HTTP_BAD, NULL},
};

static enum http_progress unchunk(const char *bytes, size_t piece, struct buf *body)
{
    struct http_chunks c = {0};
    struct str all = str_of(bytes);
    enum http_progress got = HTTP_MORE;
    for (size_t at = 0; at < all.n && got == HTTP_MORE; at += piece) {
        struct str in = str_part(all, at, piece), data;
        do {
            got = http_unchunk(&c, &in, &data);
            buf_add(body, data);
        } while (got == HTTP_MORE && data.p);
    }
    return got;
}

static void chunks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof chunk_rows / sizeof chunk_rows[0]; i++)
        for (size_t piece = 1; piece < 30; piece += 7) {
            struct buf body = {0};
            enum http_progress got = unchunk(chunk_rows[i].bytes, piece, &body);
            if (got != chunk_rows[i].want ||
                (chunk_rows[i].body && !str_eq(buf_str(&body), str_of(chunk_rows[i].body))))
                fail_msg("%s by %zu: got %d, body \"" STR_FMT "\"", chunk_rows[i].name, piece, (int)got,
                         STR_ARG(buf_str(&body)));
            buf_free(&body);
        }
    struct buf long_extension = {0}, body = {0};
    buf_addz(&long_extension, "1;");
    for (int i = 0; i < 200; i++)
        buf_addc(&long_extension, 'a');
    buf_add(&long_extension, (struct str){"\r\nx\r\n0\r\n\r\n\0", 12});
    assert_int_equal(unchunk(long_extension.p, 64, &body), HTTP_BAD);
    buf_free(&long_extension);
    buf_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_refusal), cmocka_unit_test(each_valid), cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(bounds),       cmocka_unit_test(chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
