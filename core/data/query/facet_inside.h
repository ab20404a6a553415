#pragma once
#include "core/data/query/facet.h"
#include "core/data/query/query_build.h"

/* facet_inside -- one facet of a question; for facet.c and side_facet.c only. */
enum { FACET_VALUES_MAX = 100, FACET_NESTED_MAX = 1000 }; /* at the first level, and below */

struct facet {
    const struct view_column *column; /* of the view; a copy where the question says what is below what */
    bool disjunctive;
    enum facet_sort sort;
    int64_t limit;
    int key;      /* of its first level in the result; the next levels follow */
    int levels;
};

bool facet_is_refined(const struct ask *ask, const struct view_column *c);
