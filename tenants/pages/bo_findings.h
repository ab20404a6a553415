#pragma once
#include <jansson.h>

#include "core/base/markup.h"
#include "core/web/request.h"

/*
 * bo_findings -- what the checks found in a file, in plain words, grouped, with rows: for the preview, the check before
 * publication and the dataset's own page. The template is of its own, so that any page takes it as html.
 *
 * report: the reader's report, or {"schema", "personal": {"findings"}, "secrecy": {"findings"}} made of a version's row.
 * uncovered: [{"kind", "column"}] that still stop opening; NULL: nothing is covered yet.
 * rows_url: where what the schema finds in rows is corrected; absent: nowhere from here.
 */
struct markup bo_findings(struct req *r, const json_t *report, const json_t *uncovered, struct str rows_url);
