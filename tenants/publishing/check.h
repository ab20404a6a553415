#pragma once
#include <jansson.h>

#include "core/db/conn.h"
#include "core/db/sqlstate.h"

/*
 * check -- what was found in a version, and whether it may be opened (R26, R33, R102).
 *
 * Schemas never stop anything (R25, I95). Personal data and small counts stop opening, never publishing closed, until
 * the file is corrected or an override says which legal reason allows it: who, when, why, for which columns. An override
 * covers the columns and kinds that were found when it was given, in later versions too; anything new asks again.
 *
 * Rows joined with a dataset under a share-alike licence carry that licence (N19): under another one they stop opening in
 * the same way, as the kind "share_alike" whose column is the joined dataset. The licence is the one that the rows were taken
 * under, kept with the version; what the joined dataset says later holds for the next file.
 *
 * Blocking, inside the caller's transaction of that tenant.
 */

extern const struct sqlstate_row check_constraint; /* registered by the program: whence err_joined_many */

/* After a reading, in its transaction. before: the version whose rows stand in front, or zeroed. report: the reader's.
 * fails err_joined_many */
bool check_put(struct conn *c, const struct uuid *tenant, const struct uuid *version, const struct uuid *before,
               const json_t *report, struct err *e);

/* next: described as the draft says, otherwise as published.
 * fails err_personal_data (what, where), err_share_alike (which joined datasets), err_not_checked */
bool check_gate(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, const struct uuid *version, bool next,
                struct err *e);
bool check_held(const struct err *e); /* one of these, and not a fault of the machine */

struct override {
    struct str dataset_id;
    struct str reason_id, text;  /* one of the region's list, or words of one's own */
    struct str account;          /* absent: the operator */
    bool may_write;              /* words of one's own are allowed: the region, the officer, the operator */
};
/* For the draft's version, else the published one. Told to those who may revoke it (override.h). fails
 * err_reason_not_listed, err_nothing_to_override */
bool check_override(struct conn *c, const struct uuid *tenant, const struct override *o, struct err *e);
/* Takes every override of the dataset back. What is open stands on them: it is closed first.
 * fails err_override_in_use, err_override_none */
bool check_override_revoke(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account, struct err *e);

/* "nir (numero), email (contact)": kinds in words, as sentences and pages name them. */
void check_say(const json_t *findings, enum lang lang, struct buf *out);
struct str check_kind_word(struct str kind, enum lang lang);
