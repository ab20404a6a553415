#pragma once
#include "core/web/step.h"

/*
 * v1_records -- GET /api/records/1.0/search: a page of rows in the shapes of the first version: no
 * nulls, points as [latitude, longitude], bare geometries. explore-api.md section 3.
 */
extern const struct step v1_records_search[];
