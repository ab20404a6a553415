#pragma once
#include "core/data/check/table_schema.h"

/*
 * table_rules -- the ten checks that French schemas add to Table Schema ("custom_checks").
 *
 * Source: standards.md section 2.3; the names and parameters that schemas use.
 */

/* A row by the schema's fields: a cell that is absent or empty has there[i] false; good[i]: it was
 * cast. */
struct table_row {
    const struct str *cells;
    const struct table_value *values;
    const bool *in_file, *there, *good;
};

struct table_blame {
    enum reason_code why;
    struct str args[2];
    unsigned nargs;
    size_t field;
};

/* From s->json; what is not known, or names columns that are not there, is counted in s->unknown.
 */
void table_rules_read(struct table_schema *s);

/* False: the row breaks it. A check whose columns are not in the file is passed, one that compares
 * also where one of them holds what could not be cast. */
bool table_rule_holds(const struct table_schema *s, const struct table_check *check,
                      const struct table_row *row, struct table_blame *blame);
