#include "core/base/jr.h"
#include "core/base/must.h"
#include "core/web/errors.h"
#include "core/web/host.h"
#include "core/web/private.h"

/* The engine parses the query before the first stage, so a handler never meets a bad one. */
struct str req_query(struct req *r, struct str name)
{
    return pairs_last(&req_of(r)->query, name);
}

size_t req_query_count(struct req *r, struct str name)
{
    return pairs_count(&req_of(r)->query, name);
}

struct str req_query_nth(struct req *r, struct str name, size_t n)
{
    return pairs_nth(&req_of(r)->query, name, n);
}

static size_t pair_at(const struct pairs *p, size_t at, struct str *name, struct str *value)
{
    if (at >= p->n)
        return 0;
    *name = p->at[at].name;
    *value = p->at[at].value;
    return at + 1;
}

size_t req_query_all(struct req *r, size_t at, struct str *name, struct str *value)
{
    return pair_at(&req_of(r)->query, at, name, value);
}

struct str req_form(struct req *r, struct str name)
{
    return pairs_last(&req_of(r)->form, name);
}

size_t req_form_all(struct req *r, size_t at, struct str *name, struct str *value)
{
    return pair_at(&req_of(r)->form, at, name, value);
}

struct str req_header(const struct req *r, struct str lower_name)
{
    return http_field(r->x, lower_name);
}

static bool cookie_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Names are plain here: a cookie whose name has other bytes around ours ("\0__Host-sid", "__Host-sid ")
 * is what a neighbour sub-domain would send to shadow it. One such name spoils the header. */
static bool name_hides(struct str name, struct str wanted)
{
    if (str_find(name, wanted) < 0 || str_eq(name, wanted))
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!cookie_name_char(name.p[i]))
            return true;
    return false;
}

struct str req_cookie(const struct req *r, struct str name)
{
    struct str found = STR_NONE;
    for (size_t i = 0; i < r->x->nfields; i++) {
        if (!str_eq(r->x->fields[i].name, S("cookie")))
            continue;
        for (struct str rest = r->x->fields[i].value, part; str_cut(&rest, ';', &part);) {
            struct str value = part, key;
            while (value.n && value.p[0] == ' ')
                value = str_from(value, 1);
            str_cut(&value, '=', &key);
            if (name_hides(key, name) || (str_eq(key, name) && found.p))
                return STR_NONE;
            if (str_eq(key, name))
                found = value.p ? value : S("");
        }
    }
    return found;
}

const json_t *req_body_json(struct req *r, struct err *e)
{
    struct req_private *p = req_of(r);
    if (!p->json)
        p->json = jr_parse(r->body, e);
    return p->json;
}

/* Results of an earlier step stay until this one asks its first statement. */
static void begin_asking(struct req *r)
{
    struct req_private *p = req_of(r);
    if (p->asked)
        return;
    must(p->now == STEP_DB || p->now == STEP_STREAM);
    batch_clear(&r->batch);
    batch_init(&r->batch, r->a);
    if (r->tenant)
        r->batch.tenant = r->tenant->id;
    bool region = r->route && (r->route->access == REGION || r->route->access == REGION_DPO);
    if (region && r->who.is_region && r->tenant)
        r->batch.region = r->tenant->root;
    r->batch.has_key = r->who.by_key;
    p->asked = true;
}

unsigned req_ask(struct req *r, const struct stmt *s, const struct str *params)
{
    begin_asking(r);
    must(!r->batch.rows);
    return batch_ask(&r->batch, s, params);
}

unsigned req_ask_rows(struct req *r, const char *sql, unsigned nparams, const struct str *params, bool fast)
{
    begin_asking(r);
    must(r->batch.rows || r->batch.n == 0);
    r->batch.fast = fast && (r->batch.fast || r->batch.n == 0);
    r->batch.rows = true;
    return batch_ask_sql(&r->batch, sql, nparams, params, true);
}

unsigned req_ask_into(struct req *r, const char *sql, unsigned nparams, const struct str *params, batch_sink *sink,
                      void *context)
{
    unsigned call = req_ask_rows(r, sql, nparams, params, false);
    r->batch.calls[call].sink = sink;
    r->batch.calls[call].sink_context = context;
    return call;
}

unsigned req_ask_portal(struct req *r, const char *sql, unsigned nparams, const struct str *params)
{
    begin_asking(r);
    must(!r->batch.rows);
    return batch_ask_sql(&r->batch, sql, nparams, params, true);
}

struct conn *req_conn(struct req *r, struct err *e)
{
    struct req_private *p = req_of(r);
    must(p->now == STEP_WORK);
    if (!p->conn && p->work_err.kind)
        *e = p->work_err;
    return p->conn;
}

struct conn *req_begin(struct req *r, struct err *e)
{
    struct conn *c = req_conn(r, e);
    return c && conn_begin(c, &r->tenant->id, e) ? c : NULL;
}

static struct str url_for(struct req *r, struct str host)
{
    struct str port = host_port(r->x->host);
    return arena_printf(r->a, "%s://" STR_FMT STR_FMT, r->x->secure ? "https" : "http", STR_ARG(host),
                        STR_ARG(port));
}

struct str req_base_url(struct req *r)
{
    return r->tenant ? url_for(r, r->tenant->host) : S("");
}

struct str req_tenant_url(struct req *r, struct str host)
{
    return url_for(r, host);
}

void req_on_gone(struct req *r, void (*fn)(void *context), void *context)
{
    must(!req_of(r)->gone);
    req_of(r)->gone = fn;
    req_of(r)->gone_context = context;
}

struct engine *req_engine(const struct req *r)
{
    return req_of(r)->engine;
}

struct heads *req_heads(const struct req *r)
{
    return req_of(r)->engine->c.heads;
}
