/* /api/portal/v1: overrides of the checks, listed, looked at, taken back. */
#include "core/base/jr.h"
#include "tenants/publishing/override.h"

static bool reply_list(struct req *r, struct err *e)
{
    static const struct {
        const char *name;
        enum override_column column;
    } words[] = {{"id", OVERRIDE_ID},         {"tenant", OVERRIDE_TENANT}, {"portal", OVERRIDE_PORTAL}, {"host", OVERRIDE_HOST},
                 {"dataset_id", OVERRIDE_DATASET}, {"title", OVERRIDE_TITLE}, {"reason", OVERRIDE_REASON}, {"by", OVERRIDE_BY},
                 {"at", OVERRIDE_MADE},       {"seen", OVERRIDE_SEEN},     {"seen_by", OVERRIDE_SEEN_BY},
                 {"revoked", OVERRIDE_REVOKED}, {"revoked_by", OVERRIDE_REVOKED_BY}};
    (void)e;
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    jw_key(w, S("overrides"));
    jw_open(w, '[');
    for (size_t i = 0; i < req_rows(r, 0); i++) {
        jw_open(w, '{');
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
            jw_key(w, str_of(words[k].name));
            jw_str(w, req_col(r, 0, i, words[k].column));
        }
        JW_RAW(w, "covers", req_col(r, 0, i, OVERRIDE_COVERS));
        JW_BOOL(w, "open", batch_bool(&r->batch, 0, i, OVERRIDE_OPEN));
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
    return true;
}

static const struct step own_steps[] = {
    {STEP_WORK, override_work_may, NULL}, {STEP_DB, override_ask_list, NULL}, {STEP_REPLY, reply_list, NULL}, {STEP_END, NULL, NULL},
};
static const struct step region_steps[] = {
    {STEP_DB, override_ask_list, NULL}, {STEP_REPLY, reply_list, NULL}, {STEP_END, NULL, NULL},
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

static bool reply_done(struct req *r, struct err *e)
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
    {STEP_DB, read_verb, NULL}, {STEP_WORK, override_work_seen, NULL}, {STEP_REPLY, reply_done, NULL}, {STEP_END, NULL, NULL},
};
static const struct step revoke_steps[] = {
    {STEP_DB, read_verb, NULL}, {STEP_WORK, override_work_revoke, NULL}, {STEP_REPLY, reply_done, NULL}, {STEP_END, NULL, NULL},
};

/* clang-format off */
#define CALL(method, pattern, access, steps, body, en, fr) \
    {method, "/api/portal/v1" pattern, access, 1, steps, en, DIALECT_PROBLEM, body, CACHE_NONE, fr}

/* Readers pass the door: a data protection officer need be no more than that; the steps look. */
static const struct route routes[] = {
    CALL(HTTP_GET, "/overrides", READER, own_steps, BODY_NONE, "Overrides of the checks of this portal", "Dérogations aux contrôles de ce portail"),
    CALL(HTTP_GET, "/overrides/region", REGION, region_steps, BODY_NONE, "Overrides of all portals of the region", "Dérogations de tous les portails de la Région"),
    CALL(HTTP_POST, "/overrides/{override}/seen", READER, seen_steps, BODY_JSON, "Say that an override was looked at", "Dire qu’une dérogation a été regardée"),
    CALL(HTTP_POST, "/overrides/{override}/revoke", READER, revoke_steps, BODY_JSON, "Take an override back", "Révoquer une dérogation"),
};
/* clang-format on */
const struct route_table override_route_table = {routes, sizeof routes / sizeof routes[0]};
