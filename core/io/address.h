#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/base/str.h"

/*
 * address -- which kind of network an IP address belongs to, for who may be called.
 *
 * Source: the IANA special-purpose address registries (RFC 6890 and its updates). An IPv4 address
 * inside an IPv6 one (mapped, compatible, NAT64, 6to4, Teredo) is judged as that IPv4 address;
 * whatever is not certainly global unicast is not public.
 */
enum address_kind {
    ADDRESS_PUBLIC,
    ADDRESS_PRIVATE,    /* RFC 1918, unique local, site-local */
    ADDRESS_LOOPBACK,
    ADDRESS_LINK_LOCAL, /* cloud metadata services live here */
    ADDRESS_SHARED,     /* carrier-grade NAT, RFC 6598 */
    ADDRESS_MULTICAST,
    ADDRESS_RESERVED,   /* unspecified, documentation, benchmarks, broadcast, unassigned */
};

enum address_kind address_kind(const struct sockaddr *a); /* not IP: reserved */
bool address_kind_of_text(struct str text, enum address_kind *out); /* false: not an IP address */

/* As people write it; what a proxy writes as ::ffff:a.b.c.d as IPv4, since all of those are one /64. */
void address_text(const struct in6_addr *a, char out[64]);
