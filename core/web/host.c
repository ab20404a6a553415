#include "core/web/host.h"

#include "core/web/errors.h"

enum { HOST_MAX = 253, LABEL_MAX = 63, PORT_DIGITS = 5 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool label_ok(const char *p, size_t n)
{
    if (n == 0 || n > LABEL_MAX || p[0] == '-' || p[n - 1] == '-')
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_letter(p[i]) && !is_digit(p[i]) && p[i] != '-')
            return false;
    return true;
}

struct str host_port(struct str raw)
{
    ptrdiff_t colon = str_chr(raw, ':');
    if (colon < 0)
        return S("");
    struct str port = str_from(raw, (size_t)colon);
    if (port.n < 2 || port.n > PORT_DIGITS + 1)
        return S("");
    for (size_t i = 1; i < port.n; i++)
        if (!is_digit(port.p[i]))
            return S("");
    return port;
}

bool host_canonical(struct arena *a, struct str raw, struct str *host, struct err *e)
{
    ptrdiff_t colon = str_chr(raw, ':');
    struct str s = colon < 0 ? raw : str_part(raw, 0, (size_t)colon);
    if (colon >= 0 && host_port(raw).n == 0)
        return ERR(e, err_host_invalid, "port");
    if (s.n > 0 && s.p[s.n - 1] == '.')
        s.n--;
    if (s.n == 0 || s.n > HOST_MAX)
        return ERR(e, err_host_invalid, "length %zu", s.n);

    char *name = arena_copy(a, s);
    size_t start = 0;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && name[i] >= 'A' && name[i] <= 'Z')
            name[i] = (char)(name[i] | 0x20);
        if (i < s.n && name[i] != '.')
            continue;
        if (!label_ok(name + start, i - start))
            return ERR(e, err_host_invalid, "label at byte %zu", start);
        if (i < s.n)
            start = i + 1;
    }
    if (start == 0 || !is_letter(name[start]))
        return ERR(e, err_host_invalid, "not a dotted name ending in a letter-led label");

    *host = (struct str){name, s.n};
    return true;
}
