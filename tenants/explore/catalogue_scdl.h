#pragma once
#include "core/web/request.h"

/*
 * catalogue_scdl -- the catalogue as the table that French collectivités exchange: schema scdl/catalogue 0.1.3, 20 columns,
 * comma, UTF-8. What a dataset does not say (its period, a SIRET) is an empty cell, never an invention.
 *
 * Source: standards.md 1.4, 1.5, section 0 item 9.
 */
extern const struct step catalogue_scdl[];
