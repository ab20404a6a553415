#pragma once
#include "core/web/request.h"

/*
 * reply -- answers of /api/portal/v1 that are a statement's rows, or a plain yes.
 *
 * A table names the members in their order: {"fields", 5, REPLY_INTEGER} is column 5; one without a
 * name ends it.
 */
enum reply_kind { REPLY_TEXT, REPLY_INTEGER, REPLY_BOOL, REPLY_JSON };

struct reply_column {
    const char *name;
    int column; /* of the result, from 0 */
    enum reply_kind kind;
};

/* The members of one row, into an object that is open. */
void reply_members(struct req *r, struct jw *w, unsigned call, size_t row,
                   const struct reply_column *columns);
/* "key": [an object for each row]. */
void reply_rows(struct req *r, struct jw *w, const char *key, unsigned call,
                const struct reply_column *columns);
/* A whole answer of 200: {"key": [an object for each row of the first call]}; true. */
bool reply_list(struct req *r, const char *key, const struct reply_column *columns);
/* A whole answer: {"done": true}; true. */
bool reply_done(struct req *r, int status);
