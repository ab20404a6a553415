#pragma once
#include <jansson.h>

#include "core/base/arena.h"

/*
 * hvd -- high-value datasets, as producers mark them: with keywords, in the way data.gouv.fr reads them.
 *
 * Marked: the keyword "hvd", or the address of a category. Its categories are the words of the list that stand beside "hvd"
 * (their case and accents do not matter), or those addresses. What is marked without a category is not told to harvesters: the
 * annex asks for both.
 *
 * Source: regulation (EU) 2023/138; DCAT-AP HVD 3.0.0; standards.md 1.6.
 */
enum { HVD_CATEGORIES = 6 };
struct hvd_category {
    const char *address, *fr;
    const char *slug, *shorter; /* of the keyword; shorter: NULL where there is no other */
};

bool hvd_is_marked(const json_t *metas);
/* "Géospatiales, …": the keywords that say a category beside "hvd", for people. They are French, as data.gouv.fr reads them. */
struct str hvd_words(struct arena *a);
/* In the list's order; their number. Entries are static. */
size_t hvd_categories(struct arena *a, const json_t *metas, const struct hvd_category *out[HVD_CATEGORIES]);
