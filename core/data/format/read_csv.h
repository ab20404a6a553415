#pragma once
#include "core/base/buf.h"
#include "core/data/format/encoding.h"
#include "core/data/value/record.h"

/*
 * read_csv -- the rows of a delimited text file that is in memory (mapped, usually).
 *
 * Records end at CRLF, LF or CR outside quotes; inside quotes any of them is data. A quote is
 * doubled inside quotes; spaces before an opening quote and after a closing one are dropped; a
 * backslash is a letter. Memory: one record, whatever the file.
 *
 * Source: RFC 4180; standards.md section 4.3 rules 1 to 3.
 * Errors, all naming the line: err_data_quote_open, err_data_cell_long, err_data_line_long.
 */
struct csv {
    struct rows rows;
    struct str text; /* after the BOM; not UTF-16 */
    enum encoding encoding;
    char separator;
    const char *at;
    uint64_t line, first_line; /* of the next record; of the text: 1, unless something stood above it */
    struct str cells[RECORD_COLUMNS_MAX + 1];
    bool moved[RECORD_COLUMNS_MAX + 1]; /* the cell is in `scratch`, p is still an offset */
    struct buf scratch;
};

/* `text` is borrowed. encoding: ENCODING_UTF8, ENCODING_MIXED or ENCODING_1252. */
void csv_init(struct csv *c, struct str text, enum encoding encoding, char separator);
void csv_free(struct csv *c);
