/* What the worker does for people. */
#include "tenants/people/jobs.h"

#include "tenants/people/lapse.h"
#include "tenants/people/mail.h"
#include "tenants/people/token.h"

static const struct job jobs[] = {
    {"mail", 1000, mail_job, true},
    {"contact_lapses", 3600000, lapse_job, false},
    {"key_ends", 3600000, token_job, false},
};
const struct job_table people_jobs = {jobs, sizeof jobs / sizeof jobs[0]};
