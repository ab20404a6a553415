#pragma once
#include "core/web/request.h"

/*
 * catalogue_atom -- the last fifty datasets that changed, as a feed to subscribe to; of a theme with ?refine=theme:…
 *
 * An entry's id is the dataset's identifier, which never changes.
 * Source: RFC 4287.
 */
extern const struct step catalogue_atom[];
