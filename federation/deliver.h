#pragma once
#include "core/db/job.h"

/*
 * deliver -- copies between the portals of one installation.
 *
 * A copy is a data set of the target portal that points to the same version: no rows move. One
 * transaction holds the source's row, looks for the copy, makes, changes or takes it back, writes the
 * receipt and ends the delivery; a reader sees it before or after. A copy keeps its source's
 * identifier, dates, description and producer, takes its address (with the source's name behind it
 * where it is taken), and is open only while its source is.
 */
bool deliver_copies(struct job_run *run, struct err *e);
