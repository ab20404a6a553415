#pragma once
#include <stddef.h>

/*
 * odsql_names -- days and months in the languages of the API, as SQL lists of constants: Monday first, January first.
 *
 * The first is what nobody chose. Written as they stand alone, with the points that each language puts behind its short forms.
 *
 * Source: explore-api.md 1.5 (which languages) and 2.5; Unicode CLDR 43 (a test compares them with those of Node.js).
 */
struct odsql_language {
    const char *code, *days, *short_days, *months, *short_months;
};
extern const struct odsql_language odsql_languages[];
extern const size_t odsql_languages_n;
