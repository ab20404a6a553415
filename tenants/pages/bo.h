#pragma once
#include "tenants/pages/bo_form.h"
#include "tenants/pages/page.h"

/*
 * bo -- what the pages of the back office share: the frame with its menu, the way a form is answered.
 *
 * A page is a body of its own in the frame:
 *
 *     struct buf body = {0};
 *     page_bo_people(&body, r->lang, &data);
 *     bo_reply(r, 200, &(struct bo_page){.title = title, .nav = BO_PEOPLE}, &body);
 *
 * A form is answered by a step table of three: the write, and, where it could not be made for a reason that the
 * person can mend, the same page once more with the reason first and the values kept.
 *
 *     {STEP_WORK, work_invite}, {STEP_DB, ask_people}, {STEP_REPLY, reply_people}
 *
 *     static bool invite(struct req *r, struct conn *c, struct err *e) { … bo_then(r, S("/backoffice/people/?done=invited")); … }
 *     static bool work_invite(struct req *r, struct err *e) { return bo_write(r, invite, e); }
 */
enum bo_nav { BO_HOME, BO_DATASETS, BO_REVIEW, BO_FEDERATION, BO_QUOTAS, BO_PEOPLE, BO_KEYS, BO_BRAND, BO_FRONT,
       BO_PARTNERS, BO_SCHEMAS, BO_OVERRIDES };

struct bo_page {
    struct str title;
    struct str lead;      /* one sentence under the title; may be absent */
    enum bo_nav nav;
    struct str up, up_url; /* the page above, for the trail; may be absent */
    int refresh_s;         /* > 0: asks again after so many seconds; with scripts where the body says data-again (app.js) */
};

/* Answers with the page and frees the body. The sentence of ?done=… and the error of the form stand first. */
void bo_reply(struct req *r, int status, const struct bo_page *p, struct buf *body);

/* What a form's write left for the page: err.kind NULL when there is nothing to mend. */
struct bo_state {
    struct err err;
    struct str then; /* where to go when it is committed */
    bool keep;       /* nothing was refused, yet the form shows what was sent */
    void *own;       /* the handler's */
};
struct bo_state *bo_state(struct req *r); /* made when it is not there */

/* In a STEP_WORK: the guard against foreign forms, one transaction of this portal, the write, commit, 303 to
 * bo_then's address (none: the page answers by itself). A failure that the person can mend (4xx but 401, 403, 404)
 * is kept in bo_state; any other ends the request. */
typedef bool bo_write_fn(struct req *r, struct conn *c, struct err *e);
bool bo_write(struct req *r, bo_write_fn *write, struct err *e);
void bo_then(struct req *r, struct str path);

/* The same around one of the functions that the API has too (tenants/publishing/publish_steps.h), which begins and
 * commits by itself and finds `ask` as the request's state. */
bool bo_call(struct req *r, step_fn *work, void *ask, struct err *e);

/* The status of a page that may carry an error of its form. */
int bo_status(struct req *r);

/* A direct publisher's person: sees and prepares its organisation's datasets, publishes nothing itself. */
static inline bool bo_is_direct(const struct req *r)
{
    return r->who.organisation.text[0] != '\0';
}
static inline bool bo_may_publish(const struct req *r)
{
    return r->who.role >= EDITOR && !bo_is_direct(r);
}
static inline bool bo_may_admin(const struct req *r)
{
    return r->who.role >= ADMIN && !bo_is_direct(r);
}
/* Sees the overrides of all portals below the root (override.h). */
static inline bool bo_watches_region(const struct req *r)
{
    return r->who.is_region && (r->who.role >= ADMIN || r->who.is_dpo);
}
/* The list of overrides that is his; absent: none is. */
static inline struct str bo_overrides_url(const struct req *r)
{
    return bo_watches_region(r)                 ? S("/backoffice/overrides/region/")
           : bo_may_admin(r) || r->who.is_dpo ? S("/backoffice/overrides/")
                                              : STR_NONE;
}
/* For statements: the organisation a person is bound to; absent: all. */
static inline struct str bo_organisation(const struct req *r)
{
    return bo_is_direct(r) ? uuid_str(&r->who.organisation) : STR_NONE;
}
static inline struct str bo_me(const struct req *r)
{
    return uuid_str(&r->who.account);
}

struct str bo_span(struct req *r, int64_t seconds); /* "17 h 35" */
/* "il y a 3 jours", "dans 17 h 35", "dépassé de 5 h". seconds: from now, negative is past. */
struct str bo_ago(struct req *r, int64_t seconds);
struct str bo_left(struct req *r, int64_t seconds);
