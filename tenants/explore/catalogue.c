#include "tenants/explore/catalogue.h"

#include "core/data/query/facet.h"
#include "tenants/explore/explore.h"

static struct str at(struct req *r, const char *path)
{
    return arena_printf(r->a, STR_FMT "%s", STR_ARG(explore_base(r)), path);
}

static void reply_links(struct req *r, const struct explore_link *links, size_t n)
{
    explore_deprecate(r);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    jw_key(w, S("links"));
    explore_links(w, links, n);
    jw_close(w, '}');
}

static bool reply_root(struct req *r, struct err *e)
{
    (void)e;
    reply_links(r, (struct explore_link[]){{"self", at(r, "/")}, {"catalog", at(r, "/catalog")}}, 2);
    return true;
}

static bool reply_index(struct req *r, struct err *e)
{
    (void)e;
    const struct explore_link links[] = {
        {"self", at(r, "/catalog")}, {"datasets", at(r, "/catalog/datasets")}, {"exports", at(r, "/catalog/exports")},
        {"facets", at(r, "/catalog/facets")}, {"metadata_templates", at(r, "/catalog/metadata_templates")}};
    reply_links(r, links, 5);
    return true;
}

static bool reply_exports(struct req *r, struct err *e)
{
    (void)e;
    static const char *const dcat[] = {"dcat", "rdf", "ttl", "jsonld"};
    struct explore_link links[20];
    size_t n = 0;
    const char *name;
    for (size_t i = 0; i < 4 + 16; i++) {
        name = i < 4 ? dcat[i] : catalogue_export_name(i - 4);
        if (!name)
            break;
        links[n++] = (struct explore_link){name, arena_printf(r->a, STR_FMT "/catalog/exports/%s", STR_ARG(explore_base(r)), name)};
    }
    reply_links(r, links, n);
    return true;
}

const struct step catalogue_root[] = {{STEP_REPLY, reply_root, NULL}, {STEP_END, NULL, NULL}};
const struct step catalogue_index[] = {{STEP_REPLY, reply_index, NULL}, {STEP_END, NULL, NULL}};
const struct step catalogue_exports[] = {{STEP_REPLY, reply_exports, NULL}, {STEP_END, NULL, NULL}};

/* ---- facets ---- */

static bool ask_facets(struct req *r, struct err *e)
{
    size_t n;
    struct facet_query *q;
    const struct query_param *params = explore_params(r, &n);
    if (!facet_make(r->a, grant_catalogue(r), params, n, &q, e))
        return false;
    r->state = q;
    if (q->n)
        req_ask_portal(r, q->rows.sql, q->rows.nparams, q->rows.params);
    return true;
}

static bool reply_facets(struct req *r, struct err *e)
{
    (void)e;
    const struct facet_query *q = r->state;
    const struct explore_link links[] = {{"self", at(r, "/catalog/facets")}, {"source", at(r, "/catalog")}};
    explore_deprecate(r);
    if (q->timed || explore_counts(r))
        req_uncached(r);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    jw_key(w, S("links"));
    explore_links(w, links, 2);
    buf_addz(w->out, ", \"facets\": ");
    facet_json(w->out, q, q->n ? r->batch.calls[0].result : NULL);
    jw_close(w, '}');
    return true;
}

const struct step catalogue_facets[] = {
    {STEP_DB, ask_facets, NULL},
    {STEP_REPLY, reply_facets, NULL},
    {STEP_END, NULL, NULL},
};
