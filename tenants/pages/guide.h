#pragma once
#include "core/web/route.h"

/* guide -- pages that explain: what counts in the quotas, made from the route tables; how the API is asked. */
extern const struct step guide_counts[];
extern const struct step guide_api[];

/* Every route table of the program; the pages cannot see the floors above, so main gives them. Before serving. */
void guide_routes(const struct route_table *const *tables, size_t n);
const struct route *guide_route(size_t at); /* of all of them, in their order; NULL: past the last */
