#pragma once
#include <jansson.h>

#include "core/base/markup.h"
#include "core/web/request.h"

/*
 * bo_choice -- which of the tables in a file is read, and how: a form of what it holds to choose from (sheets, files of an archive,
 * layers, a path, the row of names, the separator, the encoding). Below the preview, and where a file was refused.
 */

/* found: the reader's report, or what a refused file said beside its error (fault.h); borrowed. folded: behind a summary.
 * bo_upload's row is call 0. Empty where there is nothing to choose. */
struct markup bo_choice(struct req *r, const json_t *found, bool folded);

/* STEP_WORK of the form: the same file is read again. */
bool bo_choice_work(struct req *r, struct err *e);
