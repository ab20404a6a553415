#pragma once
#include "core/base/arena.h"
#include "core/data/query/side_file.h"

/*
 * side_range -- what a literal means in the units of a column of a side copy; days and moments. For side*.c only.
 *
 * A number is compared in whole units of 10^-scale, a date in days, a moment in microseconds, from 2000-01-01 as
 * PostgreSQL counts them (proleptic Gregorian, years 1 to 9999).
 */

/* A closed range; of doubles (from, to), else of whole numbers. low > high: nothing. */
struct side_range {
    int64_t low, high;
    double from, to;
};

/* op: = < > and l for <=, g for >=. False: SQL has to answer. */
bool side_range_number(struct arena *a, const struct side_column *c, struct str text, char op, struct side_range *r);
/* utc: the caller's time zone is UTC, so that a moment without a zone is known. */
bool side_range_date(const struct side_column *c, struct str text, char op, bool utc, struct side_range *r);
/* The year, the month or the day that is named. */
bool side_range_period(const struct side_column *c, struct str text, bool utc, struct side_range *r);

int64_t side_days(int year, int month, int day);
void side_civil(int64_t days, int *year, int *month, int *day);
int64_t side_day_of(const struct side_column *c, int64_t value); /* of a date or a moment in UTC */
