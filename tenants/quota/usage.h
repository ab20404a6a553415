#pragma once
#include "core/base/err.h"
#include "core/base/rand.h"

/*
 * usage -- calls counted and admitted in a file that all web processes of a host map.
 *
 * 4,096 tenants (their slot in portal.tenant) by three months (Paris months: their first instants come
 * from PostgreSQL). Exact under races and after kill -9: a call is one atomic addition in a MAP_SHARED
 * page; a power cut costs at most the second since the last flush. The file's random epoch keeps a
 * repeated flush from counting twice and a lost file from losing what was flushed.
 *
 * Admission, per tenant and month: n < reserved, or n < ceiling and the pool's rest (pool minus all
 * reservations) is not spent. The rest is drawn before the call is counted and let go after it is given
 * back, so that what was drawn is never less than what all tenants used beyond their reservations.
 *
 * A tenant whose share was never set (made a moment ago) is counted and not refused; its first share
 * draws what it used meanwhile. What is counted before the first months are known belongs to the first.
 *
 * Source: architecture.md 2.5; performance.md "metering"; R57-R65.
 */
enum { USAGE_SLOTS = 4096, USAGE_MONTHS = 3, USAGE_ORIGINS = 5 };

struct usage;

struct usage *usage_open(const char *path, struct err *e); /* made when it is not there; NULL: failed */
void usage_close(struct usage *u);
uint64_t usage_epoch(const struct usage *u);

/* The months in force: `number` (year * 12 + month) and first instant of the present one and the next.
 * A month that comes in takes the place of the oldest, emptied. Safe to repeat. */
void usage_months(struct usage *u, int64_t number, int64_t starts_us, int64_t next_us, int64_t after_us);

/* A tenant's share of calls a month, its root's slot, and what other epochs counted already in one month
 * (its number; 0: says nothing of it). ceiling < 0: none. Safe to repeat; what changed moves what was drawn
 * from the pool's rest. */
struct usage_share {
    unsigned slot, root_slot;
    int64_t reserved, ceiling, counted_before, month;
};
void usage_set_share(struct usage *u, const struct usage_share *s);
bool usage_known(const struct usage *u, unsigned slot); /* its share was set, by this process or an earlier one */
void usage_set_pool(struct usage *u, unsigned root_slot, int64_t pool, int64_t all_reserved);

enum usage_answer { USAGE_ADMITTED, USAGE_TENANT_SPENT, USAGE_POOL_SPENT };
struct usage_receipt { /* what to give back */
    unsigned slot, month, origin, cost;
    bool counted;
};
/* refuse false: counts even when nothing is left (pages, downloads of open data, crawlers). */
enum usage_answer usage_spend(struct usage *u, unsigned slot, unsigned origin, unsigned cost, bool refuse,
                              int64_t now_us, struct usage_receipt *receipt);
void usage_give_back(struct usage *u, const struct usage_receipt *receipt);

struct usage_now {
    int64_t used, reserved, ceiling;  /* this month, this tenant; ceiling -1: none */
    int64_t rest, rest_used;          /* of the pool, beyond all reservations */
    int64_t by_origin[USAGE_ORIGINS];
    int64_t limit;                    /* what the tenant could reach at this moment */
    int64_t month_number, resets_us;  /* the first instant of the next month */
};
void usage_read(const struct usage *u, unsigned slot, int64_t now_us, struct usage_now *out);

/* For the flush: the absolute count of one origin in the k-th month (0 to 2); *number 0: unused. */
int64_t usage_count(const struct usage *u, unsigned slot, unsigned k, unsigned origin, int64_t *number);
/* Whether the tenant's line changed since it was last asked (one caller: the flush). */
bool usage_changed(struct usage *u, unsigned slot);
/* True in one process of the host, as long as it lives: two that flush could write an older total last. */
bool usage_leads(struct usage *u);
