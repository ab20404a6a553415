#pragma once
#include <jansson.h>

#include "core/base/err.h"
#include "core/data/value/record.h"

/*
 * read_ods -- the rows of one sheet (sheet_list.h) of an OpenDocument workbook, as text cells.
 *
 * Values come from the attributes, not from what is shown: dates are ISO, numbers have all their
 * digits; only zeros in front are taken from what is shown (a code under the format 00000).
 * Comments are left out, errors are blank. Cells and rows that the file repeats by a number are
 * given as often; what is blank to the end of the sheet is not there. Memory is one row.
 *
 * Bounds: ODS_*, those of zip_part.h. Source: OpenDocument 1.3, part 3, sections 9.1, 19.
 * Errors: err_data_sheet (what is wrong in it), err_data_sheet_bomb, err_data_sheet_unknown.
 */
enum {
    ODS_ROWS_MAX = 1 << 20,     /* as spreadsheets have it */
    ODS_REPEATED_MAX = 4 << 20, /* cells that are there by repetition only */
    ODS_STYLES_MAX = 1000,      /* of hidden sheets */
};

bool ods_is(struct str file);
bool ods_open(struct str file, const json_t *options, struct rows **out, struct err *e);
