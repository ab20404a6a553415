#pragma once
#include "core/web/step.h"

/*
 * tiles -- /api/tiles/v1/{dataset}: where the tiles are (TileJSON 3.0); …/{z}/{x}/{y}.mvt: one
 * vector tile of a dataset with a geometry. `where`, `refine` and `exclude` as for records. A
 * closed dataset, for whom it is closed, is unknown.
 *
 * Tiles are kept like every other answer of a dataset: by its revision and by what the caller may
 * see of it.
 */
extern const struct step tiles_about[];
extern const struct step tiles_one[];
