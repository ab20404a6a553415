#pragma once
#include "core/web/step.h"

/*
 * exports -- …/exports (which formats there are), …/exports/{format} (the file), and the address of
 * files that older catalogues stored (/explore/dataset/{dataset}/download).
 *
 * A file is streamed by slices at constant memory; of an order of the caller's the places of the
 * rows are asked first, and groups, which cannot be cut by key, go to the disk row by row. A
 * failure after the first byte cuts the connection.
 *
 * Source: explore-api.md sections 1.3, 1.6 (9 to 11), 1.9.
 */
extern const struct step exports_list[];
extern const struct step exports_file[];
extern const struct step exports_download[];
