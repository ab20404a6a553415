#pragma once
#include <jansson.h>

#include "core/web/request.h"

/* bo_checks -- what bo_findings takes, made of checks_of_dataset.sql's row 0 of result `call`; to be released. */
json_t *bo_checks_report(struct req *r, unsigned call);
