#pragma once
#include <jansson.h>

#include "core/base/err.h"

/*
 * dates -- when a dataset was created and published: as its producer says, else as the system knows. The one place that decides,
 * for page, API, feeds and the national description.
 *
 * The producer's stand in the description as dcat.created and dcat.issued, ISO 8601: "2026-01-31", or with a time to the second and
 * an offset or none. Another text there (descriptions are older than this rule) is as if it said nothing.
 * Nothing was published before it existed: where one date is given and the other is not, a creation after the publication is told
 * as of its day.
 *
 * Source: R39.
 */
struct dates {
    struct str created, issued; /* borrowed from what they were made of */
};

/* created, issued: the system's, of which the first ten bytes are a day: "2026-01-31…". */
struct dates dates_of(const json_t *metas, struct str created, struct str issued);

bool dates_iso(struct str text);

/* What a producer gives, absent where he does not: created, then published, neither later than today (in Paris).
 * fails err_metadata_order, err_metadata_future */
bool dates_in_order(struct str created, struct str issued, struct err *e);
