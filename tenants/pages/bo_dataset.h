#pragma once
#include <jansson.h>

#include "core/web/request.h"

/* bo_dataset -- one dataset as its pages need it: bo_dataset.sql's columns, asked by bo_dataset_ask (call 0). */
enum bo_dataset_column {
    DS_ID, DS_PRODUCER, DS_STATE, DS_VISIBILITY, DS_METAS, DS_FIELDS, DS_ROWS, DS_IS_ORIGIN, DS_SOURCE, DS_HAS_DRAFT,
    DS_DRAFT_VERSION, DS_MODE, DS_DIFF, DS_COLUMNS, DS_UPLOAD_STATE, DS_UPLOAD_ERROR, DS_ASIDE, DS_REVIEW, DS_ARTICLE,
    DS_MESSAGE, DS_DEADLINE, DS_LEFT, DS_KEY, DS_NEXT_ROWS, DS_PROCESSED, DS_VERSION, DS_REASON, DS_REPORT, DS_ORGANISATION,
    DS_REVIEW_ID, DS_QUESTION,
};

bool bo_dataset_ask(struct req *r, struct err *e);
bool bo_dataset_is_there(struct req *r, struct err *e); /* fails err_dataset_unknown */
/* A JSON column, to be released; NULL where it is NULL. */
json_t *bo_dataset_json(struct req *r, enum bo_dataset_column column);
struct str bo_dataset_title(struct req *r, const json_t *metas);
