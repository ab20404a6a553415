#pragma once
#include "core/web/step.h"

/*
 * catalogue -- what surrounds the list of datasets: /, /catalog, /catalog/facets, /catalog/exports
 * and the catalogue as a file (csv, json, xlsx, ods, rss, data.json): explore-api.md 1.6 (2 to 4, 6), 1.8, 1.10.
 */
extern const struct step catalogue_root[];
extern const struct step catalogue_index[];
extern const struct step catalogue_facets[];
extern const struct step catalogue_exports[];
extern const struct step catalogue_export[];
const char *catalogue_export_name(size_t i); /* its formats in their order; NULL: past the last */
