#pragma once
#include "core/data/odsql.h"

/* odsql_text -- full text, like, search(), suggest() and startswith() as SQL that needs no index. */

void odsql_text_words(struct odsql_sql *q, struct str words); /* "bare text": every visible column */
bool odsql_text_like(struct odsql_sql *q, const struct node *n, struct err *e);
bool odsql_text_call(struct odsql_sql *q, const struct node *n, struct err *e);
