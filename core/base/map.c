#include "core/base/map.h"

#include <sodium.h>
#include <stdlib.h>

#include "core/base/must.h"

struct map_slot {
    char *key; /* NULL: free; DEAD: removed */
    size_t n;
    uint64_t hash;
    void *value;
};

static char dead_mark[1];
#define DEAD dead_mark

uint64_t map_hash(struct str key)
{
    static unsigned char secret[crypto_shorthash_KEYBYTES];
    static bool made;
    if (!made) {
        randombytes_buf(secret, sizeof secret);
        made = true;
    }
    uint64_t h;
    crypto_shorthash((unsigned char *)&h, (const unsigned char *)(key.p ? key.p : ""), key.n, secret);
    return h;
}

static struct map_slot *find(const struct map *m, struct str key, uint64_t hash)
{
    if (m->size == 0)
        return NULL;
    for (size_t i = hash & (m->size - 1);; i = (i + 1) & (m->size - 1)) {
        struct map_slot *s = &m->slots[i];
        if (!s->key)
            return NULL;
        if (s->key != DEAD && s->hash == hash && str_eq((struct str){s->key, s->n}, key))
            return s;
    }
}

static void place(struct map *m, struct map_slot slot)
{
    size_t i = slot.hash & (m->size - 1);
    while (m->slots[i].key && m->slots[i].key != DEAD)
        i = (i + 1) & (m->size - 1);
    if (m->slots[i].key == DEAD)
        m->dead--;
    m->slots[i] = slot;
    m->used++;
}

static void grow(struct map *m)
{
    struct map old = *m;
    size_t size = 16;
    while (size < (old.used + 1) * 2)
        size *= 2;
    *m = (struct map){.slots = must_alloc(size * sizeof *m->slots), .size = size};
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i].key && old.slots[i].key != DEAD)
            place(m, old.slots[i]);
    free(old.slots);
}

void *map_get(const struct map *m, struct str key)
{
    struct map_slot *s = find(m, key, map_hash(key));
    return s ? s->value : NULL;
}

void *map_put(struct map *m, struct str key, void *value)
{
    must(value);
    uint64_t hash = map_hash(key);
    struct map_slot *s = find(m, key, hash);
    if (s) {
        void *old = s->value;
        s->value = value;
        return old;
    }
    if ((m->used + m->dead + 1) * 4 > m->size * 3)
        grow(m);
    place(m, (struct map_slot){must_strndup(key.p, key.n), key.n, hash, value});
    return NULL;
}

void *map_take(struct map *m, struct str key)
{
    struct map_slot *s = find(m, key, map_hash(key));
    if (!s)
        return NULL;
    void *value = s->value;
    free(s->key);
    *s = (struct map_slot){.key = DEAD};
    m->used--;
    m->dead++;
    return value;
}

bool map_next(const struct map *m, size_t *at, struct str *key, void **value)
{
    for (; *at < m->size; ++*at) {
        struct map_slot *s = &m->slots[*at];
        if (!s->key || s->key == DEAD)
            continue;
        *key = (struct str){s->key, s->n};
        *value = s->value;
        ++*at;
        return true;
    }
    return false;
}

void map_free(struct map *m)
{
    for (size_t i = 0; i < m->size; i++)
        if (m->slots[i].key != DEAD)
            free(m->slots[i].key);
    free(m->slots);
    *m = (struct map){0};
}
