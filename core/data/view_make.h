#pragma once
#include "core/base/err.h"
#include "core/base/rand.h"
#include "core/data/view.h"

/*
 * view_make -- the inside of a view: for tenants/people/grant.c, core/data/view.c and tests only.
 *
 * Fill everything but `table` and `class`, then view_seal.
 */
enum { VIEW_COLUMNS_MAX = 500 };

struct dataset_view {
    struct uuid version;
    struct str dataset;
    struct str filter;
    int64_t records, revision;
    size_t ncolumns;
    struct view_column *columns; /* in the order of the file; in the same arena */
    char table[5 + 2 + 32 + 1];
    char class[33];
};

/* Names the table and computes the visibility class. The version must be an id. */
void view_seal(struct dataset_view *v);
