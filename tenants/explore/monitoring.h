#pragma once
#include "core/web/step.h"

/*
 * monitoring -- GET /api/explore/v2.1/monitoring/datasets/ods-datasets-monitoring/records: for administrators of the
 * portal, one row a dataset with what is counted: {"total_count", "results": [{"dataset_id", "title", "visibility",
 * "records_count", "records_set_aside", "attachment_count", "modified", "data_processed"}]}.
 *
 * where, refine, order_by, limit (100 at most) and offset are those of the catalogue.
 *
 * Source: explore-api.md section 7.
 */
extern const struct step monitoring_datasets[];
