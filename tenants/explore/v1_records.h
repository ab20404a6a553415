#pragma once
#include "core/web/step.h"

/*
 * v1_records -- /api/records/1.0/search and /api/datasets/1.0/{dataset}/records/{record}: rows in the shapes of the
 * first version: no nulls, points as [latitude, longitude], bare geometries; as features for format=geojson; as csv, rss
 * and atom (v1_feed.h).
 * explore-api.md section 3.
 */
extern const struct step v1_records_search[];
extern const struct step v1_records_one[];
