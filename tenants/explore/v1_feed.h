#pragma once
#include "core/data/query/query.h"
#include "core/web/request.h"

/*
 * v1_feed -- rows of a dataset as news, RSS 2.0 or Atom: an item a row. Its title is its first text, its description the
 * fields that have a value, a line each; its id the record's. What they hold is ours: nobody has written the vendor's down.
 *
 * Source: explore-api.md section 3; RSS 2.0 (rssboard.org); RFC 4287.
 */
struct v1_feed {
    const struct dataset_view *view;
    const struct query *query;
    const PGresult *result;
    struct str dataset_id, timestamp; /* timestamp: of the rows' last change, ISO 8601; absent: unknown */
};
void v1_feed_rss(struct req *r, const struct v1_feed *f);
void v1_feed_atom(struct req *r, const struct v1_feed *f);
