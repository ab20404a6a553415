#pragma once
#include "core/db/lane.h"
#include "tenants/quota/usage.h"

/* flush -- between the counter file and PostgreSQL, on the loop: totals out, shares and months in. */
struct flush;
struct flush *flush_open(uv_loop_t *loop, struct lanes *lanes, struct usage *usage);
void flush_close(struct flush *f);
int64_t flush_anonymous_ceiling(const struct flush *f, unsigned slot); /* calls a day; -1: not read yet */
