#include "core/io/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

// clang-format off
static const struct { uint32_t net; unsigned bits; enum address_kind kind; } v4_nets[] = {
    {0x00000000, 8,  ADDRESS_RESERVED},   /* 0.0.0.0/8: reaches this host on Linux */
    {0x0a000000, 8,  ADDRESS_PRIVATE},
    {0x64400000, 10, ADDRESS_SHARED},
    {0x7f000000, 8,  ADDRESS_LOOPBACK},
    {0xa9fe0000, 16, ADDRESS_LINK_LOCAL},
    {0xac100000, 12, ADDRESS_PRIVATE},
    {0xc0000000, 24, ADDRESS_RESERVED},   /* 192.0.0.0/24 */
    {0xc0000200, 24, ADDRESS_RESERVED},   /* TEST-NET-1 */
    {0xc0586300, 24, ADDRESS_RESERVED},   /* 6to4 relay anycast */
    {0xc0a80000, 16, ADDRESS_PRIVATE},
    {0xc6120000, 15, ADDRESS_RESERVED},   /* benchmarks */
    {0xc6336400, 24, ADDRESS_RESERVED},   /* TEST-NET-2 */
    {0xcb007100, 24, ADDRESS_RESERVED},   /* TEST-NET-3 */
    {0xe0000000, 4,  ADDRESS_MULTICAST},
    {0xf0000000, 4,  ADDRESS_RESERVED},
};

/* at: where the embedded IPv4 address begins; -1: none; flip: Teredo stores it inverted. */
static const struct { unsigned char net[16]; unsigned bits; int at; bool flip; enum address_kind kind; } v6_nets[] = {
    {{[15] = 1}, 128, -1, false, ADDRESS_LOOPBACK},
    {{0}, 128, -1, false, ADDRESS_RESERVED},
    {{[10] = 0xff, [11] = 0xff}, 96, 12, false, ADDRESS_RESERVED},      /* mapped */
    {{0}, 96, 12, false, ADDRESS_RESERVED},                             /* compatible */
    {{[8] = 0xff, [9] = 0xff}, 96, 12, false, ADDRESS_RESERVED},        /* translated, RFC 2765 */
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12, false, ADDRESS_RESERVED},        /* NAT64 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, -1, false, ADDRESS_PRIVATE}, /* local NAT64 */
    {{0x01, 0x00}, 64, -1, false, ADDRESS_RESERVED},                    /* discard */
    {{0x20, 0x02}, 16, 2, false, ADDRESS_RESERVED},                     /* 6to4 */
    {{0x20, 0x01, 0x00, 0x00}, 32, 12, true, ADDRESS_RESERVED},         /* Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, -1, false, ADDRESS_RESERVED},        /* documentation */
    {{0x20, 0x01, 0x00}, 23, -1, false, ADDRESS_RESERVED},              /* protocol assignments */
    {{0x3f, 0xff, 0x00}, 20, -1, false, ADDRESS_RESERVED},              /* documentation, RFC 9637 */
    {{0xfc}, 7, -1, false, ADDRESS_PRIVATE},
    {{0xfe, 0x80}, 10, -1, false, ADDRESS_LINK_LOCAL},
    {{0xfe, 0xc0}, 10, -1, false, ADDRESS_PRIVATE},                     /* site-local */
    {{0xff}, 8, -1, false, ADDRESS_MULTICAST},
};
// clang-format on

static enum address_kind v4_kind(uint32_t host_order)
{
    for (size_t i = 0; i < sizeof v4_nets / sizeof v4_nets[0]; i++)
        if ((host_order ^ v4_nets[i].net) >> (32 - v4_nets[i].bits) == 0)
            return v4_nets[i].kind;
    return ADDRESS_PUBLIC;
}

static bool within(const unsigned char *address, const unsigned char *net, unsigned bits)
{
    if (memcmp(address, net, bits / 8) != 0)
        return false;
    unsigned left = bits % 8;
    return left == 0 || ((address[bits / 8] ^ net[bits / 8]) >> (8 - left)) == 0;
}

static uint32_t embedded(const unsigned char *p, bool flip)
{
    uint32_t v = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    return flip ? ~v : v;
}

static enum address_kind v6_kind(const unsigned char *p)
{
    for (size_t i = 0; i < sizeof v6_nets / sizeof v6_nets[0]; i++)
        if (within(p, v6_nets[i].net, v6_nets[i].bits))
            return v6_nets[i].at < 0 ? v6_nets[i].kind : v4_kind(embedded(p + v6_nets[i].at, v6_nets[i].flip));
    return (p[0] & 0xe0) == 0x20 ? ADDRESS_PUBLIC : ADDRESS_RESERVED; /* only 2000::/3 is given out */
}

enum address_kind address_kind(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, a, sizeof v4);
        return v4_kind(ntohl(v4.sin_addr.s_addr));
    }
    if (a->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, a, sizeof v6);
        return v6_kind(v6.sin6_addr.s6_addr);
    }
    return ADDRESS_RESERVED;
}

bool address_kind_of_text(struct str text, enum address_kind *out)
{
    char z[64];
    struct in_addr v4;
    struct in6_addr v6;
    if (text.n == 0 || text.n >= sizeof z)
        return false;
    memcpy(z, text.p, text.n);
    z[text.n] = '\0';
    if (inet_pton(AF_INET, z, &v4) == 1)
        *out = v4_kind(ntohl(v4.s_addr));
    else if (inet_pton(AF_INET6, z, &v6) == 1)
        *out = v6_kind(v6.s6_addr);
    else
        return false;
    return true;
}

void address_text(const struct in6_addr *a, char out[64])
{
    if (IN6_IS_ADDR_V4MAPPED(a))
        inet_ntop(AF_INET, &a->s6_addr[12], out, 64);
    else
        inet_ntop(AF_INET6, a, out, 64);
}
