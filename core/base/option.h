#pragma once
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * option -- every setting of the program: one table (options.def) with unit, bounds, default, text.
 *
 * The strongest source wins: flag (--public-url), then variable (TERRASSE_PUBLIC_URL), then
 * DIR/terrasse.conf (public-url = …; # begins a comment line), then the default. Set at start,
 * before threads; only read afterwards. Values live as long as the program.
 */
enum option_id {
#define OPTION(id, ...) OPTION_##id,
#include "core/base/options.def"
#undef OPTION
    OPTION_N
};

enum option_kind { OPTION_TEXT, OPTION_NUMBER };
enum option_source { OPTION_DEFAULT, OPTION_FILE, OPTION_VARIABLE, OPTION_FLAG };

struct option {
    const char *name;
    enum option_kind kind;
    const char *unit;
    int64_t least, most; /* of the number, or of the text's bytes */
    const char *fallback;
    const char *en, *fr;
};

const struct option *option_row(enum option_id id);
bool option_find(struct str name, enum option_id *id); /* "public-url" */

struct str option_str(enum option_id id); /* NUL-terminated; empty: not set */
int64_t option_i64(enum option_id id);
enum option_source option_source(enum option_id id);

/* Fails with err_option_value; a weaker source than the present one changes nothing. */
bool option_set(enum option_id id, struct str value, enum option_source source, struct err *e);
bool option_read_variables(struct err *e); /* every TERRASSE_… the table knows */
/* DIR/terrasse.conf; a file that is not there is an empty one.
 * fails  err_option_unknown, err_option_value, err_file_open */
bool option_read_file(const char *path, struct err *e);

/* The manual with the running values: text, or a JSON list. */
void option_manual(struct buf *out, enum lang lang);
void option_json(struct buf *out, enum lang lang);
