#pragma once
#include "core/db/job.h"

/*
 * lapse -- the accounts of the contacts of conventions, looked at each hour: a contact whose account is not there, was disabled,
 * was never used within fourteen days or has been silent for a year is marked, and the region's administrators are told once (R6).
 */
bool lapse_look(struct conn *c, const struct uuid *root_tenant, struct err *e); /* inside a transaction of that tenant */
bool lapse_job(struct job_run *run, struct err *e);
