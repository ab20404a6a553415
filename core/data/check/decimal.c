#include "core/data/check/decimal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The digits of whole and fraction, without zeros at either end, times ten to the exponent. */
struct decimal {
    struct str whole, fraction;
    size_t from, to;
    int64_t exponent;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct str take_digits(struct str *rest)
{
    size_t n = 0;
    while (n < rest->n && is_digit(rest->p[n]))
        n++;
    struct str digits = str_part(*rest, 0, n);
    *rest = str_from(*rest, n);
    return digits;
}

static bool take(struct str *rest, const char *any)
{
    bool is = rest->n > 0 && strchr(any, rest->p[0]) && rest->p[0];
    *rest = str_from(*rest, is);
    return is;
}

static bool take_exponent(struct str *rest, int64_t *out)
{
    enum { EXPONENT_DIGITS = 6 };
    *out = 0;
    if (!take(rest, "eE"))
        return true;
    bool minus = rest->n > 0 && rest->p[0] == '-';
    take(rest, "+-");
    struct str digits = take_digits(rest);
    if (digits.n == 0 || digits.n > EXPONENT_DIGITS || !str_i64(digits, out))
        return false;
    *out = minus ? -*out : *out;
    return true;
}

static char digit_at(const struct decimal *d, size_t i)
{
    return i < d->whole.n ? d->whole.p[i] : d->fraction.p[i - d->whole.n];
}

static bool read(struct str s, struct decimal *d)
{
    *d = (struct decimal){0};
    take(&s, "+-");
    d->whole = take_digits(&s);
    if (take(&s, "."))
        d->fraction = take_digits(&s);
    if (d->whole.n + d->fraction.n == 0 || !take_exponent(&s, &d->exponent) || s.n > 0)
        return false;
    d->exponent -= (int64_t)d->fraction.n;
    d->to = d->whole.n + d->fraction.n;
    while (d->from < d->to && digit_at(d, d->from) == '0')
        d->from++;
    for (; d->to > d->from && digit_at(d, d->to - 1) == '0'; d->to--)
        d->exponent++;
    return true;
}

bool decimal_step(struct str number, struct decimal_step *out)
{
    struct decimal d;
    if (str_starts(number, S("-")) || !read(number, &d) || d.to == d.from || d.to - d.from > DECIMAL_STEP_DIGITS)
        return false;
    *out = (struct decimal_step){.exponent = d.exponent};
    for (size_t i = d.from; i < d.to; i++)
        out->digits = out->digits * 10 + (uint64_t)(digit_at(&d, i) - '0');
    return true;
}

/* Without zeros at its end the number has no multiple of ten in it: a step of a higher order is none of its parts. */
bool decimal_is_multiple(struct str number, struct decimal_step step, bool *is)
{
    struct decimal d;
    uint64_t rest = 0;
    if (step.digits == 0 || !read(number, &d))
        return false;
    int64_t orders = d.to == d.from ? 0 : d.exponent - step.exponent;
    if (orders > DECIMAL_ORDERS)
        return false;
    for (size_t i = d.from; i < d.to; i++)
        rest = (rest * 10 + (uint64_t)(digit_at(&d, i) - '0')) % step.digits;
    for (int64_t i = 0; i < orders && rest; i++)
        rest = rest * 10 % step.digits;
    *is = orders >= 0 && rest == 0;
    return true;
}

/* From 1e15 on a short text may stand for digits that the double has lost. */
struct str decimal_of_json(const json_t *v, char room[32])
{
    int n = json_is_integer(v) ? snprintf(room, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(v))
                               : snprintf(room, 32, "%.15g", json_real_value(v));
    double again = strtod(room, NULL), whole = json_real_value(v);
    bool same = json_is_integer(v) || (json_is_real(v) && fabs(whole) < 1e15 && !(again < whole) && !(again > whole));
    return same ? (struct str){room, (size_t)n} : STR_NONE;
}
