#include "core/web/cache.h"

#include <sodium.h>
#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/must.h"

enum { HEAD_BYTES = 2048 }; /* what a kept head is counted as, made or not */

struct kept {
    struct cache_entry e; /* first: a borrowed entry is its kept */
    struct cache_key key;
    struct kept *newer, *older;
    size_t bytes;
    struct buf head; /* cache_head; empty: not made */
    int64_t head_of;
    unsigned holders; /* readers, and one for the table while it is listed */
};

struct flight {
    struct cache_waiter *first;
};

struct cache {
    struct map entries, flights;
    struct kept *newest, *oldest;
    size_t bytes, max_bytes;
    uint64_t hits, misses, evicted, collapsed;
};

static struct str key_str(const struct cache_key *k)
{
    return (struct str){(const char *)k->bytes, CACHE_KEY};
}

struct cache *cache_make(size_t max_bytes)
{
    struct cache *c = must_alloc(sizeof *c);
    c->max_bytes = max_bytes;
    return c;
}

static void drop_holder(struct kept *k)
{
    if (--k->holders > 0)
        return;
    buf_free(&k->head);
    free(k);
}

static void unlink_kept(struct cache *c, struct kept *k)
{
    *(k->newer ? &k->newer->older : &c->newest) = k->older;
    *(k->older ? &k->older->newer : &c->oldest) = k->newer;
    k->newer = k->older = NULL;
}

static void link_newest(struct cache *c, struct kept *k)
{
    k->older = c->newest;
    k->newer = NULL;
    *(c->newest ? &c->newest->newer : &c->oldest) = k;
    c->newest = k;
}

static void forget(struct cache *c, struct kept *k)
{
    unlink_kept(c, k);
    map_take(&c->entries, key_str(&k->key));
    c->bytes -= k->bytes;
    drop_holder(k);
}

void cache_free(struct cache *c)
{
    if (!c)
        return;
    while (c->oldest)
        forget(c, c->oldest);
    map_free(&c->entries);
    map_free(&c->flights);
    free(c);
}

struct cache_key cache_key_of(const unsigned char secret[16], struct str text)
{
    struct cache_key k;
    crypto_shorthash_siphashx24(k.bytes, (const unsigned char *)text.p, text.n, secret);
    return k;
}

void cache_etag(const struct cache_key *k, char out[CACHE_ETAG])
{
    out[0] = '"';
    sodium_bin2hex(out + 1, 2 * CACHE_KEY + 1, k->bytes, CACHE_KEY);
    memcpy(out + 1 + 2 * CACHE_KEY, "\"", 2);
}

const struct cache_entry *cache_get(struct cache *c, const struct cache_key *k)
{
    struct kept *found = map_get(&c->entries, key_str(k));
    if (!found) {
        c->misses++;
        return NULL;
    }
    c->hits++;
    unlink_kept(c, found);
    link_newest(c, found);
    found->holders++;
    return &found->e;
}

/* The entry is the first member of what we allocated; the map gave it out as const. */
static struct kept *kept_of(const struct cache_entry *e)
{
    union {
        const struct cache_entry *in;
        struct kept *out;
    } u = {.in = e};
    return u.out;
}

void cache_release(struct cache *c, const struct cache_entry *e)
{
    (void)c;
    drop_holder(kept_of(e));
}

struct str cache_head(const struct cache_entry *e, int64_t generation)
{
    const struct kept *k = kept_of(e);
    return k->head.n && k->head_of == generation ? buf_str(&k->head) : STR_NONE;
}

struct str cache_set_head(const struct cache_entry *e, int64_t generation, struct str head)
{
    struct kept *k = kept_of(e);
    buf_reset(&k->head);
    buf_add(&k->head, head);
    k->head_of = generation;
    return buf_str(&k->head);
}

static struct str copy_to(char **at, struct str s)
{
    struct str out = {*at, s.n};
    if (s.n)
        memcpy(*at, s.p, s.n);
    *at += s.n;
    return out;
}

void cache_put(struct cache *c, const struct cache_key *key, const struct cache_entry *e)
{
    size_t text = e->content_type.n + e->headers.n + e->body.n;
    size_t bytes = sizeof(struct kept) + HEAD_BYTES + text;
    if (bytes > c->max_bytes / 8)
        return;
    struct kept *old = map_get(&c->entries, key_str(key));
    if (old)
        forget(c, old);
    while (c->oldest && c->bytes + bytes > c->max_bytes) {
        c->evicted++;
        forget(c, c->oldest);
    }
    struct kept *k = must_realloc(NULL, sizeof(struct kept) + text); /* not zeroed: all of it is written below */
    char *at = (char *)(k + 1);
    *k = (struct kept){.e = {.status = e->status, .gzip = e->gzip}, .key = *key, .bytes = bytes, .holders = 1};
    k->e.content_type = copy_to(&at, e->content_type);
    k->e.headers = copy_to(&at, e->headers);
    k->e.body = copy_to(&at, e->body);
    c->bytes += bytes;
    link_newest(c, k);
    map_put(&c->entries, key_str(key), k);
}

bool cache_lead(struct cache *c, const struct cache_key *k, struct cache_waiter *w)
{
    struct flight *f = map_get(&c->flights, key_str(k));
    if (!f) {
        map_put(&c->flights, key_str(k), must_alloc(sizeof *f));
        return true;
    }
    c->collapsed++;
    struct cache_waiter **end = &f->first;
    while (*end)
        end = &(*end)->next;
    w->next = NULL;
    *end = w;
    return false;
}

void cache_landed(struct cache *c, const struct cache_key *k, bool stored)
{
    struct flight *f = map_take(&c->flights, key_str(k));
    must(f);
    while (f->first) {
        struct cache_waiter *w = f->first;
        f->first = w->next;
        w->wake(w, stored);
    }
    free(f);
}

void cache_unwait(struct cache *c, const struct cache_key *k, struct cache_waiter *w)
{
    struct flight *f = map_get(&c->flights, key_str(k));
    for (struct cache_waiter **at = f ? &f->first : NULL; at && *at; at = &(*at)->next)
        if (*at == w) {
            *at = w->next;
            return;
        }
}

void cache_metrics(const struct cache *c, struct buf *out)
{
    buf_printf(out, "# TYPE terrasse_cache_bytes gauge\nterrasse_cache_bytes %zu\n", c->bytes);
    buf_printf(out, "# TYPE terrasse_cache_total counter\n");
    buf_printf(out, "terrasse_cache_total{what=\"hit\"} %llu\n", (unsigned long long)c->hits);
    buf_printf(out, "terrasse_cache_total{what=\"miss\"} %llu\n", (unsigned long long)c->misses);
    buf_printf(out, "terrasse_cache_total{what=\"evicted\"} %llu\n", (unsigned long long)c->evicted);
    buf_printf(out, "terrasse_cache_total{what=\"collapsed\"} %llu\n", (unsigned long long)c->collapsed);
}
