#include "federation/dispatch.h"

#include "core/base/log.h"
#include "federation/point.h"
#include "federation/sql.h"
#include "tenants/directory/tenant.h"

enum { EVENTS_AT_ONCE = 100 };

/* What is to be where, for one data set of one tenant, in the caller's transaction. */
static bool route(struct conn *c, struct str tenant, struct str dataset, struct err *e)
{
    const struct str params[] = {tenant, dataset};
    struct uuid id;
    return uuid_parse(tenant, &id) && tenant_enter(c, &id, e) && tenant_do(c, &sql_delivery_put, params, e) &&
           tenant_do(c, &sql_delivery_absent, params, e);
}

static bool dispatch_one(struct conn *c, bool *there, struct err *e)
{
    if (!conn_begin(c, NULL, e))
        return false;
    PGresult *r = conn_ask(c, &sql_outbox_take, NULL, e);
    bool ok = r != NULL;
    *there = ok && PQntuples(r) == 1;
    if (*there) {
        point_at("dispatch-taken");
        ok = route(c, str_of(PQgetvalue(r, 0, 1)), str_of(PQgetvalue(r, 0, 2)), e) &&
             tenant_do(c, &sql_outbox_dispatched, (struct str[]){str_of(PQgetvalue(r, 0, 0))}, e);
        point_at("dispatch-done");
    }
    PQclear(r);
    return ok && conn_commit(c, e);
}

bool dispatch_events(struct job_run *run, struct err *e)
{
    bool there = true;
    for (unsigned i = 0; i < EVENTS_AT_ONCE && there && !*run->stop; i++)
        if (!dispatch_one(run->conn, &there, e))
            return false;
    run->more = there;
    return true;
}

/* Every origin of one tenant that is open, or was delivered once. */
static bool settle_source(struct conn *c, struct str tenant, struct err *e)
{
    struct uuid id;
    if (!uuid_parse(tenant, &id) || !tenant_enter(c, &id, e))
        return false;
    PGresult *r = conn_ask(c, &sql_origin_list, &tenant, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++)
        ok = route(c, tenant, str_of(PQgetvalue(r, i, 0)), e);
    PQclear(r);
    return ok;
}

static bool settle_sources(struct conn *c, struct str subscription, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_subscription_sources, &subscription, e);
    bool ok = r != NULL;
    for (int i = 0; ok && i < PQntuples(r); i++)
        ok = settle_source(c, str_of(PQgetvalue(r, i, 0)), e);
    PQclear(r);
    return ok;
}

/* Copies that went missing, or stayed, behind our back. */
static bool settle_copies(struct conn *c, struct str subscription, struct str target, struct err *e)
{
    struct uuid id;
    if (!uuid_parse(target, &id))
        return true; /* national: there is no copy here */
    return tenant_enter(c, &id, e) && tenant_do(c, &sql_delivery_drift, (struct str[]){target, subscription}, e);
}

static bool say_counts(struct conn *c, struct str subscription, struct err *e)
{
    PGresult *r = conn_ask(c, &sql_subscription_counts, &subscription, e);
    if (!r)
        return false;
    LOG(LOG_INFO, "link_compared", LOG_S("link", subscription), LOG_S("wanted", str_of(PQgetvalue(r, 0, 0))),
        LOG_S("done", str_of(PQgetvalue(r, 0, 1))), LOG_S("waiting", str_of(PQgetvalue(r, 0, 2))),
        LOG_S("parked", str_of(PQgetvalue(r, 0, 3))));
    PQclear(r);
    return true;
}

/* subscription_settle.sql's columns */
enum { COL_ID, COL_KIND, COL_STATE, COL_SOURCE, COL_TARGET };

bool dispatch_links(struct job_run *run, struct err *e)
{
    struct conn *c = run->conn;
    if (!conn_begin(c, NULL, e))
        return false;
    PGresult *r = conn_ask(c, &sql_subscription_settle, NULL, e);
    bool ok = r != NULL;
    run->more = ok && PQntuples(r) == 1;
    if (run->more) {
        struct str link = str_of(PQgetvalue(r, 0, COL_ID));
        bool ended = str_eq(str_of(PQgetvalue(r, 0, COL_STATE)), S("ended"));
        ok = (!ended || tenant_do(c, &sql_delivery_end, &link, e)) && settle_sources(c, link, e) &&
             settle_copies(c, link, str_of(PQgetvalue(r, 0, COL_TARGET)), e) && say_counts(c, link, e);
    }
    PQclear(r);
    return ok && conn_commit(c, e);
}
