#include "core/data/value/json_scan.h"

#include <float.h>
#include <stdlib.h>

#include "core/base/utf8.h"

struct json_scan json_scan_of(struct str text)
{
    return (struct json_scan){.p = text.p, .end = text.p + text.n};
}

static bool fail(struct json_scan *j)
{
    j->failed = true;
    return false;
}

static void space(struct json_scan *j)
{
    while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\r' || *j->p == '\t'))
        j->p++;
}

bool json_scan_take(struct json_scan *j, char c)
{
    space(j);
    if (j->p == j->end || *j->p != c)
        return false;
    j->p++;
    return true;
}

bool json_scan_open(struct json_scan *j, char bracket)
{
    j->began = false;
    return json_scan_take(j, bracket) || fail(j);
}

bool json_scan_end(struct json_scan *j)
{
    space(j);
    return j->p == j->end;
}

/* p stands behind the first quote; afterwards behind the last. */
static bool step_string(struct json_scan *j)
{
    for (;;) {
        const char *quote = memchr(j->p, '"', (size_t)(j->end - j->p));
        if (!quote)
            return fail(j);
        const char *back = quote;
        while (back > j->p && back[-1] == '\\')
            back--;
        j->p = quote + 1;
        if ((quote - back) % 2 == 0)
            return true;
    }
}

static bool step_bracketed(struct json_scan *j)
{
    char open[JSON_SCAN_DEPTH];
    unsigned depth = 0;
    while (j->p < j->end) {
        char c = *j->p++;
        if (c == '"') {
            if (!step_string(j))
                return false;
        } else if (c == '{' || c == '[') {
            if (depth == JSON_SCAN_DEPTH)
                return fail(j);
            open[depth++] = c == '{' ? '}' : ']';
        } else if (c == '}' || c == ']') {
            if (open[--depth] != c)
                return fail(j);
            if (depth == 0)
                return true;
        }
    }
    return fail(j);
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '+' || c == '.';
}

bool json_scan_value(struct json_scan *j, struct str *value)
{
    space(j);
    const char *start = j->p;
    bool ok = j->p < j->end;
    if (ok && *j->p == '"') {
        j->p++;
        ok = step_string(j);
    } else if (ok && (*j->p == '{' || *j->p == '[')) {
        ok = step_bracketed(j);
    } else {
        while (j->p < j->end && is_word(*j->p))
            j->p++;
        ok = j->p > start;
    }
    *value = (struct str){start, (size_t)(j->p - start)};
    return ok || fail(j);
}

bool json_scan_member(struct json_scan *j, struct str *key, struct str *value, bool *more)
{
    *more = false;
    if (json_scan_take(j, '}'))
        return true;
    if ((j->began && !json_scan_take(j, ',')) || !json_scan_take(j, '"'))
        return fail(j);
    const char *start = j->p;
    if (!step_string(j))
        return false;
    *key = (struct str){start, (size_t)(j->p - 1 - start)};
    j->began = *more = true;
    return (json_scan_take(j, ':') || fail(j)) && json_scan_value(j, value);
}

static bool hex4(struct str s, size_t at, uint32_t *code)
{
    *code = 0;
    if (at + 4 > s.n)
        return false;
    for (size_t i = at; i < at + 4; i++) {
        static const char digits[] = "0123456789abcdef";
        char c = s.p[i];
        const char *d = memchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c, 16);
        if (!d)
            return false;
        *code = *code << 4 | (uint32_t)(d - digits);
    }
    return true;
}

/* \uXXXX at s.p[at], and the second half of a pair behind it; *at moves past them. */
static bool put_code(struct str s, size_t *at, struct buf *out)
{
    uint32_t code, low;
    char z[4];
    if (!hex4(s, *at + 2, &code))
        return false;
    *at += 6;
    if (code >= 0xD800 && code < 0xDC00 && str_starts(str_from(s, *at), S("\\u")) &&
        hex4(s, *at + 2, &low) && low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        *at += 6;
    }
    if (code >= 0xD800 && code < 0xE000)
        code = 0xFFFD;
    buf_add(out, (struct str){z, utf8_put(z, code)});
    return true;
}

bool json_scan_unescape(struct str s, struct buf *out)
{
    static const char written[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    for (size_t at = 0; at < s.n;) {
        const char *back = memchr(s.p + at, '\\', s.n - at);
        size_t plain = back ? (size_t)(back - s.p) - at : s.n - at;
        buf_add(out, str_part(s, at, plain));
        at += plain;
        if (!back)
            return true;
        char c = at + 1 < s.n ? s.p[at + 1] : 0;
        const char *known = c ? strchr(written, c) : NULL;
        if (known) {
            buf_addc(out, meant[known - written]);
            at += 2;
        } else if (c != 'u' || !put_code(s, &at, out)) {
            return false;
        }
    }
    return true;
}

/* Exact where mantissa and power of ten are both exact doubles (Clinger 1990, "fast path"). */
static bool quick_double(struct str s, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    uint64_t mantissa = 0;
    size_t i = s.n && s.p[0] == '-', digits = 0, decimals = 0;
    bool dot = false;
    for (; i < s.n; i++) {
        if (s.p[i] == '.' && !dot) {
            dot = true;
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9' || ++digits > 19)
            return false;
        mantissa = mantissa * 10 + (uint64_t)(s.p[i] - '0');
        decimals += dot;
    }
    if (digits == 0 || mantissa > (uint64_t)1 << DBL_MANT_DIG)
        return false;
    double v = (double)mantissa / powers[decimals];
    *out = s.p[0] == '-' ? -v : v;
    return true;
}

static bool is_number(struct str s)
{
    size_t i = s.n && s.p[0] == '-';
    if (i == s.n || s.p[i] < '0' || s.p[i] > '9')
        return false;
    for (; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || strchr(".eE+-", s.p[i])))
            return false;
    return true;
}

bool json_scan_double(struct json_scan *j, double *out)
{
    enum { LONGEST = 400 };
    struct str s;
    char z[LONGEST + 1], *end;
    space(j);
    if (j->p == j->end || *j->p == '"' || *j->p == '[' || *j->p == '{' || !json_scan_value(j, &s) ||
        !is_number(s) || s.n > LONGEST)
        return fail(j);
    if (quick_double(s, out))
        return true;
    memcpy(z, s.p, s.n);
    z[s.n] = '\0';
    *out = strtod(z, &end);
    return *end == '\0' || fail(j);
}
