#pragma once
#include "core/data/query/side_range.h"
#include "core/data/query/side_scan.h"

/*
 * side_match -- one column of a side copy against a range or a text: a bit a row. For side*.c only.
 *
 * Bits are added to those that are set; those behind the last row are never set.
 */
size_t side_match_words(const struct side_scan *s); /* of 64 rows */
uint64_t *side_match_none(struct side_scan *s);      /* no row, in the scan's arena */
void side_match_not(const struct side_scan *s, uint64_t *bits);

void side_match_range(struct side_scan *s, const struct side_column *c, const struct side_range *r, uint64_t *bits);
void side_match_null(struct side_scan *s, const struct side_column *c, uint64_t *bits);
/* Rows whose code is hit. hit[0] stands for null. */
void side_match_codes(const struct side_scan *s, const struct side_column *c, const unsigned char *hit, uint64_t *bits);

enum side_test {
    SIDE_SAME,   /* the text itself */
    SIDE_BEGINS, /* a text that begins with it */
    SIDE_PART,   /* one of a text's parts between separators */
    SIDE_BELOW,  /* the text itself, or behind a separator what stands below it */
};
void side_match_text(struct side_scan *s, const struct side_column *c, enum side_test test, struct str asked,
                     struct str separator, uint64_t *bits);
