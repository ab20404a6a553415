#pragma once
#include "core/web/request.h"

/*
 * datasets -- GET /catalog/datasets and /catalog/datasets/{dataset}: explore-api.md 1.6 (1, 7), 1.12.
 *
 * A list of objects is two round trips: the page's names from the catalogue, then their objects under
 * row-level security. Aggregates and groups are one: rows of the catalogue itself.
 */
extern const struct step datasets_list[];
extern const struct step datasets_one[];

/* The literal of a text[] of these names: for statements that take $n::text[]. */
struct str datasets_list_of(struct arena *a, const struct str *ids, size_t n);
/* The objects of these names, in their order: one call of this STEP_DB. */
unsigned datasets_ask_objects(struct req *r, const struct str *ids, size_t n);
/* The first column of a compiled answer, as names kept in the arena. */
struct str *datasets_names(struct req *r, unsigned call, size_t *n);
