#pragma once
#include "core/db/conn.h"

/*
 * tenant -- finding a portal by its host, and the small writes every floor above needs.
 *
 * All functions are blocking (CLI, worker, STEP_WORK) and run inside the caller's transaction.
 */
struct tenant_row {
    struct uuid id, root, parent, root_tenant; /* root: portal.root; root_tenant: the region's portal */
    struct str slug, name, host, root_host;
    bool is_root;
};

/* By canonical host or alias. fails err_tenant_unknown */
bool tenant_find(struct conn *c, struct arena *a, struct str host, struct tenant_row *out, struct err *e);

/* "https://tours.data.example.fr:8443": scheme and port of the setting public-url (https where it is not set), the host in
 * between. In the arena, NUL-terminated. */
struct str tenant_address(struct arena *a, struct str public_url, struct str host);

/* A transaction for each tenant that `which` gives (tenant_roots, tenant_every), until one fails or the worker stops. */
struct job_run;
bool tenant_each(struct job_run *run, const struct stmt *which,
                 bool (*work)(struct conn *c, const struct uuid *tenant, struct err *e), struct err *e);

/* The rest of this transaction acts for another tenant. */
bool tenant_enter(struct conn *c, const struct uuid *tenant, struct err *e);

bool tenant_touch(struct conn *c, const struct uuid *tenant, struct err *e); /* raises its generation */
bool tenant_touch_region(struct conn *c, const struct uuid *tenant, struct err *e); /* of every portal of its root */

/* One line of the audit. account: absent for the operator and the worker. detail: a JSON object. */
bool tenant_audit(struct conn *c, const struct uuid *tenant, struct str account, struct str action,
                  struct str subject, struct str detail, struct err *e);

/* A statement whose rows nobody reads. */
bool tenant_do(struct conn *c, const struct stmt *s, const struct str *params, struct err *e);
