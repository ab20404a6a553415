#pragma once
#include "core/db/conn.h"

/* organisation -- the producers named on a portal's datasets (R37, R49). */
struct organisation_new {
    struct str name, siren, url, email, spatial, granularity; /* all but the name may be absent */
};

/* Makes one, its slug from its name; inside a transaction of that tenant. fails err_name_invalid,
 * err_siren_invalid, err_conflict */
bool organisation_add(struct conn *c, const struct uuid *tenant, const struct organisation_new *new,
                      struct uuid *id, struct err *e);

/* The one of that exact name, made when there is none. */
bool organisation_named(struct conn *c, const struct uuid *tenant, struct str name, struct uuid *id,
                        struct err *e);

/* A PNG of at most 256 KB and 1024 px a side, checked by its own chunks; the id of portal.image. */
bool organisation_image(struct conn *c, const struct uuid *tenant, struct str png, struct uuid *id,
                        struct err *e);
