#pragma once
#include "core/db/job.h"

/*
 * dispatch -- from what was published to what is to be delivered.
 *
 * Each event of the outbox becomes one delivery for every link that carries its data set; the latest
 * state wins, so ten events of one data set are one delivery. A link that is new, begun again or
 * ended is compared with its whole source, every other one each hour: a lost event is found there.
 * Copies are no source: what came from elsewhere is not sent on (no loops), but for the national
 * portal, to which the region's link also carries the origins of the portals below it.
 */
bool dispatch_events(struct job_run *run, struct err *e);
bool dispatch_links(struct job_run *run, struct err *e);
