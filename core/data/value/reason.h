#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/jw.h"

/*
 * reason -- why something was decided about a file, as {code, args} that can be said in French and
 * in English. The codes are listed in reason.def.
 */
enum reason_code {
#define REASON(code, en, fr) REASON_##code,
#include "core/data/value/reason.def"
#undef REASON
    REASON_CODES,
};

enum { REASON_ARGS = 4, REASON_ARG_MAX = 120 };

struct reason {
    enum reason_code code;
    unsigned nargs;
    struct str args[REASON_ARGS];
};

struct reason reason_make(enum reason_code code);
void reason_n(struct arena *a, struct reason *r, uint64_t n);        /* adds a number */
void reason_s(struct arena *a, struct reason *r, struct str s);      /* adds words, cut at 120 bytes */

/* {"code": "leading_zero", "args": ["3429"]} */
void reason_json(struct jw *w, const struct reason *r);
void reason_count(struct jw *w, struct arena *a, enum reason_code code, uint64_t n); /* 0: nothing is written */

/* The sentence of such an object; an unknown code says its name. */
void reason_say(const json_t *reason, enum lang lang, struct buf *out);
