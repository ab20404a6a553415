#pragma once
#include "core/db/conn.h"

/*
 * publish -- the one transaction that makes a draft what everybody reads, and its neighbours that
 * open, close and withdraw. Blocking, inside the caller's transaction of that tenant; the caller
 * commits. The outbox event is written here, in the same transaction (federation only consumes it).
 *
 * Order: dataset row locked, gates (the ten headings, attest.h, check.h where it is or becomes open), quotas (the
 * pool's row is locked last, for
 * milliseconds), pointer flipped, catalogue row, outbox, draft gone, generations raised.
 */
struct publish_done {
    struct uuid dataset;
    int64_t revision, records;
    bool is_open;
};

/* account: absent for the operator. fails err_draft_missing, err_draft_not_read, err_metadata_missing,
 * err_dataset_is_copy, err_quota_* */
bool publish_draft(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account,
                   struct publish_done *done, struct err *e);

/* The same, with what it adds to today's updates said by the caller (R62): pushed bytes alone, nothing for a version
 * that comes back. update_bytes < 0: as publish_draft. */
bool publish_draft_counting(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account,
                            int64_t update_bytes, struct publish_done *done, struct err *e);

/* The same for an update that nobody looks at, sent by a program or fetched: also refused while rows of its file were
 * set aside, unless accept_aside. fails err_rows_aside, err_update_held (contract.h) and those of publish_draft */
bool publish_update(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account, bool accept_aside,
                    struct publish_done *done, struct err *e);
/* fails err_rows_aside: the draft's file left rows aside. */
bool publish_aside(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct err *e);

/* Visibility changes only here, never by a field of another write (I43). What is closed or withdrawn hides its copies on the
 * other portals of this installation in the same transaction (portal.hide_copies); the worker tidies them. */
bool publish_open(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account,
                  struct err *e); /* err_not_published */
bool publish_close(struct conn *c, const struct uuid *tenant, struct str dataset_id, struct str account,
                   struct err *e);
/* Withdrawn for good, with a reason that stays public; the address is not given again, and answers 410 where it was open.
 * fails err_successor_unknown */
struct publish_end {
    struct str reason;
    struct str successor; /* public id of the open data set of this portal that replaces it; may be absent */
};
bool publish_withdraw(struct conn *c, const struct uuid *tenant, struct str dataset_id, const struct publish_end *end,
                      struct str account, struct err *e);

/* What others need of the same transaction: a dataset's row in the catalogue made anew from its row, its files asked for
 * (exports_ask.h), its tenant's generation raised. Federation calls it for copies. */
bool publish_catalogue(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct err *e);
bool publish_outbox(struct conn *c, const struct uuid *tenant, const struct uuid *dataset, struct str kind,
                    struct err *e);
