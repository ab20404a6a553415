#pragma once
#include "core/base/str.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * scan -- how many bytes go by before one that needs care, sixteen at a time.
 *
 * Source: performance.md section 4 and 6 (the scan is what an export spends its time on).
 */

#ifdef __SSE2__
/* A cell of 4 to 15 bytes in one register: its beginning and its end, which may overlap. */
static inline __m128i scan_short(struct str s)
{
    uint64_t head, tail;
    if (s.n >= 8) {
        memcpy(&head, s.p, 8);
        memcpy(&tail, s.p + s.n - 8, 8);
    } else {
        uint32_t first, last;
        memcpy(&first, s.p, 4);
        memcpy(&last, s.p + s.n - 4, 4);
        head = tail = (uint64_t)last << 32 | first;
    }
    return _mm_set_epi64x((long long)tail, (long long)head);
}

/* The first sixteen bytes; zeros where there are less. */
static inline __m128i scan_sixteen(struct str s)
{
    char part[16] = {0};
    if (s.n < sizeof part)
        memcpy(part, s.p, s.n);
    return _mm_loadu_si128((const __m128i *)(const void *)(s.n < sizeof part ? part : s.p));
}

static inline __m128i scan_json_bytes(__m128i x)
{
    const __m128i control = _mm_set1_epi8(0x1f), quote = _mm_set1_epi8('"'),
                  back = _mm_set1_epi8('\\'), del = _mm_set1_epi8(0x7f);
    return _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(x, control), x), _mm_cmpeq_epi8(x, quote)),
        _mm_or_si128(_mm_cmpeq_epi8(x, back), _mm_cmpeq_epi8(x, del)));
}

static inline __m128i scan_csv_bytes(__m128i x, char delimiter)
{
    const __m128i comma = _mm_set1_epi8(delimiter), quote = _mm_set1_epi8('"'),
                  lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
    return _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, comma), _mm_cmpeq_epi8(x, quote)),
                        _mm_or_si128(_mm_cmpeq_epi8(x, lf), _mm_cmpeq_epi8(x, cr)));
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
        __m128i x = scan_sixteen(str_from(s, i));
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

static inline size_t scan_json(struct str s)
{
    size_t i = 0;
#ifdef __SSE2__
    if (s.n >= 4 && s.n < 16 && !_mm_movemask_epi8(scan_json_bytes(scan_short(s))))
        return s.n;
    for (; s.n - i >= 16; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
        int bits = _mm_movemask_epi8(scan_json_bytes(x));
        if (bits)
            return i + (size_t)__builtin_ctz((unsigned)bits);
    }
    if (i > 0) { /* the last sixteen: what was seen before is seen again */
        i = s.n - 16;
        int bits = _mm_movemask_epi8(scan_json_bytes(_mm_loadu_si128((const __m128i *)(const void *)(s.p + i))));
        return bits ? i + (size_t)__builtin_ctz((unsigned)bits) : s.n;
    }
#endif
    while (i < s.n && !scan_is_json((unsigned char)s.p[i]))
        i++;
    return i;
}

/* Bytes for which a CSV cell is quoted: the delimiter, ", LF, CR. */
static inline size_t scan_csv(struct str s, char delimiter)
{
    size_t i = 0;
#ifdef __SSE2__
    if (s.n >= 4 && s.n < 16 && !_mm_movemask_epi8(scan_csv_bytes(scan_short(s), delimiter)))
        return s.n;
    for (; s.n - i >= 16; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
        int bits = _mm_movemask_epi8(scan_csv_bytes(x, delimiter));
        if (bits)
            return i + (size_t)__builtin_ctz((unsigned)bits);
    }
    if (i > 0) { /* the last sixteen: what was seen before is seen again */
        i = s.n - 16;
        int bits = _mm_movemask_epi8(scan_csv_bytes(_mm_loadu_si128((const __m128i *)(const void *)(s.p + i)), delimiter));
        return bits ? i + (size_t)__builtin_ctz((unsigned)bits) : s.n;
    }
#endif
    while (i < s.n && s.p[i] != delimiter && s.p[i] != '"' && s.p[i] != '\n' && s.p[i] != '\r')
        i++;
    return i;
}
