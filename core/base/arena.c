#include "core/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/must.h"

enum { ALIGN = 16, FIRST_CHUNK = 4096, CHUNK_MAX = 1 << 20 };
/* First chunks that a thread keeps for the next arenas; none under the sanitizer, which must see them go. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(SANITIZED) || defined(__SANITIZE_ADDRESS__)
enum { SPARES_MAX = 0 };
#else
enum { SPARES_MAX = 64 };
#endif

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    _Alignas(ALIGN) char bytes[];
};

struct arena_end {
    struct arena_end *next;
    void (*fn)(void *p);
    void *p;
};

static _Thread_local struct arena_chunk *spares;
static _Thread_local unsigned nspares;

static struct arena_chunk *spare_take(void)
{
    struct arena_chunk *c = spares;
    spares = c->next;
    nspares--;
    return c;
}

static void release(struct arena_chunk *c)
{
    if (c->size != FIRST_CHUNK || nspares + 1 > SPARES_MAX) {
        free(c);
        return;
    }
    c->next = spares;
    spares = c;
    nspares++;
}

static void grow(struct arena *a, size_t need)
{
    size_t size = a->chunk ? a->chunk->size * 2 : FIRST_CHUNK;
    if (size > CHUNK_MAX)
        size = CHUNK_MAX;
    if (size < need)
        size = need;
    struct arena_chunk *c = spares && size == FIRST_CHUNK
                                ? spare_take()
                                : must_realloc(NULL, sizeof *c + size); /* zeroed as it is given out */
    c->used = 0;
    c->size = size;
    c->next = a->chunk;
    a->chunk = c;
}

static void *take(struct arena *a, size_t size_bytes)
{
    must(size_bytes <= SIZE_MAX / 2);
    size_t need = (size_bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (!a->chunk || a->chunk->size - a->chunk->used < need)
        grow(a, need);
    void *p = a->chunk->bytes + a->chunk->used;
    a->chunk->used += need;
    a->total_bytes += need;
    return p;
}

void *arena_alloc(struct arena *a, size_t size_bytes)
{
    return memset(take(a, size_bytes), 0, size_bytes);
}

char *arena_copy(struct arena *a, struct str s)
{
    char *p = take(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

struct str arena_str(struct arena *a, struct str s)
{
    return s.p ? (struct str){arena_copy(a, s), s.n} : s;
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    must(n >= 0);
    char *p = take(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    return (struct str){p, (size_t)n};
}

void arena_at_end(struct arena *a, void (*fn)(void *p), void *p)
{
    struct arena_end *end = take(a, sizeof *end);
    *end = (struct arena_end){a->ends, fn, p};
    a->ends = end;
}

void arena_free(struct arena *a)
{
    for (; a->ends; a->ends = a->ends->next)
        a->ends->fn(a->ends->p);
    while (a->chunk) {
        struct arena_chunk *next = a->chunk->next;
        release(a->chunk);
        a->chunk = next;
    }
    a->total_bytes = 0;
}

struct str arena_n(struct arena *a, int64_t v)
{
    char room[24];
    return arena_str(a, str_n(room, v));
}
