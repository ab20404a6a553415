#pragma once
#include "core/web/request.h"

/*
 * override -- overrides of the checks (check.h) after they were given: who is told, who looks at them, who takes them
 * back (R26, N15).
 *
 * Whoever gives one leaves a line in the journal, mails to queue, and a notice on the dashboards of the portal's
 * administrators, of its
 * data protection officer, of the region's administrators and officer; it stays there until one of them has looked at the
 * override or revoked it. Revoking closes the dataset in the same transaction where what everybody reads is covered by
 * nothing any more; otherwise the next opening or publication meets the gate again.
 *
 * A portal's administrators and its data protection officer decide about its own, the region's administrators about
 * those of every portal below their root. The region's officer reads those as well, is told of each, and decides about the
 * root's own: watching over what a region shows is his, closing what a partner shows is not.
 */
struct override_ask {
    struct str id, tenant; /* tenant: of the list; absent: the portal that is asked */
    struct str dataset_id; /* set by work_ */
    bool closed;           /* set by work_revoke: the dataset is not open any more */
};

/* STEP_WORK, r->state a struct override_ask; each begins and commits. fails err_override_unknown, err_forbidden */
bool override_work_revoke(struct req *r, struct err *e);
bool override_work_seen(struct req *r, struct err *e);

/* STEP_WORK before a list: fails err_forbidden for who may not read it. */
bool override_work_may(struct req *r, struct err *e);

enum override_column {
    OVERRIDE_ID,
    OVERRIDE_TENANT,
    OVERRIDE_PORTAL,
    OVERRIDE_HOST,
    OVERRIDE_DATASET,
    OVERRIDE_TITLE,
    OVERRIDE_COVERS,
    OVERRIDE_REASON,
    OVERRIDE_BY,
    OVERRIDE_MADE,
    OVERRIDE_SEEN,
    OVERRIDE_SEEN_BY,
    OVERRIDE_REVOKED,
    OVERRIDE_REVOKED_BY,
    OVERRIDE_OPEN,
};
/* Asks override_list.sql; of all portals on a route of the region. */
bool override_ask_list(struct req *r, struct err *e);

extern const struct route_table override_route_table; /* /api/portal/v1 (override_api.c) */
