#pragma once
#include "core/web/step.h"

/* catalogue -- /explore/: search, facets that count under each other, sort, pages, and what to do when nothing is found. */
extern const struct step catalogue_steps[];
extern const struct step catalogue_sitemap[];
extern const struct step catalogue_robots[];
