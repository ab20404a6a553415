#include <llhttp.h>

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "core/base/str.h"

/* http_parse.h cannot be included here: llhttp.h and http.h both name HTTP_GET. */
bool http_second_opinion(const char *p, size_t n, struct str method, unsigned minor, int64_t body_bytes,
                         bool *refused_method);

struct seen {
    bool complete;
    int64_t body_bytes;
};

static int on_headers_complete(llhttp_t *parser)
{
    struct seen *seen = parser->data;
    seen->complete = true;
    if (parser->flags & F_CHUNKED)
        seen->body_bytes = -1;
    else if (parser->flags & F_CONTENT_LENGTH)
        seen->body_bytes = (int64_t)parser->content_length;
    return 0;
}

bool http_second_opinion(const char *p, size_t n, struct str method, unsigned minor, int64_t body_bytes,
                         bool *refused_method)
{
    static const llhttp_settings_t settings = {.on_headers_complete = on_headers_complete};
    struct seen seen = {0};
    llhttp_t parser;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = &seen;
    enum llhttp_errno got = llhttp_execute(&parser, p, n);
    *refused_method = got == HPE_INVALID_METHOD;
    if ((got != HPE_OK && got != HPE_PAUSED_UPGRADE) || !seen.complete)
        return false;
    return seen.body_bytes == body_bytes && parser.http_major == 1 && parser.http_minor == minor &&
           str_eq(method, str_of(llhttp_method_name((llhttp_method_t)parser.method)));
}
