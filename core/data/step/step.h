#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/base/jw.h"
#include "core/data/value/record.h"
#include "core/data/value/type.h"

/*
 * step -- what is done to the rows of a file between its reading and its typing: the cells that a
 * person corrected, the rows left out, then the steps stored with the dataset, in their order. A
 * source of rows around a source of rows; the file itself is never changed.
 *
 * Corrections and rows left out are of one file (a line is its line there, a column its place from 1):
 *   {"corrections": [{"line": 12, "column": 3, "value": "01234567890123"}], "left_out": [14, 15]}
 *
 * Steps are of the dataset and done again at each update, at most STEPS_MAX:
 *   {"steps": [
 *     {"do": "rename",      "column": C, "to": NAME},
 *     {"do": "type",        "column": C, "type": "text"},            the types of type_asked
 *     {"do": "split",       "column": C, "separator": S, "into": [NAME, …]}   the last one takes what is left
 *     {"do": "point",       "latitude": C, "longitude": C, "into": NAME, "lambert93": false}  true: the northing and the
 *                                                                    easting, in metres (lambert93.h)
 *     {"do": "filter",      "column": C, "keep": WHICH, "value": S}  WHICH: equals, differs, contains, starts,
 *                                                                    empty, filled (these two without value)
 *     {"do": "concatenate", "columns": [C, …], "separator": S, "into": NAME}  empty cells are left out
 *     {"do": "replace",     "column": C, "find": S, "by": S, "whole": false}  literally; whole: cells equal to S
 *     {"do": "deduplicate", "columns": [C, …]}                       without columns: rows equal in all
 *     {"do": "fill",        "column": C, "value": S} or {"do": "fill", "column": C, "previous": true}
 *     {"do": "keep",        "columns": [C, …]}                       in this order
 *     {"do": "drop",        "columns": [C, …]},
 *     {"do": "join",        "column": C, "dataset": ID, "on": C, "take": [C, …]}   of a dataset of the portal
 *     {"do": "group",       "columns": [C, …], "sum": [C, …], "unit": C, "into": NAME}   the last step: one row for each
 *                                                                    value of the columns, the sums, and how many rows (with a
 *                                                                    unit: how many of them) it is made of
 *   ]}
 * A column C is named by its label or by the technical id that its label gives, as the steps before left
 * it; new columns stand at the end. Cells are compared byte by byte, without white space around them.
 *
 * Rows that have not the cells of their header, and blank ones, go past the steps: the reader sets them
 * aside or counts them. What filter, deduplicate and group take away is counted, so that the counts add up.
 *
 * Sums are exact to six decimals; a cell that is no number leaves the sum of its group empty and is counted (unmatched). Where
 * the unit is named (a SIRET), rows say of each sum whether it is of fewer than three units, or one makes more than 85 % of it
 * (secrecy.h): what totals alone do not tell. Where it is not, the one other column whose name announces a SIRET or SIREN (not
 * that of who pays) is taken for the sums of amounts, and the report says so; the rows that are made are the same. Not where it
 * holds one value in the whole file, nor where several columns announce one.
 *
 * Errors, naming the step by its number: err_step_* and err_steps_many (errors.def).
 */
enum { STEPS_MAX = 50, STEP_JOINS_MAX = 4, STEP_TEXT_MAX = 1000, CORRECTIONS_MAX = 2000, STEP_SAMPLE = 5 };

/* The shape alone, for whoever stores them: no column is looked for. */
bool steps_check(const json_t *steps, struct err *e);

struct steps;

/* The file's rows, rewound or not, and what is known of their beginning. */
struct step_source {
    struct rows *rows;
    unsigned preamble;
    bool has_header;
    size_t width;
    const struct str *joins; /* CSV without header, one per join in its order: key, then what is taken */
    size_t njoins;
};

/* *out NULL: the options ask for nothing. Otherwise its first record is a header. In `a`; steps_close. */
bool steps_open(struct arena *a, const struct step_source *from, const json_t *options, struct steps **out,
                struct err *e);
struct rows *steps_rows(struct steps *s);
size_t steps_width(const struct steps *s);
size_t steps_file_column(const struct steps *s, size_t column);              /* from 1; 0: made by a step */
bool steps_type(const struct steps *s, size_t column, enum column_type *to); /* false: none was asked */
/* Since the last rewind, for the report: "corrections", "steps" and "before", "after" (first rows). */
void steps_report(struct steps *s, struct jw *w);
void steps_close(struct steps *s); /* NULL too */
