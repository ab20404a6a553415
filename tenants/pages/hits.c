#include "tenants/pages/hits.h"

#include "core/base/utf8.h"
#include "core/web/url.h"
#include "tenants/pages/html.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/publishing/words.h"

enum { COL_ID, COL_TITLE, COL_TEXT, COL_PUBLISHER, COL_ORIGIN, COL_FREQUENCY, COL_RECORDS, COL_LICENSE, COL_MODIFIED,
       COL_GEO, COL_SOURCE };
enum { TEXT_MOST = 280 };

unsigned hits_ask(struct req *r, const struct str *params)
{
    return req_ask(r, &sql_catalogue_page_hits, params);
}

unsigned hits_ask_recent(struct req *r, struct str origin, struct str most)
{
    struct str params[HITS_PARAMS] = {[HITS_TENANT] = uuid_str(&r->tenant->id)};
    params[HITS_ORIGIN] = origin;
    params[HITS_SORT] = S("recent");
    params[HITS_MOST] = most;
    params[HITS_SKIP] = S("0");
    return hits_ask(r, params);
}

unsigned hits_ask_chosen(struct req *r, struct str ids)
{
    return req_ask(r, &sql_catalogue_page_highlights, (struct str[]){uuid_str(&r->tenant->id), ids});
}

struct str hits_frequency(struct req *r, struct str stored)
{
    const struct frequency *f = frequency_find(stored);
    return f && r->lang == LANG_EN ? str_of(f->en) : stored;
}

struct str hits_granularity(struct req *r, struct str stored)
{
    const struct granularity *g = granularity_find(stored);
    return g && r->lang == LANG_EN ? str_of(g->en) : stored;
}

struct str hits_api(struct arena *a, struct str dataset_id, const char *tail)
{
    struct buf b = {0};
    buf_addz(&b, "/api/explore/v2.1/catalog/datasets/");
    url_encode(&b, dataset_id);
    buf_addz(&b, tail);
    struct str url = arena_str(a, buf_str(&b));
    buf_free(&b);
    return url;
}

static struct str cut(struct arena *a, struct str text)
{
    if (text.n <= TEXT_MOST)
        return arena_str(a, text);
    struct str head = str_part(text, 0, TEXT_MOST);
    head.n = utf8_floor(head);
    return arena_printf(a, STR_FMT "…", STR_ARG(head));
}

static void fill(struct req *r, unsigned call, size_t row, struct page_hits_hits *h)
{
    struct str id = arena_str(r->a, req_col(r, call, row, COL_ID));
    bool is_copy = !batch_bool(&r->batch, call, row, COL_ORIGIN);
    *h = (struct page_hits_hits){
        .id = id, .title = req_col(r, call, row, COL_TITLE), .text = cut(r->a, req_col(r, call, row, COL_TEXT)),
        .publisher = req_col(r, call, row, COL_PUBLISHER),
        .source = is_copy ? req_col(r, call, row, COL_SOURCE) : STR_NONE,
        .date = say_date(r->a, r->lang, req_col(r, call, row, COL_MODIFIED)),
        .frequency = hits_frequency(r, req_col(r, call, row, COL_FREQUENCY)),
        .records = req_i64(r, call, row, COL_RECORDS), .license = req_col(r, call, row, COL_LICENSE),
        .is_geo = batch_bool(&r->batch, call, row, COL_GEO), .csv = hits_api(r->a, id, "/exports/csv"),
        .json = hits_api(r->a, id, "/exports/json"), .geojson = hits_api(r->a, id, "/exports/geojson")};
}

struct markup hits_html(struct req *r, unsigned call)
{
    size_t n = req_rows(r, call);
    struct page_hits_hits *hits = ARENA_ARRAY(r->a, struct page_hits_hits, n + 1);
    struct buf b = {0};
    for (size_t i = 0; i < n; i++)
        fill(r, call, i, &hits[i]);
    page_hits(&b, r->lang, &(struct page_hits){.hits = hits, .hits_n = n});
    struct str html = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return markup_trusted(html);
}
