#pragma once
#include "core/db/conn.h"

/*
 * dataset -- making datasets and what their next publication will be. Blocking, inside the caller's
 * transaction of that tenant (CLI, worker, STEP_WORK).
 */
struct dataset_new {
    struct str dataset_id;    /* in addresses; absent: made from the title */
    struct str title;
    struct uuid organisation; /* the producer */
};

struct dataset_row {
    struct uuid id, organisation, version, draft_version;
    struct str dataset_id, state, visibility, metas, fields, draft_metas, draft_fields, draft_mode;
    struct str steps, draft_steps; /* core/data/step/step.h; draft_steps may be absent: as the dataset's */
    struct str reading;            /* {"sheet": …} (core/data/intake/reader.h): of the draft, else of the dataset */
    int64_t revision, records;
    bool is_origin, has_draft;
};

/* Closed, unpublished, with an empty draft. Its identifier is built once from the tenant's present
 * host and never again. fails err_dataset_id_invalid, err_dataset_taken */
bool dataset_add(struct conn *c, const struct uuid *tenant, const struct dataset_new *new, struct uuid *id,
                 struct err *e);

/* By its public id, whatever its state; locks the row. fails err_dataset_unknown */
bool dataset_lock(struct conn *c, struct arena *a, const struct uuid *tenant, struct str dataset_id,
                  struct dataset_row *out, struct err *e);

/* The same without the lock: what a file is read against. */
bool dataset_find(struct conn *c, struct arena *a, const struct uuid *tenant, struct str dataset_id,
                  struct dataset_row *out, struct err *e);

/* Replaces the draft's description (cleaned by meta_clean) and field settings; absent: as they are. */
bool dataset_draft(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct str metas,
                   struct str fields, struct str account, struct err *e);

/* The draft will publish this version. mode: "replace" or "append"; diff: JSON of what will change. */
bool dataset_draft_version(struct conn *c, const struct uuid *tenant, const struct uuid *dataset,
                           const struct uuid *version, struct str upload, struct str mode, struct str diff,
                           struct err *e);
