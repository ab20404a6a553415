#pragma once
#include <jansson.h>

#include "core/db/conn.h"
#include "core/web/request.h"
#include "core/web/step.h"

/*
 * bo_brand -- the look of the portal: what its page and the front page's editor share. Within a bo_write.
 */
extern const struct step bo_brand_frame[], bo_brand_sheet[], bo_brand_draft[], bo_front[], bo_front_save[];

/* Lays the members of `changes` over the look as it is stored (null: taken away), checks the whole (brand.h) and keeps it. */
bool bo_brand_store(struct req *r, struct conn *c, json_t *changes, struct err *e);
