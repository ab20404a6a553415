#pragma once
#include "core/base/err.h"

/*
 * colour -- sRGB colours as #rrggbb, their contrast (WCAG 2.1) and shades in OKLCH.
 *
 * Source: WCAG 2.1 relative luminance; Björn Ottosson's OKLab; ui.md section 4 for the derivation.
 */
struct colour {
    unsigned char r, g, b;
};

struct colour_text {
    char text[8]; /* "#rrggbb" */
};

bool colour_parse(struct str s, struct colour *out, struct err *e); /* err_colour_invalid */
struct colour_text colour_print(struct colour c);
double colour_contrast(struct colour a, struct colour b); /* 1 to 21 */

/* The same hue with OKLCH lightness `l` (0 to 1) and its chroma times `chroma`; kept inside sRGB. */
struct colour colour_shade(struct colour c, double l, double chroma);
double colour_lightness(struct colour c);
/* Lightness lowered (or raised, when `lighter`) step by step until the contrast on `ground` is `least`. */
struct colour colour_until(struct colour c, struct colour ground, double least, bool lighter);
