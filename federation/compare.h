#pragma once
#include "core/db/job.h"

/*
 * compare -- each night every copy of this installation is held against its origin.
 *
 * A copy is compared field by field with what its source is now, filtered as its link says, with its line in the catalogue,
 * and its rows are counted in their table. (Copies share the table of their origin, so equal ids are equal rows.) What differs
 * is written down, sent once more by the normal path, and compared again when that is done: mended, or left for people.
 * Data sets that are just being delivered, or whose source has changed since, are left to their delivery.
 *
 * They go by their ids, and how far a link has come is a row (portal.comparing): a worker that dies leaves the rest to the next, after
 * a minute, then two, then four. The data set in which three died is left alone until the next night, and the log says so.
 *
 * Source: architecture.md 2.7, reliability.md 5.
 */
bool compare_copies(struct job_run *run, struct err *e);
