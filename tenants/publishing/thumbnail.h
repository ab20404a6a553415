#pragma once
#include "core/db/conn.h"
#include "core/db/job.h"

/*
 * thumbnail -- small pictures of the pictures that cells name (kind "file"), made once and kept beside the bytes.
 *
 * The worker looks at each on its slow thread, one sealed child a picture (core/data/intake/picture.h). What is no picture, or too
 * large, is looked at once and has none. They belong to the bytes, so that they go with them, and count as nobody's content:
 * what was deposited counts (R59), and the portal can make them again.
 */
bool thumbnail_ask(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e);
bool thumbnail_job(struct job_run *run, struct err *e);

/* Asks for those nobody asked for, and again for those whose look failed; in a transaction of the tenant. */
bool thumbnail_sweep(struct conn *c, const struct uuid *tenant, struct err *e);
