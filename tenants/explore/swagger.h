#pragma once
#include "core/web/request.h"

/*
 * swagger -- the API described for machines (OpenAPI 3.0.3), made from the route table and core/data/query/query_parameter.
 *
 * Its address is the frozen one that national catalogues store: /api/explore/v2.1/swagger.json.
 */
extern const struct step swagger_json[];

/* The object behind "components": the shapes of the answers, by explore-api.md 1.4 and 1.6. */
extern const char swagger_components[];
