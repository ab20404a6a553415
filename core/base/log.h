#pragma once
#include "core/base/err.h"

/*
 * log -- one JSON object a line on standard error.
 *
 * Control bytes are escaped by the JSON writer, so no value can forge a line. Never log a cookie,
 * a key, a password or a personal value.
 */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *key;
    struct str text; /* used when `is_number` is false */
    int64_t number;
    bool is_number;
};
#define LOG_S(key, s) ((struct log_field){(key), (s), 0, false})
#define LOG_N(key, v) ((struct log_field){(key), {NULL, 0}, (int64_t)(v), true})

void log_init(const char *process, enum log_level least); /* process: "serve", "worker", … */

/* event: a short name in snake case. Fields end with a NULL key; use the macro. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);
#define LOG(level, event, ...)                                                                     \
    log_write((level), (event), (const struct log_field[]){__VA_ARGS__ __VA_OPT__(,) {NULL, {NULL, 0}, 0, false}})

void log_err(enum log_level level, const char *event, const struct err *e); /* kind, detail, file:line */
