#pragma once
#include "core/web/step.h"

/* look -- what a portal's pages are dressed in: /theme/<hash>.css and /media/<id>.png. */
extern const struct step look_theme[];
extern const struct step look_image[];        /* of this portal */
extern const struct step look_region_image[]; /* the region's own logo, on each of its sub-domains (R52) */
