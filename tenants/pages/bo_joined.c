#include "tenants/pages/bo_joined.h"

#include "core/base/jr.h"
#include "tenants/pages/html.h"
#include "tenants/publishing/check_facts.h"

static bool still_asks(const json_t *uncovered, struct str dataset)
{
    const json_t *f;
    size_t i;
    json_array_foreach(uncovered, i, f)
        if (str_eq(jr_str(f, "kind"), S("share_alike")) && str_eq(jr_str(f, "column"), dataset))
            return true;
    return false;
}

struct markup bo_joined(struct req *r, unsigned call, struct str describe_url, const json_t *uncovered, size_t *asks)
{
    size_t n = req_rows(r, call);
    struct page_bo_joined_sources *list = ARENA_ARRAY(r->a, struct page_bo_joined_sources, n + 1);
    *asks = 0;
    for (size_t i = 0; i < n; i++) {
        struct str dataset = req_col(r, call, i, JOINED_DATASET);
        bool agrees = batch_bool(&r->batch, call, i, JOINED_AGREES), alike = batch_bool(&r->batch, call, i, JOINED_SHARE_ALIKE);
        list[i] = (struct page_bo_joined_sources){
            .dataset = dataset, .licence = req_col(r, call, i, r->lang == LANG_FR ? JOINED_LICENCE_FR : JOINED_LICENCE_EN),
            .credit = check_facts_credit(r, call, i), .agrees = alike && agrees,
            .asks = alike && !agrees && still_asks(uncovered, dataset)};
        list[i].covered = alike && !agrees && !list[i].asks;
        *asks += list[i].asks;
    }
    struct buf b = {0};
    page_bo_joined(&b, r->lang,
                   &(struct page_bo_joined){.describe_url = describe_url,
                                            .asks = *asks > 0 && describe_url.n > 0,
                                            .sources = list,
                                            .sources_n = n});
    struct str html = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return markup_trusted(html);
}
