#pragma once
#include "core/web/step.h"

/*
 * v1_datasets -- GET /api/datasets/1.0/search and /api/datasets/1.0/{dataset}: the catalogue in the
 * shapes of the first version: flat metas without nulls, annotations as a list of names.
 *
 * Source: explore-api.md section 3.
 */
extern const struct step v1_datasets_search[];
extern const struct step v1_datasets_one[];
