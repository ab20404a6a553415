#include "core/data/value/field_name.h"
#include "core/data/intake/sniff.h"

/* The rules in their order: the first that speaks decides. */

static void say(struct sniff_verdict *v, enum column_type type, enum reason_code code)
{
    v->type = type;
    v->reason = reason_make(code);
}

static void say_n(struct arena *a, struct sniff_verdict *v, enum reason_code code, uint64_t n)
{
    say(v, TYPE_TEXT, code);
    reason_n(a, &v->reason, n);
}

/* Why a column of numbers is a column of codes; false: it is not. */
static bool is_code(struct arena *a, const struct sniff *s, struct sniff_verdict *v)
{
    if (s->damaged) {
        say_n(a, v, REASON_excel_exponent, s->damaged);
        reason_s(a, &v->reason, str_of(s->damaged_text));
    } else if (s->leading_zeros) {
        say_n(a, v, REASON_leading_zero, s->leading_zeros);
    } else if (s->hints & (s->decimals ? HINT_CODE_DECIMAL : HINT_CODE)) {
        say(v, TYPE_TEXT, REASON_code_name);
    } else if (s->luhn * 2 > s->values) {
        say_n(a, v, REASON_siren_siret, s->luhn);
    } else {
        return false;
    }
    return true;
}

static bool dots_are_in_doubt(const struct sniff *s)
{
    return s->dot_groups && s->dot_decimals;
}

/* What forbids calculating with the numbers of this column; false: nothing. */
static bool is_unsure(struct arena *a, const struct sniff *s, struct sniff_verdict *v)
{
    bool signs_differ = (s->percents && s->percents != s->numbers) || (s->euros && s->euros != s->numbers);
    if (dots_are_in_doubt(s)) {
        say(v, TYPE_TEXT, REASON_ambiguous_dot);
    } else if (s->too_long) {
        say(v, TYPE_TEXT, REASON_too_long_number);
    } else if (signs_differ) {
        say_n(a, v, REASON_mixed_signs, s->percents + s->euros);
        reason_n(a, &v->reason, s->numbers);
    } else {
        return false;
    }
    return true;
}

static bool is_bits(const struct sniff *s)
{
    return s->words[WORDS_0_1] == s->numbers;
}

static void decide_int(const struct sniff *s, struct sniff_verdict *v)
{
    if (is_bits(s) && (s->hints & HINT_YES_NO)) {
        say(v, TYPE_BOOLEAN, REASON_all_bool);
        return;
    }
    bool years = s->years == s->numbers;
    say(v, TYPE_INT, years ? REASON_all_year : is_bits(s) ? REASON_bit_without_name : REASON_all_int);
    v->pattern = years ? "year" : NULL;
}

static void decide_decimal(struct arena *a, const struct sniff *s, struct sniff_verdict *v)
{
    say(v, TYPE_DECIMAL, s->percents ? REASON_all_percent : s->euros ? REASON_all_euro : REASON_all_decimal);
    if (!s->percents && !s->euros)
        reason_n(a, &v->reason, s->scale);
}

static void decide_number(struct arena *a, const struct sniff *s, struct sniff_verdict *v)
{
    if (is_code(a, s, v) || is_unsure(a, s, v))
        return;
    if (s->exponents)
        say(v, TYPE_DOUBLE, REASON_all_exponent);
    else if (s->decimals || s->not_int64)
        decide_decimal(a, s, v);
    else
        decide_int(s, v);
    if (s->percents || s->euros)
        v->pattern = s->percents ? "percent" : "euro";
}

static void decide_moment(const struct sniff *s, struct sniff_verdict *v)
{
    if (s->datetimes == 0)
        say(v, TYPE_DATE, REASON_all_date);
    else
        say(v, TYPE_DATETIME, s->no_zone || s->dates ? REASON_all_datetime_no_zone : REASON_all_datetime);
}

/* Brackets and a name like coordonneesXY say longitude first; so do values that are in France only
 * that way round when they are bracketed as GeoJSON does. */
static bool is_lon_first(const struct sniff *s)
{
    bool brackets = s->pairs_brackets == s->pairs - s->pairs_objects;
    return brackets && ((s->hints & HINT_LON_LAT) || s->pairs_france_swapped > s->pairs_france);
}

/* Values that could be nothing else decide for those that could be both; where they contradict each other, nothing. */
static enum cell_format moment_format(const struct sniff *s)
{
    if (s->month_first && !s->day_first)
        return CELLS_MONTH_FIRST;
    return s->day_first && !s->month_first ? CELLS_DAY_FIRST : CELLS_PLAIN;
}

enum cell_format sniff_format(const struct sniff *s, enum column_type type)
{
    if (type == TYPE_GEO_POINT && s->pairs > s->pairs_objects)
        return is_lon_first(s) ? CELLS_LON_FIRST : CELLS_LAT_FIRST;
    if (type == TYPE_DATE || type == TYPE_DATETIME)
        return moment_format(s);
    if ((type == TYPE_INT || type == TYPE_DECIMAL || type == TYPE_DOUBLE) && s->dot_groups)
        return dots_are_in_doubt(s) || s->dot_marks == 0 ? CELLS_DOT_GROUPS : CELLS_PLAIN;
    return CELLS_PLAIN;
}

bool sniff_is_turned(const struct sniff *s, enum cell_format format)
{
    uint64_t here = s->pairs_france, there = s->pairs_france_swapped;
    if (format == CELLS_LON_FIRST)
        return there == 0 && here > 0 && here == s->pairs;
    return format == CELLS_LAT_FIRST && here == 0 && there > 0 && there == s->pairs;
}

size_t sniff_choices(const struct sniff *s, struct sniff_choice *out)
{
    enum column_type moment = s->datetimes || s->month_first_times ? TYPE_DATETIME : TYPE_DATE;
    size_t n = 0;
    if (s->month_first) {
        out[n++] = (struct sniff_choice){moment, CELLS_MONTH_FIRST};
        out[n++] = (struct sniff_choice){moment, CELLS_DAY_FIRST};
    }
    if (dots_are_in_doubt(s)) {
        out[n++] = (struct sniff_choice){TYPE_DECIMAL, CELLS_DOT_GROUPS};
        out[n++] = (struct sniff_choice){TYPE_DECIMAL, CELLS_DOT_DECIMALS};
    }
    return n;
}

static void decide_pair(struct arena *a, const struct sniff *s, struct sniff_verdict *v)
{
    bool lon_first = is_lon_first(s);
    uint64_t fit = lon_first ? s->pairs_swapped_ok : s->pairs_ok;
    if (fit != s->pairs)
        say_n(a, v, REASON_out_of_bounds, s->pairs - fit);
    else
        say(v, TYPE_GEO_POINT, lon_first ? REASON_all_point_lon_first : REASON_all_point);
}

static void decide_shape(struct arena *a, const struct sniff *s, struct sniff_verdict *v)
{
    if (s->shapes_ok == s->shapes)
        say(v, TYPE_GEO_SHAPE, REASON_all_shape);
    else
        say_n(a, v, REASON_shape_out_of_bounds, s->shapes - s->shapes_ok);
}

static enum shape_words only_words(const struct sniff *s)
{
    for (enum shape_words w = WORDS_OUI_NON; w < WORDS_COUNT; w++)
        if (s->words[w] == s->values && (w != WORDS_O_N || (s->hints & HINT_YES_NO)))
            return w;
    return WORDS_NONE;
}

static bool decide_bool(struct arena *a, const struct sniff *s, struct sniff_verdict *v)
{
    static const char *const pairs[] = {"", "oui/non", "vrai/faux", "true/false", "yes/no", "o/n", "0/1"};
    enum shape_words w = only_words(s);
    if (w == WORDS_NONE || w == WORDS_0_1)
        return false;
    say(v, TYPE_BOOLEAN, REASON_all_bool);
    reason_s(a, &v->reason, str_of(pairs[w]));
    return true;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t most_words(const struct sniff *s)
{
    uint64_t n = 0;
    for (enum shape_words w = WORDS_OUI_NON; w < WORDS_O_N; w++)
        n = most(n, s->words[w]);
    return n;
}

/* One bad value in 10,000 does not turn a column of numbers into text in silence: the column is
 * text, and what it nearly was is said with the values that broke it. */
static void decide_mixed(struct arena *a, const struct sniff *s, struct sniff_verdict *v)
{
    uint64_t moments = s->dates + s->datetimes;
    uint64_t best = most(most(s->numbers, moments), most(most(s->pairs, s->shapes), most_words(s)));
    struct sniff_verdict near = {.type = TYPE_TEXT};
    if (best * 10 >= s->values * 9) {
        if (best == s->numbers)
            decide_number(a, s, &near);
        else if (best == moments)
            decide_moment(s, &near);
        else if (best == s->pairs)
            decide_pair(a, s, &near);
        else if (best == s->shapes)
            decide_shape(a, s, &near);
        else
            near.type = TYPE_BOOLEAN;
    }
    if (near.type == TYPE_TEXT) {
        bool codes = best == s->numbers && best > 0 && near.reason.code != REASON_all_int;
        if (best * 10 >= s->values * 9 && codes)
            *v = near;
        else
            say(v, TYPE_TEXT, best ? REASON_mixed : REASON_text);
        v->type = TYPE_TEXT;
        return;
    }
    v->has_majority = true;
    v->majority = near.type;
    v->minority = s->values - best;
    say_n(a, v, REASON_minority, v->minority);
    reason_n(a, &v->reason, s->values);
    reason_s(a, &v->reason, str_of(type_wire(near.type)));
}

uint64_t sniff_like(const struct sniff *s, enum column_type type)
{
    switch (type) {
    case TYPE_INT:
        return s->numbers - s->decimals - s->not_int64;
    case TYPE_DECIMAL:
        return s->numbers - s->exponents;
    case TYPE_DOUBLE:
        return s->numbers;
    case TYPE_DATE:
        return s->dates + s->month_first - s->month_first_times;
    case TYPE_DATETIME:
        return s->dates + s->datetimes + s->month_first;
    case TYPE_BOOLEAN:
        return most(most_words(s), most(s->words[WORDS_O_N], s->words[WORDS_0_1]));
    case TYPE_GEO_POINT:
        return s->pairs;
    case TYPE_GEO_SHAPE:
        return s->shapes_ok;
    case TYPE_TEXT:
    case TYPE_FILE:
    case COLUMN_TYPES:
        break;
    }
    return s->values;
}

void sniff_decide(struct arena *a, const struct sniff *s, struct sniff_verdict *out)
{
    struct sniff_verdict v = {.type = TYPE_TEXT};
    if (s->values == 0)
        say(&v, TYPE_TEXT, REASON_empty);
    else if (s->month_first && s->month_first + s->dates + s->datetimes == s->values)
        say_n(a, &v, REASON_month_first, s->month_first);
    else if (s->is_words && s->numbers * 10 >= s->values * 9)
        say(&v, TYPE_TEXT, REASON_words_said);
    else if (s->numbers == s->values)
        decide_number(a, s, &v);
    else if (s->dates + s->datetimes == s->values)
        decide_moment(s, &v);
    else if (s->pairs == s->values)
        decide_pair(a, s, &v);
    else if (s->shapes == s->values)
        decide_shape(a, s, &v);
    else if (!decide_bool(a, s, &v))
        decide_mixed(a, s, &v);
    if (v.type == TYPE_BOOLEAN && v.reason.nargs == 0)
        reason_s(a, &v.reason, S("0/1"));
    *out = v;
}

struct warning_list {
    struct arena *a;
    struct reason *out;
    size_t n, max;
};

static struct reason *warn(struct warning_list *l, enum reason_code code, uint64_t n)
{
    static struct reason none; /* takes what there is no room for */
    if (n == 0 || l->n == l->max) {
        none = (struct reason){.nargs = REASON_ARGS};
        return &none;
    }
    struct reason *r = &l->out[l->n++];
    *r = reason_make(code);
    reason_n(l->a, r, n);
    return r;
}

/* Identifiers are looked at where the name says so, or where most values have their length. */
static bool is_siret_column(const struct sniff *s)
{
    return (s->hints & HINT_SIRET) || s->id_lengths * 2 > s->values;
}

/* The greatest number, there once, is the sum of all others. */
static bool has_total(const struct sniff *s)
{
    double off = s->sum - 2 * s->high;
    return s->not_zero > 3 && s->highs == 1 && s->low >= 0 && off <= s->high * 1e-9 && -off <= s->high * 1e-9;
}

bool sniff_is_list(const struct sniff *s)
{
    return s->pipes > 0 && s->empty_pipes == 0;
}

size_t sniff_warnings(struct arena *a, const struct sniff *s, enum column_type type, enum cell_format format,
                      struct reason *out, size_t max)
{
    struct warning_list l = {a, out, 0, max};
    if (s->damaged)
        reason_s(a, warn(&l, REASON_warn_exponent, s->damaged), str_of(s->damaged_text));
    if (is_siret_column(s))
        warn(&l, REASON_warn_siret_rounded, s->rounded);
    if (is_siret_column(s) || (s->hints & HINT_SIREN))
        warn(&l, REASON_warn_siren_length, s->id_others);
    if (s->hints & HINT_POSTAL)
        warn(&l, REASON_warn_postal_short, s->short_postal);
    if ((s->hints & HINT_PERSON) && s->values)
        warn(&l, REASON_warn_personal, s->values);
    bool lon_first = format == CELLS_LON_FIRST;
    if (type == TYPE_GEO_POINT && (lon_first ? s->pairs_france_swapped : s->pairs_france) == 0)
        warn(&l, REASON_warn_swapped, lon_first ? s->pairs_france : s->pairs_france_swapped);
    if (type == TYPE_GEO_SHAPE && s->shapes_france == 0)
        warn(&l, REASON_warn_swapped, s->shapes_france_swapped);
    if (type == TYPE_GEO_SHAPE)
        warn(&l, REASON_warn_antimeridian, s->shapes_beyond);
    bool is_number = type == TYPE_INT || type == TYPE_DECIMAL || type == TYPE_DOUBLE;
    if (is_number && format == CELLS_DOT_GROUPS)
        warn(&l, REASON_warn_dot_groups, s->dot_decimals);
    else if (is_number && has_total(s))
        warn(&l, REASON_warn_total_row, s->high_line);
    uint64_t moments = s->dates + s->datetimes;
    if (type == TYPE_TEXT && moments * 2 > s->values)
        warn(&l, REASON_warn_dates_in_text, moments);
    return l.n;
}
