#pragma once
#include "core/base/buf.h"
#include "core/base/str.h"

/*
 * pgcopy -- writes the parts of a PostgreSQL COPY BINARY stream (core/db/copy checks and relays one).
 *
 * Source: PostgreSQL 15, COPY, "Binary Format".
 */
void pgcopy_head(struct buf *out);
void pgcopy_tail(struct buf *out);
void pgcopy_row(struct buf *out, unsigned fields);
void pgcopy_null(struct buf *out);
void pgcopy_u16(struct buf *out, uint16_t v);
void pgcopy_u32(struct buf *out, uint32_t v);
void pgcopy_u64(struct buf *out, uint64_t v);

/* The length of a value that is being written: start, write the value, end. */
size_t pgcopy_value_start(struct buf *out);
void pgcopy_value_end(struct buf *out, size_t start);
