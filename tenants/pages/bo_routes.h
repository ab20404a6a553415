#pragma once
#include "core/web/step.h"

/* bo_routes -- the step tables of the back office, as bo_routes.c lists them with their addresses. */
extern const struct step bo_home[], bo_datasets[], bo_people[], bo_people_invite[], bo_people_change[],
    bo_people_link[], bo_keys[], bo_keys_add[], bo_keys_revoke[], bo_keys_renew[], bo_partners[], bo_partners_new[],
    bo_partners_add[], bo_partner[], bo_partner_contact[], bo_partner_contact_remove[], bo_partner_figures[],
    bo_brand[], bo_brand_save[], bo_review[], bo_review_one[], bo_review_decide[], bo_review_ask[], bo_review_go_on[],
    bo_dataset_answer[], bo_quotas[], bo_quotas_set[], bo_quotas_lend[], bo_quotas_answer[], bo_file[], bo_file_send[],
    bo_preview[], bo_reading[], bo_types[], bo_describe_first[], bo_describe_first_save[], bo_describe[], bo_describe_save[],
    bo_check[], bo_publish[], bo_submit[], bo_dataset[], bo_dataset_open[], bo_dataset_close[], bo_dataset_withdraw[],
    bo_fields[], bo_fields_save[], bo_version[], bo_version_restore[], bo_discard[], bo_checks[], bo_checks_override[],
    bo_checks_revoke[], bo_checks_schema[], bo_schemas[], bo_schemas_add[], bo_schemas_reason[], bo_schemas_retire[],
    bo_schemas_advice[], bo_impact[], bo_schemas_threshold[], bo_overrides[], bo_overrides_region[],
    bo_overrides_seen[], bo_overrides_revoke[], bo_attachments[], bo_attachments_add[], bo_attachments_remove[],
    bo_source[], bo_source_put[], bo_source_run[], bo_source_remove[], bo_push[], bo_push_drop[], bo_rows[],
    bo_rows_save[], bo_grid[], bo_grid_save[], bo_processing[], bo_processing_save[];

/* One dataset's page behind a refused form: the questions, the page (bo_dataset.c). */
step_fn bo_dataset_page_ask, bo_dataset_page;
