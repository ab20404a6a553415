#pragma once
#include "core/web/step.h"

/* swagger -- GET /api/explore/v2.1/swagger.json: the API described in OpenAPI 3.0, made from the route
 * table; national catalogues store its address as the machine's documentation. */
extern const struct step swagger_json[];
