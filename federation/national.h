#pragma once
#include "core/db/job.h"

/*
 * national -- a data set of ours on a national portal that runs udata: created, changed, archived,
 * brought back, each once.
 *
 * udata has no idempotency key, so the intent is committed before each call, what we make carries our
 * marks (extras terrasse:uid, terrasse:attempt, terrasse:fingerprint), and after an answer that did
 * not come the organisation's data sets are listed before anything is sent again.
 *
 *     (nothing) --intent create--> POST --201--> sent --GET--> done
 *                                   |--no answer--> waiting --look: found--> adopted --> done
 *                                                      |--not found twice--> POST again
 *
 * Source: national-portal.md 1.7 and 7.
 */
bool national_push(struct job_run *run, struct err *e);
