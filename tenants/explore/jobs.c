#include "tenants/explore/jobs.h"

#include "tenants/explore/exports_ahead.h"

static const struct job jobs[] = {
    {"exports", 1000, exports_ahead_job, true},
};
const struct job_table explore_jobs = {jobs, sizeof jobs / sizeof jobs[0]};
