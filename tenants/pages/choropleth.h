#pragma once
#include "core/web/request.h"
#include "tenants/pages/html.h"

/*
 * choropleth -- départements coloured by a value, drawn as SVG with a link on each; the values also stand in a list.
 */
struct choropleth_value {
    struct str code; /* of the département */
    double value;
    struct str said; /* as it is written */
};

struct choropleth {
    struct str title;
    struct str base;  /* the link of a shape: this and its code */
    const struct choropleth_value *values;
    size_t n;
};

/* False, nothing written: none of the codes has an outline. The legend's steps: limits[0..5], each step's lower bound
 * (six even steps between the least and the greatest value). */
bool choropleth_draw(struct req *r, const struct choropleth *c, struct buf *out, double limits[6]);
