#pragma once
#include "core/web/step.h"

/* bo_routes -- the step tables of the back office, as bo_routes.c lists them with their addresses. */
extern const struct step bo_home[], bo_datasets[], bo_people[], bo_people_invite[], bo_people_change[], bo_people_link[],
    bo_keys[], bo_keys_add[], bo_keys_revoke[], bo_partners[], bo_partners_new[], bo_partners_add[], bo_brand[],
    bo_brand_save[], bo_review[], bo_review_one[], bo_review_decide[], bo_quotas[], bo_quotas_set[], bo_quotas_lend[],
    bo_quotas_answer[], bo_brand_logo[];
