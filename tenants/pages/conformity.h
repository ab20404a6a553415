#pragma once
#include "core/base/arena.h"
#include "core/db/job.h"

/*
 * conformity -- each day the front page of every sub-domain is fetched as a reader would get it, and looked at for the four
 * mandatory blocks (R50 to R52; R54): what the server draws may be taken away on the way, by a proxy or a copied page.
 * What is missing is told to the region: on its page of partners, by terrasse doctor, by e-mail once. Only where the setting
 * public-url says how readers come in.
 */
bool conformity_job(struct job_run *run, struct err *e);
extern const struct job_table pages_jobs;

/* Names of what is missing in a page, joined by commas, in `a`: mention, mark, partner, region (its logo and link), style
 * (a sheet of styles of another site, or styles in the page, which could hide a block). Empty: nothing. */
struct str conformity_missing(struct arena *a, struct str html, struct str root_host);
