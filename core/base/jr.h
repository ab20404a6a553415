#pragma once
#include <jansson.h>

#include "core/base/err.h"

/*
 * jr -- reads bounded JSON bodies (jansson behind it). Not for answers, not for datasets.
 *
 * The size is bounded by whoever read the body; depth is bounded here (32), duplicate keys and
 * bytes after the value are refused.
 */

/* The value, to be released with json_decref; NULL on failure (err_json_invalid, the place named). */
json_t *jr_parse(struct str text, struct err *e);

/* Members of an object; absent or of another type gives STR_NONE, `otherwise`, NULL. */
struct str jr_str(const json_t *object, const char *key);
int64_t jr_i64(const json_t *object, const char *key, int64_t otherwise);
bool jr_bool(const json_t *object, const char *key, bool otherwise);
const json_t *jr_object(const json_t *object, const char *key);
const json_t *jr_array(const json_t *object, const char *key);
