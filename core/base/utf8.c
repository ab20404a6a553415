#include "core/base/utf8.h"

#include "core/base/scan.h"

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

/* How many bytes go by that are ASCII or characters of two bytes, nearly all of French: sixteen at a
 * time, and without a branch at each accent. */
static size_t plain_run(struct str s)
{
    size_t i = 0;
#ifdef __SSE2__
    const __m128i c2 = _mm_set1_epi8((char)0xc2), to_df = _mm_set1_epi8(0xdf - 0xc2),
                  c0 = _mm_set1_epi8((char)0xc0);
    for (unsigned carry = 0; s.n - i >= 16; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i)), from_c2 = _mm_sub_epi8(x, c2);
        unsigned high = (unsigned)_mm_movemask_epi8(x),
                 first = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(from_c2, to_df), from_c2)),
                 second = (unsigned)_mm_movemask_epi8(_mm_cmplt_epi8(x, c0)), /* as signed: 0x80 to 0xbf */
                 wanted = first << 1 | carry, odd = (high ^ first ^ second) | ((second ^ wanted) & 0xffff);
        if (odd) { /* from its first byte, where it is the second that is wrong */
            unsigned at = (unsigned)__builtin_ctz(odd);
            return i + at - (wanted >> at & 1);
        }
        carry = first >> 15;
    }
    i -= i > 0 && (unsigned char)s.p[i - 1] >= 0xc2;
#endif
    while (i < s.n && (unsigned char)s.p[i] < 0x80)
        i++;
    return i;
}

bool utf8_valid(struct str s)
{
    for (uint32_t code;;) {
        s = str_from(s, plain_run(s));
        if (s.n == 0)
            return true;
        size_t n = utf8_next(s, &code);
        if (n == 0)
            return false;
        s = str_from(s, n);
    }
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
