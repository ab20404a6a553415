#include "core/base/utf8.h"

size_t utf8_next(struct str s, uint32_t *code)
{
    static const struct {
        unsigned char mask, head;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    unsigned char first = (unsigned char)s.p[0];
    for (size_t len = 1; len <= 4; len++) {
        if ((first & forms[len - 1].mask) != forms[len - 1].head)
            continue;
        uint32_t c = first & (unsigned char)~forms[len - 1].mask;
        if (len > s.n)
            return 0;
        for (size_t i = 1; i < len; i++) {
            unsigned char next = (unsigned char)s.p[i];
            if ((next & 0xc0) != 0x80)
                return 0;
            c = c << 6 | (next & 0x3f);
        }
        if (c < forms[len - 1].least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
            return 0;
        *code = c;
        return len;
    }
    return 0;
}

bool utf8_valid(struct str s)
{
    size_t i = 0;
    while (i < s.n) {
        uint64_t word;
        if (s.n - i >= sizeof word) {
            memcpy(&word, s.p + i, sizeof word);
            if ((word & 0x8080808080808080u) == 0) {
                i += sizeof word;
                continue;
            }
        }
        /* Two bytes: every accent of French. */
        unsigned char first = (unsigned char)s.p[i];
        if (first < 0x80) {
            i++;
            continue;
        }
        if (first >= 0xc2 && first <= 0xdf && s.n - i >= 2 && ((unsigned char)s.p[i + 1] & 0xc0) == 0x80) {
            i += 2;
            continue;
        }
        uint32_t code;
        size_t len = utf8_next(str_from(s, i), &code);
        if (len == 0)
            return false;
        i += len;
    }
    return true;
}

size_t utf8_put(char out[4], uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char heads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = len - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(heads[len] | code);
    return len;
}

size_t utf8_count(struct str s)
{
    size_t count = 0;
    while (s.n > 0) {
        uint32_t code;
        size_t len = utf8_next(s, &code);
        s = str_from(s, len ? len : 1);
        count++;
    }
    return count;
}

size_t utf8_floor(struct str s)
{
    size_t n = s.n;
    for (size_t back = 0; back < 4 && n > 0; back++, n--) {
        unsigned char last = (unsigned char)s.p[n - 1];
        if (last < 0x80)
            return n;
        if (last >= 0xc0) {
            uint32_t code;
            return utf8_next(str_part(s, n - 1, s.n), &code) ? s.n : n - 1;
        }
    }
    return s.n;
}
