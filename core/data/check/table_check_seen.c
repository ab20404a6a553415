#include "core/data/check/table_check_inside.h"

#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/must.h"

static void grow(struct seen *s)
{
    struct seen old = *s;
    s->size = old.size ? 2 * old.size : 1024;
    s->hash = must_alloc(s->size * sizeof *s->hash);
    s->line = must_alloc(s->size * sizeof *s->line);
    for (size_t i = 0; i < old.size; i++) {
        if (!old.hash[i])
            continue;
        size_t at = old.hash[i] & (s->size - 1);
        while (s->hash[at])
            at = (at + 1) & (s->size - 1);
        s->hash[at] = old.hash[i];
        s->line[at] = old.line[i];
    }
    free(old.hash);
    free(old.line);
}

/* Where it is, or would be. */
static size_t place_of(const struct seen *s, uint64_t hash)
{
    size_t at = hash & (s->size - 1);
    while (s->hash[at] && s->hash[at] != hash)
        at = (at + 1) & (s->size - 1);
    return at;
}

uint64_t seen_meet(struct seen *s, uint64_t hash, uint64_t line)
{
    if (s->used * 2 >= s->size)
        grow(s);
    hash += !hash;
    size_t at = place_of(s, hash);
    if (s->hash[at])
        return s->line[at];
    s->hash[at] = hash;
    s->line[at] = line;
    s->used++;
    return 0;
}

bool seen_has(const struct seen *s, uint64_t hash)
{
    hash += !hash;
    return s->size && s->hash[place_of(s, hash)];
}

void seen_forget(struct seen *s)
{
    free(s->hash);
    free(s->line);
    *s = (struct seen){0};
}

uint64_t seen_mix(uint64_t so_far, struct str cell)
{
    uint64_t h = map_hash(cell);
    return (so_far ^ (h + cell.n)) * 0x9E3779B97F4A7C15u + (so_far >> 29);
}
