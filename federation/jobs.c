/* What the worker does for federation. */
#include "federation/compare.h"
#include "federation/deliver.h"
#include "federation/dispatch.h"
#include "federation/federation.h"
#include "federation/national.h"

static const struct job jobs[] = {
    {"federation_dispatch", 250, dispatch_events, false},
    {"federation_links", 1000, dispatch_links, false},
    {"federation_copies", 250, deliver_copies, false},
    {"federation_compare", 2000, compare_copies, false},
    {"federation_national", 250, national_push, false},
};
const struct job_table federation_job_table = {jobs, sizeof jobs / sizeof jobs[0]};
