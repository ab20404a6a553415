/* /api/portal/v1: datasets that a new version of their schema concerns. */
#include "tenants/publishing/reply.h"
#include "tenants/publishing/schema_impact.h"

static bool reply_impact(struct req *r, struct err *e)
{
    static const struct reply_column columns[] = {
        {"tenant", IMPACT_TENANT, REPLY_TEXT},       {"portal", IMPACT_PORTAL, REPLY_TEXT},     {"host", IMPACT_HOST, REPLY_TEXT},
        {"dataset_id", IMPACT_DATASET, REPLY_TEXT},  {"title", IMPACT_TITLE, REPLY_TEXT},       {"schema", IMPACT_SCHEMA, REPLY_TEXT},
        {"followed", IMPACT_FOLLOWED, REPLY_TEXT},   {"version", IMPACT_VERSION, REPLY_TEXT},   {"declared", IMPACT_DECLARED, REPLY_BOOL},
        {"verdict", IMPACT_VERDICT, REPLY_TEXT},     {"missing", IMPACT_MISSING, REPLY_JSON},   {"changed", IMPACT_CHANGED, REPLY_JSON},
        {"gone", IMPACT_GONE, REPLY_JSON},           {"added", IMPACT_ADDED, REPLY_JSON},       {"errors", IMPACT_ERRORS, REPLY_INTEGER},
        {"since", IMPACT_MADE, REPLY_TEXT},          {"settled", IMPACT_SETTLED, REPLY_TEXT},   {"settled_errors", IMPACT_SETTLED_ERRORS, REPLY_JSON},
        {0},
    };
    (void)e;
    return reply_list(r, "datasets", columns);
}

static const struct step impact_steps[] = {
    {STEP_DB, schema_impact_ask, NULL}, {STEP_REPLY, reply_impact, NULL}, {STEP_END, NULL, NULL},
};

/* clang-format off */
#define CALL(pattern, access, en, fr) \
    {HTTP_GET, "/api/portal/v1" pattern, access, 1, impact_steps, en, DIALECT_PROBLEM, BODY_NONE, CACHE_NONE, fr}
static const struct route routes[] = {
    CALL("/schemas/impact", CONTRIBUTOR, "Datasets that follow an older version of their schema", "Jeux qui suivent une version ancienne de leur schéma"),
    CALL("/schemas/impact/region", REGION, "The same of all portals of the region", "Les mêmes, de tous les portails de la Région"),
};
/* clang-format on */
const struct route_table schema_impact_route_table = {routes, sizeof routes / sizeof routes[0]};
