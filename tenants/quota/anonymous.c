#include "tenants/quota/anonymous.h"

#include <arpa/inet.h>

#include "core/base/map.h"

enum { PLACES = 1 << 15, PROBES = 8 };

static const int64_t day_us = (int64_t)86400 * 1000000;

/* Fixed room: a place per address, taken over when the day is older. */
static struct place {
    uint64_t address;
    int64_t day, calls;
} places[PLACES];

/* Of IPv6 the /64; an IPv4 address has one text, so that it need not be read. */
static uint64_t address_hash(struct str text)
{
    char z[64] = {0};
    unsigned char raw[16];
    if (str_chr(text, ':') < 0 || text.n >= sizeof z)
        return map_hash(text);
    memcpy(z, text.p, text.n);
    return inet_pton(AF_INET6, z, raw) == 1 ? map_hash((struct str){(const char *)raw, 8}) : map_hash(text);
}

static struct place *place_of(uint64_t address, int64_t day)
{
    struct place *weakest = NULL;
    for (size_t i = 0; i < PROBES; i++) {
        struct place *p = &places[(address + i) % PLACES];
        if (p->address == address && p->day == day)
            return p;
        if (!weakest || p->day < weakest->day || (p->day == weakest->day && p->calls < weakest->calls))
            weakest = p;
    }
    *weakest = (struct place){.address = address, .day = day};
    return weakest;
}

bool anonymous_spend(struct str address, unsigned cost, int64_t ceiling, int64_t now_us)
{
    struct place *p = place_of(address_hash(address), now_us / day_us);
    if (p->calls + (int64_t)cost > ceiling)
        return false;
    p->calls += (int64_t)cost;
    return true;
}

void anonymous_give_back(struct str address, unsigned cost, int64_t now_us)
{
    struct place *p = place_of(address_hash(address), now_us / day_us);
    p->calls -= p->calls < (int64_t)cost ? p->calls : (int64_t)cost;
}
