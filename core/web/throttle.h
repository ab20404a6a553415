#pragma once
#include "core/base/str.h"

/*
 * throttle -- a token bucket per address (/64 in IPv6), before any work is done for it.
 *
 * Generous: it stops a flood, the quota counts calls. Loopback and Unix-socket peers are free:
 * behind a proxy the peer is the client that the proxy names. A fixed table; two addresses that
 * fall on one line share it only until the older has been quiet for a refill.
 */
enum { THROTTLE_PER_SECOND = 100, THROTTLE_BURST = 1000 };

struct throttle;
struct throttle *throttle_make(void);
void throttle_free(struct throttle *t);
/* False: this address has nothing left now. now_us: clock_monotonic_us. */
bool throttle_take(struct throttle *t, struct str peer, int64_t now_us);
