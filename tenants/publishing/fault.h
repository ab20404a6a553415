#pragma once
#include <jansson.h>

#include "core/base/err.h"
#include "core/base/jw.h"

/*
 * fault -- an error kept in a row (portal.upload.error) and said later, in the reader's language.
 *
 * {"code": "data_quote_open", "args": ["3", "2"]}; the code is that of an err_kind of core/data,
 * core/db, core/io or this folder. What is unknown is said as err_data_unread.
 */
enum { FAULT_FOUND_MAX = 64 << 10 }; /* bytes */
void fault_write(const struct err *e, struct buf *json);
/* With what a refused file holds to choose from, as a member "found" (intake.h); left out where it is NULL or longer. */
void fault_write_found(const struct err *e, const json_t *found, struct buf *json);
bool fault_read(const json_t *error, struct err *e); /* sets *e; false, always */
void fault_say(struct str json, enum lang lang, struct buf *out);
/* As a member of an answer: {"kind": the row's, "message": said}, or null where there is none. */
void fault_put(struct jw *w, const char *key, enum lang lang, struct str json);
