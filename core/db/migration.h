#pragma once
#include <stddef.h>

/*
 * migration -- the files migrations/NNNN_name.sql, as the program carries them (library
 * terrasse_migrations, made by tools/gen/mksql). Sorted by number: 1, 2, 3 without a gap. The
 * array ends with {0, NULL, NULL}, which migrations_n does not count.
 */
struct migration {
    int number;
    const char *name; /* without number and extension */
    const char *text; /* the whole file, any number of statements */
};

extern const struct migration migrations[];
extern const size_t migrations_n;
