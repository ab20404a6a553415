#pragma once
#include <jansson.h>

#include "core/base/str.h"

/*
 * decimal -- whether a number is a whole multiple of another, by the digits that both are written with.
 *
 * 19.99 is a multiple of 0.01; as binary fractions it is none. Exact for every length of the number; the step has at most
 * DECIMAL_STEP_DIGITS, and the number ends at most DECIMAL_ORDERS orders of magnitude above it.
 *
 * Source: JSON Schema, "multipleOf"; RFC 8259 section 6 for how numbers are written, with "+5" and ".5" besides.
 */
enum { DECIMAL_STEP_DIGITS = 18, DECIMAL_ORDERS = 400 };

/* digits times ten to the exponent; digits 0: none */
struct decimal_step {
    uint64_t digits;
    int64_t exponent;
};

/* False: no number above zero, or one that has too many digits. */
bool decimal_step(struct str number, struct decimal_step *out);
/* False: no number, or too far away. */
bool decimal_is_multiple(struct str number, struct decimal_step step, bool *is);
/* As it was written: absent where a double keeps less than that, and for what is no number. */
struct str decimal_of_json(const json_t *v, char room[32]);
