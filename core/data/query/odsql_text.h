#pragma once
#include "core/data/query/odsql.h"

/*
 * odsql_text -- full text, like, search(), suggest() and startswith() as SQL.
 *
 * "words" asks for all their French stems. search() asks for each of its words: with a slip or two, or its stem; the last
 * one may be a beginning. The words of a row are those of row_words.h, so that an index over them serves where there is
 * one (view_dictionary), and the answer is the same where there is none. What the view hides is never looked at.
 */

enum { ODSQL_TERMS_MAX = 20 };

/* The next term of like and search(): a run of letters and digits; `star`: a * follows it. False: there is none. */
bool odsql_text_term(struct str *rest, struct str *term, bool *star);
void odsql_text_words(struct odsql_sql *q, struct str words); /* "bare text": every visible column */
bool odsql_text_like(struct odsql_sql *q, const struct node *n, struct err *e);
bool odsql_text_call(struct odsql_sql *q, const struct node *n, struct err *e);
