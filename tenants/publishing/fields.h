#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"

/*
 * fields -- a dataset's list of fields: what its version's columns are, with the settings that people
 * gave (label, description, annotations) kept by name from one publication to the next.
 *
 * columns: portal.version.columns; settings: the list kept so far, maybe empty. *fields: JSON in the
 * arena, in the columns' order: [{"name", "label", "description", "type", "annotations": {…}}].
 */
bool fields_for(struct arena *a, struct str columns, struct str settings, struct str *fields, struct err *e);
