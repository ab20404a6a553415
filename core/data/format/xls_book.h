#pragma once
#include "core/base/buf.h"
#include "core/data/format/sheet_book.h"

/*
 * xls_book -- the records of an XLS workbook's stream, and what its globals say: sheets, shared
 * strings, formats. For read_xls.c.
 */
struct xls_record {
    unsigned type;
    struct str body;
    size_t next; /* where the next one stands */
};

struct xls_book {
    struct buf stream;
    struct sheet_book book; /* its sheets, formats, shared strings, dates */
    size_t sheet_at[SHEET_LIST_MAX];
    bool old; /* BIFF5: strings of bytes */
};

enum { XLS_BOF = 0x809, XLS_EOF = 0x0A, XLS_CONTINUE = 0x3C };

bool xls_record_at(const struct xls_book *b, size_t at,
                   struct xls_record *r); /* false: the stream is over */
bool xls_book_open(struct xls_book *b, struct str file, const json_t *options, struct err *e);
void xls_book_close(struct xls_book *b);

unsigned xls_u16(struct str body, size_t at); /* 0 past its end */
uint32_t xls_u32(struct str body, size_t at);
/* A string of `chars` characters whose flags (none in BIFF5) stand at `at`, appended as UTF-8. */
void xls_put_string(const struct xls_book *b, struct buf *out, struct str body, size_t at,
                    size_t chars);
