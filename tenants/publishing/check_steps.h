#pragma once
#include "core/web/request.h"
#include "tenants/publishing/registry.h"

/*
 * check_steps -- what people do about schemas, findings and reasons, as STEP_WORK functions for the API and the pages.
 *
 * As publish_steps.h: a step before puts a struct check_ask into r->state; each work_ begins and commits its own
 * transaction. People of one organisation touch its datasets only.
 */
struct check_ask {
    struct str dataset_id;
    struct str reason_id, text;   /* of an override; text: of a new legal reason as well */
    struct str schema;            /* a name; absent: none */
    struct registry_new new;      /* work_add */
    struct registry_added added;  /* set by work_add */
    struct str theme, licence;    /* work_advise: a theme's code; licence absent: no advice */
    struct str threshold;         /* work_threshold: 2 to 100 */
    struct uuid made;             /* set by work_reason_add */
};

bool check_work_override(struct req *r, struct err *e);      /* dataset_id, reason_id or text */
bool check_work_override_revoke(struct req *r, struct err *e); /* dataset_id */
bool check_work_conform(struct req *r, struct err *e);       /* dataset_id, schema */
bool check_work_schema_add(struct req *r, struct err *e);    /* new; the region */
bool check_work_reason_add(struct req *r, struct err *e);    /* text, schema; the region */
bool check_work_reason_retire(struct req *r, struct err *e); /* reason_id; the region */
bool check_work_advise(struct req *r, struct err *e);        /* theme, licence; the region */

bool check_work_threshold(struct req *r, struct err *e);     /* threshold; the region */

/* Words of one's own are the region's administrators' and the data protection officer's. */
bool check_may_write(struct req *r, struct conn *c, bool *may, struct err *e);

extern const struct route_table check_route_table; /* /api/portal/v1 (check_api.c) */
