#pragma once
#include "core/base/str.h"

/*
 * attempts -- failed sign-ins of addresses that have no account, so that waiting does not tell which have one.
 *
 * The same steps as account_failed.sql: from the fifth failure on a growing wait of 1, 2, 4 … 64 minutes. In
 * memory, one table a process; when it is full of younger addresses the oldest is forgotten.
 */
struct attempts_key {
    uint64_t hash;
};
struct attempts_key attempts_key(struct str tenant, struct str email);
int64_t attempts_wait_minutes(struct attempts_key key, int64_t now_us); /* 0: need not wait */
void attempts_failed(struct attempts_key key, int64_t now_us);
