#pragma once
#include "core/db/job.h"

extern const struct job_table people_jobs; /* mail, contacts, keys */
