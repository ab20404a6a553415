#pragma once
#include "core/web/step.h"

/* home -- the region's home, a sub-domain's home, and the lists of themes and partners. */
extern const struct step home_steps[];
extern const struct step home_themes[];
extern const struct step home_partners[];
