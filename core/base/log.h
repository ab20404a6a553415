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
    struct str key;  /* as it is written, comma and quotes included */
    struct str text; /* used when `is_number` is false */
    int64_t number;
    bool is_number;
};
/* key: a literal with nothing to escape. */
#define LOG_S(key, s) ((struct log_field){S(",\"" key "\":"), (s), 0, false})
#define LOG_N(key, v) ((struct log_field){S(",\"" key "\":"), {NULL, 0}, (int64_t)(v), true})

void log_init(const char *process, enum log_level least); /* process: "serve", "worker", … */

/* From now on what this thread logs below "warn" waits for log_flush (or for 64 KiB, a warning, a bug):
 * one write for the requests of a moment, where a write each costs as much as reading one. */
void log_hold(void);
void log_flush(void);
size_t log_held(void); /* bytes that wait */

/* Fields end with LOG_END. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);

/* LOG(level, "event_in_snake_case", LOG_S(…), LOG_N(…)): any number of fields, none as well. */
#define LOG(level, ...)                                                                            \
    log_write((level), LOG_EVENT_(__VA_ARGS__, 0),                                                 \
              (const struct log_field[]){LOG_FIELDS_(__VA_ARGS__, LOG_END)})
#define LOG_END ((struct log_field){{NULL, 0}, {NULL, 0}, 0, false})
#define LOG_EVENT_(event, ...) event
#define LOG_FIELDS_(event, ...) __VA_ARGS__

void log_err(enum log_level level, const char *event, const struct err *e); /* kind, detail, file:line */
