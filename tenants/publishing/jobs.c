#include "tenants/publishing/jobs.h"

#include "tenants/publishing/push.h"
#include "tenants/publishing/review_clock.h"
#include "tenants/publishing/side_copy.h"
#include "tenants/publishing/registry_news.h"
#include "tenants/publishing/source.h"
#include "tenants/publishing/sweep.h"
#include "tenants/publishing/text_index.h"
#include "tenants/publishing/thumbnail.h"
#include "tenants/publishing/upload.h"

static const struct job jobs[] = {
    {"upload", 1000, upload_job, false},
    {"sweep", 600000, sweep_job, false},
    {"schema_news", 5000, registry_news_job, false},
    {"review_clock", 15000, review_clock_job, false},
    {"text_index", 1000, text_index_job, true},
    {"side_copy", 1000, side_copy_job, true},
    {"thumbnail", 1000, thumbnail_job, true},
    {"source", 1000, source_job, true},
    {"push", 1000, push_job, true},
};
const struct job_table publishing_jobs = {jobs, sizeof jobs / sizeof jobs[0]};
