#pragma once
#include <ctype.h>

#include "core/base/str.h"

/*
 * sql_is_ours -- whether a text is made only of the words, quoted constants and marks that the query
 * compiler has; any other word in it came from somebody else.
 */
static const char *const our_words[] = {
    "select", "from", "where", "and", "or", "not", "is", "null", "true", "false", "as", "in", "any", "case", "when", "then",
    "else", "end", "order", "by", "asc", "desc", "nulls", "first", "last", "limit", "offset", "group", "grouping", "sets",
    "count", "sum", "avg", "min", "max", "distinct", "within", "percentile_cont", "coalesce", "nullif", "floor", "extract",
    "year", "month", "day", "hour", "minute", "second", "isodow", "microsecond", "at", "time", "zone", "interval", "timestamp",
    "timestamptz", "date", "text", "bigint", "int", "float8", "numeric", "boolean", "bytea", "now", "make_interval", "years",
    "months", "days", "weeks", "hours", "mins", "secs", "least", "date_trunc", "date_bin", "to_char", "array", "lower", "upper",
    "length", "left", "join", "cross", "lateral", "unnest", "on", "string_to_array", "array_to_string", "public", "unaccent", "exists", "w", "words", "variadic", "tsvector", "asked",
    "word", "is_near", "bare", "any_of", "array_agg", "numnode", "lexeme", "portal", "catalogue_word", "tenant_id", "uuid",
    "starts_with", "hashint8extended", "collate", "C", "generate_series", "union", "all", "row_number", "over", "partition",
    "st_dwithin", "st_distance", "st_intersects", "st_within", "st_disjoint", "st_makeenvelope", "st_geomfromtext",
    "st_asgeojson", "st_convexhull", "st_collect", "st_setsrid", "st_extent", "st_snaptogrid", "st_transform", "st_centroid", "geography", "geometry", "r", "s", "i", "a", "b", "o", "g", "m", "v", "x", "y", "f", "n", "k", "t", "bucket", "_id",
    "rest", "data", "with", "ordinality", "id", "recursive", "materialized", "gx", "gy", "md5", "c", "p", "d", "j", "near", "better",
    "greatest", "values", "sqrt", "round", "chosen", "open", "except", "kept", "st_x", "st_y", "stddev_pop", "ln", "tan", "radians",
    "tx", "ty", "st_makepoint", "sin", "cos", "asin", "acos", "atan", "atan2", "degrees", "exp", "log", "cbrt", "ceil", "abs", "sign", "sinh", "cosh",
    "tanh", "power", "get_byte", "float8send", "ctid", "tid",
};
static const char *const our_constants[] = {
    "UTC", " ", "", "{}", "\\m", "\\M", "[^[:alnum:]]+", "1970-01-01", "*", "[", ", ", "FMIW", "IYYY", "IY", "IW", "ID",
    "YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"", "YYYY", "YY", "FMYYYY", "MM", "FMMM", "DD", "FMDD", "DDD", "FMDDD", "HH24", "FMHH24",
    "MI", "FMMI", "SS", "FMSS", "YYYY/MM", "YYYY/MM/DD", "1 year", "1 month", "1 day", "1 month - 1 day", "millisecond",
    "second", "minute", "hour", "day", "week", "month", "quarter", "year",
    "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam.",
    "dim.", "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre", "janv.", "févr.", "avr.", "juil.", "sept.", "oct.", "nov.", "déc.",
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "January", "February", "March", "April",
    "May", "June", "July", "August", "September", "October", "November", "December",
    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};

static inline bool is_one_of(struct str s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(s, str_of(list[i])))
            return true;
    return false;
}

/* c12, a3, m0, v_<32 hex>, w_<32 hex>: names made of a letter and a number. */
static inline bool is_made_name(struct str s)
{
    size_t i = 1;
    if (s.n == 34 && (str_starts(s, S("v_")) || str_starts(s, S("w_")))) {
        for (i = 2; i < s.n && isxdigit((unsigned char)s.p[i]);)
            i++;
        return i == s.n;
    }
    if (s.n < 2 || !strchr("cam", s.p[0]))
        return false;
    while (i < s.n && isdigit((unsigned char)s.p[i]))
        i++;
    return i == s.n;
}

static inline bool sql_is_ours(struct str sql)
{
    for (size_t i = 0; i < sql.n;) {
        unsigned char c = (unsigned char)sql.p[i];
        size_t from = i;
        if (isalpha(c) || c == '_') {
            while (i < sql.n && (isalnum((unsigned char)sql.p[i]) || sql.p[i] == '_'))
                i++;
            struct str word = str_part(sql, from, i - from);
            if (!is_one_of(word, our_words, sizeof our_words / sizeof our_words[0]) && !is_made_name(word))
                return false;
        } else if (c == '\'') {
            for (i++; i < sql.n && sql.p[i] != '\'';)
                i++;
            if (i == sql.n || !is_one_of(str_part(sql, from + 1, i - from - 1), our_constants,
                                         sizeof our_constants / sizeof our_constants[0]))
                return false;
            i++;
        } else if (isdigit(c) || strchr(" ,.()[]*/+-=<>:|@~%^$\"", c) != NULL) {
            i++;
            if (c == '-' && i < sql.n && sql.p[i] == '-')
                return false;
            if (c == '/' && i < sql.n && sql.p[i] == '*')
                return false;
        } else {
            return false;
        }
    }
    return true;
}
