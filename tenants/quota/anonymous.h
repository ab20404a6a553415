#pragma once
#include "core/base/str.h"

/*
 * anonymous -- calls of the day by address, so that no script empties a partner's month.
 *
 * IPv4 by address, IPv6 by /64. In memory, one table a process; days are those of UTC. When the table
 * is full of today's addresses the oldest half is forgotten: it errs on the visitor's side.
 */
bool anonymous_spend(struct str address, unsigned cost, int64_t ceiling, int64_t now_us);
void anonymous_give_back(struct str address, unsigned cost, int64_t now_us);
