#pragma once
#include "core/db/home.h"

/*
 * backup_until -- the log replayed up to a chosen time: the settings that say so, and what the log says when it cannot.
 * What was committed at that time or before is there, nothing of what came after (recovery_target_time, inclusive).
 */
bool backup_until_set(const struct home *h, int64_t until_us, struct err *e);
bool backup_until_clear(const struct home *h, struct err *e); /* the cluster starts as any other again */

/* backup: its folder. fails err_backup_until (a time before the backup was whole, or later than now), err_backup_damaged */
bool backup_until_possible(const char *backup, int64_t until_us, struct err *e);

/* After a start that failed: replaces *e when the reason is the time, with the span that the log reaches. Returns false. */
bool backup_until_explain(const struct home *h, const char *backup, int64_t until_us, struct err *e);
