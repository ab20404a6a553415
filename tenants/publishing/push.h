#pragma once
#include <jansson.h>

#include "core/db/job.h"
#include "core/web/request.h"

/*
 * push -- records that programs send, one or ten thousand at a time, and their way into a version.
 *
 * A push commits to portal.push_batch and is answered at once; push_job folds what waits into one
 * new version, at most every PUSH_REST_S and never more often than ten times what the last fold
 * took. The records go through the sandboxed reader like a file that is added (intake.h), so that
 * types, personal data and schema are looked at in the same way; then they take the place of the
 * rows with the same key, where the dataset declares one. Everything stands or falls with one
 * transaction: a worker killed at any line loses nothing and adds nothing twice.
 */
enum { PUSH_BYTES_MAX = 5 << 20, PUSH_RECORDS_MAX = 10000, PUSH_REST_S = 30 };

struct push_new {
    struct str dataset_id, key, body, account; /* key: Idempotency-Key; body: JSON */
    bool removes;                              /* body is a list of keys */
    bool by_values; /* … or of whole rows, where the dataset declares no key: all rows that are the same go */
};

/* Records of a body; 0: refused. removes: what a list of keys may hold; nkeys: columns of the key.
 * fails err_json_invalid, err_push_body */
int64_t push_count(struct str body, bool removes, size_t nkeys, struct err *e);

/* Inside the caller's transaction of that tenant. Its bytes count as today's update. The same key
 * and body give the same batch and add nothing. Files inside records: push_files.h. fails err_push_*, err_dataset_unknown,
 * err_dataset_is_copy, err_append_first, err_quota_* */
bool push_add(struct conn *c, struct arena *a, const struct uuid *tenant,
              const struct push_new *new, struct uuid *batch, int64_t *records, struct err *e);

/* A batch that waits is taken back: its records go, its key stays used, those behind it are tried at once. In the
 * caller's transaction. fails err_dataset_unknown, err_push_unknown, err_push_over */
bool push_drop(struct conn *c, struct arena *a, const struct uuid *tenant, struct str dataset_id,
               struct str batch, struct str account, struct err *e);

job_fn push_job; /* push_fold.c */

/* STEP_WORK (the back office too): params[0] the dataset; the batch in params[1], else the form's `batch`. */
bool push_work_drop(struct req *r, struct err *e);

/* …/datasets/{dataset}/push (push_api.c); the former portal's /api/push/1.0/{dataset}/{resource}/push, …/delete and
 * …/{record}/delete (push_former.c) */
extern const struct route_table push_route_table, push_former_route_table;

/* STEP_WORK: the batch of the request's body, or of `body`; what was taken is r->state of push_reply_taken. */
struct push_done {
    struct uuid batch;
    int64_t records;
};
bool push_work(struct req *r, const struct push_new *new, struct err *e); /* its dataset, account: the request's */
bool push_read_body(struct req *r, struct str *body, struct err *e);
