#pragma once
#include "core/base/arena.h"
#include "core/base/buf.h"

/*
 * cache -- whole answers by key, the least recently used leave first; bounded in bytes.
 *
 * The key names everything the answer depends on (stage_cache.c writes it down), hashed with
 * SipHash-2-4-128 under a secret of the installation: two web processes give the same ETag, and
 * nobody outside can look for two addresses with one key. Entries are counted references: one
 * that is being sent survives its eviction. One loop, no threads.
 */
enum { CACHE_KEY = 16, CACHE_ETAG = 2 * CACHE_KEY + 3 };

struct cache_key {
    unsigned char bytes[CACHE_KEY];
};

struct cache_entry {
    int status;
    struct str content_type, headers, body; /* headers: "name: value\r\n" lines of the handler */
    bool gzip;
};

struct cache;
struct cache *cache_make(size_t max_bytes);
void cache_free(struct cache *c); /* no entry may be held */

struct cache_key cache_key_of(const unsigned char secret[16], struct str text);
void cache_etag(const struct cache_key *k, char out[CACHE_ETAG]); /* "\"<32 hex>\"" */

/* Borrowed until cache_release; NULL: not there. */
const struct cache_entry *cache_get(struct cache *c, const struct cache_key *k);
/* Copies *e; nothing is kept when it is larger than an eighth of the whole. */
void cache_put(struct cache *c, const struct cache_key *k, const struct cache_entry *e);
void cache_release(struct cache *c, const struct cache_entry *e);

/* The lines of a hit's head that are the same at every hit, written once and kept beside the entry; good while what they
 * were made of has the same `generation`. Absent: not made, or of another. cache_set_head copies `head`; both give a view
 * that holds until the next cache_set_head or the release. */
struct str cache_head(const struct cache_entry *e, int64_t generation);
struct str cache_set_head(const struct cache_entry *e, int64_t generation, struct str head);
void cache_metrics(const struct cache *c, struct buf *out);

/*
 * Identical misses: the first asks, the others wait. cache_lead says true to the first. Waiters
 * are called back once, in order, by cache_landed; whoever led must call it exactly once,
 * whatever came of it. cache_unwait takes a waiter out (its client left).
 */
struct cache_waiter {
    struct cache_waiter *next;
    void (*wake)(struct cache_waiter *w, bool stored);
};
bool cache_lead(struct cache *c, const struct cache_key *k, struct cache_waiter *w);
void cache_landed(struct cache *c, const struct cache_key *k, bool stored);
void cache_unwait(struct cache *c, const struct cache_key *k, struct cache_waiter *w);
