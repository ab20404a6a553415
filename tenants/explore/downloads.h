#pragma once
#include <uv.h>

#include "core/base/rand.h"
#include "core/db/lane.h"

/*
 * downloads -- how often a dataset was taken away: exports and attached files, by month; who took them is not kept.
 *
 * Counted in memory on the loop, added to portal.download every two seconds, a tenant at a time. An addition is sent once:
 * what an ended process or a lost connection had not written is lost, and nothing is counted twice.
 */
void downloads_open(uv_loop_t *loop, struct lanes *lanes);
void downloads_close(void);

enum download_kind { DOWNLOAD_EXPORT, DOWNLOAD_FILE };
/* Without downloads_open, nothing. */
void downloads_count(const struct uuid *tenant, const struct uuid *dataset, enum download_kind kind);
