#pragma once
#include "core/db/conn.h"
#include "tenants/directory/tenant.h"

/*
 * link -- who gives what to whom: made, ended, asked to run. Blocking, in the caller's transaction
 * (CLI, STEP_WORK); the worker sees it within a second.
 */

/* From one portal of a region to another: upward from a sub-domain, downward from the region. dataset: its
 * public id on the source; absent: every open one. fails err_link_pair, err_link_dataset */
struct link_new {
    struct str dataset, row_filter; /* may be absent */
    bool open_only;                 /* the data set must be open: people of another portal do not learn of closed ones */
};
bool link_add(struct conn *c, const struct tenant_row *from, const struct tenant_row *to, const struct link_new *new,
              struct uuid *id, struct err *e);

struct link_national {
    struct str url, name, organisation, key; /* organisation: 24 hex there; absent: the only one of our account */
    bool is_standin;                         /* labelled so everywhere; may live on a private address */
};
/* The peer and the link of `from` to it; again with another key: the new one counts, and what had stopped goes on.
 * sealing: the home's key; NULL: sealed with the public key that the worker shows (web processes have no other).
 * fails err_link_url, err_link_organisation, err_link_key */
bool link_national(struct conn *c, struct arena *a, const char *sealing, const struct tenant_row *from,
                   const struct link_national *new, struct uuid *id, struct err *e);

/* state: "paused" or "active". fails err_federation_link_unknown */
bool link_state(struct conn *c, struct str id, struct str state, struct err *e);

/* tenant: who asks; empty: anybody. Its copies are taken back. fails err_federation_link_unknown */
bool link_end(struct conn *c, struct str id, const struct uuid *tenant, struct err *e);

/* Compares with the source now, and tries what waits at once; parked: what people had to look at as well.
 * id absent: every link. root: of this one; empty: of all. unblock: calls
 * a national portal though it failed lately (operator only). *n: deliveries that go. */
bool link_run(struct conn *c, struct str id, const struct uuid *root, bool parked, bool unblock, int64_t *n,
              struct err *e);
