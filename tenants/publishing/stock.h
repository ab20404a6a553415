#pragma once
#include "core/db/conn.h"

/*
 * stock -- records and bytes that a tenant's origins hold, against its share and the pool.
 *
 * Locks the pool's row (the last lock of a publication), counts the tenant's stock anew from its
 * datasets and compares: used <= ceiling, and used <= pool less what the others hold or have
 * reserved; today's updates likewise. Copies count for nobody (R56).
 * update_bytes: what this publication adds to today's updates (R62).
 * fails  err_quota_records, err_quota_bytes, err_quota_share, err_quota_update: the caller rolls back
 */
bool stock_settle(struct conn *c, const struct uuid *tenant, int64_t update_bytes, struct err *e);
