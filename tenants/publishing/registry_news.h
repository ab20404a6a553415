#pragma once
#include "core/db/job.h"

/*
 * registry_news -- a new version of a schema is told once to those whose datasets follow an older one (R23, N17).
 *
 * Adding a version queues one task a portal; its job writes an audit line for each such dataset ("schema-newer", with
 * name and version), the portal's part of the impact list (schema_impact.h), and one mail to its editors. The page of the
 * dataset shows the newer version until its file has been read against it.
 */
bool registry_news_ask(struct conn *c, const struct uuid *root, struct err *e); /* root NULL: of every region */
bool registry_news_job(struct job_run *run, struct err *e);
