#pragma once
#include "core/web/step.h"

/* facets -- GET …/datasets/{dataset}/facets: explore-api.md 1.6 (14), 1.8. */
extern const struct step facets_of_dataset[];
