#pragma once
#include "core/web/step.h"

/*
 * exports -- …/exports (which formats there are), …/exports/{format} (the file), and the address of
 * files that older catalogues stored (/explore/dataset/{dataset}/download).
 *
 * A file is streamed by slices at constant memory; what cannot be cut by key (groups, an order) is
 * one answer of the database, written down piece by piece. A failure after the first byte cuts the
 * connection. compressed=true: each slice is one gzip member.
 *
 * Source: explore-api.md sections 1.3, 1.6 (9 to 11), 1.9.
 */
extern const struct step exports_list[];
extern const struct step exports_file[];
extern const struct step exports_download[];
