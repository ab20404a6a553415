#pragma once
#include "core/db/job.h"
#include "core/web/route.h"

/*
 * federation -- data sets travel: between the portals of a region, and to a national portal.
 *
 *     outbox event -> dispatch: one delivery a link -> claim (lease, token) -> intent committed
 *     -> look -> create, adopt, update or take back -> read back -> receipt
 *
 * Source: architecture.md 2.7, national-portal.md 1.7, reliability.md 5.
 */
extern const struct job_table federation_job_table;
extern const struct route_table federation_route_table; /* /backoffice/federation/ */

/* {"code", "args"} of a delivery or a receipt as a sentence; nothing for what has no code. */
void federation_say(struct buf *out, enum lang lang, struct str error);
