#pragma once
#include "core/data/export/export.h"

/*
 * sheet_cell -- one value as a cell of a spreadsheet, the same decision for xlsx and ods.
 *
 * Text is always text, whatever it begins with: no formula comes out of data. A number stays a
 * number only while a spreadsheet keeps it: whole numbers and decimals of more than 15 digits are
 * text. Dates are dates from 1 March 1900 to 9999 (spreadsheets disagree on the days before);
 * others, and dates of a month or a year, are text. Moments are in the time zone that was asked
 * for, UTC by default.
 */
enum sheet_kind { SHEET_EMPTY, SHEET_TEXT, SHEET_NUMBER, SHEET_BOOLEAN, SHEET_DATE, SHEET_MOMENT };

struct sheet_cell {
    enum sheet_kind kind;
    struct str text; /* as CSV has it, in x->cell; a moment without its offset */
    double serial;   /* SHEET_DATE, SHEET_MOMENT: days since 30 December 1899 */
    bool flag;       /* SHEET_BOOLEAN */
};

struct sheet_cell sheet_cell_of(struct export *x, const struct query_column *c, const PGresult *r,
                                int row);
/* The title of column `i`. */
struct str sheet_cell_title(const struct export *x, size_t i);

/* Rows of a sheet, its title among them, in every spreadsheet program; and bytes: the next sheet
 * takes the rest. */
enum { SHEET_ROWS = 1048576 };
#define SHEET_BYTES ((uint64_t)3 << 30)
