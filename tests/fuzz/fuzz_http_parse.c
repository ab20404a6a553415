#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/must.h"
#include "core/io/http_parse.h"

/*
 * Properties: an accepted head, written again from what was read, is accepted and read the same;
 * the scan says the same whatever pieces the bytes come in; so does the reader of chunks.
 */
static bool read_head(char *p, size_t n, struct http_head *head)
{
    struct http_scan scan = {0};
    struct http_refusal r;
    size_t head_bytes = 0, by_byte = 0;
    enum http_progress whole = http_scan(&scan, p, n, &head_bytes, &r), got = HTTP_MORE;
    struct http_scan again = {0};
    for (size_t i = 0; i <= n && got == HTTP_MORE; i++)
        got = http_scan(&again, p, i, &by_byte, &r);
    must(got == whole && by_byte == head_bytes);
    return whole == HTTP_DONE && http_parse(p, head_bytes, head, &r);
}

static void write_again(const struct http_head *head, struct buf *out)
{
    buf_printf(out, STR_FMT " " STR_FMT " HTTP/1.%u\r\n", STR_ARG(head->method_text), STR_ARG(head->target),
               head->minor);
    for (size_t i = 0; i < head->nfields; i++)
        buf_printf(out, STR_FMT ": " STR_FMT "\r\n", STR_ARG(head->fields[i].name), STR_ARG(head->fields[i].value));
    buf_addz(out, "\r\n");
}

static void heads(char *p, size_t n)
{
    static struct http_field fields[2][HTTP_FIELDS_MAX];
    struct http_head first = {.fields = fields[0]}, second = {.fields = fields[1]};
    struct buf out = {0};
    if (!read_head(p, n, &first))
        return;
    write_again(&first, &out);
    must(out.n > HTTP_HEAD_MAX || read_head(out.p, out.n, &second));
    if (out.n <= HTTP_HEAD_MAX) {
        must(first.nfields == second.nfields && first.body_bytes == second.body_bytes);
        must(str_eq(first.target, second.target) && str_eq(first.host, second.host));
        must(first.keep_alive == second.keep_alive && first.method == second.method);
        for (size_t i = 0; i < first.nfields; i++)
            must(str_eq(first.fields[i].name, second.fields[i].name) &&
                 str_eq(first.fields[i].value, second.fields[i].value));
    }
    buf_free(&out);
}

static enum http_progress unchunk(struct str all, size_t piece, struct buf *body)
{
    struct http_chunks c = {0};
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

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    char *copy = malloc(n + 1);
    struct buf whole = {0}, pieces = {0};
    memcpy(copy, data, n);
    must(unchunk((struct str){copy, n}, n + 1, &whole) == unchunk((struct str){copy, n}, 3, &pieces));
    must(str_eq(buf_str(&whole), buf_str(&pieces)));
    heads(copy, n);
    buf_free(&whole);
    buf_free(&pieces);
    free(copy);
    return 0;
}
