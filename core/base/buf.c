#include "core/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/must.h"

enum { MAX_DEFAULT = 16 << 20, FIRST = 256 };

char *buf_grow(struct buf *b, size_t n)
{
    size_t max = b->max ? b->max : MAX_DEFAULT;
    if (b->over || n > max || b->n > max - n) {
        b->over = true;
        return NULL;
    }
    if (b->cap - b->n < n) {
        size_t cap = b->cap ? b->cap : FIRST;
        while (cap - b->n < n)
            cap *= 2;
        if (cap > max)
            cap = max; /* what the inline appends go by: no byte past the ceiling */
        b->p = must_realloc(b->p, cap);
        b->cap = cap;
    }
    return b->p + b->n;
}

void buf_addn(struct buf *b, int64_t v)
{
    char room[24];
    buf_add(b, str_n(room, v));
}

void buf_addn_wide(struct buf *b, uint64_t v, unsigned digits)
{
    char *room = buf_room(b, digits);
    if (!room)
        return;
    b->n += digits;
    for (unsigned i = digits; i > 0; i--, v /= 10)
        room[i - 1] = (char)('0' + v % 10);
}

void buf_quoted(struct buf *b, struct str s)
{
    buf_addc(b, '"');
    for (ptrdiff_t at; (at = str_chr(s, '"')) >= 0; s = str_from(s, (size_t)at + 1)) {
        buf_add(b, str_part(s, 0, (size_t)at + 1));
        buf_addc(b, '"');
    }
    buf_add(b, s);
    buf_addc(b, '"');
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    must(n >= 0);
    char *room = buf_room(b, (size_t)n + 1);
    if (room) {
        vsnprintf(room, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->over = false;
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.max = b->max};
}
