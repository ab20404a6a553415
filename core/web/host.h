#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"

/*
 * host -- from the Host header's bytes to the name tenants are looked up by.
 *
 * Source: RFC 9110 section 7.2 (Host), RFC 1035 section 2.3.4 (63 and 253 octets).
 */

/*
 * Lower-cases, drops the port and one trailing dot, and refuses anything that is not a dotted
 * host name (IP literals included: a tenant always has a name).
 *
 * raw    the header's value as it came; borrowed, may hold any byte
 * *host  set on success only; lives in `a`
 * fails  err_host_invalid
 */
bool host_canonical(struct arena *a, struct str raw, struct str *host, struct err *e);

/* ":8443" of "brest.example:8443"; empty when there is none or it is not 1 to 5 digits. */
struct str host_port(struct str raw);
