#pragma once
#include "core/base/markup.h"
#include "core/web/request.h"

/*
 * hits -- datasets in a list: what the catalogue finds, drawn the same on every page.
 */
enum hits_param { HITS_TENANT, HITS_WORDS, HITS_PUBLISHER, HITS_THEME, HITS_LICENSE, HITS_FREQUENCY, HITS_TERRITORY,
                  HITS_GRANULARITY, HITS_ORIGIN, HITS_FILTERS, HITS_SORT = HITS_FILTERS, HITS_MOST, HITS_SKIP, HITS_PARAMS };

/* Asks for datasets; params[HITS_PARAMS] as the statement catalogue_page_hits has them, chosen values joined by U+001F. */
unsigned hits_ask(struct req *r, const struct str *params);
/* The shorthand of home pages: the newest, of this origin ("here", "copy", or absent). */
/* ids joined by U+001F; in this order, those that anybody may see. */
unsigned hits_ask_chosen(struct req *r, struct str ids);
unsigned hits_ask_recent(struct req *r, struct str origin, struct str most);
struct markup hits_html(struct req *r, unsigned call); /* in the arena */

/* Codes of the closed lists in the reader's language; values of French origin stay as they are in French. */
struct str hits_frequency(struct req *r, struct str stored);
struct str hits_granularity(struct req *r, struct str stored);
/* "/api/explore/v2.1/catalog/datasets/<id><tail>". In the arena. */
struct str hits_api(struct arena *a, struct str dataset_id, const char *tail);
