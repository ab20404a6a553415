#include "core/io/http_parse.h"

enum { TOKEN = 1, TARGET = 2, HOST = 4 };

/* What an ASCII byte may be part of: a token (RFC 9110 5.6.2), a target, a Host value. */
// clang-format off
static const unsigned char classes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /*    !  "  #  $  %  &  '  (  )  *  +  ,  -  .  / */
    0, 7, 2, 1, 7, 7, 7, 7, 6, 6, 7, 7, 6, 7, 7, 2,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 6, 2, 6, 2, 2, /* 0-9 : ; < = > ? */
    2, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, /* @ A-O */
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 2, 6, 3, 7, /* P-Z [ \ ] ^ _ */
    3, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, /* ` a-o */
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 2, 3, 2, 7, 0, /* p-z { | } ~ */
};
static const struct { struct str name; enum http_method method; } methods[] = {
    {{"GET", 3}, HTTP_GET},       {{"HEAD", 4}, HTTP_HEAD},   {{"POST", 4}, HTTP_POST},
    {{"PUT", 3}, HTTP_PUT},       {{"PATCH", 5}, HTTP_PATCH}, {{"DELETE", 6}, HTTP_DELETE},
    {{"OPTIONS", 7}, HTTP_OPTIONS},
};
// clang-format on

static bool refuse(struct http_refusal *r, int status, const char *why)
{
    *r = (struct http_refusal){status, why};
    return false;
}

static enum http_progress bad(struct http_refusal *r, int status, const char *why)
{
    refuse(r, status, why);
    return HTTP_BAD;
}

static bool all_of(struct str s, unsigned char class)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(classes[(unsigned char)s.p[i]] & class))
            return false;
    return s.n > 0;
}

static struct str trim_ows(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = str_from(s, 1);
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static enum http_method method_of(struct str name)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (str_eq(methods[i].name, name))
            return methods[i].method;
    return HTTP_OTHER;
}

/* "METHOD SP target SP HTTP/1.x", nothing more. */
static bool request_line(struct str line, struct http_head *head, struct http_refusal *r)
{
    struct str method = STR_NONE, target = STR_NONE;
    if (!str_cut(&line, ' ', &method) || !all_of(method, TOKEN))
        return refuse(r, 400, "method");
    if (!str_cut(&line, ' ', &target) || target.n == 0)
        return refuse(r, 400, "request line");
    if (target.n > HTTP_TARGET_MAX)
        return refuse(r, 414, "target too long");
    if (!all_of(target, TARGET))
        return refuse(r, 400, "target bytes");
    if (!line.p)
        return refuse(r, 400, "no version");
    if (!str_eq(line, S("HTTP/1.1")) && !str_eq(line, S("HTTP/1.0")))
        return refuse(r, 400, "version");
    head->minor = (unsigned)(line.p[7] - '0');
    head->method_text = method;
    head->method = method_of(method);
    head->target = target;
    return true;
}

/* What can be said about a line as soon as its CR LF is there. */
static bool line_ok(const struct http_scan *s, struct str line, struct http_refusal *r)
{
    struct http_head ignored = {0};
    if (s->lines == 0)
        return request_line(line, &ignored, r);
    if (line.p[0] == ' ' || line.p[0] == '\t')
        return refuse(r, 400, "folded line");
    if (s->lines > HTTP_FIELDS_MAX)
        return refuse(r, 431, "too many fields");
    return true;
}

static enum http_progress line_end(struct http_scan *s, const char *p, size_t *head_bytes,
                                   struct http_refusal *r)
{
    struct str line = {p + s->line, s->at - s->line};
    s->at += 2;
    if (line.n == 0 && s->lines == 0 && s->line == 0) {
        s->line = s->start = s->at;
        return HTTP_MORE;
    }
    if (line.n == 0 && s->lines == 0)
        return bad(r, 400, "empty lines before the request");
    if (s->at > HTTP_HEAD_MAX)
        return bad(r, 431, "head too large");
    if (line.n == 0) {
        *head_bytes = s->at;
        return HTTP_DONE;
    }
    if (!line_ok(s, line, r))
        return HTTP_BAD;
    s->lines++;
    s->line = s->at;
    return HTTP_MORE;
}

static bool is_control(char c)
{
    unsigned char u = (unsigned char)c;
    return (u < 0x20 && u != '\t') || u == 0x7f;
}

enum http_progress http_scan(struct http_scan *s, const char *p, size_t n, size_t *head_bytes,
                             struct http_refusal *refusal)
{
    for (;;) {
        while (s->at < n && !is_control(p[s->at]))
            s->at++;
        if (s->lines == 0 && s->at - s->line > HTTP_TARGET_MAX + 64)
            return bad(refusal, 414, "target too long");
        if (s->at > HTTP_HEAD_MAX)
            return bad(refusal, 431, "head too large");
        if (s->at == n)
            return HTTP_MORE;
        if (p[s->at] != '\r')
            return bad(refusal, 400, p[s->at] == '\n' ? "bare LF" : "control byte");
        if (s->at + 1 == n)
            return HTTP_MORE;
        if (p[s->at + 1] != '\n')
            return bad(refusal, 400, "bare CR");
        enum http_progress got = line_end(s, p, head_bytes, refusal);
        if (got != HTTP_MORE)
            return got;
    }
}

static bool field_line(char *p, size_t n, struct http_field *field, struct http_refusal *r)
{
    struct str line = {p, n};
    ptrdiff_t colon = str_chr(line, ':');
    if (colon < 0)
        return refuse(r, 400, "field without colon");
    field->name = str_part(line, 0, (size_t)colon);
    if (!all_of(field->name, TOKEN))
        return refuse(r, 400, colon ? "field name" : "empty field name");
    for (ptrdiff_t i = 0; i < colon; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] | 0x20);
    field->value = trim_ows(str_from(line, (size_t)colon + 1));
    return true;
}

static bool on_host(struct http_head *head, struct str value, struct http_refusal *r)
{
    if (head->host.p)
        return refuse(r, 400, "two Host");
    if (!all_of(value, HOST))
        return refuse(r, 400, "Host value");
    head->host = value;
    return true;
}

static bool on_length(struct http_head *head, struct str value, struct http_refusal *r)
{
    if (head->body_bytes != INT64_MIN)
        return refuse(r, 400, "two Content-Length");
    if (value.n == 0 || value.n > 18)
        return refuse(r, 400, "Content-Length");
    int64_t length = 0;
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9')
            return refuse(r, 400, "Content-Length");
        length = length * 10 + (value.p[i] - '0');
    }
    head->body_bytes = length;
    return true;
}

static bool on_coding(struct http_head *head, struct str value, struct http_refusal *r)
{
    if (head->chunked)
        return refuse(r, 400, "two Transfer-Encoding");
    if (head->minor == 0)
        return refuse(r, 400, "Transfer-Encoding in HTTP/1.0");
    if (!str_ieq(value, S("chunked")))
        return refuse(r, 400, "Transfer-Encoding");
    head->chunked = true;
    return true;
}

static bool on_connection(struct http_head *head, struct str value, struct http_refusal *r)
{
    (void)r;
    struct str part;
    while (str_cut(&value, ',', &part)) {
        part = trim_ows(part);
        if (str_ieq(part, S("close")))
            head->keep_alive = false;
        else if (head->minor == 0 && str_ieq(part, S("keep-alive")))
            head->keep_alive = true;
    }
    return true;
}

static bool on_expect(struct http_head *head, struct str value, struct http_refusal *r)
{
    if (!str_ieq(value, S("100-continue")))
        return refuse(r, 417, "Expect");
    head->expect_continue = head->minor == 1;
    return true;
}

static const struct {
    struct str name;
    bool (*on)(struct http_head *head, struct str value, struct http_refusal *r);
} meanings[] = {
    {{"host", 4}, on_host},
    {{"content-length", 14}, on_length},
    {{"transfer-encoding", 17}, on_coding},
    {{"connection", 10}, on_connection},
    {{"expect", 6}, on_expect},
};

static bool understand(struct http_head *head, const struct http_field *field, struct http_refusal *r)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (field->name.n == meanings[i].name.n && str_eq(field->name, meanings[i].name))
            return meanings[i].on(head, field->value, r);
    return true;
}

/* Only the origin-form is kept; the absolute-form must name the Host. */
static bool target_form(struct http_head *head, struct http_refusal *r)
{
    if (head->target.p[0] != '/') {
        size_t scheme = str_ieq(str_part(head->target, 0, 7), S("http://"))    ? 7
                        : str_ieq(str_part(head->target, 0, 8), S("https://")) ? 8
                                                                               : 0;
        if (scheme == 0)
            return refuse(r, 400, "target form");
        struct str rest = str_from(head->target, scheme);
        ptrdiff_t slash = str_chr(rest, '/');
        struct str authority = slash < 0 ? rest : str_part(rest, 0, (size_t)slash);
        if (!str_ieq(authority, head->host))
            return refuse(r, 400, "target names another host");
        head->target = slash < 0 ? S("/") : str_from(rest, (size_t)slash);
    }
    ptrdiff_t mark = str_chr(head->target, '?');
    head->path = mark < 0 ? head->target : str_part(head->target, 0, (size_t)mark);
    head->query = mark < 0 ? STR_NONE : str_from(head->target, (size_t)mark + 1);
    return true;
}

static bool semantics(const char *p, size_t n, struct http_head *head, struct http_refusal *r)
{
    if (!head->host.p)
        return refuse(r, 400, "no Host");
    if (head->chunked && head->body_bytes != INT64_MIN)
        return refuse(r, 400, "Content-Length and Transfer-Encoding");
    if (head->chunked)
        head->body_bytes = -1;
    else if (head->body_bytes == INT64_MIN)
        head->body_bytes = 0;
    if (!target_form(head, r))
        return false;
    bool refused_method = false;
    if (!http_second_opinion(p, n, head->method_text, head->minor, head->body_bytes, &refused_method))
        return refused_method ? refuse(r, 501, "unknown method") : refuse(r, 400, "readers disagree");
    return true;
}

static size_t line_length(const char *p, size_t n)
{
    const char *cr = memchr(p, '\r', n);
    return cr ? (size_t)(cr - p) : n;
}

bool http_parse(char *p, size_t n, struct http_head *head, struct http_refusal *refusal)
{
    *head = (struct http_head){.body_bytes = INT64_MIN, .fields = head->fields};
    if (n >= 2 && p[0] == '\r') {
        p += 2;
        n -= 2;
    }
    size_t at = line_length(p, n);
    if (!request_line((struct str){p, at}, head, refusal))
        return false;
    head->keep_alive = head->minor == 1;
    for (at += 2; at < n && p[at] != '\r';) {
        size_t length = line_length(p + at, n - at);
        if (head->nfields == HTTP_FIELDS_MAX)
            return refuse(refusal, 431, "too many fields");
        struct http_field *field = &head->fields[head->nfields];
        if (!field_line(p + at, length, field, refusal) || !understand(head, field, refusal))
            return false;
        head->nfields++;
        at += length + 2;
    }
    return semantics(p, n, head, refusal);
}
