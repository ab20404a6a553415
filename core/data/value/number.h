#pragma once
#include "core/base/buf.h"
#include "core/base/str.h"

/*
 * number -- numbers as French files write them, exact.
 *
 * 1234  -12,5  12.5  1 234,5 (space, U+00A0, U+202F)  1.234,5  1.234.567  12 %  12,50 €  1.5e-3
 * "+33" is not a number (telephones), nor is "1,234,567" or "1,234.5".
 */
enum { NUMBER_DIGITS = 60 };

struct number {
    char digits[NUMBER_DIGITS]; /* integer part then decimals, no marks; leading zeros kept */
    unsigned n;                 /* digits */
    unsigned scale;             /* decimals among them */
    int exponent;               /* power of ten written in the cell */
    char mark;                  /* '.' or ',' before the decimals; 0: an integer */
    char suffix;                /* '%' or 'E' for the euro sign; 0: none */
    bool negative;
    bool leading_zero; /* "007", "01,5": a code rather than a quantity */
    bool grouped;      /* thousands set apart by a space or a dot */
    bool dot_grouped;
    bool has_exponent;
};

bool number_read(struct str trimmed, struct number *out);

/* The same where a dot parts thousands and never decimals: 1.234 is 1234, and 12.5 is no number. */
bool number_read_dot_groups(struct str trimmed, struct number *out);

/* The value as an integer; false: it has decimals other than zeros, or does not fit. */
bool number_i64(const struct number *x, int64_t *out);
double number_double(const struct number *x);

void number_text(struct buf *out, const struct number *x);   /* "-1234.50" */
void number_binary(struct buf *out, const struct number *x); /* PostgreSQL's numeric */

bool number_luhn(struct str digits); /* SIREN, SIRET: the control digit is right */
