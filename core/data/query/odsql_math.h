#pragma once
#include "core/data/query/odsql.h"

/*
 * odsql_math -- functions of numbers, as the former portal's first API has them in y.<series>.expr. Source: its manual, "Analysis
 * API", "Expression language": those of Java's Math.
 *
 * The first version of the API writes them math_sin(…), so that the present one, which has none of them, knows no new word. What
 * has no value (log(0), sqrt(-1), a number past the largest) is null, and an aggregate passes it by; Java's NaN has no place
 * in JSON. time and random are left out: what they say is not of the data.
 */
bool odsql_math_find(struct str name); /* "math_sin" */

/* "math_sin" of "sin", whatever its case; NULL: there is no such function. */
const char *odsql_math_name(struct str name);
bool odsql_math_arguments(struct str name, size_t n);
const char *odsql_math_sql(struct str name); /* of a and b, which are float8 */
