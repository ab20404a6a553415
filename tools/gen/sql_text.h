#pragma once
#include "tools/gen/gen.h"

/*
 * sql_text -- one SQL statement's text, as PostgreSQL would cut it into tokens.
 *
 * Source: PostgreSQL 15, "Lexical Structure" (quotes, dollar quotes, nested comments).
 */
enum { SQL_TEXT_PARAMS = 64 };

struct sql_text {
    struct str text;             /* without comments, blank lines and the last semicolon */
    unsigned highest;            /* the highest $n */
    bool used[SQL_TEXT_PARAMS + 1]; /* used[n]: $n occurs */
    bool writes;                 /* has the word INSERT, UPDATE, DELETE or MERGE */
};

/* Reads f->text from byte `at` to its end; ends the program at a fault. */
struct sql_text sql_text_read(struct arena *a, const struct gen_file *f, size_t at);
