#include "core/base/markup.h"

#include <stdio.h>

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void markup_text(struct buf *out, struct str s)
{
    size_t start = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *e = entity(s.p[i]);
        if (!e)
            continue;
        buf_add(out, str_part(s, start, i - start));
        buf_addz(out, e);
        start = i + 1;
    }
    buf_add(out, str_from(s, start));
}

/* In UTF-8 no surrogate stands: left are control characters, U+FFFE and U+FFFF. */
bool markup_xml_holds(struct str s)
{
    unsigned char c = (unsigned char)s.p[0];
    if (c < 0x20)
        return c == '\t' || c == '\n' || c == '\r';
    return s.n < 3 || c != 0xef || s.p[1] != '\xbf' || (unsigned char)s.p[2] < 0xbe;
}

void markup_xml(struct buf *out, struct str s)
{
    size_t start = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        const char *e = !markup_xml_holds(str_from(s, i)) ? "\xef\xbf\xbd" : c == '\r' ? "&#13;" : c == '\'' ? NULL : entity(c);
        if (!e)
            continue;
        buf_add(out, str_part(s, start, i - start));
        buf_addz(out, e);
        i += c == '\xef' ? 2 : 0;
        start = i + 1;
    }
    buf_add(out, str_from(s, start));
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The part before the first colon when a browser would take it for a scheme; absent: none. */
static struct str scheme_of(struct str url)
{
    for (size_t i = 0; i < url.n; i++) {
        char c = url.p[i];
        if (c == ':')
            return str_part(url, 0, i);
        if (!is_alnum(c) && c != '+' && c != '-' && c != '.')
            break;
    }
    return STR_NONE;
}

static bool url_ok(struct str url)
{
    static const char *const schemes[] = {"http", "https", "mailto", "tel"};
    if (url.n >= 2 && (url.p[0] == '/' || url.p[0] == '\\') &&
        (url.p[1] == '/' || url.p[1] == '\\'))
        return false;
    struct str scheme = scheme_of(url);
    if (!scheme.p)
        return true;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (str_ieq(scheme, str_of(schemes[i])))
            return true;
    return false;
}

/* Left as they are: RFC 3986's reserved and unreserved characters, and % of what is encoded. */
static void put_url(struct buf *out, struct str s, const char *kept)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '&' || c == '\'')
            buf_addz(out, strchr(kept, c) ? entity(c) : c == '&' ? "%26" : "%27");
        else if (is_alnum(c) || (c && strchr(kept, c)))
            buf_addc(out, c);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
    }
}

void markup_url(struct buf *out, struct str url)
{
    if (url_ok(url))
        put_url(out, url, "-._~:/?#[]@!$&'()*+,;=%");
    else
        buf_addc(out, '#');
}

void markup_url_part(struct buf *out, struct str part)
{
    put_url(out, part, "-._~");
}

void markup_number(struct buf *out, enum lang lang, int64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)n);
    for (int i = 0; i < len; i++) {
        buf_addc(out, digits[i]);
        int left = len - 1 - i;
        if (left > 0 && left % 3 == 0 && digits[i] != '-')
            buf_addz(out, lang == LANG_FR ? "\xC2\xA0" : ",");
    }
}

bool markup_is_one(enum lang lang, int64_t n)
{
    return n == 1 || n == -1 || (n == 0 && lang == LANG_FR);
}
