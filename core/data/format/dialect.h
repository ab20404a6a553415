#pragma once
#include "core/data/format/encoding.h"
#include "core/data/value/record.h"

/*
 * dialect -- how a table is written: separator, lines before the header, header or none.
 *
 * Source: standards.md section 4.3 rules 2 and 4.
 */
struct dialect {
    unsigned preamble; /* records before the header (titles, blank lines) */
    bool has_header;
    size_t width; /* columns of the header, or of most rows where there is none */
};

/* The separator among ; , tab | that gives the steadiest width over the first 2,000 records, parsed
 * with quotes. `;` wins where its cells hold decimal commas. */
char dialect_separator(struct str text, enum encoding encoding);

/* Preamble, header and width, from the first records of `rows`; leaves it rewound. */
bool dialect_header(struct rows *rows, struct dialect *out, struct err *e);

/* The same where the header is known to begin on that line. Errors: err_data_header_row. */
bool dialect_header_at(struct rows *rows, uint64_t line, struct dialect *out, struct err *e);
