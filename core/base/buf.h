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

void buf_add(struct buf *b, struct str s);
void buf_addc(struct buf *b, char c);
void buf_addz(struct buf *b, const char *z);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for n more bytes to be written by the caller, who then adds to b->n; NULL when over. */
char *buf_room(struct buf *b, size_t n);

static inline struct str buf_str(const struct buf *b)
{
    return (struct str){b->p ? b->p : "", b->n};
}
void buf_reset(struct buf *b); /* empty again, memory kept */
void buf_free(struct buf *b);
