#include "tenants/pages/guide.h"

#include "core/web/router.h"
#include "tenants/pages/hits.h"
#include "tenants/pages/page.h"

static const struct route_table *const *tables;
static size_t ntables;

void guide_routes(const struct route_table *const *all, size_t n)
{
    tables = all;
    ntables = n;
}

const struct route *guide_route(size_t at)
{
    size_t t = 0;
    while (t < ntables && at >= tables[t]->n)
        at -= tables[t++]->n;
    return t < ntables ? &tables[t]->routes[at] : NULL;
}

enum group { GROUP_CALLS, GROUP_PAGES, GROUP_FREE, GROUP_NONE };

/* What a visitor can meet: nothing of the operator's or of the back office. */
static enum group group_of(const struct route *route)
{
    if (route->access != PUBLIC || !route->summary_fr || route->method == HTTP_OPTIONS)
        return GROUP_NONE;
    if (route->cost == 0)
        return GROUP_FREE;
    return route->dialect == DIALECT_PAGE ? GROUP_PAGES : GROUP_CALLS;
}

static size_t collect(struct req *r, enum group group, struct page_counts_calls *out, size_t most)
{
    size_t n = 0;
    for (size_t t = 0; t < ntables; t++)
        for (size_t i = 0; i < tables[t]->n && n < most; i++) {
            const struct route *route = &tables[t]->routes[i];
            if (group_of(route) != group)
                continue;
            out[n++] = (struct page_counts_calls){.method = str_of(method_name(route->method)),
                                                  .pattern = str_of(route->pattern), .cost = route->cost,
                                                  .what = str_of(r->lang == LANG_FR ? route->summary_fr : route->summary)};
        }
    return n;
}

static size_t count_routes(void)
{
    size_t n = 0;
    for (size_t t = 0; t < ntables; t++)
        n += tables[t]->n;
    return n;
}

static bool reply_counts(struct req *r, struct err *e)
{
    (void)e;
    size_t most = count_routes();
    struct page_counts_calls *calls = ARENA_ARRAY(r->a, struct page_counts_calls, most + 1);
    struct page_counts_calls *rows = ARENA_ARRAY(r->a, struct page_counts_calls, most + 1);
    struct page_counts_pages *pages = ARENA_ARRAY(r->a, struct page_counts_pages, most + 1);
    struct page_counts_free *free_rows = ARENA_ARRAY(r->a, struct page_counts_free, most + 1);
    struct page_counts p = {.calls = calls, .pages = pages, .free = free_rows};
    p.calls_n = collect(r, GROUP_CALLS, calls, most);
    p.pages_n = collect(r, GROUP_PAGES, rows, most);
    for (size_t i = 0; i < p.pages_n; i++)
        pages[i] = (struct page_counts_pages){rows[i].method, rows[i].pattern, rows[i].what, rows[i].cost};
    p.free_n = collect(r, GROUP_FREE, rows, most);
    for (size_t i = 0; i < p.free_n; i++)
        free_rows[i] = (struct page_counts_free){rows[i].method, rows[i].pattern, rows[i].what, rows[i].cost};
    struct buf body = {0};
    page_counts(&body, r->lang, &p);
    page_reply(r, 200, &(struct page_frame){.title = page_say(r, TEXT_COUNTS_TITLE)}, &body);
    return true;
}

const struct step guide_counts[] = {{STEP_REPLY, reply_counts, NULL}, {STEP_END, NULL, NULL}};

static bool ask_example(struct req *r, struct err *e)
{
    (void)e;
    hits_ask_recent(r, STR_NONE, S("1"));
    return true;
}

static bool reply_api(struct req *r, struct err *e)
{
    (void)e;
    struct buf body = {0};
    struct page_api_guide p = {.base = req_base_url(r)};
    if (req_rows(r, 0) > 0) {
        p.example_id = req_col(r, 0, 0, 0);
        p.example_title = req_col(r, 0, 0, 1);
    }
    page_api_guide(&body, r->lang, &p);
    page_reply(r, 200, &(struct page_frame){.title = page_say(r, TEXT_GUIDE_TITLE), .nav = NAV_API}, &body);
    return true;
}

const struct step guide_api[] = {
    {STEP_DB, ask_example, NULL}, {STEP_REPLY, reply_api, NULL}, {STEP_END, NULL, NULL},
};
