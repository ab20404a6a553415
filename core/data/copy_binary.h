#pragma once
#include "core/base/buf.h"
#include "core/base/str.h"

/*
 * copy_binary -- PostgreSQL's COPY BINARY: writing its parts, and checking a stream that somebody
 * else wrote before it is relayed.
 *
 * Source: PostgreSQL 15, COPY, "Binary Format".
 */
void copy_head(struct buf *out);
void copy_tail(struct buf *out);
void copy_row(struct buf *out, unsigned fields);
void copy_null(struct buf *out);
void copy_u16(struct buf *out, uint16_t v);
void copy_u32(struct buf *out, uint32_t v);
void copy_u64(struct buf *out, uint64_t v);
void copy_text(struct buf *out, struct str s); /* with its length */

/* The length of a value that is being written: start, write the value, end. */
size_t copy_value_start(struct buf *out);
void copy_value_end(struct buf *out, size_t start);

/* Follows a stream that comes in pieces. Zeroed, with `fields` set, it is at the beginning. */
struct copy_check {
    unsigned fields; /* every row must have so many */
    uint64_t rows, bytes;
    bool ended; /* the trailer was seen */
    unsigned state, left_fields;
    uint32_t skip;
    unsigned have;
    unsigned char part[19];
};

/* False: the framing is wrong, or bytes come after the trailer. */
bool copy_check_feed(struct copy_check *c, struct str bytes);
