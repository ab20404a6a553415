/* What the worker does for people. */
#include "tenants/people/mail.h"
#include "tenants/people/token.h"

static const struct job jobs[] = {
    {"mail", 1000, mail_job, true},
    {"key_ends", 3600000, token_job, false},
};
const struct job_table people_jobs = {jobs, sizeof jobs / sizeof jobs[0]};
