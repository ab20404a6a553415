#pragma once
#include "core/base/str.h"

/*
 * map -- bytes to pointer, open addressing, SipHash with a key made at random per process.
 *
 * A zeroed struct is an empty map. Keys are copied; values are the caller's. Not thread-safe.
 */
struct map {
    struct map_slot *slots;
    size_t used, dead, size;
};

void *map_get(const struct map *m, struct str key);          /* NULL: not there */
void *map_put(struct map *m, struct str key, void *value);   /* value not NULL; the old one, or NULL */
void *map_take(struct map *m, struct str key);               /* removes; the value, or NULL */
/* Walks in no order: start with *at = 0; false at the end. The map may not change meanwhile. */
bool map_next(const struct map *m, size_t *at, struct str *key, void **value);
void map_free(struct map *m); /* the keys and the table, not the values */

uint64_t map_hash(struct str key); /* the same hash, for other tables of this process */
