#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"

/*
 * credit -- the line a re-user has to quote: producer, title, date of the last change of the data, licence.
 *
 * "Source : Tours Métropole, « Arbres », données du 28/11/2026, Licence Ouverte v2.0 (Etalab)". One wording for the page,
 * the API (metas.default.attributions), the headers of downloads, DCAT and schema.org, so that all of them can be compared.
 * The Licence Ouverte asks for the producer's name and that date; the ODbL for a notice that names it.
 *
 * Source: R32, R33 (conventions of reuse), N19.
 */
/* modified: ISO date-time in UTC; its day is written. An absent part is left out. In the arena. */
struct str credit_line(struct arena *a, enum lang lang, struct str publisher, struct str title, struct str modified,
                       struct str licence);
