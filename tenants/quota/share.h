#pragma once
#include "core/base/arena.h"
#include "core/db/conn.h"

/*
 * share -- who may use how much of a root's pool, and what portals lend each other.
 *
 * A reservation is guaranteed, a ceiling bounds, what nobody reserved is first come first served.
 * Blocking functions inside the caller's transaction, for STEP_WORK and the command line alike; they leave
 * it in the tenant that was changed, whose audit says so.
 *
 * Source: architecture.md 2.5; convention article 3.3 (R57-R65).
 */
struct share_metric {
    const char *name;    /* as in portal.share */
    const char *fr, *en;
    bool is_bytes, is_loanable;
};
enum { SHARE_METRICS = 6 };
extern const struct share_metric share_metrics[SHARE_METRICS];

/* fails err_quota_metric */
bool share_metric_find(struct str name, const struct share_metric **out, struct err *e);

/* "300 000", "9 Go", "9 GB", "250k": a whole number, spaces between thousands allowed, a decimal unit
 * (k, M, G; o or B behind it). what: named in the message. fails err_quota_value */
bool share_amount(struct str text, const char *what, int64_t *out, struct err *e);
/* The way back: "9 Go", "1,5 Mo", "300 000"; in the arena. */
struct str share_say(struct arena *a, enum lang lang, bool is_bytes, int64_t amount);

struct share_new {
    struct uuid root, tenant; /* the tenant must be of that root */
    struct str metric;
    int64_t reserved, ceiling; /* ceiling < 0: none */
    struct str by;             /* an account; absent: the operator */
};
/* One share set; all reservations of the root stay within the pool (its row is locked).
 * fails err_quota_metric, err_quota_value, err_quota_overbooked, err_tenant_unknown */
bool share_set(struct conn *c, const struct share_new *new, struct err *e);

struct share_loan {
    struct uuid root, lender, borrower;
    struct str metric, starts_on, ends_on; /* dates absent: today, the end of this month (Paris) */
    int64_t amount;
    struct str by;
};
/* The lender offers a part of its own reservation; it moves when the borrower accepts.
 * fails err_quota_loan, err_quota_metric, err_tenant_unknown */
bool share_lend(struct conn *c, const struct share_loan *loan, struct uuid *id, struct err *e);
/* The borrower answers; both see it. fails err_quota_loan */
bool share_answer(struct conn *c, const struct uuid *borrower, struct str loan, bool accept, struct str by,
                  struct err *e);
