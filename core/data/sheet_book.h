#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"

/*
 * sheet_book -- what a workbook says about its sheets: which is the first visible one, its shared
 * strings, what its number formats show. For read_sheet.c.
 */
enum format_kind { FORMAT_PLAIN, FORMAT_DATE, FORMAT_DATETIME, FORMAT_TIME, FORMAT_ZEROS };

struct format {
    enum format_kind kind;
    unsigned zeros; /* FORMAT_ZEROS: least digits */
};

struct sheet_book {
    struct arena arena;
    struct str sheet_id, sheet_path, strings_path, styles_path;
    uint64_t sheets;
    bool from_1904;
    struct format *formats; /* by style index */
    size_t nformats;
    struct buf strings;
    size_t *ends; /* where each shared string ends */
    size_t nstrings, strings_cap;
};

bool book_open(struct sheet_book *b, struct str file, struct err *e);
void book_close(struct sheet_book *b);
struct str book_string(const struct sheet_book *b, size_t index); /* absent: no such string */
struct format book_format(const struct sheet_book *b, size_t style);
struct format book_format_of(struct str code); /* what a format code shows */

/* A number of the file as the cell shows it. */
void book_number(struct buf *out, const struct sheet_book *b, struct format f, struct str value);
