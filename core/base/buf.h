#pragma once
#include "core/base/str.h"

/*
 * buf -- bytes that grow at the end, up to a ceiling.
 *
 * A zeroed struct is an empty buffer with the default ceiling (16 MiB). Past the ceiling nothing
 * more is appended and `over` stays true: whoever sends the buffer checks it once. The owner
 * calls buf_free.
 */
struct buf {
    char *p;
    size_t n, cap;
    size_t max; /* 0: the default */
    bool over;
};

char *buf_grow(struct buf *b, size_t n); /* buf_room where there is none yet */

/* Room for n more bytes to be written by the caller, who then adds to b->n; NULL when over.
 * Inline where there is room: an export asks a hundred million times. */
static inline char *buf_room(struct buf *b, size_t n)
{
    return !b->over && b->cap - b->n >= n ? b->p + b->n : buf_grow(b, n);
}

static inline void buf_add(struct buf *b, struct str s)
{
    char *room = s.n == 0 ? NULL : buf_room(b, s.n);
    if (!room)
        return;
    memcpy(room, s.p, s.n);
    b->n += s.n;
}

static inline void buf_addc(struct buf *b, char c)
{
    char *room = buf_room(b, 1);
    if (room)
        *room = c, b->n++;
}

static inline void buf_addz(struct buf *b, const char *z)
{
    buf_add(b, str_of(z));
}

void buf_addn(struct buf *b, int64_t v);                        /* decimal digits */
void buf_addn_wide(struct buf *b, uint64_t v, unsigned digits); /* with zeros in front, at most 20 digits */
void buf_quoted(struct buf *b, struct str s);                   /* between double quotes, its own doubled (CSV: RFC 4180) */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline struct str buf_str(const struct buf *b)
{
    return (struct str){b->p ? b->p : "", b->n};
}
void buf_reset(struct buf *b); /* empty again, memory kept */
void buf_free(struct buf *b);
