#pragma once
#include "core/db/conn.h"

/*
 * review -- a direct publisher submits, the region answers within 48 calendar hours (R66-R69).
 * Blocking, inside the caller's transaction of the root's tenant.
 */

/* The draft waits for the region; its automatic checks (the gate) pass first, and the clock starts.
 * fails err_metadata_missing, err_draft_missing, err_dataset_not_yours, err_conflict (already submitted) */
bool review_submit(struct conn *c, const struct uuid *tenant, struct str dataset_id,
                   const struct uuid *organisation, const struct uuid *account, struct uuid *review,
                   struct err *e);

/* Accepting publishes the draft and opens it to the public. fails err_review_unknown */
bool review_accept(struct conn *c, const struct uuid *tenant, struct str review, struct str account,
                   struct err *e);
/* article: "2.3", "2.4", "2.5" or "2.6"; message: never empty. fails err_review_article */
bool review_refuse(struct conn *c, const struct uuid *tenant, struct str review, struct str article,
                   struct str message, struct str account, struct err *e);

/* What was submitted stays what it was: a draft that waits for its answer is not changed by those who
 * submitted it. fails err_review_waiting */
bool review_none_waiting(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e);
