#pragma once
#include "core/base/arena.h"
#include "core/db/conn.h"

/*
 * claim -- one delivery, taken by one worker under a lease.
 *
 * The lease lasts 60 s by the database's clock and carries a random token; every write below names
 * it and fails with err_lease_lost once another worker has taken the delivery over (fencing). A
 * row is one (link, data set), so what concerns one data set on one link is serial; a peer takes one
 * call at a time, whichever worker makes it.
 *
 *     queued, waiting --claim--> leased --intent committed--> intent --the other side has named it--> sent
 *     leased --done--> done      --wait--> waiting (run_at)      --park--> parked (until changed or asked)
 *     done, parked --another revision--> queued
 *
 * Source: reliability.md 5.2, architecture.md 2.7.
 */
struct claim {
    struct uuid subscription, dataset, source, target, peer, root, attempt, token;
    struct str kind, wanted, state, intent, target_id, target_url, fingerprint, seen, row_filter, organisation;
    int64_t revision, attempts, looks;
};

enum claim_queue { CLAIM_COPY, CLAIM_NATIONAL };

/* A transaction of its own. *there: false when nothing is due. */
bool claim_take(struct conn *c, struct arena *a, enum claim_queue queue, struct claim *out, bool *there, struct err *e);

/* Fenced writes, in the caller's transaction or each their own. */
bool claim_renew(struct conn *c, const struct claim *k, struct err *e);
/* state: "intent" before a call, "sent" after it; id and url: absent, as they were. */
bool claim_intent(struct conn *c, const struct claim *k, struct str state, struct str intent, const struct uuid *attempt,
                  struct str target_id, struct str target_url, struct err *e);

struct claim_end {
    bool is_present;      /* what was read and done, which may be newer than what was asked for */
    int64_t revision;
    struct str target_id, target_url, fingerprint, seen;
};
bool claim_done(struct conn *c, const struct claim *k, const struct claim_end *end, struct err *e);
/* error: {"code", "args"} */
bool claim_park(struct conn *c, const struct claim *k, const struct claim_end *end, struct str error, struct err *e);
bool claim_wait(struct conn *c, const struct claim *k, int64_t wait_ms, struct str error, int64_t looks, int64_t attempts,
                struct err *e);

/* Full jitter: a random part of 2 s doubled each time, up to an hour; never under a quarter of it. */
int64_t claim_backoff_ms(int64_t attempts);

/* Our own database said no to this moment (a deadlock, a race for a key): once more soon, a few times. */
bool claim_collided(const struct claim *k, const struct err *why);

/* {"code": …, "args": […]} of an error, for a delivery and a receipt. */
struct str claim_error(struct arena *a, const struct err *e);
