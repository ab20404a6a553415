#pragma once
#include "core/web/step.h"

/*
 * catalogue_dcat -- the catalogue for harvesters: /catalog/exports/dcat and its sisters ttl, rdf, jsonld
 * (explore-api.md 1.10), and the portal's own feed /catalog.{rdf,xml,ttl,jsonld}.
 *
 * where, refine, include_exports, use_labels_in_exports as on the portals replaced. The exports hold the
 * whole answer; the feed is paged by a hundred (Hydra), each page complete in itself. It fails rather
 * than being short: a valid feed that is empty by accident archives everything nationally.
 */
extern const struct step catalogue_dcat[];
