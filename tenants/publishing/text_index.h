#pragma once
#include "core/db/job.h"

/*
 * text_index -- the index behind search, made after the publication, in the background.
 *
 * It costs ten times the load (performance.md 2.1), so publishing only asks for it; until it is there search scans.
 * A data set that was published less than ten minutes before waits as long: pushed records bring a version a minute.
 * A version that no published data set shows any more when its turn comes is left alone.
 */
bool text_index_ask(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct str version, struct err *e);
bool text_index_job(struct job_run *run, struct err *e);
