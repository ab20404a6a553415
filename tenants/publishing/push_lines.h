#pragma once
#include <jansson.h>

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/db/conn.h"

/*
 * push_lines -- batches that wait, as lines of a file for the reader, and what it says of the lines
 * as records.
 *
 * The oldest batches of one kind, some 50,000 records of them; after a fold that was held back the
 * oldest alone, so that one which does not pass is found and the others are told apart from it. The
 * rows of the batches stay locked until the caller's transaction ends: nobody takes one back
 * meanwhile (push.h).
 */
struct push_batch {
    struct uuid id;
    int64_t records;
    json_t *aside; /* [{"record", "fault"} or {"record", "field", "value", "reason"}] */
};

/* Where a record stands in the file. */
struct push_place {
    uint64_t line;
    size_t batch;
    int64_t record;
};

struct push_lines {
    struct arena a;
    struct uuid tenant, dataset;
    struct str dataset_id, account; /* account: who pushed last */
    struct push_batch *batches;
    size_t nbatches;
    struct push_place *places;
    size_t nplaces;
    bool removes;
    json_t *key;    /* names of the key columns; empty: rows are added */
    struct buf csv; /* heading and lines */
};

/* What waits; nbatches 0: nothing. `tenant` and `dataset` are set. */
bool push_lines_take(struct push_lines *l, struct conn *c, struct err *e);
/* columns: of the version that is added to. A record that has no line is set aside in its batch. */
bool push_lines_write(struct push_lines *l, struct conn *c, const json_t *columns, struct err *e);
/* The reader's rows set aside, into their batches. */
void push_lines_note(struct push_lines *l, const json_t *report);
/* Folded; what waits behind is tried again. Batches folded 30 days ago are forgotten. */
bool push_lines_mark(struct push_lines *l, struct conn *c, struct err *e);
void push_lines_free(struct push_lines *l);
