#pragma once
#include "tenants/publishing/dataset.h"
#include "tenants/publishing/load.h"

/*
 * intake -- a file for a dataset: read against what the dataset is, loaded, and put into its draft with
 * what will change. What the command line and the worker do alike; blocking, inside the caller's
 * transaction of that tenant, as terrasse_worker.
 *
 *   intake_plan    before: names, types and settings that are kept, ceilings
 *   intake_load    the two readings
 *   intake_draft   after: the draft's version, fields and difference
 *
 * An update keeps names, types, labels and annotations by name; what is given anew wins.
 */
struct intake {
    struct arena a;
    struct uuid tenant;
    struct dataset_row d;  /* zeroed: a new dataset */
    bool is_new, append;
    json_t *given;         /* fields as somebody gave them now; may be NULL */
    json_t *noted;         /* fields whose "annotate" alone counts: given with a first file, before its dataset was made; may be NULL */
    const json_t *extra;   /* of this file: {"corrections", "left_out", "steps"} (core/data/step/step.h),
                            * {"reading": which table of it, and how (core/data/intake/reader.h)}, {"read_as": the same, of
                            * a file that we wrote, for it alone}; may be NULL */
    struct str bound;      /* organisation that the sender is bound to: what joins may look up; absent: all */
    json_t *steps;         /* done to it: those of `extra`, else those done to the last one */
    json_t *reading;       /* of `extra`, else as the last one was read; kept for the next */
    json_t *found;         /* of a file that was refused: what it holds to choose from (reader.h); NULL: nothing is known */
    json_t *kept;          /* settings of the draft, else of the dataset */
    json_t *columns;       /* of the version that is published now; NULL: none */
    struct uuid version;   /* that version */
    int64_t rows, bytes;   /* of it */
    int64_t most_rows, update_left;
    struct str schema;     /* declared now; absent: the dataset's own, else the one that fits */
    bool is_pushed;        /* records of the push API: written as it says, whatever the files of the dataset do */
    bool none_kept;        /* a file whose rows are all set aside is read all the same */
    bool accept_aside;     /* false: rows set aside refuse the file (err_rows_aside) */
    void (*on_progress)(uint64_t rows, uint64_t bytes, void *context); /* bytes of the file */
    void *context;
    bool (*settle)(struct conn *c, const struct uuid *id, const json_t *report, void *context, int64_t *rows,
                   struct err *e); /* load.h; its context is the intake */
    uint64_t size_bytes, rows_expected; /* set by the reading, for progress */
    struct loaded loaded;
};

/* What of it says how a file is read, and nothing else. */
json_t *intake_reading(const json_t *asked);

/* Zeroed, then extra, bound, accept_aside, on_progress, context set. fields: META.json's list, or NULL.
 * fails err_append_first, err_dataset_is_copy, err_quota_update */
bool intake_plan(struct intake *in, struct conn *c, const struct uuid *tenant, struct str dataset_id, const json_t *fields,
                 bool append, struct err *e);

/* fails err_reading_gone: the file has not the table that the last one was read at */
bool intake_load(struct intake *in, struct conn *c, int fd, uint64_t size_bytes, struct err *e);

/* The dataset exists by now (dataset: its id). upload: its id, or absent. Others may have published in
 * between: adding rows then fails with err_conflict. */
bool intake_draft(struct intake *in, struct conn *c, const struct uuid *dataset, struct str upload, struct str account,
                  struct err *e);

/* What will change, as JSON: {"mode", "rows": {"before", "after"}, "columns": {"added": [], "dropped": [],
 * "retyped": [{"name", "from", "to"}], "broken": […]}, "doubles": n, "aside": n, "left_out": n, "held": …}: held is
 * an update that breaks the contract (contract.h). */
bool intake_diff(struct intake *in, struct conn *c, struct str *diff, struct err *e);

/* fails err_rows_aside: rows of the file were set aside. */
bool intake_whole(const struct intake *in, struct err *e);

/* The steps, how the file is read and the number of rows left out, into the draft; intake_draft has done it. */
bool intake_draft_steps(struct intake *in, struct conn *c, const struct uuid *dataset, struct err *e);

/* The fields of the next publication, from loaded.report's columns, given and kept; in the arena. */
struct str intake_settings(struct intake *in);
/* A given type that the column does not have asks for another reading: err_field_type. */
bool intake_types_agree(const struct intake *in, struct err *e);

void intake_free(struct intake *in);
