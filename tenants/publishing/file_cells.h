#pragma once
#include "core/data/query/query.h"
#include "core/web/request.h"
#include "tenants/people/grant.h"

/* file_cells -- what records say of a file that one of their cells names. Source: explore-api.md section 1.7. */
void file_cells(struct req *r, const struct grant *g, struct query *q);
