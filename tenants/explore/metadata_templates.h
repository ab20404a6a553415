#pragma once
#include "core/web/step.h"

/*
 * metadata_templates -- GET …/catalog/metadata_templates[/{type}[/{name}]]: which members `metas` has, by template, with
 * their types. The types of templates are the vendor's: `basic` is default, `interop` is dcat.
 *
 * fails  err_template_unknown
 *
 * Source: explore-api.md section 1.6.
 */
extern const struct step metadata_templates[];    /* all, or those of one type */
extern const struct step metadata_templates_one[];
