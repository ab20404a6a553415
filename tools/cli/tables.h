#pragma once
#include "core/db/job.h"
#include "core/web/stage.h"

/*
 * tables -- what the floors above core give the program: stages, routes, statements, jobs. A new
 * folder adds a row to each of these and nothing else.
 */
extern struct web_hooks program_hooks; /* filled by program_register */
extern const struct route_table *const program_routes[];
extern const size_t program_routes_n;
extern const struct job_table *const program_jobs[];
extern const size_t program_jobs_n;

void program_register(void); /* statements and their errors; once, before any connection */

/* The key that hashes what proves who somebody is (tenants/people/secret.h): from the text of
 * secrets/people, before any session, key or invitation. */
void program_unlock(const char *secret);
