#pragma once
#include "core/db/conn.h"
#include "core/db/job.h"

/*
 * token -- API keys of an account: shown once, kept as their hash. Blocking, inside a transaction.
 *
 * A key ends after as many days as its maker chose, a year where he did not say; never later than three years, so that no
 * key outlives the people who knew of it. Its holder is told 30, 7 and 1 days before (I97).
 */
enum { TOKEN_DAYS = 365, TOKEN_DAYS_MOST = 1095, TOKEN_GRACE_DAYS = 7 };
extern const int token_choices[]; /* days that forms offer; 0 at the end */

/* days: absent is TOKEN_DAYS. fails err_key_days */
bool token_days(struct str text, int *days, struct err *e);
bool token_make_key(struct conn *c, const struct uuid *tenant, const struct uuid *account, struct str label, int days,
                    struct token_text *key, struct err *e);

/* A new key with the label and the lifetime of the old one, which lives on for a week. fails err_key_gone */
bool token_renew(struct conn *c, const struct uuid *tenant, const struct uuid *account, struct str key, struct token_text *fresh,
                 struct err *e);
/* err_key_gone */
bool token_revoke(struct conn *c, const struct uuid *tenant, const struct uuid *account, struct str key, struct err *e);

/* The worker tells of keys that end. */
bool token_tell(struct conn *c, const struct uuid *tenant, struct err *e);
bool token_job(struct job_run *run, struct err *e);
