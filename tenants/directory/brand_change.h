#pragma once
#include <jansson.h>

#include "core/db/conn.h"

/* brand_change -- gives a portal another name, look or logo; the pages follow at their next request. */
struct brand_new {
    struct str name;     /* absent: as it is */
    json_t *theme;       /* members of brand.h to change, null to remove one; NULL: as it is */
    struct str logo_png; /* bytes; absent: as it is */
};

/* Blocking, inside a transaction that has entered the tenant.
 * fails  as brand_check and organisation_image, err_name_invalid */
bool brand_change(struct conn *c, struct arena *a, const struct uuid *tenant, const struct brand_new *new,
                  struct err *e);
