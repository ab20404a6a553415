#pragma once
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * progress -- one line on a terminal while long work runs: rows, bytes, time left. Nothing at all
 * when standard error is not a terminal. Four times a second at most, so it may be called per row.
 */
struct progress {
    enum lang lang;
    const char *what;       /* "arbres.csv" */
    int64_t total_bytes;    /* 0: unknown, no time left */
    int64_t since_us, shown_us;
    bool on;
};

void progress_start(struct progress *p, enum lang lang, const char *what, int64_t total_bytes);
void progress_at(struct progress *p, int64_t rows, int64_t bytes);
void progress_end(struct progress *p); /* clears the line; safe to call twice */

/* The line's text, without the terminal: for progress_at and its test. */
void progress_text(struct buf *out, const struct progress *p, int64_t rows, int64_t bytes, int64_t elapsed_us);
