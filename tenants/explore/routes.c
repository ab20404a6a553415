/* Every address of the public API. The same handlers stand behind three bases. */
#include "tenants/explore/explore.h"
#include "tenants/explore/records.h"

/* clang-format off */
#define API(pattern, steps, cache, en, fr) \
    {HTTP_GET, pattern, PUBLIC, 1, steps, en, DIALECT_EXPLORE, BODY_NONE, cache, fr}

#define BASE(base) \
    API(base "/catalog/datasets/{dataset}/records", records_list, CACHE_DATASET, \
        "Rows of a dataset, filtered, sorted or grouped", "Les lignes d’un jeu, filtrées, triées ou groupées"), \
    API(base "/catalog/datasets/{dataset}/records/{record}", records_one, CACHE_DATASET, \
        "One row of a dataset", "Une ligne d’un jeu")

static const struct route routes[] = {
    BASE("/api/explore/v2.1"),
    BASE("/api/explore/v2.0"),
    BASE("/api/v2"),
};
/* clang-format on */

const struct route_table explore_route_table = {routes, sizeof routes / sizeof routes[0]};
