#include "tenants/publishing/jobs.h"

#include "tenants/publishing/sweep.h"
#include "tenants/publishing/upload.h"

static const struct job jobs[] = {
    {"upload", 1000, upload_job},
    {"sweep", 600000, sweep_job},
};
const struct job_table publishing_jobs = {jobs, sizeof jobs / sizeof jobs[0]};
