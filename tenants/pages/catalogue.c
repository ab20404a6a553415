#include "tenants/pages/catalogue.h"

#include <stdio.h>

#include "core/web/url.h"
#include "tenants/pages/hits.h"
#include "tenants/pages/page.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"

enum { PAGE_HITS = 20, PAGES_MOST = 500, CHOICES_MOST = 8, CHIPS_MOST = 60, FACET_VALUES = 400 };
enum { FACET_NAME, FACET_VALUE, FACET_N };

/* In the order they are shown. */
static const struct facet_row {
    const char *name;
    enum hits_param param;
    enum text_key label;
    bool open;
} facet_rows[] = {
    {"origin", HITS_ORIGIN, TEXT_FACET_ORIGIN, true},
    {"publisher", HITS_PUBLISHER, TEXT_FACET_PUBLISHER, true},
    {"theme", HITS_THEME, TEXT_FACET_THEME, true},
    {"license", HITS_LICENSE, TEXT_FACET_LICENSE, true},
    {"frequency", HITS_FREQUENCY, TEXT_FACET_FREQUENCY, false},
    {"territory", HITS_TERRITORY, TEXT_FACET_TERRITORY, false},
    {"granularity", HITS_GRANULARITY, TEXT_FACET_GRANULARITY, false},
};
enum { FACETS = sizeof facet_rows / sizeof facet_rows[0] };

static const struct sort_row {
    const char *value;
    enum text_key name;
} sort_rows[] = {{"relevance", TEXT_SORT_RELEVANCE}, {"recent", TEXT_SORT_RECENT}, {"title", TEXT_SORT_TITLE},
                 {"records", TEXT_SORT_RECORDS}};
enum { SORTS = sizeof sort_rows / sizeof sort_rows[0] };

struct catalogue {
    struct str q, sort;
    int64_t page, total;
    unsigned hits, facets, nearest, themes;
};

static struct str finish(struct arena *a, struct buf *b)
{
    struct str s = arena_str(a, buf_str(b));
    buf_free(b);
    return s;
}

/* The chosen values of a facet, joined as the statements want them; absent: none is chosen. */
static struct str chosen(struct req *r, const char *facet)
{
    struct buf b = {0};
    size_t n = req_query_count(r, str_of(facet));
    for (size_t i = 0; i < n && i < CHIPS_MOST; i++) {
        struct str value = req_query_nth(r, str_of(facet), i);
        if (!value.n)
            continue;
        if (b.n)
            buf_addc(&b, '\x1f');
        buf_add(&b, value);
    }
    return b.n ? finish(r->a, &b) : STR_NONE;
}

static struct str sort_of(struct req *r, struct str q)
{
    struct str asked = req_query(r, S("sort"));
    for (size_t i = 0; i < SORTS; i++)
        if (str_eq(asked, str_of(sort_rows[i].value)))
            return str_of(sort_rows[i].value);
    return q.n ? S("relevance") : S("recent");
}

static bool ask_catalogue(struct req *r, struct err *e)
{
    (void)e;
    struct catalogue *c = r->state = ARENA_NEW(r->a, struct catalogue);
    struct str q = str_trim(req_query(r, S("q")));
    c->q = q.n ? str_part(q, 0, 300) : STR_NONE;
    c->sort = sort_of(r, c->q);
    if (!str_i64(req_query(r, S("page")), &c->page) || c->page < 1 || c->page > PAGES_MOST)
        c->page = 1;
    struct str params[HITS_PARAMS] = {[HITS_TENANT] = uuid_str(&r->tenant->id), [HITS_WORDS] = c->q};
    for (size_t i = 0; i < FACETS; i++)
        params[facet_rows[i].param] = chosen(r, facet_rows[i].name);
    params[HITS_SORT] = c->sort;
    params[HITS_MOST] = arena_printf(r->a, "%d", PAGE_HITS);
    params[HITS_SKIP] = arena_n(r->a, (c->page - 1) * PAGE_HITS);
    c->hits = hits_ask(r, params);
    c->facets = req_ask(r, &sql_catalogue_page_facets, params);
    c->nearest = req_ask(r, &sql_catalogue_page_nearest, (struct str[]){params[HITS_TENANT], c->q.n ? c->q : S("")});
    c->themes = req_ask(r, &sql_page_themes, NULL);
    return true;
}

static void put_pair(struct buf *b, struct str name, struct str value)
{
    buf_addc(b, str_find(buf_str(b), S("?")) < 0 ? '?' : '&');
    url_encode(b, name);
    buf_addc(b, '=');
    url_encode(b, value);
}

/* This page's address without one choice (or all of a name, when value is absent), and from the first page on. */
static struct str address_without(struct req *r, struct str name, struct str value)
{
    struct buf b = {0};
    struct str n, v;
    buf_addz(&b, "/explore/");
    for (size_t at = 0; (at = req_query_all(r, at, &n, &v));) {
        bool dropped = str_eq(n, S("page")) || (str_eq(n, name) && (!value.p || str_eq(v, value)));
        if (!dropped && v.n)
            put_pair(&b, n, v);
    }
    return finish(r->a, &b);
}

static struct str address_page(struct req *r, int64_t page)
{
    struct buf b = {0};
    buf_add(&b, address_without(r, S("page"), STR_NONE));
    if (page > 1)
        put_pair(&b, S("page"), arena_n(r->a, page));
    return finish(r->a, &b);
}

static bool is_chosen(struct req *r, const char *facet, struct str value)
{
    size_t n = req_query_count(r, str_of(facet));
    for (size_t i = 0; i < n; i++)
        if (str_eq(req_query_nth(r, str_of(facet), i), value))
            return true;
    return false;
}

static struct str theme_said(struct req *r, const struct catalogue *c, struct str stored)
{
    for (size_t i = 0; r->lang == LANG_EN && i < req_rows(r, c->themes); i++)
        if (str_eq(req_col(r, c->themes, i, 0), stored))
            return req_col(r, c->themes, i, 1);
    return stored;
}

/* A stored value in the reader's words. */
static struct str value_said(struct req *r, const struct catalogue *c, enum hits_param param, struct str value)
{
    switch ((int)param) {
    case HITS_ORIGIN: return page_say(r, str_eq(value, S("here")) ? TEXT_ORIGIN_HERE : TEXT_ORIGIN_COPY);
    case HITS_FREQUENCY: return hits_frequency(r, value);
    case HITS_GRANULARITY: return hits_granularity(r, value);
    case HITS_THEME: return theme_said(r, c, value);
    default: return value;
    }
}

static struct page_catalogue_facets read_facet(struct req *r, const struct catalogue *c, const struct facet_row *f)
{
    size_t rows = req_rows(r, c->facets), n = 0, left = 0;
    bool any = false, all = str_eq(req_query(r, S("all")), str_of(f->name));
    struct page_catalogue_facets_choices *list = ARENA_ARRAY(r->a, struct page_catalogue_facets_choices, rows + 1);
    for (size_t i = 0; i < rows && n < FACET_VALUES; i++) {
        struct str value = req_col(r, c->facets, i, FACET_VALUE);
        if (!value.n || !str_eq(req_col(r, c->facets, i, FACET_NAME), str_of(f->name)))
            continue;
        bool on = is_chosen(r, f->name, value);
        any = any || on;
        if (n >= CHOICES_MOST && !on && !all)
            left++;
        else
            list[n++] = (struct page_catalogue_facets_choices){.value = value, .n = req_i64(r, c->facets, i, FACET_N),
                                                               .label = value_said(r, c, f->param, value), .on = on};
    }
    struct buf more = {0};
    buf_add(&more, address_without(r, S("all"), STR_NONE));
    put_pair(&more, S("all"), str_of(f->name));
    return (struct page_catalogue_facets){.name = str_of(f->name), .label = page_say(r, f->label),
                                          .open = f->open || any || all, .more = (int64_t)left,
                                          .more_url = finish(r->a, &more), .choices = list, .choices_n = n};
}

static size_t read_chips(struct req *r, const struct catalogue *c, struct page_catalogue_chips *chips)
{
    size_t n = 0;
    if (c->q.n) {
        struct str label = page_with(r, TEXT_CHIP_SEARCH, c->q);
        chips[n++] = (struct page_catalogue_chips){label, address_without(r, S("q"), STR_NONE),
                                                   page_with(r, TEXT_CHIP_REMOVE, label)};
    }
    for (size_t f = 0; f < FACETS; f++) {
        size_t values = req_query_count(r, str_of(facet_rows[f].name));
        for (size_t i = 0; i < values && n < CHIPS_MOST; i++) {
            struct str value = req_query_nth(r, str_of(facet_rows[f].name), i);
            struct str label = value_said(r, c, facet_rows[f].param, value);
            if (value.n)
                chips[n++] = (struct page_catalogue_chips){label, address_without(r, str_of(facet_rows[f].name), value),
                                                           page_with(r, TEXT_CHIP_REMOVE, label)};
        }
    }
    return n;
}

/* 1 … 4 5 6 … 9: the first, the last, and those around this one. */
static size_t read_pages(struct req *r, const struct catalogue *c, struct page_catalogue_pages *pages)
{
    int64_t last = (c->total + PAGE_HITS - 1) / PAGE_HITS;
    size_t n = 0;
    last = last > PAGES_MOST ? PAGES_MOST : last;
    for (int64_t i = 1; last > 1 && i <= last; i++) {
        bool near = i == 1 || i == last || (i >= c->page - 2 && i <= c->page + 2);
        if (near)
            pages[n++] = (struct page_catalogue_pages){.number = arena_n(r->a, i),
                                                       .url = address_page(r, i), .here = i == c->page};
        else if (n > 0 && !pages[n - 1].gap)
            pages[n++] = (struct page_catalogue_pages){.gap = true};
    }
    return n;
}

static struct str region_search(struct req *r, const struct catalogue *c)
{
    struct buf b = {0};
    buf_add(&b, req_tenant_url(r, r->tenant->root_host));
    buf_addz(&b, "/explore/");
    if (c->q.n)
        put_pair(&b, S("q"), c->q);
    return finish(r->a, &b);
}

static struct str with_words(struct req *r, struct str words)
{
    struct buf b = {0};
    buf_addz(&b, "/explore/");
    put_pair(&b, S("q"), words);
    return finish(r->a, &b);
}

static void fill_none(struct req *r, const struct catalogue *c, struct page_catalogue *p)
{
    p->none = true;
    p->region_url = region_search(r, c);
    p->is_sub = !r->tenant->is_root;
    p->clear_url = c->q.n ? with_words(r, c->q) : S("/explore/");
    if (c->q.n && req_rows(r, c->nearest) > 0 && !str_ieq(req_col(r, c->nearest, 0, 0), c->q)) {
        p->nearest = req_col(r, c->nearest, 0, 0);
        p->nearest_url = with_words(r, p->nearest);
    }
}

static void fill_results(struct req *r, const struct catalogue *c, struct page_catalogue *p)
{
    struct page_catalogue_pages *pages = ARENA_ARRAY(r->a, struct page_catalogue_pages, 16);
    p->hits = hits_html(r, c->hits);
    p->pages = pages;
    p->pages_n = read_pages(r, c, pages);
    if (c->page * PAGE_HITS < c->total)
        p->next_url = address_page(r, c->page + 1);
    p->csv = S("/api/explore/v2.1/catalog/exports/csv");
    p->json = S("/api/explore/v2.1/catalog/exports/json");
}

static bool reply_catalogue(struct req *r, struct err *e)
{
    (void)e;
    struct catalogue *c = r->state;
    struct page_catalogue_facets *facets = ARENA_ARRAY(r->a, struct page_catalogue_facets, FACETS);
    struct page_catalogue_chips *chips = ARENA_ARRAY(r->a, struct page_catalogue_chips, CHIPS_MOST + 1);
    struct page_catalogue_sorts *sorts = ARENA_ARRAY(r->a, struct page_catalogue_sorts, SORTS);
    struct page_catalogue p = {.q = c->q, .facets = facets, .chips = chips, .sorts = sorts, .sorts_n = SORTS};
    for (size_t i = 0; i < req_rows(r, c->facets); i++)
        if (str_eq(req_col(r, c->facets, i, FACET_NAME), S("total")))
            p.total = c->total = req_i64(r, c->facets, i, FACET_N);
    for (size_t i = 0; i < FACETS; i++) {
        struct page_catalogue_facets f = read_facet(r, c, &facet_rows[i]);
        if (f.choices_n > 0)
            facets[p.facets_n++] = f;
    }
    for (size_t i = 0; i < SORTS; i++)
        sorts[i] = (struct page_catalogue_sorts){str_of(sort_rows[i].value), page_say(r, sort_rows[i].name),
                                                 str_eq(c->sort, str_of(sort_rows[i].value))};
    p.chips_n = read_chips(r, c, chips);
    p.has_chips = p.chips_n > 0;
    p.active = (int64_t)p.chips_n - (c->q.n ? 1 : 0);
    if (c->total == 0)
        fill_none(r, c, &p);
    else
        fill_results(r, c, &p);
    struct buf body = {0};
    page_catalogue(&body, r->lang, &p);
    page_reply(r, 200, &(struct page_frame){.title = page_say(r, TEXT_NAV_DATASETS), .nav = NAV_EXPLORE}, &body);
    return true;
}

const struct step catalogue_steps[] = {
    {STEP_DB, ask_catalogue, NULL}, {STEP_REPLY, reply_catalogue, NULL}, {STEP_END, NULL, NULL},
};

static bool ask_sitemap(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_catalogue_page_addresses, (struct str[]){uuid_str(&r->tenant->id)});
    return true;
}

static bool reply_sitemap(struct req *r, struct err *e)
{
    static const char *const fixed[] = {"/", "/explore/", "/themes/", "/pages/api/", "/pages/quotas/", "/legal/terms/",
                                        "/legal/privacy/", "/legal/cookies/", "/legal/accessibility/"};
    (void)e;
    struct str base = req_base_url(r);
    struct buf *out = req_reply(r, 200, S("application/xml; charset=utf-8"));
    buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        buf_printf(out, "<url><loc>" STR_FMT "%s</loc></url>\n", STR_ARG(base), fixed[i]);
    for (size_t i = 0; i < req_rows(r, 0); i++) {
        buf_printf(out, "<url><loc>" STR_FMT "/explore/dataset/", STR_ARG(base));
        markup_url_part(out, req_col(r, 0, i, 0));
        buf_printf(out, "/</loc><lastmod>" STR_FMT "</lastmod></url>\n", STR_ARG(str_part(req_col(r, 0, i, 1), 0, 10)));
    }
    buf_addz(out, "</urlset>\n");
    return true;
}

const struct step catalogue_sitemap[] = {
    {STEP_DB, ask_sitemap, NULL}, {STEP_REPLY, reply_sitemap, NULL}, {STEP_END, NULL, NULL},
};

static bool reply_robots(struct req *r, struct err *e)
{
    (void)e;
    buf_printf(req_reply(r, 200, S("text/plain; charset=utf-8")),
               "User-agent: *\nDisallow: /backoffice/\nDisallow: /login\nDisallow: /invite/\n\nSitemap: " STR_FMT
               "/sitemap.xml\n",
               STR_ARG(req_base_url(r)));
    return true;
}

const struct step catalogue_robots[] = {{STEP_REPLY, reply_robots, NULL}, {STEP_END, NULL, NULL}};
