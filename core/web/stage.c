#include "core/web/stage.h"

#include "core/base/clock.h"
#include "core/web/errors.h"
#include "core/web/host.h"
#include "core/web/private.h"

/* A proxy on this machine that we were not told to trust speaks for others: not local. */
static bool is_local(const struct req *r)
{
    struct str peer = str_of(r->x->peer);
    bool near = peer.n == 0 || str_starts(peer, S("127.")) || str_eq(peer, S("::1"));
    return near && !req_header(r, S("x-forwarded-for")).p && !req_header(r, S("forwarded")).p;
}

/* /metrics and its kin: this machine, or who knows the token. */
static enum stage_result system_only(struct req_private *p, struct err *e)
{
    struct str token = p->engine->c.metrics_token;
    struct str sent = req_header(&p->req, S("authorization"));
    bool knows = token.n > 0 && str_starts(sent, S("Bearer ")) && str_eq(str_from(sent, 7), token);
    if (!knows && !is_local(&p->req)) {
        ERR(e, err_not_found, "a system route from %s", p->req.x->peer);
        return STAGE_FAIL;
    }
    return STAGE_NEXT;
}

static bool is_system(const struct req_private *p)
{
    return p->match.route && p->match.route->access == SYSTEM;
}

static enum stage_result to_canonical(struct req *r, const struct tenant *t)
{
    struct str target = r->x->target;
    r->tenant = t;
    bool plain = target.n > 0 && target.p[0] == '/' && !str_starts(target, S("//"));
    req_redirect(r, 301, arena_printf(r->a, STR_FMT STR_FMT, STR_ARG(req_tenant_url(r, t->host)),
                                      STR_ARG(plain ? target : S("/"))));
    return STAGE_DONE;
}

static enum stage_result stage_host(struct req *r, struct err *e)
{
    struct req_private *p = req_of(r);
    if (is_system(p))
        return system_only(p, e);
    if (!heads_loaded(p->engine->c.heads)) {
        ERR(e, err_busy, "the heads are not in yet");
        return STAGE_FAIL;
    }
    struct str host;
    if (!host_canonical(r->a, r->x->host, &host, e))
        return STAGE_FAIL;
    struct host_found found = heads_host(p->engine->c.heads, host);
    if (!found.tenant || !found.tenant->open) {
        ERR(e, err_host_unknown, STR_FMT, STR_ARG(host));
        return STAGE_FAIL;
    }
    heads_pin(found.tenant);
    r->tenant = found.tenant;
    r->lang = engine_lang(r);
    bool reads = r->x->method == HTTP_GET || r->x->method == HTTP_HEAD;
    if (!found.canonical && !reads) {
        ERR(e, err_host_moved, "an alias takes no writes: " STR_FMT, STR_ARG(host));
        err_arg(e, STR_FMT, STR_ARG(req_tenant_url(r, found.tenant->host)));
        return STAGE_FAIL;
    }
    return found.canonical ? STAGE_NEXT : to_canonical(r, found.tenant);
}

static enum stage_result stage_throttle(struct req *r, struct err *e)
{
    struct req_private *p = req_of(r);
    if (throttle_take(p->engine->throttle, str_of(r->x->peer), clock_monotonic_us()))
        return STAGE_NEXT;
    ERR(e, err_too_many_requests, "address");
    return STAGE_FAIL;
}

static struct str allow_list(struct req *r, unsigned allow)
{
    struct buf list = {0};
    for (unsigned m = 0; m < HTTP_OTHER; m++) {
        bool options = m == HTTP_OPTIONS;
        if (!options && !(allow & 1u << m))
            continue;
        buf_printf(&list, "%s%s", list.n ? ", " : "", method_name((enum http_method)m));
    }
    struct str s = arena_str(r->a, buf_str(&list));
    buf_free(&list);
    return s;
}

/* The national portal's harvester and its crawler say who they are (national-portal.md). */
static enum origin origin_of(struct req *r)
{
    struct str agent = req_header(r, S("user-agent"));
    struct str site = req_header(r, S("sec-fetch-site"));
    if (str_starts(agent, S("uData/")) || str_find(agent, S("udata")) >= 0)
        return ORIGIN_CRAWLER;
    if (str_starts(agent, S("Terrasse/")))
        return ORIGIN_FEDERATION;
    if (str_starts(r->x->path, S("/embed/")) || str_starts(r->x->path, S("/explore/embed/")))
        return ORIGIN_EMBED;
    if (r->route->dialect == DIALECT_PAGE || str_eq(site, S("same-origin")))
        return ORIGIN_SITE;
    return ORIGIN_API;
}

static enum stage_result stage_route(struct req *r, struct err *e)
{
    struct req_private *p = req_of(r);
    const struct match *m = &p->match;
    if (!m->route && m->allow == 0) {
        ERR(e, err_not_found, STR_FMT, STR_ARG(r->x->path));
        err_arg(e, STR_FMT, STR_ARG(r->x->path));
        return STAGE_FAIL;
    }
    if (!m->route && r->x->method == HTTP_OPTIONS) {
        req_reply(r, 204, STR_NONE);
        req_set(r, S("allow"), allow_list(r, m->allow));
        r->route = m->nearest;
        return STAGE_DONE;
    }
    if (!m->route) {
        ERR(e, err_method_not_allowed, "%s", method_name(r->x->method));
        err_arg(e, "%s", method_name(r->x->method));
        return STAGE_FAIL;
    }
    r->route = m->route;
    memcpy(r->params, m->params, sizeof r->params);
    r->origin = origin_of(r);
    return STAGE_NEXT;
}

/* A closed door says 401 to nobody and 403 to somebody. */
static enum stage_result stage_access(struct req *r, struct err *e)
{
    bool nobody = !r->who.account.text[0] && !r->who.by_key;
    if (r->route->access == SYSTEM)
        return STAGE_NEXT;
    if (!nobody && !heads_fresh(req_heads(r))) {
        ERR(e, err_heads_stale, "no closed data from old heads");
        return STAGE_FAIL;
    }
    if (r->route->access == PUBLIC)
        return STAGE_NEXT;
    if (nobody) {
        ERR(e, err_sign_in_needed, "%s", r->route->pattern);
        return STAGE_FAIL;
    }
    bool officer = r->route->access == REGION_DPO && r->who.is_dpo;
    bool region = r->route->access == REGION || r->route->access == REGION_DPO; /* an administrator, of the root itself */
    enum access least = officer ? READER : region ? ADMIN : r->route->access;
    /* People of one organisation speak for it alone: the portal's own affairs are not theirs, whatever their role. */
    bool bound = r->route->access >= ADMIN && r->who.organisation.text[0];
    if (bound || r->who.role < least || (region && !r->who.is_region)) {
        ERR(e, err_forbidden, "%s wants %s", r->route->pattern, access_name(r->route->access));
        return STAGE_FAIL;
    }
    return STAGE_NEXT;
}

static enum stage_result stage_quota(struct req *r, struct err *e)
{
    struct req_private *p = req_of(r);
    const struct web_hooks *hooks = p->engine->c.hooks;
    if (r->route->cost == 0 || !hooks->quota_spend)
        return STAGE_NEXT;
    if (!hooks->quota_spend(r, e))
        return STAGE_FAIL;
    p->spent = true;
    return STAGE_NEXT;
}

const struct stage web_stages[] = {
    {"host", stage_host, NULL},
    {"throttle", stage_throttle, NULL},
    {"route", stage_route, NULL},
    {"auth", NULL, NULL}, /* web_hooks.auth */
    {"access", stage_access, NULL},
    {"quota", stage_quota, NULL},
    {"cache", stage_cache, NULL},
};
const size_t web_stages_n = sizeof web_stages / sizeof web_stages[0];
