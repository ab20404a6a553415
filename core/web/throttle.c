#include "core/web/throttle.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/must.h"

enum { LINES = 8192, WAYS = 4 };

struct line {
    unsigned char address[16];
    int64_t full_us; /* when the bucket is full again; what is missing is paid back until then */
};

struct throttle {
    struct line lines[LINES];
};

static const int64_t token_us = 1000000 / THROTTLE_PER_SECOND;

struct throttle *throttle_make(void)
{
    return must_alloc(sizeof(struct throttle));
}

void throttle_free(struct throttle *t)
{
    free(t);
}

/* The network a bucket belongs to; false: not an address, or this machine. */
static bool network_of(struct str peer, unsigned char out[16])
{
    char text[64];
    if (peer.n == 0 || peer.n >= sizeof text)
        return false;
    memcpy(text, peer.p, peer.n);
    text[peer.n] = '\0';
    memset(out, 0, 16);
    if (inet_pton(AF_INET, text, out + 12) == 1) {
        out[10] = out[11] = 0xff;
        return out[12] != 127;
    }
    struct in6_addr six;
    if (inet_pton(AF_INET6, text, &six) != 1 || IN6_IS_ADDR_LOOPBACK(&six))
        return false;
    bool mapped = IN6_IS_ADDR_V4MAPPED(&six);
    memcpy(out, six.s6_addr, mapped ? 16 : 8);
    return !mapped || out[12] != 127;
}

static struct line *line_of(struct throttle *t, const unsigned char address[16])
{
    size_t set = map_hash((struct str){(const char *)address, 16}) % (LINES / WAYS) * WAYS;
    struct line *quietest = &t->lines[set];
    for (size_t i = set; i < set + WAYS; i++) {
        if (memcmp(t->lines[i].address, address, 16) == 0)
            return &t->lines[i];
        if (t->lines[i].full_us < quietest->full_us)
            quietest = &t->lines[i];
    }
    memcpy(quietest->address, address, 16);
    quietest->full_us = 0;
    return quietest;
}

bool throttle_take(struct throttle *t, struct str peer, int64_t now_us)
{
    unsigned char address[16];
    if (!network_of(peer, address))
        return true;
    struct line *l = line_of(t, address);
    int64_t from = l->full_us > now_us ? l->full_us : now_us;
    if (from + token_us - now_us > token_us * THROTTLE_BURST)
        return false;
    l->full_us = from + token_us;
    return true;
}
