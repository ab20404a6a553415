#pragma once
#include "core/db/job.h"

/*
 * sweep -- what nobody needs any more goes: tables without a version, versions that nothing points to,
 * uploads that were left for a week (architecture.md 2.3).
 *
 * One transaction a table, lock_timeout 200 ms: a table that is being read is tried again next time.
 */
bool sweep_job(struct job_run *run, struct err *e);

/* Tests: how long a file that no row names is left alone; 0: a day. */
extern int64_t sweep_orphan_s;
