#pragma once
#include "core/base/buf.h"
#include "core/base/str.h"

/*
 * err -- the one way to fail.
 *
 * A function that can fail returns bool and takes `struct err *` last; it writes its outputs on
 * success only and fails with `return ERR(e, err_x, "detail %d", n);`. The kind carries what the
 * world may read (a stable code, the HTTP status, a sentence in French and English); `detail`,
 * file and line go to the log only. A sentence may hold {0} to {3}: values added by err_arg.
 * Whoever ends the request or the command logs it once.
 *
 * Kinds live in each folder's errors.def:
 *     ERROR(code, status, "English sentence with {0}.", "Phrase française avec {0}.")
 *     ERROR_AS(code, "WireName", status, "English", "Français")   // where an API fixes the name
 * and are declared by its errors.h, which sets ERRORS_DEF and includes core/base/err_declare.h;
 * defined by its errors.c likewise with core/base/err_define.h. Their C names begin with err_.
 */
enum lang { LANG_FR, LANG_EN };

struct err_kind {
    const char *code; /* stable name; what APIs of our own print */
    const char *wire; /* the name an imitated API prints; equal to code elsewhere */
    int status;       /* HTTP status */
    const char *en, *fr;
};

enum { ERR_ARGS = 4 };

struct err {
    const struct err_kind *kind; /* NULL: no error */
    char detail[256];
    const char *file;
    int line;
    unsigned nargs;
    char arg[ERR_ARGS][192];
};

/* Sets *e and returns false. Use through ERR. */
bool err_set(struct err *e, const struct err_kind *kind, const char *file, int line,
             const char *format, ...) __attribute__((format(printf, 5, 6)));
#define ERR(e, kind, ...) err_set((e), &(kind), __FILE__, __LINE__, __VA_ARGS__)

/* Adds the next {n} value; returns false so that `return err_arg(e, …)` may end a failing path.
 * Values are cut at 191 bytes on a character boundary. */
bool err_arg(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* About a file: its path is {0}, what errno says {1}; returns false. */
bool err_file(struct err *e, const struct err_kind *kind, const char *file, int line, const char *path);
#define ERR_FILE(e, kind, path) err_file((e), &(kind), __FILE__, __LINE__, (path))

/* The public sentence, with its values filled in. */
void err_say(const struct err *e, enum lang lang, struct buf *out);
