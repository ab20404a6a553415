#pragma once
#include "core/web/step.h"

/* records -- GET …/datasets/{dataset}/records and …/records/{record}: explore-api.md 1.6 (8, 16). */
extern const struct step records_list[];
extern const struct step records_one[];
