#include "tenants/pages/home.h"

#include <stdio.h>
#include <stdlib.h>

#include "tenants/pages/choropleth.h"
#include "tenants/pages/hits.h"
#include "tenants/pages/outline.h"
#include "tenants/pages/page.h"
#include "tenants/pages/rows.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/people/grant.h"

enum { FACET_NAME, FACET_VALUE, FACET_N, FACET_RECORDS };
enum { PARTNER_NAME, PARTNER_MODE, PARTNER_HOST, PARTNER_IMAGE, PARTNER_URL, PARTNER_ORGANISATION };
enum { TRIES = 4 };

/* What the first round of questions says is copied here: its results go when the next round asks. */
struct home {
    unsigned chosen, facets, first, second, partners, map, themes_fr;
    int64_t datasets, records, publishers, own, copies;
    struct page_home_themes *themes;
    size_t nthemes;
    struct page_home_logos *logos;
    size_t nlogos;
    struct markup recent, copies_html, chosen_html;
    size_t nchosen;
    struct str map_dataset, map_title;         /* a sub-domain: the featured dataset */
    struct str featured_text, featured_date, bars_by, bars_by_label;
    struct rows rows;
    bool asked_rows;
};

static unsigned ask_facets(struct req *r)
{
    const struct str all[HITS_FILTERS] = {[HITS_TENANT] = uuid_str(&r->tenant->id)};
    return req_ask(r, &sql_catalogue_page_facets, all);
}

static bool ask_home(struct req *r, struct err *e)
{
    (void)e;
    struct home *h = r->state = ARENA_NEW(r->a, struct home);
    const struct str me[] = {uuid_str(&r->tenant->id)};
    bool is_root = r->tenant->is_root;
    h->facets = ask_facets(r);
    h->first = hits_ask_recent(r, is_root ? STR_NONE : S("here"), is_root ? S("5") : S("4"));
    h->second = is_root ? 0 : hits_ask_recent(r, S("copy"), S("4"));
    if (is_root) {
        h->partners = req_ask(r, &sql_page_partners, me);
        h->map = req_ask(r, &sql_page_map_dataset, me);
    }
    h->themes_fr = req_ask(r, &sql_page_themes, NULL);
    h->chosen = hits_ask_chosen(r, page_look_list(r->a, r->tenant, "highlights"));
    return true;
}

/* A theme's name in the reader's language; what is stored is the French one. */
static struct str theme_said(struct req *r, unsigned call, struct str stored)
{
    for (size_t i = 0; r->lang == LANG_EN && i < req_rows(r, call); i++)
        if (str_eq(req_col(r, call, i, 0), stored))
            return arena_str(r->a, req_col(r, call, i, 1));
    return arena_str(r->a, stored);
}

static void take_facets(struct req *r, struct home *h)
{
    size_t n = req_rows(r, h->facets);
    h->themes = ARENA_ARRAY(r->a, struct page_home_themes, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct str facet = req_col(r, h->facets, i, FACET_NAME), value = req_col(r, h->facets, i, FACET_VALUE);
        int64_t count = req_i64(r, h->facets, i, FACET_N);
        if (str_eq(facet, S("total"))) {
            h->datasets = count;
            h->records = req_i64(r, h->facets, i, FACET_RECORDS);
        } else if (str_eq(facet, S("publisher"))) {
            h->publishers++;
        } else if (str_eq(facet, S("origin"))) {
            *(str_eq(value, S("here")) ? &h->own : &h->copies) = count;
        } else if (str_eq(facet, S("theme"))) {
            struct str said = theme_said(r, h->themes_fr, value);
            h->themes[h->nthemes] = (struct page_home_themes){
                .name = said, .value = arena_str(r->a, value), .n = count,
                .icon = h->nthemes < TRIES ? S("data") : STR_NONE};
            h->nthemes++;
        }
    }
}

static struct str partner_link(struct req *r, unsigned call, size_t i)
{
    struct str host = req_col(r, call, i, PARTNER_HOST);
    if (host.n)
        return arena_printf(r->a, STR_FMT "/", STR_ARG(req_tenant_url(r, host)));
    struct str producer = req_col(r, call, i, PARTNER_ORGANISATION);
    struct buf b = {0};
    buf_addz(&b, "/explore/?publisher=");
    markup_url_part(&b, producer.n ? producer : req_col(r, call, i, PARTNER_NAME));
    struct str url = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return url;
}

static void take_partners(struct req *r, unsigned call, struct page_home_logos **out, size_t *out_n)
{
    size_t n = req_rows(r, call);
    struct page_home_logos *logos = ARENA_ARRAY(r->a, struct page_home_logos, n + 1);
    for (size_t i = 0; i < n; i++) {
        bool is_sub = str_eq(req_col(r, call, i, PARTNER_MODE), S("subdomain"));
        struct str name = arena_str(r->a, req_col(r, call, i, PARTNER_NAME));
        logos[i] = (struct page_home_logos){
            .name = name, .url = partner_link(r, call, i), .image = page_image(r->a, req_col(r, call, i, PARTNER_IMAGE)),
            .initials = page_initials(r->a, name),
            .kind = page_say(r, is_sub ? TEXT_PARTNER_SUBDOMAIN : TEXT_PARTNER_DIRECT)};
    }
    *out = logos;
    *out_n = n;
}

static void take_featured(struct req *r, struct home *h)
{
    unsigned call = h->nchosen ? h->chosen : h->first;
    if (req_rows(r, call) == 0)
        return;
    h->map_dataset = arena_str(r->a, req_col(r, call, 0, 0));
    h->map_title = arena_str(r->a, req_col(r, call, 0, 1));
    h->featured_text = arena_str(r->a, req_col(r, call, 0, 2));
    h->featured_date = say_date(r->a, r->lang, arena_str(r->a, req_col(r, call, 0, 8)));
}

static bool take_home_ask_grant(struct req *r, struct err *e)
{
    struct home *h = r->state;
    take_facets(r, h);
    h->recent = hits_html(r, h->first);
    h->recent.html = arena_str(r->a, h->recent.html);
    h->nchosen = req_rows(r, h->chosen);
    h->chosen_html = hits_html(r, h->chosen);
    if (r->tenant->is_root) {
        take_partners(r, h->partners, &h->logos, &h->nlogos);
        if (req_rows(r, h->map) > 0) {
            h->map_dataset = arena_str(r->a, req_col(r, h->map, 0, 0));
            h->map_title = arena_str(r->a, req_col(r, h->map, 0, 1));
        }
    } else {
        h->copies_html = hits_html(r, h->second);
        take_featured(r, h);
    }
    return !h->map_dataset.n || grant_ask(r, h->map_dataset, e);
}

/* The field a featured dataset's rows are counted by: its first facet of words. */
static const struct view_column *first_facet(const struct dataset_view *v)
{
    for (size_t i = 0; i < view_columns(v); i++) {
        const struct view_column *c = view_column(v, i);
        if (!c->hidden && c->facet && c->type == TYPE_TEXT)
            return c;
    }
    return NULL;
}

/* A picture is never worth an error: what cannot be asked is left out. */
static bool ask_picture(struct req *r, struct err *e)
{
    struct home *h = r->state;
    struct grant g;
    (void)e;
    struct err ignored = {0};
    if (!h->map_dataset.n || !grant_take(r, h->map_dataset, &g, &ignored))
        return true;
    if (r->tenant->is_root) {
        rows_add(&h->rows, S("select"), S("sum(population) as value, count(*) as n"));
        rows_add(&h->rows, S("group_by"), S("code_departement"));
        rows_add(&h->rows, S("limit"), S("200"));
    } else {
        const struct view_column *facet = first_facet(g.view);
        if (!facet)
            return true;
        h->bars_by_label = facet->label;
        h->bars_by = facet->name;
        rows_add(&h->rows, S("select"), S("count(*) as value"));
        rows_add(&h->rows, S("group_by"), arena_printf(r->a, "`" STR_FMT "` as code", STR_ARG(facet->name)));
        rows_add(&h->rows, S("order_by"), S("value desc"));
        rows_add(&h->rows, S("limit"), S("5"));
    }
    h->asked_rows = rows_ask(r, g.view, &h->rows, false, &ignored);
    return true;
}

static struct str percent(struct arena *a, double value, double most)
{
    return arena_printf(a, "%.1f%%", most > 0 ? 100 * value / most : 0);
}

static int by_value(const void *a, const void *b)
{
    double x = ((const struct choropleth_value *)a)->value, y = ((const struct choropleth_value *)b)->value;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* The answer's groups, greatest first; the sum comes with them. */
static size_t take_values(struct req *r, struct home *h, const char *key, struct choropleth_value **out, double *sum)
{
    json_t *list = h->asked_rows ? rows_take(r, &h->rows) : json_array();
    size_t i, n = 0;
    json_t *item;
    *sum = 0;
    *out = ARENA_ARRAY(r->a, struct choropleth_value, json_array_size(list) + 1);
    json_array_foreach(list, i, item) {
        double value = json_number_value(json_object_get(item, "value"));
        struct str code = rows_said(r->a, r->lang, json_object_get(item, key));
        if (!code.n)
            continue;
        (*out)[n++] = (struct choropleth_value){code, value, say_count(r->a, r->lang, (int64_t)value)};
        *sum += value;
    }
    json_decref(list);
    qsort(*out, n, sizeof **out, by_value);
    return n;
}

static struct str name_of(struct req *r, struct str code)
{
    struct outline *outlines;
    size_t n = outline_list(r->a, &outlines);
    for (size_t i = 0; i < n; i++)
        if (str_eq(outlines[i].code, code))
            return outlines[i].name;
    return code;
}

static struct markup draw_bars(struct req *r, const struct choropleth_value *values, size_t n, bool departements,
                               struct str link)
{
    struct page_bars_bars *bars = ARENA_ARRAY(r->a, struct page_bars_bars, n + 1);
    struct buf b = {0};
    for (size_t i = 0; i < n; i++)
        bars[i] = (struct page_bars_bars){
            .name = departements ? name_of(r, values[i].code) : values[i].code,
            .url = link.n ? arena_printf(r->a, STR_FMT STR_FMT, STR_ARG(link), STR_ARG(values[i].code)) : STR_NONE,
            .width = percent(r->a, values[i].value, values[0].value), .said = values[i].said};
    page_bars(&b, r->lang, &(struct page_bars){.bars = bars, .bars_n = n});
    struct str html = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return markup_trusted(html);
}

static void fill_map(struct req *r, struct home *h, struct page_home *p)
{
    struct choropleth_value *values;
    double limits[6], sum;
    size_t n = take_values(r, h, "code_departement", &values, &sum);
    struct buf map = {0};
    struct str link = arena_printf(r->a, "/explore/dataset/" STR_FMT "/table/?refine=code_departement:",
                                   STR_ARG(h->map_dataset));
    struct choropleth c = {.title = page_say(r, TEXT_MAP_TITLE), .base = link, .values = values, .n = n};
    p->has_map = n > 0 && choropleth_draw(r, &c, &map, limits);
    if (p->has_map) {
        p->map = markup_trusted(arena_str(r->a, buf_str(&map)));
        p->bars = draw_bars(r, values, n, true, link);
        p->total = say_count(r->a, r->lang, (int64_t)sum);
    }
    buf_free(&map);
}

static struct str or_else(struct str chosen, struct str otherwise)
{
    return chosen.n ? chosen : otherwise;
}

static void reply_root(struct req *r, struct home *h, struct buf *body)
{
    struct page_home p = {
        .title = or_else(page_look(r->a, r->tenant, "hero_title"), page_with(r, TEXT_HOME_TITLE, r->tenant->name)),
        .text = or_else(page_look(r->a, r->tenant, "hero_text"), page_say(r, TEXT_HOME_TEXT)),
        .datasets = h->datasets,
        .records = h->records,
        .publishers = h->publishers,
        .partners = (int64_t)h->nlogos,
        .themes = h->themes,
        .themes_n = h->nthemes,
        .recent = h->recent,
        .chosen = h->chosen_html,
        .chosen_n = (int64_t)h->nchosen,
        .has_recent = h->datasets > 0,
        .logos = h->logos,
        .logos_n = h->nlogos,
        .region = r->tenant->name,
        .map_dataset = h->map_dataset,
        .map_title = h->map_title,
        .site_url = or_else(page_look(r->a, r->tenant, "site_url"), S("/legal/terms/"))};
    fill_map(r, h, &p);
    page_home(body, r->lang, &p);
}

static void reply_sub(struct req *r, struct home *h, struct buf *body)
{
    struct choropleth_value *values;
    double sum;
    size_t n = take_values(r, h, "code", &values, &sum);
    struct page_home_sub p = {
        .title = or_else(page_look(r->a, r->tenant, "hero_title"), page_with(r, TEXT_HOME_SUB_TITLE, r->tenant->name)),
        .text = or_else(page_look(r->a, r->tenant, "hero_text"), page_say(r, TEXT_HOME_SUB_TEXT)),
        .has_featured = h->map_dataset.n > 0,
        .featured_id = h->map_dataset,
        .featured_title = h->map_title,
        .featured_text = h->featured_text,
        .featured_date = h->featured_date,
        .featured_by = h->bars_by_label,
        .own = h->recent,
        .own_n = h->own,
        .chosen = h->chosen_html,
        .chosen_n = (int64_t)h->nchosen,
        .copies = h->copies_html,
        .copies_n = h->copies,
        .has_bars = n > 0,
        .root_host = r->tenant->root_host,
        .root_search = arena_printf(r->a, STR_FMT "/explore/", STR_ARG(req_tenant_url(r, r->tenant->root_host)))};
    if (n > 0)
        p.bars = draw_bars(r, values, n, false, STR_NONE);
    page_home_sub(body, r->lang, &p);
}

static bool reply_home(struct req *r, struct err *e)
{
    (void)e;
    struct buf body = {0};
    struct home *h = r->state;
    (r->tenant->is_root ? reply_root : reply_sub)(r, h, &body);
    page_reply(r, 200, &(struct page_frame){.description = page_say(r, TEXT_HOME_TEXT)}, &body);
    return true;
}

const struct step home_steps[] = {
    {STEP_DB, ask_home, NULL},         {STEP_DB, take_home_ask_grant, NULL},
    {STEP_DB, ask_picture, NULL},      {STEP_REPLY, reply_home, NULL},
    {STEP_END, NULL, NULL},
};

/* ---- themes and partners as pages of their own ---- */

static bool ask_themes(struct req *r, struct err *e)
{
    (void)e;
    struct home *h = r->state = ARENA_NEW(r->a, struct home);
    h->facets = ask_facets(r);
    h->themes_fr = req_ask(r, &sql_page_themes, NULL);
    return true;
}

static bool reply_themes(struct req *r, struct err *e)
{
    (void)e;
    struct home *h = r->state;
    struct buf body = {0};
    take_facets(r, h);
    struct page_themes_themes *themes = ARENA_ARRAY(r->a, struct page_themes_themes, h->nthemes + 1);
    for (size_t i = 0; i < h->nthemes; i++)
        themes[i] = (struct page_themes_themes){h->themes[i].name, h->themes[i].value, h->themes[i].n};
    page_themes(&body, r->lang, &(struct page_themes){.themes = themes, .themes_n = h->nthemes});
    page_reply(r, 200, &(struct page_frame){.title = page_say(r, TEXT_NAV_THEMES), .nav = NAV_THEMES}, &body);
    return true;
}

const struct step home_themes[] = {
    {STEP_DB, ask_themes, NULL}, {STEP_REPLY, reply_themes, NULL}, {STEP_END, NULL, NULL},
};

static bool ask_partners(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_page_partners, (struct str[]){uuid_str(&r->tenant->id)});
    return true;
}

static bool reply_partners(struct req *r, struct err *e)
{
    (void)e;
    struct page_home_logos *logos;
    size_t n;
    struct buf body = {0};
    take_partners(r, 0, &logos, &n);
    struct page_partners_logos *list = ARENA_ARRAY(r->a, struct page_partners_logos, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct page_partners_logos){logos[i].name, logos[i].url, logos[i].image, logos[i].initials,
                                               logos[i].kind};
    page_partners(&body, r->lang, &(struct page_partners){.count = (int64_t)n, .logos = list, .logos_n = n});
    page_reply(r, 200, &(struct page_frame){.title = page_say(r, TEXT_NAV_PARTNERS), .nav = NAV_PARTNERS}, &body);
    return true;
}

const struct step home_partners[] = {
    {STEP_DB, ask_partners, NULL}, {STEP_REPLY, reply_partners, NULL}, {STEP_END, NULL, NULL},
};
