/* /api/portal/v1: overrides of the checks, listed, looked at, taken back. */
#include "core/base/jr.h"
#include "tenants/publishing/override.h"
#include "tenants/publishing/reply.h"

static bool reply_overrides(struct req *r, struct err *e)
{
    static const struct reply_column columns[] = {
        {"id", OVERRIDE_ID, REPLY_TEXT},             {"tenant", OVERRIDE_TENANT, REPLY_TEXT},         {"portal", OVERRIDE_PORTAL, REPLY_TEXT},
        {"host", OVERRIDE_HOST, REPLY_TEXT},         {"dataset_id", OVERRIDE_DATASET, REPLY_TEXT},    {"title", OVERRIDE_TITLE, REPLY_TEXT},
        {"reason", OVERRIDE_REASON, REPLY_TEXT},     {"by", OVERRIDE_BY, REPLY_TEXT},                 {"at", OVERRIDE_MADE, REPLY_TEXT},
        {"seen", OVERRIDE_SEEN, REPLY_TEXT},         {"seen_by", OVERRIDE_SEEN_BY, REPLY_TEXT},       {"revoked", OVERRIDE_REVOKED, REPLY_TEXT},
        {"revoked_by", OVERRIDE_REVOKED_BY, REPLY_TEXT}, {"covers", OVERRIDE_COVERS, REPLY_JSON},     {"open", OVERRIDE_OPEN, REPLY_BOOL},
        {0},
    };
    (void)e;
    return reply_list(r, "overrides", columns);
}

static const struct step own_steps[] = {
    {STEP_WORK, override_work_may, NULL}, {STEP_DB, override_ask_list, NULL}, {STEP_REPLY, reply_overrides, NULL}, {STEP_END, NULL, NULL},
};
static const struct step region_steps[] = {
    {STEP_DB, override_ask_list, NULL}, {STEP_REPLY, reply_overrides, NULL}, {STEP_END, NULL, NULL},
};

static bool read_verb(struct req *r, struct err *e)
{
    const json_t *body = req_body_json(r, e);
    struct override_ask *ask = ARENA_NEW(r->a, struct override_ask);
    ask->id = r->params[0];
    ask->tenant = jr_str(body, "tenant");
    r->state = ask;
    return body != NULL;
}

static bool reply_verb(struct req *r, struct err *e)
{
    const struct override_ask *ask = r->state;
    (void)e;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_BOOL(w, "done", true);
    JW_STR(w, "dataset_id", ask->dataset_id);
    JW_BOOL(w, "closed", ask->closed);
    jw_close(w, '}');
    return true;
}

static const struct step seen_steps[] = {
    {STEP_DB, read_verb, NULL}, {STEP_WORK, override_work_seen, NULL}, {STEP_REPLY, reply_verb, NULL}, {STEP_END, NULL, NULL},
};
static const struct step revoke_steps[] = {
    {STEP_DB, read_verb, NULL}, {STEP_WORK, override_work_revoke, NULL}, {STEP_REPLY, reply_verb, NULL}, {STEP_END, NULL, NULL},
};

/* clang-format off */
#define CALL(method, pattern, access, steps, body, en, fr) \
    {method, "/api/portal/v1" pattern, access, 1, steps, en, DIALECT_PROBLEM, body, CACHE_NONE, fr}

/* Readers pass the door: a data protection officer need be no more than that; the steps look. */
static const struct route routes[] = {
    CALL(HTTP_GET, "/overrides", READER, own_steps, BODY_NONE, "Overrides of the checks of this portal", "Dérogations aux contrôles de ce portail"),
    CALL(HTTP_GET, "/overrides/region", REGION_DPO, region_steps, BODY_NONE, "Overrides of all portals of the region", "Dérogations de tous les portails de la Région"),
    CALL(HTTP_POST, "/overrides/{override}/seen", READER, seen_steps, BODY_JSON, "Say that an override was looked at", "Dire qu’une dérogation a été regardée"),
    CALL(HTTP_POST, "/overrides/{override}/revoke", READER, revoke_steps, BODY_JSON, "Take an override back", "Révoquer une dérogation"),
};
/* clang-format on */
const struct route_table override_route_table = {routes, sizeof routes / sizeof routes[0]};
