#pragma once
#include <jansson.h>

#include "core/base/err.h"
#include "core/data/value/record.h"

/*
 * read_xls -- the rows of one sheet (sheet_list.h) of an Excel workbook of 1995 to 2003 (BIFF5,
 * BIFF8), as text cells, shown as read_sheet.h shows them.
 *
 * Ours: the library there is for it opens files by their path, which the sealed child cannot, and
 * knows no number formats, so that a code 01001 came out as 1001. Memory: twice the file.
 *
 * Source: [MS-XLS] sections 2.4 and 2.5. Errors: err_data_sheet (what is wrong in it),
 * err_data_sheet_unknown.
 */
bool xls_is(struct str file);
bool xls_open(struct str file, const json_t *options, struct rows **out, struct err *e);
