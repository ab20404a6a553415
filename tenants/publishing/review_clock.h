#pragma once
#include "core/db/conn.h"
#include "core/db/job.h"
#include "core/db/sqlstate.h"

/*
 * review_clock -- the 48 hours of a submission: they stand while the partner owes an answer, and the region's editors are
 * reminded when 24, 40 and 47 of them are gone (R67). Blocking, inside the caller's transaction of the root's tenant.
 *
 *     running --ask--> standing --answer, or the region goes on without--> running, the deadline later by as long
 */
/* fails err_review_unknown, err_review_question (no words, or too many), err_review_asked (one waits already) */
bool review_clock_ask(struct conn *c, const struct uuid *tenant, struct str review, struct str question,
                      struct str account, struct err *e);
/* The partner's: organisation is whose submission it must be. fails err_review_unknown, err_review_question */
bool review_clock_answer(struct conn *c, const struct uuid *tenant, struct str review, const struct uuid *organisation,
                         struct str answer, struct str account, struct err *e);
bool review_clock_go_on(struct conn *c, const struct uuid *tenant, struct str review, struct str account, struct err *e);

/* Every reminder that is due on this portal, each once. */
bool review_clock_remind(struct conn *c, const struct uuid *tenant, struct err *e);
bool review_clock_job(struct job_run *run, struct err *e);

/* What notices say of a submission. */
struct review_told {
    struct str title, dataset_id, organisation, submitter, deadline;
};
bool review_clock_tell(struct conn *c, struct arena *a, const struct uuid *tenant, struct str review,
                       struct review_told *t, struct err *e);

extern const struct sqlstate_row review_clock_constraint; /* registered by the program: whence err_review_asked */
