#pragma once
#include "core/base/err.h"
#include "core/data/value/record.h"
#include "core/data/format/sheet_list.h"

/*
 * read_sheet -- the rows of an XLSX workbook's one sheet (sheet_list.h), as text cells.
 *
 * Numbers come out as a spreadsheet shows them: 15 significant digits, no exponent, zeros in front
 * where the format says 00000; dates by their format as ISO; booleans true or false; errors empty.
 * libarchive unfolds and expat reads, row by row: memory is the shared strings and one row.
 *
 * Bounds: SHEET_* below. Source: ECMA-376 part 1, sections 18.2 to 18.8.
 * Errors: err_data_sheet (what is wrong in it), err_data_sheet_bomb (which bound).
 */
enum {
    SHEET_ENTRIES_MAX = 10000,
    SHEET_PART_MAX = 2000 << 20,      /* bytes of one part, unfolded */
    SHEET_RATIO_MAX = 500,            /* unfolded over packed, past the first 8 MiB */
    SHEET_STRINGS_MAX = 256 << 20,    /* bytes of shared strings */
};

struct sheet;

bool sheet_is_xlsx(struct str file); /* a zip that begins as Office files do */
bool sheet_open(struct sheet **out, struct str file, const json_t *options, struct err *e); /* file is borrowed */
struct rows *sheet_rows(struct sheet *s);
const struct sheet_notes *sheet_noted(const struct sheet *s); /* complete once all rows were read */
void sheet_close(struct sheet *s);

bool sheet_open_rows(struct str file, const json_t *options, struct rows **out, struct err *e); /* read_format.h */
