/* stage_cache -- which answers are kept, and what their key is made of. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/must.h"
#include "core/web/gzip.h"
#include "core/web/host.h"
#include "core/web/private.h"

#define DAY_US (INT64_C(86400) * 1000000)

/* Only what anybody may see, asked by nobody in particular. Closed data is never kept here. */
static bool is_cacheable(struct req_private *p)
{
    struct req *r = &p->req;
    bool reads = r->x->method == HTTP_GET || r->x->method == HTTP_HEAD;
    bool kept = r->route->cache == CACHE_DATASET || r->route->cache == CACHE_CATALOGUE;
    return reads && kept && r->route->access == PUBLIC && !r->who.account.text[0] && !r->who.by_key && r->tenant;
}

static int by_name_value(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int order = str_cmp(x->name, y->name);
    return order ? order : str_cmp(x->value, y->value);
}

/* Lengths before bytes: no two lists of parts give the same text. */
static void part(struct buf *out, struct str s)
{
    uint64_t n = s.n;
    buf_add(out, (struct str){(const char *)&n, sizeof n});
    buf_add(out, s);
}

static void parameters(struct req_private *p, struct buf *out)
{
    size_t n = p->query.n;
    struct pair *sorted = ARENA_ARRAY(p->req.a, struct pair, n + 1);
    if (n)
        memcpy(sorted, p->query.at, n * sizeof *sorted);
    /* Order between equal names matters to some (the last counts): stable, so sort by name only
     * where a name repeats. */
    bool repeats = false;
    for (size_t i = 0; i < n && !repeats; i++)
        repeats = pairs_count(&p->query, p->query.at[i].name) > 1;
    if (!repeats)
        qsort(sorted, n, sizeof *sorted, by_name_value);
    for (size_t i = 0; i < n; i++) {
        part(out, sorted[i].name);
        part(out, sorted[i].value);
    }
}

/* False: the dataset is not one that anybody may see, so nothing is kept. */
static bool freshness(struct req_private *p, struct buf *out)
{
    struct req *r = &p->req;
    if (r->route->cache == CACHE_CATALOGUE) {
        buf_addc(out, 'g');
        buf_addn(out, r->tenant->generation);
        /* what nobody publishes, such as how often a dataset was downloaded, is a day old at most */
        if (r->route->dialect == DIALECT_PAGE) {
            buf_addc(out, 'd');
            buf_addn(out, clock_wall_us() / DAY_US);
        }
        return true;
    }
    if (p->match.dataset < 0)
        return false;
    const struct dataset_head *d = heads_dataset(r->tenant, r->params[p->match.dataset]);
    if (!d || !d->is_open)
        return false;
    buf_addc(out, 'r');
    buf_addn(out, d->revision);
    part(out, uuid_str(&d->id));
    return true;
}

static bool make_key(struct req_private *p, bool gzip)
{
    struct req *r = &p->req;
    struct buf *text = &p->engine->scratch;
    buf_reset(text);
    if (!freshness(p, text))
        return false;
    part(text, p->engine->c.build);
    part(text, uuid_str(&r->tenant->id));
    part(text, str_of(r->route->pattern));
    for (unsigned i = 0; i < p->match.nparams; i++)
        part(text, r->params[i]);
    part(text, S("open"));
    part(text, host_port(r->x->host)); /* links in the answer hold scheme and port */
    buf_addc(text, r->x->secure ? 's' : 'p');
    buf_addn(text, (int64_t)r->lang * 2 + gzip);
    buf_addc(text, ',');
    buf_addn(text, (int64_t)p->query.n);
    buf_addc(text, ';');
    parameters(p, text);
    if (!text->over)
        p->key = cache_key_of(p->engine->c.secret, buf_str(text));
    return !text->over;
}

static struct req_private *req_of_waiter(struct cache_waiter *w)
{
    return (struct req_private *)((char *)w - offsetof(struct req_private, waiter));
}

static bool answer_from_cache(struct req_private *p)
{
    p->cached = cache_get(p->engine->c.cache, &p->key);
    if (!p->cached)
        return false;
    p->answer = ANSWER_CACHED;
    return true;
}

/* The one that led has landed. Without an answer to share everybody asks for himself: what failed
 * for one may not for the next, and a queue of failures helps nobody. */
static void on_landed(struct cache_waiter *w, bool stored)
{
    struct req_private *p = req_of_waiter(w);
    p->waits = p->busy = false;
    p->held++;
    if (stored && p->wire && answer_from_cache(p))
        reply_send(p);
    p->held--;
    engine_go(p);
}

enum stage_result stage_cache(struct req *r, struct err *e)
{
    (void)e;
    struct req_private *p = req_of(r);
    bool gzip = gzip_accepted(req_header(r, S("accept-encoding")));
    if (!is_cacheable(p) || !make_key(p, gzip))
        return STAGE_NEXT;
    char etag[CACHE_ETAG];
    cache_etag(&p->key, etag);
    if (req_etag(r, str_of(etag)) || answer_from_cache(p))
        return STAGE_DONE;
    p->waiter.wake = on_landed;
    p->leads = cache_lead(p->engine->c.cache, &p->key, &p->waiter);
    p->cacheable = p->leads;
    p->waits = !p->leads;
    return p->leads ? STAGE_NEXT : STAGE_WAIT;
}

/* Cookies and what the engine adds by itself are not part of what is kept. */
static void kept_headers(const struct req_private *p, struct buf *out)
{
    for (size_t i = 0; i < p->nheaders; i++)
        buf_printf(out, STR_FMT ": " STR_FMT "\n", STR_ARG(p->headers[i].name), STR_ARG(p->headers[i].value));
}

static bool sets_cookie(const struct req_private *p)
{
    for (size_t i = 0; i < p->nheaders; i++)
        if (str_ieq(p->headers[i].name, S("set-cookie")))
            return true;
    return false;
}

void stage_cache_store(struct req_private *p)
{
    if (!p->cacheable)
        return;
    p->cacheable = false;
    bool store = p->status == 200 && p->answer == ANSWER_BODY && !sets_cookie(p) && !p->uncached;
    if (p->status != 200)
        p->etag = STR_NONE;
    if (store) {
        struct buf headers = {0};
        kept_headers(p, &headers);
        cache_put(p->engine->c.cache, &p->key,
                  &(struct cache_entry){200, p->content_type, buf_str(&headers), buf_str(&p->body), p->gzip});
        buf_free(&headers);
    }
    cache_landed(p->engine->c.cache, &p->key, store);
}

void stage_cache_leave(struct req_private *p)
{
    if (p->waits)
        cache_unwait(p->engine->c.cache, &p->key, &p->waiter);
    p->waits = false;
    if (p->cacheable)
        cache_landed(p->engine->c.cache, &p->key, false);
    p->cacheable = false;
}

void req_uncached(struct req *r)
{
    req_of(r)->uncached = true;
    req_of(r)->etag = STR_NONE;
}
