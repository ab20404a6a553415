#pragma once
#include "core/db/conn.h"
#include "tenants/directory/tenant.h"

/*
 * onboard -- a new partner of a region, in one transaction: all or nothing, no restart.
 *
 * Source: R1-R3, R6, R10; convention articles 1 and 3. The first administrator is added by
 * tenants/people/invite.h in the same transaction.
 */
struct tenant_new {
    struct uuid root, parent; /* parent empty: a root's own tenant */
    struct str slug, name, host, siren, insee, population, lang; /* siren… may be absent */
};

/* The rows of portal.tenant and portal.host, and its first producer, named as itself; enters the new
 * tenant. fails err_slug_invalid, err_slug_taken, err_host_taken, err_name_invalid, err_siren_invalid */
bool tenant_insert(struct conn *c, const struct tenant_new *new, struct uuid *id, struct err *e);

/* One more name of a portal: it answers 301 to the canonical one. fails err_host_taken */
bool tenant_alias(struct conn *c, const struct uuid *tenant, struct str host, struct err *e);

/* Another canonical name, in the tenant's transaction; the one it has becomes an alias, so that what was linked
 * goes on working. host: a free one, or an alias of the same portal; of a sub-domain, below the region's.
 * fails err_host_taken, err_host_not_below */
bool tenant_move(struct conn *c, struct arena *a, const struct tenant_row *t, struct str host, struct err *e);

struct partner_new {
    struct str slug;         /* its sub-domain; absent: it publishes directly on the region's portal */
    struct str host;         /* canonical; absent: <slug>.<the region's host> */
    struct str name, kind;   /* kind: a word of partner_kinds */
    struct str siren, insee, population, staff, url; /* staff: full-time equivalents */
    struct str convention_number, signed_on, contact_name, contact_email; /* contact_email: always (R6) */
    struct str logo_png;     /* bytes; absent: none */
};
extern const char *const partner_kinds[]; /* NULL at the end */

struct partner_made {
    struct uuid partner, organisation; /* organisation: the producer on the root */
    struct uuid tenant;                /* empty for a direct publisher */
    struct str host;                   /* of the sub-domain; in the arena */
};

/* Everything of a partner but its people: sub-domain or none, producer, logo, upward link. Leaves the
 * transaction in the root's tenant. region: a root tenant. */
bool partner_add(struct conn *c, struct arena *a, const struct tenant_row *region,
                 const struct partner_new *new, struct partner_made *made, struct err *e);
