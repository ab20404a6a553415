#include "tenants/publishing/jobs.h"

#include "tenants/publishing/upload.h"

static const struct job jobs[] = {
    {"upload", 1000, upload_job},
};
const struct job_table publishing_jobs = {jobs, sizeof jobs / sizeof jobs[0]};
