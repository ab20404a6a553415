#pragma once
#include <jansson.h>

#include "core/db/conn.h"

/*
 * prefill -- what a producer's last publication says of its next: licence, theme, frequency, coverage,
 * granularity, language; the organisation from who it is. So that a first dataset asks at most a title,
 * a description and a confirmation. Only what is absent is filled in. Inside the caller's transaction.
 *
 * is_first: the dataset was never published (else nothing but the organisation is filled in).
 * is_bound: the organisation's own people write: its name stands, whatever was sent.
 */
bool prefill_metas(struct conn *c, struct arena *a, const struct uuid *tenant, const struct uuid *organisation,
                   bool is_first, bool is_bound, json_t *metas, struct err *e);
