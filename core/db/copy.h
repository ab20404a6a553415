#pragma once
#include "core/db/conn.h"

/*
 * copy -- relays a COPY BINARY stream from a file descriptor into a table, trusting nothing of it.
 *
 * PostgreSQL accepts a stream that was cut between two rows, so the framing is checked here byte
 * for byte: signature, no flags, no header extension, the same number of fields in every row, field
 * lengths, the trailer, and nothing after it. Values are PostgreSQL's to check.
 *
 * Source: PostgreSQL 15, COPY, "Binary Format"; architecture.md 2.11.
 */
struct copy_limits {
    uint64_t rows, bytes;  /* ceilings of the stream: the row that passes one is refused */
    unsigned fields;       /* of every row; 0: as many as the first has */
    uint64_t field_bytes;  /* 0: 1 GiB, PostgreSQL's own */
    void (*on_progress)(uint64_t rows, uint64_t bytes, void *context); /* each MiB or so; may be NULL */
    void *context;
};

struct copy_counts {
    uint64_t rows, bytes; /* bytes of the stream, framing included */
};

/* The check alone; zeroed, then `limits` set. */
struct copy_check {
    struct copy_limits limits;
    struct copy_counts counts;
    unsigned state, fields_left, have;
    uint64_t skip;
    unsigned char part[19];
};
/* fails  err_copy_framing, err_copy_rows, err_copy_bytes */
bool copy_check_feed(struct copy_check *k, struct str bytes, struct err *e);
bool copy_check_end(const struct copy_check *k, struct err *e); /* err_copy_cut: no trailer yet */

/*
 * command  the whole COPY … FROM STDIN (FORMAT binary …), made of constants of ours
 * fd       read to its end; stays open. Whoever hangs on the other side is the caller's to kill
 * *out     set on success
 * On failure the COPY is aborted and no row of it stays; an open transaction can only be rolled back.
 * fails    as above, and the kinds of sqlstate.h
 */
bool copy_in(struct conn *c, const char *command, int fd, const struct copy_limits *limits,
             struct copy_counts *out, struct err *e);
