#include "tenants/explore/facets.h"

#include "core/data/query/facet.h"
#include "core/data/query/side.h"
#include "tenants/explore/explore.h"

struct counted {
    struct grant grant;
    struct facet_query *query;
    struct side_job *side;
};

static bool plan_facets(struct req *r, struct err *e)
{
    size_t n;
    struct counted *c = ARENA_NEW(r->a, struct counted);
    const struct query_param *params = explore_params(r, &n);
    if (!grant_take(r, r->params[EXPLORE_DATASET], &c->grant, e) ||
        !facet_make(r->a, c->grant.view, params, n, &c->query, e))
        return false;
    r->state = c;
    c->side = side_facets(c->grant.view, c->query);
    if (c->side)
        req_on_gone(r, side_job_free, c->side);
    return true;
}

static bool has_side(struct req *r, struct err *e)
{
    (void)e;
    return ((struct counted *)r->state)->side != NULL;
}

static bool run_side(struct req *r, struct err *e)
{
    (void)e;
    side_job_run(((struct counted *)r->state)->side);
    return true;
}

static bool ask_facets(struct req *r, struct err *e)
{
    (void)e;
    struct counted *c = r->state;
    if (c->query->n && !side_job_result(c->side))
        req_ask_rows(r, c->query->rows.sql, c->query->rows.nparams, c->query->rows.params, false);
    return true;
}

static void write_links(struct req *r, struct jw *w, const char *action, struct str dataset_id)
{
    struct str url = explore_dataset_url(r, dataset_id);
    const struct explore_link links[] = {
        {"self", arena_printf(r->a, STR_FMT "/%s", STR_ARG(url), action)},
        {"dataset", url},
    };
    jw_key(w, S("links"));
    explore_links(w, links, 2);
}

static bool reply_facets(struct req *r, struct err *e)
{
    (void)e;
    struct counted *c = r->state;
    if (c->query->timed)
        req_uncached(r);
    explore_deprecate(r);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    write_links(r, w, "facets", c->grant.dataset_id);
    buf_addz(w->out, ", \"facets\": ");
    const PGresult *counted = side_job_result(c->side);
    facet_json(w->out, c->query, counted ? counted : c->query->n ? r->batch.calls[0].result : NULL);
    jw_close(w, '}');
    return true;
}

const struct step facets_of_dataset[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, plan_facets, NULL},
    {STEP_CPU, run_side, has_side},
    {STEP_DB, ask_facets, NULL},
    {STEP_REPLY, reply_facets, NULL},
    {STEP_END, NULL, NULL},
};
