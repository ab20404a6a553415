#pragma once
#include "core/db/job.h"

extern const struct job_table publishing_jobs; /* upload, sweep */
