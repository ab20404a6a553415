#pragma once
#include "core/base/str.h"

/*
 * assets -- the files of the pages, carried in the program: one stylesheet, one script, the font, the icon.
 *
 * assets_register once, before requests are served; then asset_url("site.css"), "app.js", "icon.svg" and, where the
 * font was there at build time, "font.woff2".
 */
void assets_register(void);

/* The outlines of the départements, as tools/demo/outlines.mjs writes them; empty: the program has none. */
struct str assets_outlines(void);
