#pragma once
#include "core/db/job.h"

/*
 * side_copy -- the columnar side copy of a version (core/data/query/side.h), made after its publication.
 *
 * Asked for when a version is published, and by the sweeper where a file is missing (an older installation, a store
 * that was lost). A data set that was published less than ten minutes before waits as long, as for the text index.
 */
bool side_copy_ask(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct str version, struct err *e);
bool side_copy_job(struct job_run *run, struct err *e);
/* The tenant's published versions that have none are asked for; within its transaction. */
bool side_copy_sweep(struct conn *c, const struct uuid *tenant, struct err *e);
