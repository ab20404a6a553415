#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/data/format/sheet_list.h"

/*
 * sheet_book -- what an XLSX workbook says about its sheets: which one is read, its shared
 * strings, what its number formats show. For read_sheet.c.
 */
enum format_kind { FORMAT_PLAIN, FORMAT_DATE, FORMAT_DATETIME, FORMAT_TIME, FORMAT_ZEROS };

struct format {
    enum format_kind kind;
    unsigned zeros; /* FORMAT_ZEROS: least digits */
};

struct sheet_book {
    struct arena arena;
    struct sheet_list sheets;
    struct str ids[SHEET_LIST_MAX]; /* of the sheets, among the relations */
    struct str sheet_path, strings_path, styles_path;
    bool from_1904;
    struct format *formats; /* by style index */
    size_t nformats;
    struct buf strings;
    size_t *ends; /* where each shared string ends */
    size_t nstrings, strings_cap;
};

bool book_open(struct sheet_book *b, struct str file, const json_t *options, struct err *e);
bool book_go_to(struct sheet_book *b, struct str file, size_t sheet, struct err *e); /* another one is read */
void book_close(struct sheet_book *b);
struct str book_string(const struct sheet_book *b, size_t index); /* absent: no such string */
struct format book_format(const struct sheet_book *b, size_t style);
struct format book_format_of(struct str code); /* what a format code shows */
struct format book_format_built_in(unsigned id); /* … and one of those without a code */

/* A number of the file as the cell shows it. */
void book_number(struct buf *out, const struct sheet_book *b, struct format f, struct str value);
