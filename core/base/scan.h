#pragma once
#include "core/base/str.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * scan -- how many bytes go by before one that needs care, sixteen at a time; copied on the way.
 *
 * Source: performance.md section 4 and 6 (the scan is what an export spends its time on).
 */

enum { SCAN_JSON = -1, SCAN_ASCII = -2 }; /* in the place of CSV's delimiter */

#ifdef __SSE2__
/* A cell of 4 to 15 bytes in one register, and in `to`: its beginning and its end, which may
 * overlap. */
static inline __m128i scan_short(struct str s, char *to)
{
    uint64_t head, tail;
    if (s.n >= 8) {
        memcpy(&head, s.p, 8);
        memcpy(&tail, s.p + s.n - 8, 8);
        if (to)
            memcpy(to, &head, 8), memcpy(to + s.n - 8, &tail, 8);
    } else {
        uint32_t first, last;
        memcpy(&first, s.p, 4);
        memcpy(&last, s.p + s.n - 4, 4);
        if (to)
            memcpy(to, &first, 4), memcpy(to + s.n - 4, &last, 4);
        head = tail = (uint64_t)last << 32 | first;
    }
    return _mm_set_epi64x((long long)tail, (long long)head);
}

/* The last bytes of s that are none of the first `seen`, sixteen at most, each once; zeros beside them. */
static inline __m128i scan_rest(struct str s, size_t seen)
{
    static const unsigned char lanes[32] = {[16] = 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    uint64_t head, tail = 0;
    if (s.n >= 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.p + s.n - 16));
        return _mm_and_si128(x, _mm_loadu_si128((const __m128i *)(const void *)(lanes + (s.n - seen))));
    }
    if (s.n >= 8) {
        memcpy(&head, s.p, 8);
        memcpy(&tail, s.p + s.n - 8, 8);
        tail = s.n == 8 ? 0 : tail >> 8 * (16 - s.n);
    } else if (s.n >= 4) {
        uint32_t first, last;
        memcpy(&first, s.p, 4);
        memcpy(&last, s.p + s.n - 4, 4);
        head = first | (uint64_t)last << 8 * (s.n - 4);
    } else {
        head = 0;
        for (size_t i = s.n; i > 0; i--)
            head = head << 8 | (unsigned char)s.p[i - 1];
    }
    return _mm_set_epi64x((long long)tail, (long long)head);
}

static inline __m128i scan_marks(__m128i x, int delimiter)
{
    if (delimiter == SCAN_ASCII)
        return x; /* the highest bit is what movemask looks at */
    const __m128i quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));
    __m128i a, b, c;
    if (delimiter == SCAN_JSON) {
        a = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);
        b = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
        c = _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7f));
    } else {
        a = _mm_cmpeq_epi8(x, _mm_set1_epi8((char)delimiter));
        b = _mm_cmpeq_epi8(x, _mm_set1_epi8('\n'));
        c = _mm_cmpeq_epi8(x, _mm_set1_epi8('\r'));
    }
    return _mm_or_si128(_mm_or_si128(quote, a), _mm_or_si128(b, c));
}

/* The sixteen bytes at `at`, copied on the way: how many come before the first mark. */
static inline unsigned scan_run(struct str s, size_t at, int delimiter, char *to)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.p + at));
    if (to)
        _mm_storeu_si128((__m128i *)(void *)(to + at), x);
    int bits = _mm_movemask_epi8(scan_marks(x, delimiter));
    return (unsigned)__builtin_ctz((unsigned)bits | 0x10000);
}
#endif

/* How many digits and ASCII capitals there are, and whether there is an @. */
struct scan_tally {
    unsigned digits, capitals;
    bool at_sign;
};

static inline struct scan_tally scan_tally(struct str s)
{
    struct scan_tally t = {0};
    size_t i = 0;
#ifdef __SSE2__
    const __m128i zero = _mm_setzero_si128(), one = _mm_set1_epi8(1);
    __m128i digits = zero, capitals = zero, at_signs = zero;
    for (; i < s.n; i += 16) {
        __m128i x = s.n - i >= 16 ? _mm_loadu_si128((const __m128i *)(const void *)(s.p + i)) : scan_rest(s, i);
        __m128i d = _mm_sub_epi8(x, _mm_set1_epi8('0')), c = _mm_sub_epi8(x, _mm_set1_epi8('A'));
        __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d);
        __m128i is_capital = _mm_cmpeq_epi8(_mm_min_epu8(c, _mm_set1_epi8(25)), c);
        digits = _mm_add_epi64(digits, _mm_sad_epu8(_mm_and_si128(is_digit, one), zero));
        capitals = _mm_add_epi64(capitals, _mm_sad_epu8(_mm_and_si128(is_capital, one), zero));
        at_signs = _mm_or_si128(at_signs, _mm_cmpeq_epi8(x, _mm_set1_epi8('@')));
    }
    t.digits = (unsigned)(_mm_cvtsi128_si32(digits) + _mm_cvtsi128_si32(_mm_srli_si128(digits, 8)));
    t.capitals = (unsigned)(_mm_cvtsi128_si32(capitals) + _mm_cvtsi128_si32(_mm_srli_si128(capitals, 8)));
    t.at_sign = _mm_movemask_epi8(at_signs) != 0;
#endif
    for (; i < s.n; i++) { /* without SSE2 */
        t.digits += s.p[i] >= '0' && s.p[i] <= '9';
        t.capitals += s.p[i] >= 'A' && s.p[i] <= 'Z';
        t.at_sign = t.at_sign || s.p[i] == '@';
    }
    return t;
}

/* Bytes that JSON does not take as they are: below 0x20, 0x7f, " and \. Bytes from 0x80 on pass. */
static inline bool scan_is_json(unsigned char c)
{
    return c < 0x20 || c == 0x7f || c == '"' || c == '\\';
}

/* Bytes for which a CSV cell is quoted: the delimiter, ", LF, CR. */
static inline bool scan_is_csv(char c, int delimiter)
{
    return c == delimiter || c == '"' || c == '\n' || c == '\r';
}

static inline bool scan_is_mark(char c, int delimiter)
{
    return delimiter == SCAN_ASCII  ? (unsigned char)c >= 0x80
           : delimiter == SCAN_JSON ? scan_is_json((unsigned char)c)
                                    : scan_is_csv(c, delimiter);
}

static inline size_t scan_until(struct str s, int delimiter, char *to)
{
    size_t i = 0;
#ifdef __SSE2__
    if (s.n >= 4 && s.n < 16 && !_mm_movemask_epi8(scan_marks(scan_short(s, to), delimiter)))
        return s.n;
    while (s.n >= 16 && i < s.n) {
        size_t at = s.n - i < 16 ? s.n - 16 : i; /* the last: what was seen before is seen again */
        unsigned run = scan_run(s, at, delimiter, to);
        if (run < 16)
            return at + run;
        i = at + 16;
    }
#endif
    for (; i < s.n && !scan_is_mark(s.p[i], delimiter); i++)
        if (to)
            to[i] = s.p[i];
    return i;
}

/* How many bytes go by before one that needs care. They are copied to `to`, which has room for all
 * of s; NULL: they are not. */
static inline size_t scan_json(struct str s, char *to)
{
    return scan_until(s, SCAN_JSON, to);
}

static inline size_t scan_csv(struct str s, char delimiter, char *to)
{
    return scan_until(s, (unsigned char)delimiter, to);
}

static inline size_t scan_ascii(struct str s)
{
    return scan_until(s, SCAN_ASCII, NULL);
}
