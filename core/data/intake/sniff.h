#pragma once
#include "core/base/arena.h"
#include "core/data/value/reason.h"
#include "core/data/value/record.h"
#include "core/data/value/shape.h"
#include "core/data/value/type.h"

/*
 * sniff -- the type of each column, decided from every value of it.
 *
 * sniff_cell is called for each cell of each row that is kept, then sniff_decide once. Same values,
 * same type, whatever their order. Source: standards.md section 4.3 rules 5 to 13.
 */
enum { SNIFF_PLACES = 20 };

/* What a spreadsheet destroys: the first places of each are kept. */
enum sniff_damage { DAMAGE_EXPONENT, DAMAGE_ROUNDED, DAMAGE_POSTAL, DAMAGE_KINDS };

struct sniff_places {
    struct {
        uint64_t line;
        char value[24]; /* cut */
    } at[SNIFF_PLACES];
    unsigned n;
};

struct sniff {
    uint64_t line; /* of the cell to come, set by the caller */
    struct str label; /* what field_hints are read from */
    unsigned hints;
    bool is_words; /* the file itself says that these are no numbers */
    uint64_t values, blanks;
    uint64_t numbers, decimals, exponents, leading_zeros, percents, euros, too_long, not_int64;
    uint64_t dot_groups, dot_decimals, dot_marks, luhn, years, damaged, rounded, short_postal, id_lengths;
    uint64_t dates, datetimes, no_zone, month_first, month_first_times, day_first;
    uint64_t words[WORDS_COUNT], trues[WORDS_COUNT];
    uint64_t pairs, pairs_brackets, pairs_ok, pairs_swapped_ok, pairs_france, pairs_france_swapped;
    uint64_t pairs_objects; /* {"lon", "lat"}: the same either way round */
    uint64_t shapes, shapes_ok, shapes_beyond, shapes_france, shapes_france_swapped;
    unsigned scale;         /* most decimals */
    uint64_t int_digits;    /* most digits before the mark */
    uint64_t id_others;     /* whole numbers of digits that are neither 9 nor 14 */
    uint64_t pipes, empty_pipes; /* values like a|b, and those with nothing beside a | */
    double sum;
    uint64_t not_zero, high_line, highs; /* the row of the greatest number; how many are as great */
    size_t widest;          /* bytes of the longest cell */
    bool has_range;
    double low, high;       /* of numbers, or microseconds of moments */
    char low_text[64], high_text[64];
    struct moment first, last;
    char damaged_text[32], examples[3][64];
    unsigned nexamples;
    struct sniff_places places[DAMAGE_KINDS];
};

struct sniff_verdict {
    enum column_type type;
    struct reason reason;
    const char *pattern;         /* "year", "percent", "euro" or NULL */
    /* When a few values broke the type of nearly all: what it would have been. */
    bool has_majority;
    enum column_type majority;
    uint64_t minority; /* values that are not of it */
};

void sniff_init(struct sniff *s, struct str label);
void sniff_cell(struct sniff *s, struct str cell);
void sniff_decide(struct arena *a, const struct sniff *s, struct sniff_verdict *out);

/* How the cells are written as far as they say it, were the column of that type; CELLS_PLAIN: they do not. */
enum cell_format sniff_format(const struct sniff *s, enum column_type type);

/* Every place of the column is in France the other way round, and none this way. */
bool sniff_is_turned(const struct sniff *s, enum cell_format format);

/* How many values look like that type. */
uint64_t sniff_like(const struct sniff *s, enum column_type type);

/* What the publisher may choose where the cells leave a doubt; the number written, at most SNIFF_CHOICES. */
enum { SNIFF_CHOICES = 4 };
struct sniff_choice {
    enum column_type type;
    enum cell_format format;
};
size_t sniff_choices(const struct sniff *s, struct sniff_choice *out);

/* What the publisher should look at in this column, at most `max`; the number written. */
size_t sniff_warnings(struct arena *a, const struct sniff *s, enum column_type type, enum cell_format format,
                      struct reason *out, size_t max);

/* Several values in most cells that hold a "|": a list rather than words. */
bool sniff_is_list(const struct sniff *s);

enum { SNIFF_WARNINGS = 9 };
