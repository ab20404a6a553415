#pragma once
#include <jansson.h>

#include "core/base/err.h"

/*
 * correct -- what a person says of one file after it was read: cells corrected, rows left out, other types,
 * other steps. Kept with the upload, done again each time the file is read (core/data/step/step.h); the file
 * itself is never changed.
 *
 * asked: {"fields": [{"name", "type", "format", "bad", "label", "annotate": {"multivalued": "|"}…}], "steps": […], "corrections": [{"line", "column", "value"}],
 * "left_out": [line], "reset": true, "reading": {"sheet", "header_row", "member", "path", "layer", "separator", "encoding",
 * "header"}}; fields and reading as in core/data/intake/reader.h;
 * annotate changes those annotations of the column and leaves the others ("annotations" replaces them all; null takes one away).
 * steps and reading replace those of before; fields, corrections and rows left out are added (a field named or a cell
 * corrected twice has the last word; the type "auto" has its column recognised anew), reset forgets the
 * corrections and rows left out of before.
 */
/* The upload's options from now on, a new reference; NULL: err_correction_form, err_step_*, err_steps_many. */
json_t *correct_merge(const json_t *options, const json_t *asked, struct err *e);
