#pragma once
#include "core/data/query/compare.h"
#include "core/web/request.h"
#include "tenants/publishing/publish.h"

/*
 * history -- the versions an origin had: listed, compared, brought back (the last three, and all of 24 hours).
 *
 * Comparing from a request takes two steps that ask and one that reads:
 *
 *     {STEP_DB, history_ask_pair}, {STEP_DB, history_ask_rows}, {STEP_REPLY, …history_read(r, &h, e)…}
 *
 * What is compared was found under the caller's own rights: a version is named by its number within a dataset of
 * the portal, and people of one organisation see its datasets only.
 */
struct history_side {
    int64_t number, rows, bytes;
    size_t columns;
    struct uuid version;
    struct str published, state;
};

struct history {
    struct history_side before, after;
    json_t *columns;   /* compare_columns; released with the request */
    json_t *key;       /* names */
    enum compare_by by;
    bool counted;      /* false: too many rows to compare now */
    int64_t added, removed, changed;
};

enum { HISTORY_ROWS_MAX = 2000000 };

/* params[0]: the dataset, params[1]: the number, ?with=: the other (else the newest). */
bool history_ask_pair(struct req *r, struct err *e);
bool history_ask_rows(struct req *r, struct err *e); /* sets r->state */
struct history *history_read(struct req *r);         /* r->state, counted */

/* The same, blocking, for the command line (as terrasse_worker). fails err_version_unknown, err_version_gone */
bool history_compare(struct conn *c, struct arena *a, const struct uuid *tenant, struct str dataset_id, struct str number,
                     struct str other, struct history *out, struct err *e);
void history_free(struct history *h);

/* Version `number` is published again, as a publication like any other but for today's updates: nothing came in.
 * fails err_version_unknown, err_version_now, err_version_gone (frozen or dropped), err_draft_waits, those of
 * publish_draft */
bool history_restore(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str number, struct str account,
                     struct publish_done *done, struct err *e);

/* What waits in the draft is thrown away; what is published stays. fails err_draft_missing, err_not_published */
bool history_discard(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account, struct err *e);

/* STEP_WORK, with a struct publish_ask (publish_steps.h): `upload` holds the number. */
bool history_work_restore(struct req *r, struct err *e);
bool history_work_discard(struct req *r, struct err *e);

extern const struct route_table history_route_table;
