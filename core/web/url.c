#include "core/web/url.h"

#include "core/base/utf8.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The byte at *at (moved past it); -1: a bad escape, which a form takes as it stands. */
static int next_byte(struct str s, size_t *at, bool form)
{
    char c = s.p[(*at)++];
    if (form && c == '+')
        return ' ';
    if (c != '%')
        return (unsigned char)c;
    int hi = *at < s.n ? hex(s.p[*at]) : -1;
    int lo = *at + 1 < s.n ? hex(s.p[*at + 1]) : -1;
    if (hi < 0 || lo < 0)
        return form ? '%' : -1;
    *at += 2;
    return hi << 4 | lo;
}

/* Nothing to decode and nothing to look at twice: ASCII without escapes, as most addresses are. */
static bool is_plain(struct str raw, bool form)
{
    for (size_t i = 0; i < raw.n; i++) {
        unsigned char c = (unsigned char)raw.p[i];
        if (c == 0 || c >= 0x80 || c == '%' || (form && c == '+'))
            return false;
    }
    return true;
}

static bool decode(struct arena *a, struct str raw, bool form, struct str *out)
{
    if (is_plain(raw, form)) {
        *out = arena_str(a, raw.p ? raw : S(""));
        return true;
    }
    char *to = arena_alloc(a, raw.n + 1);
    size_t n = 0;
    for (size_t at = 0; at < raw.n;) {
        int byte = next_byte(raw, &at, form);
        if (byte <= 0)
            return false;
        to[n++] = (char)byte;
    }
    struct str s = {to, n};
    if (!utf8_valid(s))
        return false;
    *out = s;
    return true;
}

bool url_decode(struct arena *a, struct str raw, struct str *out)
{
    return decode(a, raw, false, out);
}

static size_t count_pairs(struct str text)
{
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '&';
    return n;
}

bool url_pairs(struct arena *a, struct str text, size_t max, struct pairs *out, const char **why)
{
    *out = (struct pairs){0};
    if (text.n == 0)
        return true;
    size_t most = count_pairs(text);
    if (most > max) {
        *why = "too many parameters";
        return false;
    }
    struct pairs p = {0, ARENA_ARRAY(a, struct pair, most)};
    for (struct str rest = text, part; str_cut(&rest, '&', &part);) {
        if (part.n == 0)
            continue;
        struct str value = part, name;
        str_cut(&value, '=', &name);
        if (!value.p)
            value = S("");
        struct pair *to = &p.at[p.n++];
        if (!decode(a, name, true, &to->name) || !decode(a, value, true, &to->value)) {
            *why = "not UTF-8, or a NUL byte";
            return false;
        }
    }
    *out = p;
    return true;
}

struct str pairs_last(const struct pairs *p, struct str name)
{
    for (size_t i = p->n; i > 0; i--)
        if (str_eq(p->at[i - 1].name, name))
            return p->at[i - 1].value;
    return STR_NONE;
}

size_t pairs_count(const struct pairs *p, struct str name)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += str_eq(p->at[i].name, name);
    return n;
}

struct str pairs_nth(const struct pairs *p, struct str name, size_t n)
{
    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->at[i].name, name) && n-- == 0)
            return p->at[i].value;
    return STR_NONE;
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void url_encode(struct buf *out, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        if (is_unreserved(s.p[i])) {
            buf_addc(out, s.p[i]);
            continue;
        }
        unsigned char byte = (unsigned char)s.p[i];
        buf_addc(out, '%');
        buf_addc(out, digits[byte >> 4]);
        buf_addc(out, digits[byte & 15]);
    }
}

static bool is_secret(struct str raw_name)
{
    /* Names are compared as sent and decoded by length alone: an encoded letter hides a secret
     * name, so anything with an escape in its name loses its value too. */
    static const struct str secrets[] = {{"apikey", 6}, {"pushkey", 7}, {"access_token", 12}, {"token", 5}, {"code", 4}};
    if (str_chr(raw_name, '%') >= 0)
        return true;
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        if (str_ieq(raw_name, secrets[i]))
            return true;
    return false;
}

void url_redact(struct buf *out, struct str query)
{
    bool first = true;
    for (struct str rest = query, part; str_cut(&rest, '&', &part);) {
        struct str value = part, name;
        str_cut(&value, '=', &name);
        if (!first)
            buf_addc(out, '&');
        first = false;
        if (value.p && is_secret(name)) {
            buf_add(out, name);
            buf_addz(out, "=***");
        } else {
            buf_add(out, part);
        }
    }
}
