#pragma once
#include "core/web/request.h"
#include "tenants/publishing/attest.h"
#include "tenants/publishing/publish.h"

/*
 * publish_steps -- what people do with datasets, as STEP_WORK functions: the API's routes and the
 * back-office's pages put a reading step before and a reply behind.
 *
 * A step before fills r->state with a struct publish_ask (publish_ask_new: zeroed, the dataset of the
 * address in it). Each work_ begins and commits its own transaction; the engine has checked the
 * route's access and the form's token. Further rules are kept here, so that no page can forget them:
 * people of one organisation (r->who.organisation) touch its datasets only, submit, and never publish,
 * open, close, withdraw or decide.
 */
struct publish_ask {
    struct str dataset_id;
    const json_t *metas, *fields; /* {"default": …, "dcat": …}; [{"name", "label", …}]; NULL: as they are */
    const json_t *key;            /* names of the key columns; NULL: as they are */
    struct str upload;            /* id; work_draft: a first file that is ready; work_upload: set */
    struct str typed;             /* an upload's rows as CSV (names first, parted by ;), where no file was sent */
    struct str mode, reason, successor, review, article, message;
    bool accept_errors;           /* publish without the rows that were set aside */
    struct attest attest;         /* publish, submit: for the draft's version; its account is the caller's */
    bool accept_shape;            /* publish an update that is held back (contract.h) */
    bool publish;                 /* an upload: published as soon as it is read, unless it is held back */
    struct str steps, reading;    /* JSON, done to an upload, and how it is read; absent: those of the dataset */
    const json_t *again;          /* what is said of an upload that is read again (correct.h) */
    /* set by work_ */
    struct uuid dataset, made;    /* made: the upload or the review */
    struct publish_done done;
    unsigned missing;             /* headings (meta.h), after work_draft */
    bool is_new;
};
struct publish_ask *publish_ask_new(struct req *r);

/* Whose dataset it is, and that nobody changes what waits for its answer: for steps of other files. */
struct dataset_row;
bool publish_may_prepare(struct req *r, struct conn *c, const struct dataset_row *d, struct err *e);
/* req_begin for what people of one organisation never do by themselves. fails err_review_needed */
struct conn *publish_begin_decision(struct req *r, struct err *e);
/* The organisation whose datasets alone the caller sees, as a statement's parameter; absent: all. */
struct str publish_bound_to(const struct req *r);

bool publish_work_upload(struct req *r, struct err *e);   /* r->upload, dataset_id or absent, mode -> made */
bool publish_work_again(struct req *r, struct err *e);    /* upload, again */
bool publish_work_draft(struct req *r, struct err *e);    /* makes the dataset where there is none */
bool publish_work_publish(struct req *r, struct err *e);
bool publish_work_open(struct req *r, struct err *e);
bool publish_work_close(struct req *r, struct err *e);
bool publish_work_withdraw(struct req *r, struct err *e); /* reason, successor */
bool publish_work_submit(struct req *r, struct err *e);   /* -> made */
bool publish_work_accept(struct req *r, struct err *e);   /* review */
bool publish_work_refuse(struct req *r, struct err *e);   /* review, article, message */

/* STEP_REPLY after a decision: {"done": true} and what it published or which review it made. */
bool publish_reply(struct req *r, struct err *e);

extern const struct route_table publishing_route_table;   /* /api/portal/v1 (publish_api.c) */
