#pragma once
#include "core/base/markup.h"
#include "core/web/request.h"

/*
 * bo_wizard -- the steps of publishing, in order: file, preview, description, check.
 *
 * A first file belongs to no dataset until it is described (/backoffice/datasets/new/{upload}); a file
 * for a dataset that is there goes through /backoffice/datasets/{dataset}/preview to its check.
 */
struct markup bo_steps(struct req *r, int step); /* 1 to 4 */

/* "/backoffice/datasets/{dataset}/<tail>", in the arena. */
struct str bo_dataset_url(struct req *r, struct str dataset_id, const char *tail);
