#include "core/data/value/number.h"

#include <stdio.h>
#include <stdlib.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The length of a thousands space at s[at]: ' ', U+00A0 or U+202F; 0: none. */
static size_t space_at(struct str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    size_t left = s.n - at;
    if (left >= 1 && p[0] == ' ')
        return 1;
    if (left >= 2 && p[0] == 0xC2 && p[1] == 0xA0)
        return 2;
    return left >= 3 && p[0] == 0xE2 && p[1] == 0x80 && p[2] == 0xAF ? 3 : 0;
}

static struct str cut_spaces_at_end(struct str s)
{
    for (;;) {
        if (s.n >= 1 && s.p[s.n - 1] == ' ')
            s.n -= 1;
        else if (s.n >= 2 && space_at(s, s.n - 2) == 2)
            s.n -= 2;
        else if (s.n >= 3 && space_at(s, s.n - 3) == 3)
            s.n -= 3;
        else
            return s;
    }
}

static struct str cut_suffix(struct str s, char *suffix)
{
    if (s.n > 1 && s.p[s.n - 1] == '%')
        *suffix = '%';
    else if (s.n > 3 && memcmp(s.p + s.n - 3, "\xE2\x82\xAC", 3) == 0)
        *suffix = 'E';
    else
        return s;
    s.n -= *suffix == '%' ? 1 : 3;
    return cut_spaces_at_end(s);
}

static bool take_digit(struct number *x, char c)
{
    if (x->n == NUMBER_DIGITS)
        return false;
    x->digits[x->n++] = c;
    return true;
}

static size_t run_of_digits(struct str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && is_digit(s.p[at + n]))
        n++;
    return n;
}

/* One group of three after a space or a dot; leaves *at where it was when there is none. */
static bool take_group(struct str s, size_t *at, bool dot, struct number *x)
{
    size_t gap = dot ? (*at < s.n && s.p[*at] == '.') : space_at(s, *at);
    if (gap == 0 || run_of_digits(s, *at + gap) != 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (!take_digit(x, s.p[*at + gap + i]))
            return false;
    *at += gap + 3;
    return true;
}

/* A single dot group is decimals ("1.234"), unless a comma follows or `always`. */
static bool dots_are_groups(struct str s, size_t at, bool always)
{
    size_t groups = 0;
    while (at < s.n && s.p[at] == '.' && run_of_digits(s, at + 1) == 3) {
        at += 4;
        groups++;
    }
    bool ends = at == s.n, comma = at < s.n && s.p[at] == ',';
    return (groups >= (always ? 1 : 2) && (ends || comma)) || (groups == 1 && comma);
}

static void take_groups(struct str s, size_t *at, bool always, struct number *x)
{
    if (x->n == 0 || x->n > 3)
        return;
    bool dot = dots_are_groups(s, *at, always);
    while (take_group(s, at, dot, x))
        x->grouped = true;
    x->dot_grouped = dot && x->grouped;
}

static bool take_decimals(struct str s, size_t *at, struct number *x)
{
    if (*at == s.n || (s.p[*at] != '.' && s.p[*at] != ','))
        return true;
    x->mark = s.p[(*at)++];
    for (; *at < s.n && is_digit(s.p[*at]); (*at)++, x->scale++)
        if (!take_digit(x, s.p[*at]))
            return false;
    return x->scale > 0;
}

static bool take_exponent(struct str s, size_t *at, struct number *x)
{
    if (*at == s.n || (s.p[*at] != 'e' && s.p[*at] != 'E'))
        return true;
    size_t from = *at + 1;
    bool minus = from < s.n && s.p[from] == '-';
    from += from < s.n && (s.p[from] == '-' || s.p[from] == '+');
    size_t n = run_of_digits(s, from);
    if (n == 0 || n > 3)
        return false;
    for (size_t i = 0; i < n; i++)
        x->exponent = x->exponent * 10 + (s.p[from + i] - '0');
    x->exponent = minus ? -x->exponent : x->exponent;
    x->has_exponent = true;
    *at = from + n;
    return true;
}

static bool read_number(struct str s, bool dot_groups, struct number *out)
{
    if (s.n == 0 || !(is_digit(s.p[0]) || s.p[0] == '-' || s.p[0] == '.' || s.p[0] == ','))
        return false;
    struct number *x = out;
    x->n = x->scale = 0;
    x->exponent = 0;
    x->mark = x->suffix = 0;
    x->negative = x->leading_zero = x->grouped = x->dot_grouped = x->has_exponent = false;
    size_t at = 0;
    if (s.p[0] == '-') {
        x->negative = true;
        at = 1;
    }
    if (!is_digit(s.p[s.n - 1]))
        s = cut_suffix(s, &x->suffix);
    for (; at < s.n && is_digit(s.p[at]); at++)
        if (!take_digit(x, s.p[at]))
            return false;
    if (at < s.n) {
        take_groups(s, &at, dot_groups, x);
        if (!take_decimals(s, &at, x) || !take_exponent(s, &at, x))
            return false;
    }
    unsigned whole = x->n - x->scale;
    x->leading_zero = whole > 1 && x->digits[0] == '0';
    /* ".5" is written "0.5" again: there is room for the zero. */
    return at == s.n && x->n > 0 && (whole > 0 || x->n < NUMBER_DIGITS);
}

bool number_read(struct str s, struct number *out)
{
    return read_number(s, false, out);
}

bool number_read_dot_groups(struct str s, struct number *out)
{
    return read_number(s, true, out) && out->mark != '.' && !(out->dot_grouped && out->leading_zero);
}

bool number_i64(const struct number *x, int64_t *out)
{
    if (x->has_exponent)
        return false;
    unsigned whole = x->n - x->scale;
    for (unsigned i = whole; i < x->n; i++)
        if (x->digits[i] != '0')
            return false;
    int64_t v = 0;
    for (unsigned i = 0; i < whole; i++)
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, x->digits[i] - '0', &v))
            return false;
    if (!x->negative && __builtin_sub_overflow(0, v, &v))
        return false;
    *out = v;
    return true;
}

void number_text(struct buf *out, const struct number *x)
{
    unsigned whole = x->n - x->scale, from = 0;
    while (from + 1 < whole && x->digits[from] == '0')
        from++;
    if (x->negative)
        buf_addc(out, '-');
    if (whole == 0)
        buf_addc(out, '0');
    buf_add(out, (struct str){x->digits + from, whole - from});
    if (x->scale > 0) {
        buf_addc(out, '.');
        buf_add(out, (struct str){x->digits + whole, x->scale});
    }
    if (x->has_exponent)
        buf_printf(out, "e%d", x->exponent);
}

/* Fifteen digits and a power of ten up to 22 are both exact as doubles: one operation rounds once,
 * as strtod does. */
static bool exact_double(const struct number *x, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int e = x->exponent - (int)x->scale;
    uint64_t v = 0;
    if (x->n > 15 || e < -22 || e > 22)
        return false;
    for (unsigned i = 0; i < x->n; i++)
        v = v * 10 + (uint64_t)(x->digits[i] - '0');
    double d = e < 0 ? (double)v / powers[-e] : (double)v * powers[e];
    *out = x->negative ? -d : d;
    return true;
}

double number_double(const struct number *x)
{
    double exact;
    if (exact_double(x, &exact))
        return exact;
    char z[NUMBER_DIGITS + 24];
    size_t n = 0;
    if (x->negative)
        z[n++] = '-';
    memcpy(z + n, x->digits, x->n);
    n += x->n;
    snprintf(z + n, sizeof z - n, "e%d", x->exponent - (int)x->scale);
    return strtod(z, NULL);
}

static void put16(char *p, unsigned v)
{
    p[0] = (char)(v >> 8);
    p[1] = (char)v;
}

/* Groups of four digits counted from the decimal mark; leading and trailing zero groups are left
 * out and `weight` says where the first stands (PostgreSQL, numeric_send). */
void number_binary(struct buf *out, const struct number *x)
{
    unsigned whole = x->n - x->scale, lead = (4 - whole % 4) % 4;
    unsigned groups = (lead + x->n + 3) / 4, group[NUMBER_DIGITS / 4 + 3] = {0};
    for (unsigned i = 0; i < groups * 4; i++) {
        unsigned digit = i < lead || i - lead >= x->n ? 0 : (unsigned)(x->digits[i - lead] - '0');
        group[i / 4] = group[i / 4] * 10 + digit;
    }
    int weight = (int)((whole + lead) / 4) - 1;
    unsigned from = 0;
    while (from < groups && group[from] == 0)
        from++;
    while (groups > from && group[groups - 1] == 0)
        groups--;
    unsigned n = groups - from;
    char *p = buf_room(out, 8 + 2 * (size_t)n);
    if (!p)
        return;
    put16(p, n);
    put16(p + 2, n ? (unsigned)(weight - (int)from) & 0xFFFF : 0);
    put16(p + 4, x->negative && n ? 0x4000 : 0);
    put16(p + 6, x->scale);
    for (unsigned i = 0; i < n; i++)
        put16(p + 8 + 2 * i, group[from + i]);
    out->n += 8 + 2 * (size_t)n;
}

bool number_luhn(struct str digits)
{
    unsigned sum = 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (!is_digit(digits.p[i]))
            return false;
        unsigned d = (unsigned)(digits.p[i] - '0');
        if ((digits.n - i) % 2 == 0)
            d = d < 5 ? 2 * d : 2 * d - 9;
        sum += d;
    }
    return digits.n > 0 && sum % 10 == 0;
}
