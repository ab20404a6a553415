#pragma once
#include "core/db/conn.h"

/*
 * rebuild -- everything that is derived from the data sets of one portal, made anew: the catalogue's lines and words (lists,
 * search, facets, feeds and exports of the catalogue), and another revision of each data set, so that no kept answer and no
 * kept file is sent again. What people published is not touched. For the operator (I99), in the caller's transaction.
 */
bool rebuild_portal(struct conn *c, const struct uuid *tenant, int64_t *datasets, struct err *e);
