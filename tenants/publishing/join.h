#pragma once
#include <jansson.h>

#include "core/data/step/step.h"
#include "core/db/conn.h"

/*
 * join -- what the join steps of a file look up, written by the worker for the sealed child: one file in
 * memory for each, CSV without header, the key and then the columns taken (core/data/step/step.h).
 *
 * Only rows of this portal, and only those that the sender may read: one of another portal, a closed one
 * of another organisation, or a copy that shows some rows only is as one that is not there.
 * Blocking, inside the caller's transaction of that tenant.
 */
enum { JOIN_BYTES_MAX = 32 << 20 };

struct joins {
    int fds[STEP_JOINS_MAX];
    size_t n;
    uint64_t bytes;
    json_t *named; /* what is kept of each (join_dataset.sql) */
};

/* organisation: the one that the sender is bound to, or absent.
 * fails err_steps_many, err_step_*, err_step_dataset, err_step_join_size */
bool joins_open(struct conn *c, const struct uuid *tenant, struct str organisation, const json_t *steps, struct joins *out,
                struct err *e);
void joins_close(struct joins *j);
