#pragma once
#include "core/base/str.h"
#include "core/data/value/geometry.h"
#include "core/data/value/moment.h"
#include "core/data/value/number.h"

/*
 * shape -- what one cell looks like, looked at alone. What its column is, sniff decides.
 */
enum shape_kind { SHAPE_BLANK, SHAPE_TEXT, SHAPE_NUMBER, SHAPE_DATE, SHAPE_DATETIME, SHAPE_BOOL, SHAPE_PAIR, SHAPE_GEOMETRY };

/* Pairs of words; 0/1 and o/n count only where the column's name suggests a yes or no. */
enum shape_words { WORDS_NONE, WORDS_OUI_NON, WORDS_VRAI_FAUX, WORDS_TRUE_FALSE, WORDS_YES_NO, WORDS_O_N, WORDS_0_1, WORDS_COUNT };

struct shape {
    enum shape_kind kind;
    struct str s;         /* trimmed */
    struct number number; /* SHAPE_NUMBER */
    struct moment moment; /* SHAPE_DATE, SHAPE_DATETIME; month_first also for text */
    enum shape_words words;
    double first, second; /* SHAPE_PAIR, in the order of the cell */
    bool bracketed;       /* SHAPE_PAIR: "[a, b]" */
    struct geometry geometry; /* SHAPE_GEOMETRY */
};

void shape_of(struct str cell, struct shape *out);

struct str shape_trim_white(struct str cell);

/* Without white space at both ends, U+00A0 and U+202F included. Most cells have none, which two bytes say. */
static inline struct str shape_trim(struct str cell)
{
    unsigned char first = cell.n ? (unsigned char)cell.p[0] : 0, last = cell.n ? (unsigned char)cell.p[cell.n - 1] : 0;
    bool plain = first > ' ' && first < 0xC2 && last > ' ' && last < 0x80;
    return plain ? cell : shape_trim_white(cell);
}

bool shape_bool(struct str trimmed, bool *value, enum shape_words *words); /* words may be NULL */

/* "47.39, 0.68", "[0.68, 47.39]", "(47.39,0.68)": two numbers with a decimal dot, at least one of
 * them with decimals. {"lon": 0.68, "lat": 47.39}, as the API answers: the latitude is the first. */
bool shape_pair(struct str trimmed, double *first, double *second, bool *bracketed);
