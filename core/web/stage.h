#pragma once
#include "core/web/cache.h"
#include "core/web/request.h"

/*
 * stage -- what every request passes before its route's own steps, as one table.
 *
 *     system and host -> throttle -> route -> auth -> access -> quota -> cache -> steps
 *
 * A stage's function never waits. STAGE_STEPS runs the stage's own step table (auth asks the
 * database for a session it does not know) and then goes on with the next stage. Higher floors
 * fill their places through struct web_hooks; an empty hook is a stage that lets everybody by.
 */
enum stage_result {
    STAGE_NEXT,
    STAGE_DONE,  /* answered: req_reply, req_redirect… was called */
    STAGE_STEPS, /* run `steps`, then the next stage */
    STAGE_WAIT,  /* parked (an identical request is being answered); core/web only */
    STAGE_FAIL,  /* *e says why */
};

typedef enum stage_result stage_fn(struct req *r, struct err *e);

struct stage {
    const char *name;
    stage_fn *fn;
    const struct step *steps;
};

/* Set by tools/cli/main.c. Every member may be NULL. */
struct web_hooks {
    struct stage auth;                                    /* tenants/people: sets r->who */
    bool (*quota_spend)(struct req *r, struct err *e);    /* route->cost calls; false: refused, *e */
    void (*quota_give_back)(struct req *r);               /* the answer was 304, 429 or 5xx */
    void (*rate_headers)(struct req *r, struct buf *lines); /* "name: value\r\n" each; after the cache */
    void (*settled)(struct req *r, int status, uint64_t bytes); /* usage; before r is freed */
    /* The whole HTML page of an error; it may call req_redirect instead (401: to the sign-in page).
     * False: the plain page is written. */
    bool (*error_page)(struct req *r, const struct err *e, struct buf *body);
    /* The body of a refusal whose shape the kind alone does not give (429 of the quota, Explore
     * API). True: it was written and *content_type set. */
    bool (*error_body)(struct req *r, const struct err *e, struct buf *body, struct str *content_type);
};

extern const struct stage web_stages[];
extern const size_t web_stages_n;
