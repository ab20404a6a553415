#pragma once
#include "core/db/job.h"

/*
 * exports_ahead -- the usual files of an open dataset, made by the worker before anybody asks for them: HEAD, Range and
 * Content-Length are then true from the first request on (artefact.h).
 *
 * A task `exports` a dataset, asked for by every change of what it shows (publishing/exports_ask.h); a turn makes one file, on
 * the slow thread, when nothing else waits there, and rests as long as it works. Left to the first request: datasets of
 * up to 100,000 cells, whose files are made in a moment (exports_begin.c); files that hold addresses of their portal, which
 * the worker does not know; files beyond a quarter of the option exports-kept for one dataset. What was made less than ten
 * minutes ago is not made anew: a dataset that changes all the time would keep the worker busy.
 * Of a dataset that is closed or gone no file is left.
 */
bool exports_ahead_job(struct job_run *run, struct err *e);
