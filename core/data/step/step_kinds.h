#pragma once
#include "core/data/step/step_inner.h"

/* step_kinds -- the functions that the table of kinds (step.c) names; step_columns.c, step_rows.c, step_join.c. */
typedef bool step_prepare_fn(struct steps *all, struct step *s, struct err *e);
typedef enum record_gone step_apply_fn(struct steps *all, struct step *s);

step_prepare_fn step_prepare_rename, step_prepare_type, step_prepare_split, step_prepare_point, step_prepare_filter,
    step_prepare_concatenate, step_prepare_replace, step_prepare_deduplicate, step_prepare_fill, step_prepare_keep,
    step_prepare_drop, step_prepare_join, step_prepare_group;
step_apply_fn step_apply_split, step_apply_point, step_apply_filter, step_apply_concatenate, step_apply_replace,
    step_apply_deduplicate, step_apply_fill, step_apply_stay, step_apply_join,
    step_apply_group;

void step_seen_reset(struct step_seen *seen);
void step_seen_free(struct step_seen *seen);
void step_book_free(struct step_book *book);
bool step_group_next(struct steps *all, const struct step *s, struct record *out); /* false: there are no more */
void step_groups_reset(struct step_groups *g);
void step_groups_free(struct step_groups *g);
