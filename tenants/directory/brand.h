#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/base/err.h"

/*
 * brand -- a portal's look as validated tokens: never HTML, CSS or script (R50, T16).
 *
 * Stored in portal.tenant.theme as
 *   {"primary": "#8a1c4a", "accent": "#e0a03a", "font": "source-sans" | "public-sans" | "atkinson",
 *    "logo": "<id of an image>", "hero_title": "…", "hero_text": "…", "site_url": "https://…",
 *    "highlights": ["<dataset_id>", …] in their order, "embed": ["https://www.ville.example", …] who may frame its pages}
 * every member optional. Colours that fail contrast are refused with a neighbour that passes.
 * Source: ui.md section 4; WCAG 2.1 1.4.3 and 1.4.11.
 */

enum { BRAND_HIGHLIGHTS = 6, BRAND_EMBEDDERS = 20 };

/* Checks a theme and gives it back with only the members above, as compact JSON in the arena.
 * fails  err_colour_invalid, err_colour_contrast, err_brand_text, err_brand_highlight,
 * err_brand_embedder, err_json_invalid */
bool brand_check(struct arena *a, const json_t *theme, struct str *clean, struct err *e);

/* The stylesheet of a theme's tokens, light and dark: what /theme/<hash>.css answers. `theme` is a
 * checked one; an empty object gives the platform's own look (an empty sheet). */
void brand_css(struct str theme, struct buf *out);

/* 16 hexadecimal digits that change with the sheet. */
struct str brand_hash(struct arena *a, struct str theme);
