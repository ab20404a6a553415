#pragma once
#include "core/db/conn.h"
#include "tenants/directory/tenant.h"

/*
 * link -- who gives what to whom: made, ended, asked to run. Blocking, in the caller's transaction
 * (CLI, STEP_WORK); the worker sees it within a second.
 */

/* From one portal of a region to another: upward from a sub-domain, downward from the region. dataset: its
 * public id on the source; absent: every open one. fails err_link_pair, err_dataset_unknown */
bool link_add(struct conn *c, struct arena *a, const struct tenant_row *from, const struct tenant_row *to, struct str dataset,
              struct str row_filter, struct uuid *id, struct err *e);

struct link_national {
    struct str url, name, organisation, key; /* organisation: 24 hex there; absent: the only one of our account */
    bool is_standin;                         /* labelled so everywhere; may live on a private address */
};
/* The peer and the link of `from` to it; again with another key: the new one counts, and what had stopped goes on.
 * fails err_link_url, err_link_organisation */
bool link_national(struct conn *c, struct arena *a, const char *sealing, const struct tenant_row *from,
                   const struct link_national *new, struct uuid *id, struct err *e);

/* tenant: who asks; empty: anybody. Its copies are taken back. fails err_federation_link_unknown */
bool link_end(struct conn *c, struct str id, const struct uuid *tenant, struct err *e);

/* Compares with the source now, and tries what waits at once; parked: what people had to look at as well.
 * id absent: every link. root: of this one; empty: of all. unblock: calls
 * a national portal though it failed lately (operator only). *n: deliveries that go. */
bool link_run(struct conn *c, struct str id, const struct uuid *root, bool parked, bool unblock, int64_t *n,
              struct err *e);
