#include "tenants/publishing/check_facts.h"

#include "core/base/clock.h"
#include "core/base/jr.h"
#include "core/data/value/moment.h"
#include "tenants/publishing/credit.h"
#include "tenants/publishing/hvd.h"

static struct str today(struct req *r)
{
    char z[40];
    moment_date_text(z, (int32_t)(clock_wall_us() / 86400000000LL));
    return arena_str(r->a, str_of(z));
}

void check_facts(struct req *r, unsigned call, json_t **metas, struct quality_facts *out)
{
    struct err ignored = {0};
    struct str licence = req_col(r, call, 0, CHECK_LICENCE), text = req_col(r, call, 0, CHECK_METAS);
    json_t *registered = licence.n ? jr_parse(licence, &ignored) : NULL;
    *metas = jr_parse(text.n ? text : S("{}"), &ignored);
    *out = (struct quality_facts){
        .metas = *metas, .has_rows = req_col(r, call, 0, CHECK_ROWS).n > 0,
        .open = req_col(r, call, 0, CHECK_PUBLISHED).n > 0 && str_eq(req_col(r, call, 0, CHECK_VISIBILITY), S("open")),
        .licence_id = arena_str(r->a, jr_str(registered, "id")), .processed = req_col(r, call, 0, CHECK_PROCESSED),
        .today = today(r), .fields_described = batch_bool(&r->batch, call, 0, CHECK_LICENCE + 1),
        .follows_schema = req_col(r, call, 0, CHECK_CONFORMS).n > 0};
    json_decref(registered);
}

bool check_facts_hvd_strict(const struct quality_facts *f)
{
    return str_eq(f->licence_id, S("odc-odbl")) && hvd_is_marked(f->metas);
}

bool check_facts_hvd_bare(struct arena *a, const struct quality_facts *f)
{
    const struct hvd_category *found[HVD_CATEGORIES];
    return hvd_is_marked(f->metas) && hvd_categories(a, f->metas, found) == 0;
}

struct str check_facts_credit(struct req *r, unsigned call, size_t i)
{
    struct str publisher = req_col(r, call, i, JOINED_PUBLISHER);
    return publisher.n ? credit_line(r->a, r->lang, publisher, req_col(r, call, i, JOINED_TITLE),
                                     req_col(r, call, i, JOINED_MODIFIED), req_col(r, call, i, JOINED_LICENCE))
                       : STR_NONE;
}
