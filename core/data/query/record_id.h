#pragma once
#include "core/data/query/view.h"

/*
 * record_id -- the name of a record: 40 hex digits, 32 of which say the dataset and the row, 8 where it stands. So a look-up
 * is one key read, and no other dataset's id is accepted.
 *
 * Source: explore-api.md 1.11 (recordid, 40 hex).
 */
void record_id(const struct dataset_view *v, int64_t row, char out[41]);
/* Where it stands; false: it names no row of this dataset. */
bool record_id_row(const struct dataset_view *v, struct str id, int64_t *row);
