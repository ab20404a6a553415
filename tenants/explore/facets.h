#pragma once
#include "core/web/step.h"

/* facets -- GET …/datasets/{dataset}/facets and …/attachments: explore-api.md 1.6 (14, 15), 1.8. */
extern const struct step facets_of_dataset[];
extern const struct step facets_attachments[];
