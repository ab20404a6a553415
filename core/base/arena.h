#pragma once
#include "core/base/str.h"

/*
 * arena -- memory that is freed all at once: one per request, job or command.
 *
 * A zeroed struct is an empty arena. Blocks are aligned to 16 bytes and zeroed. Small failed
 * allocations abort; anything whose size a client controls is bounded by its reader before it
 * comes here.
 */
struct arena {
    struct arena_chunk *chunk;
    struct arena_end *ends;
    size_t total_bytes; /* what was asked for so far */
};

void *arena_alloc(struct arena *a, size_t size_bytes);
char *arena_copy(struct arena *a, struct str s); /* NUL-terminated copy of s.n bytes */
struct str arena_str(struct arena *a, struct str s); /* the same as a view; absent stays absent */
struct str arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3))); /* NUL-terminated as well */
struct str arena_n(struct arena *a, int64_t v); /* decimal digits, as buf_addn; NUL-terminated as well */
/* fn(p) when the arena is freed, before its memory goes and by whoever frees it: what a request holds besides memory.
 * The last that was asked for comes first. */
void arena_at_end(struct arena *a, void (*fn)(void *p), void *p);
void arena_free(struct arena *a);              /* back to the empty arena */

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))
