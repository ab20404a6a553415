#include "tenants/people/attempts.h"

#include "core/base/map.h"

enum { PLACES = 1 << 14, PROBES = 8, FREE_FAILURES = 4, LONGEST = 6 };

static const int64_t minute_us = (int64_t)60 * 1000000;

static struct place {
    uint64_t hash;
    unsigned failures;
    int64_t until_us, last_us;
} places[PLACES];

struct attempts_key attempts_key(struct str tenant, struct str email)
{
    return (struct attempts_key){map_hash(tenant) ^ map_hash(email) * 31};
}

static struct place *find(struct attempts_key key)
{
    for (size_t i = 0; i < PROBES; i++) {
        struct place *p = &places[(key.hash + i) % PLACES];
        if (p->failures && p->hash == key.hash)
            return p;
    }
    return NULL;
}

static struct place *make(struct attempts_key key)
{
    struct place *oldest = &places[key.hash % PLACES];
    for (size_t i = 1; i < PROBES; i++) {
        struct place *p = &places[(key.hash + i) % PLACES];
        if (p->last_us < oldest->last_us)
            oldest = p;
    }
    *oldest = (struct place){.hash = key.hash};
    return oldest;
}

int64_t attempts_wait_minutes(struct attempts_key key, int64_t now_us)
{
    const struct place *p = find(key);
    int64_t left = p ? p->until_us - now_us : 0;
    return left > 0 ? (left + minute_us - 1) / minute_us : 0;
}

void attempts_failed(struct attempts_key key, int64_t now_us)
{
    struct place *p = find(key);
    if (!p)
        p = make(key);
    if (p->failures >= FREE_FAILURES) {
        unsigned step = p->failures - FREE_FAILURES;
        p->until_us = now_us + (minute_us << (step < LONGEST ? step : LONGEST));
    }
    p->failures++;
    p->last_us = now_us;
}
