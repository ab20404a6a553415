#pragma once
#include "core/base/err.h"
#include "core/base/rand.h"
#include "core/data/query/view.h"

/*
 * view_make -- the inside of a view: for tenants/people/grant.c, core/data/query/view.c and tests only.
 *
 * Fill everything but `table` and `class`, then view_seal.
 */
enum { VIEW_COLUMNS_MAX = 500, VIEW_BASE_MAX = 3 };

struct dataset_view {
    struct uuid version;
    struct str dataset;
    struct str filter;
    int64_t records, revision;
    size_t ncolumns;
    struct view_column *columns; /* in the order of the file; in the same arena */
    const char *source; /* the catalogue: a statement in parentheses; NULL: `table` */
    const char *words;  /* its tsvector; NULL: made of the columns */
    const char *dictionary; /* the catalogue's words, in parentheses; NULL: those of the text index */
    bool has_text_index;
    struct str base[VIEW_BASE_MAX]; /* the parameters of `source`: $1… of every statement */
    unsigned nbase;
    char table[5 + 2 + 32 + 1], word_table[5 + 2 + 32 + 1];
    char class[33];
};

/* Names the table (unless there is a source) and computes the visibility class. The version must be an id. */
void view_seal(struct dataset_view *v);
