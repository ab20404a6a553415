#pragma once
#include "core/db/job.h"

extern const struct job_table explore_jobs; /* exports */
