#pragma once
#include "core/db/conn.h"

/* root -- a regional (or academic) portal with its pool. One installation holds several, blind to each other. */
struct root_new {
    struct str name; /* "Région Centre-Val de Loire" */
    struct str host; /* canonical: core/web/host.h made it */
    struct str siren, lang; /* may be absent */
};

/* Makes the root, its pool, its tenant and its host; begins and needs no transaction of its own:
 * the caller commits, after adding the first administrator (tenants/people/invite.h).
 * fails  err_name_invalid, err_host_taken */
bool root_add(struct conn *c, const struct root_new *new, struct uuid *root, struct uuid *tenant,
              struct err *e);
