#pragma once
#include "core/base/buf.h"

/*
 * coding -- a stream of bytes made smaller as it passes: gzip (one member), zstd (one frame), or
 * bare deflate (for zip members). What was taken may stay inside until more comes or the end.
 *
 * Holds 400 KB (gzip, deflate) or 1.5 MB (zstd). The owner calls coding_close.
 *
 * Source: RFC 1951, 1952, 8878, 9659 (a window of at most 8 MB).
 */
enum coding_kind { CODING_NONE, CODING_GZIP, CODING_ZSTD, CODING_DEFLATE };

const char *coding_name(enum coding_kind kind); /* as in Content-Encoding; NULL: none */

struct coding;
struct coding *coding_open(enum coding_kind kind); /* NULL: no memory */
/* Appends what is ready to `out`. False: no memory, or `out` is over. */
bool coding_add(struct coding *c, struct str bytes, struct buf *out);
/* The rest; the next bytes begin a new stream. */
bool coding_end(struct coding *c, struct buf *out);
void coding_close(struct coding *c); /* NULL is fine */
