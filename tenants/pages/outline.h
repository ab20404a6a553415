#pragma once
#include "core/base/arena.h"

/*
 * outline -- the shapes of the départements, for maps the server draws.
 *
 * Carried in the program and not read from the home: they are public-domain data of a few KB that change once in a
 * generation, and a page without its map because a file was forgotten would be nobody's fault to find. Made at build
 * by tools/demo/outlines.mjs; the credit line under each map is the text map_credit.
 */
struct outline {
    struct str code, name, path;
    int x, y; /* where the label stands */
};

struct str outline_view_box(void); /* empty: the program has none */
size_t outline_list(struct arena *a, struct outline **out);
