#pragma once
#include <jansson.h>

#include "tenants/pages/page.h"

/*
 * bo_step_kinds -- the steps of core/data/step/step.h as a person chooses them: what each is called, what its form asks, and
 * the sentence that says one that is there.
 */
enum bo_step_sort { BO_STEP_COLUMN, BO_STEP_MAYBE_COLUMN, BO_STEP_COLUMNS, BO_STEP_TEXT, BO_STEP_NAMES,
       BO_STEP_WHICH, BO_STEP_TYPE, BO_STEP_FLAG };

enum { BO_STEP_PARAMS = 5 };
struct bo_step_param {
    const char *key; /* of the step; NULL ends them */
    enum bo_step_sort sort;
    enum text_key label;
};
struct bo_step_kind {
    const char *name;
    enum text_key label, help;
    struct bo_step_param params[BO_STEP_PARAMS];
};
extern const struct bo_step_kind bo_step_kinds[]; /* name NULL ends them */
const struct bo_step_kind *bo_step_kind(struct str name); /* NULL: none */

struct bo_step_choice {
    const char *value;
    enum text_key label;
};
extern const struct bo_step_choice bo_step_filters[], bo_step_types[]; /* value NULL ends them */

/* "Renommer : Nom complet → Nom", in the arena. */
struct str bo_step_said(struct req *r, const json_t *step);
/* The step that a form describes; a new reference. What it lacks is told by steps_check. */
json_t *bo_step_from_form(struct req *r, const struct bo_step_kind *kind);
