#pragma once
#include "core/web/request.h"

/* v1_echo -- {"dataset": …, "rows": …, "start": …, "format": "json", "timezone": …}: what was asked, with
 * refine.F gathered under "refine"; one value is a text, several are a list. explore-api.md section 3. */
void v1_echo(struct req *r, struct jw *w, struct str dataset_id, int64_t rows, int64_t start);
