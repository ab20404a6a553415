#include "tools/cli/tables.h"

#include <sodium.h>

#include "core/db/sql.h"
#include "core/db/sqlstate.h"
#include "core/web/sql.h"
#include "federation/federation.h"
#include "federation/sql.h"
#include "tenants/directory/contact.h"
#include "tenants/directory/sql.h"
#include "tenants/pages/conformity.h"
#include "tenants/pages/guide.h"
#include "tenants/pages/routes.h"
#include "tenants/pages/sign.h"
#include "tenants/pages/sql.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/jobs.h"
#include "tenants/explore/sql.h"
#include "tenants/people/jobs.h"
#include "tenants/people/principal.h"
#include "tenants/people/secret.h"
#include "tenants/people/sql.h"
#include "tenants/publishing/attachment.h"
#include "tenants/publishing/check.h"
#include "tenants/publishing/check_steps.h"
#include "tenants/publishing/history.h"
#include "tenants/publishing/jobs.h"
#include "tenants/publishing/override.h"
#include "tenants/publishing/schema_impact.h"
#include "tenants/publishing/piece.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/push.h"
#include "tenants/publishing/review_clock.h"
#include "tenants/publishing/source.h"
#include "tenants/publishing/sql.h"
#include "tenants/quota/meter.h"
#include "tenants/quota/sql.h"
#include "tools/cli/sql.h"

struct web_hooks program_hooks;

const struct route_table *const program_routes[] = {
    &explore_route_table,     &pages_route_table,         &backoffice_route_table, &publishing_route_table,
    &check_route_table,       &schema_impact_route_table, &override_route_table,   &history_route_table,
    &attachment_route_table,  &source_route_table,        &piece_route_table,      &push_route_table,
    &push_former_route_table, &federation_route_table};
const size_t program_routes_n = sizeof program_routes / sizeof program_routes[0];

const struct job_table *const program_jobs[] = {&people_jobs, &publishing_jobs, &explore_jobs, &pages_jobs, &federation_job_table};
const size_t program_jobs_n = sizeof program_jobs / sizeof program_jobs[0];

void program_register(void)
{
    static const struct stmt_table *const statements[] = {
        &db_statements, &web_statements, &directory_statements, &people_statements, &quota_statements,
        &publishing_statements, &explore_statements, &pages_statements, &federation_statements, &cli_statements,
    };
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        stmt_register(statements[i]);
    sqlstate_register(&contact_constraint, 1);
    sqlstate_register(&review_clock_constraint, 1);
    sqlstate_register(&check_constraint, 1);
    guide_routes(program_routes, program_routes_n);
    program_hooks = (struct web_hooks){
        .auth = principal_stage,
        .quota_spend = meter_spend,
        .quota_give_back = meter_give_back,
        .rate_headers = meter_headers,
        .error_body = meter_error_body,
        .error_page = sign_error_page,
    };
}

void program_unlock(const char *secret)
{
    unsigned char key[32];
    crypto_generichash(key, sizeof key, (const unsigned char *)secret, str_of(secret).n, NULL, 0);
    secret_key(key);
    sodium_memzero(key, sizeof key);
}
