#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/db/conn.h"

/*
 * meta -- a dataset's description: cleaned when it is written, complete when it is published.
 *
 * The shape is the Explore API's: {"default": {"title", "description", "theme": [], "keyword": [],
 * "license", "publisher", …}, "dcat": {"accrualperiodicity", "spatial", "granularity", "created", …}}
 * (explore-api.md 1.6). The ten headings of article 2.6 are R36-R46.
 */
enum meta_heading { META_TITLE, META_ORGANISATION, META_DESCRIPTION, META_DATES, META_LICENCE, META_THEMES,
                    META_KEYWORDS, META_FREQUENCY, META_COVERAGE, META_GRANULARITY, META_HEADINGS };

/* The heading's word, in French and English: what messages and forms call it. */
const char *meta_heading_word(enum meta_heading h, enum lang lang);

/* Which headings are missing, as bits; META_DATES never is: the system sets what is left out. */
unsigned meta_missing(const json_t *metas);

/* Only known members, values checked against the closed lists and the registries of licences and
 * themes, texts trimmed, doubled keywords (by case or accent) merged. A licence may be given by id or
 * title; its title and license_url are stored. Incomplete is fine here. Dates as dates.h has them.
 * *clean: compact JSON in the arena. fails err_metadata_value, err_metadata_long, err_metadata_text, err_metadata_date,
 * err_metadata_order, err_metadata_future */
bool meta_clean(struct conn *c, struct arena *a, const json_t *metas, struct str *clean, struct err *e);

/* The gate: fails err_metadata_missing with the words of every missing heading. */
bool meta_gate(const json_t *metas, enum lang lang, struct err *e);
