#pragma once
#include "core/db/conn.h"

/*
 * exports_ask -- the files of a whole dataset are looked at again by the worker (tenants/explore/exports_ahead.h): made for
 * what an open one shows now, thrown away of any other. Called wherever its revision is raised, in the same transaction;
 * it waits for nobody who makes them.
 */
bool exports_ask(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e);
