#include "tenants/directory/slug.h"

#include "core/base/utf8.h"
#include "tenants/directory/errors.h"

/* Letters of French beyond ASCII, folded. */
static const struct {
    uint32_t code;
    const char *ascii;
} folds[] = {
    {0xe0, "a"}, {0xe2, "a"}, {0xe4, "a"}, {0xe7, "c"}, {0xe8, "e"}, {0xe9, "e"}, {0xea, "e"},
    {0xeb, "e"}, {0xee, "i"}, {0xef, "i"}, {0xf4, "o"}, {0xf6, "o"}, {0xf9, "u"}, {0xfb, "u"},
    {0xfc, "u"}, {0xff, "y"}, {0xf1, "n"}, {0xe6, "ae"}, {0x153, "oe"}, {0x152, "oe"}, {0x178, "y"},
};

static const char *fold(uint32_t code, char one[2])
{
    if (code >= 'A' && code <= 'Z')
        code |= 0x20;
    if (code >= 0xc0 && code <= 0xde)
        code += 0x20;
    if ((code >= 'a' && code <= 'z') || (code >= '0' && code <= '9')) {
        one[0] = (char)code;
        one[1] = '\0';
        return one;
    }
    for (size_t i = 0; i < sizeof folds / sizeof folds[0]; i++)
        if (folds[i].code == code)
            return folds[i].ascii;
    return NULL;
}

struct str slug_make(struct arena *a, struct str text, size_t max)
{
    char *out = arena_alloc(a, max + 4);
    size_t n = 0;
    bool gap = false;
    while (text.n > 0 && n < max) {
        uint32_t code = 0;
        char one[2];
        size_t len = utf8_next(text, &code);
        const char *letters = len ? fold(code, one) : NULL;
        text = str_from(text, len ? len : 1);
        if (!letters) {
            gap = n > 0;
            continue;
        }
        if (gap)
            out[n++] = '-';
        gap = false;
        while (*letters && n < max)
            out[n++] = *letters++;
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    return (struct str){out, n};
}

bool slug_tenant_check(struct str s, struct err *e)
{
    bool ok = s.n >= 1 && s.n <= SLUG_TENANT_MAX && s.p[0] != '-';
    for (size_t i = 0; ok && i < s.n; i++)
        ok = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-';
    if (ok)
        return true;
    ERR(e, err_slug_invalid, "%zu bytes", s.n);
    return err_arg(e, STR_FMT, STR_ARG(str_part(s, 0, 60)));
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

bool slug_name_check(struct str s, struct err *e)
{
    if (str_trim(s).n > 0 && utf8_valid(s) && utf8_count(s) <= 200 && !has_control(s))
        return true;
    return ERR(e, err_name_invalid, "%zu bytes", s.n);
}

bool slug_siren_check(struct str s, struct err *e)
{
    int sum = 0;
    bool ok = s.n == 9;
    for (size_t i = 0; ok && i < s.n; i++) {
        int digit = s.p[i] - '0';
        ok = digit >= 0 && digit <= 9;
        int twice = digit * 2;
        sum += i % 2 == 0 ? digit : twice > 9 ? twice - 9 : twice;
    }
    if (ok && sum % 10 == 0)
        return true;
    ERR(e, err_siren_invalid, "sum %d", sum);
    return err_arg(e, STR_FMT, STR_ARG(str_part(s, 0, 40)));
}

static bool mailbox_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(".!#$%&'*+/=?^_`{|}~-", c));
}

bool slug_email(struct arena *a, struct str raw, struct str *email, struct err *e)
{
    char *p = arena_copy(a, str_trim(raw));
    struct str s = str_of(p);
    ptrdiff_t at = str_chr(s, '@');
    bool ok = at > 0 && at <= 64 && s.n <= 254 && s.n == str_trim(raw).n;
    for (size_t i = 0; i < s.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] | 0x20);
    for (size_t i = 0; ok && i < (size_t)at; i++)
        ok = mailbox_byte(p[i]);
    struct str domain = ok ? str_from(s, (size_t)at + 1) : STR_NONE;
    ok = ok && domain.n > 2 && str_chr(domain, '.') > 0 && domain.p[domain.n - 1] != '.';
    for (size_t i = 0; ok && i < domain.n; i++)
        ok = (domain.p[i] >= 'a' && domain.p[i] <= 'z') || (domain.p[i] >= '0' && domain.p[i] <= '9') ||
             domain.p[i] == '-' || (domain.p[i] == '.' && i > 0 && domain.p[i - 1] != '.');
    if (!ok) {
        ERR(e, err_email_invalid, "%zu bytes", raw.n);
        return err_arg(e, STR_FMT, STR_ARG(str_part(raw, 0, 80)));
    }
    *email = s;
    return true;
}
