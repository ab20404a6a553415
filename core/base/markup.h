#pragma once
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * markup -- values on their way into HTML, for the pages that tools/gen/mkpage compiles.
 *
 * Source: HTML Living Standard (escaping text and quoted attributes), RFC 3986, WHATWG URL; XML 1.0, fifth edition.
 */

/* HTML that our own writers made; a type of its own, so that no text of a user becomes one by
 * mistake, and one name to look for in review. */
struct markup {
    struct str html;
};
static inline struct markup markup_trusted(struct str html)
{
    return (struct markup){html};
}

/* Escapes & < > " ' : right in text and in a quoted attribute, and nowhere else. */
void markup_text(struct buf *out, struct str s);

/* The same for XML 1.0, which has no place for some characters (section 2.2): they become U+FFFD. A carriage return,
 * which readers would turn into a line, is written as a reference. */
void markup_xml(struct buf *out, struct str s);
/* Whether XML 1.0 has a place for the character that s, UTF-8 and not empty, begins with. */
bool markup_xml_holds(struct str s);

/* A whole address in a quoted attribute: http, https, mailto, tel, or an address on this host.
 * Anything else (javascript:, data:, //other.host …) becomes "#". */
void markup_url(struct buf *out, struct str url);

/* One part of an address, behind a constant beginning: all but RFC 3986's unreserved is %XX. */
void markup_url_part(struct buf *out, struct str part);

/* 12 345 with U+00A0 in French, 12,345 in English. */
void markup_number(struct buf *out, enum lang lang, int64_t n);

/* Does n take the singular? French: -1, 0 and 1. English: 1 and -1. */
bool markup_is_one(enum lang lang, int64_t n);
