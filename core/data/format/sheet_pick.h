#pragma once
#include "core/data/value/record.h"

/*
 * sheet_pick -- which sheet of a workbook is read where nobody said it: of the visible ones the first that looks like a
 * table, else the first that holds anything, else the first. A workbook may begin with a word to its reader.
 *
 * A table: a row with two values or more and one with any below it; or a list that goes on for SHEET_PICK_ROWS rows.
 */
enum { SHEET_PICK_ROWS = 1000, SHEET_PICK_SHEETS = 20 }; /* looked at */

/* Rows of a workbook (`go_to`), at the beginning of one; leaves them at the beginning of the one that is read. A sheet behind the
 * first that cannot be read is passed by; fails where the first cannot. */
bool sheet_pick(struct rows *rows, struct err *e);
