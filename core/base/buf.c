#include "core/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/must.h"

enum { MAX_DEFAULT = 16 << 20, FIRST = 256 };

char *buf_room(struct buf *b, size_t n)
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
        b->p = must_realloc(b->p, cap);
        b->cap = cap;
    }
    return b->p + b->n;
}

void buf_add(struct buf *b, struct str s)
{
    char *room = s.n ? buf_room(b, s.n) : NULL;
    if (!room)
        return;
    memcpy(room, s.p, s.n);
    b->n += s.n;
}

void buf_addc(struct buf *b, char c)
{
    char *room = buf_room(b, 1);
    if (room)
        *room = c, b->n++;
}

void buf_addz(struct buf *b, const char *z)
{
    buf_add(b, str_of(z));
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
