/* The dashboard, and the list of datasets. */
#include "core/base/clock.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/publishing/fault.h"
#include "tenants/publishing/review_clock.h"
#include "tenants/publishing/sql.h"
#include "tenants/publishing/words.h"
#include "tenants/quota/meter.h"
#include "tenants/quota/usage.h"

static bool ask_home(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_bo_home, (struct str[]){uuid_str(&r->tenant->id), bo_organisation(r), clock_now(r->a)});
    struct str root = bo_watches_region(r) ? uuid_str(&r->tenant->root) : STR_NONE;
    req_ask(r, &sql_check_notice_count, (struct str[]){uuid_str(&r->tenant->id), root});
    return true;
}

/* What nobody has looked at yet, for who may (override.h). */
static void put_overrides(struct req *r, struct page_bo_home *p)
{
    p->overrides_url = bo_overrides_url(r);
    int64_t n = !p->overrides_url.n ? 0 : req_i64(r, 1, 0, bo_watches_region(r) ? 1 : 0);
    if (n > 0)
        p->overrides = say_count(r->a, r->lang, n);
}

static bool reply_home(struct req *r, struct err *e)
{
    (void)e;
    struct page_bo_home p = {.datasets = (int)req_i64(r, 0, 0, 0),
                             .open = (int)req_i64(r, 0, 0, 1),
                             .drafts = (int)req_i64(r, 0, 0, 2),
                             .failed = (int)req_i64(r, 0, 0, 3),
                             .waiting = (int)req_i64(r, 0, 0, 4),
                             .overdue = (int)req_i64(r, 0, 0, 5),
                             .refused = (int)req_i64(r, 0, 0, 6),
                             .soon = (int)req_i64(r, 0, 0, 7),
                             .asked = (int)req_i64(r, 0, 0, 8),
                             .may_contribute = r->who.role >= CONTRIBUTOR,
                             .is_direct = bo_is_direct(r),
                             .is_reviewer = r->tenant->is_root && bo_may_publish(r),
                             .is_region = r->who.is_region && r->who.role >= ADMIN,
                             .is_admin = bo_may_admin(r)};
    put_overrides(r, &p);
    struct usage_now now = {0};
    if (meter_usage())
        usage_read(meter_usage(), r->tenant->slot, clock_wall_us(), &now);
    p.calls = say_count(r->a, r->lang, now.used);
    p.limit = say_count(r->a, r->lang, now.limit);
    struct buf body = {0};
    page_bo_home(&body, r->lang, &p);
    bo_reply(r, 200, &(struct bo_page){.title = page_say(r, TEXT_BO_HOME), .nav = BO_HOME, .lead = r->tenant->name}, &body);
    return true;
}

const struct step bo_home[] = {{STEP_DB, ask_home, NULL}, {STEP_REPLY, reply_home, NULL}, {STEP_END, NULL, NULL}};

/* bo_datasets.sql's columns */
enum { COL_ID, COL_TITLE, COL_PRODUCER, COL_STATE, COL_VISIBILITY, COL_ROWS, COL_PROCESSED, COL_AGE, COL_FREQUENCY,
       COL_HAS_DRAFT, COL_IS_ORIGIN, COL_SOURCE, COL_ERROR, COL_REVIEW };

static struct str asked_words(struct req *r)
{
    struct str q = str_trim(req_query(r, S("q")));
    return q.p ? str_part(q, 0, 100) : S("");
}

static bool ask_datasets(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_bo_datasets, (struct str[]){uuid_str(&r->tenant->id), bo_organisation(r), asked_words(r)});
    return true;
}

static void put_freshness(struct req *r, size_t i, struct page_bo_datasets_datasets *d)
{
    const struct frequency *f = frequency_find(req_col(r, 0, i, COL_FREQUENCY));
    int64_t age = req_i64(r, 0, i, COL_AGE);
    d->when = say_date(r->a, r->lang, req_col(r, 0, i, COL_PROCESSED));
    d->frequency = f ? str_of(r->lang == LANG_FR ? f->fr : f->en) : STR_NONE;
    d->late = f && f->late_days > 0 && age > f->late_days + 1;
    if (d->late)
        d->fresh = arena_printf(r->a, r->lang == LANG_FR ? "en retard de %lld jours" : "%lld days late",
                                (long long)(age - f->late_days));
}

static void put_dataset(struct req *r, size_t i, struct page_bo_datasets_datasets *d)
{
    struct str state = req_col(r, 0, i, COL_STATE), visibility = req_col(r, 0, i, COL_VISIBILITY);
    struct str review = req_col(r, 0, i, COL_REVIEW), error = req_col(r, 0, i, COL_ERROR);
    bool published = str_eq(state, S("published"));
    *d = (struct page_bo_datasets_datasets){
        .url = arena_printf(r->a, "/backoffice/datasets/" STR_FMT "/", STR_ARG(req_col(r, 0, i, COL_ID))),
        .title = req_col(r, 0, i, COL_TITLE), .producer = req_col(r, 0, i, COL_PRODUCER),
        .rows = say_count(r->a, r->lang, req_i64(r, 0, i, COL_ROWS)), .source = req_col(r, 0, i, COL_SOURCE),
        .is_draft = str_eq(state, S("draft")), .withdrawn = str_eq(state, S("withdrawn")),
        .is_open = published && str_eq(visibility, S("open")), .is_closed = published && str_eq(visibility, S("closed")),
        .is_described = published && str_eq(visibility, S("described")),
        .has_draft = batch_bool(&r->batch, 0, i, COL_HAS_DRAFT) && published,
        .submitted = str_eq(review, S("submitted")), .refused = str_eq(review, S("refused"))};
    put_freshness(r, i, d);
    if (!error.n)
        return;
    struct buf b = {0};
    fault_say(error, r->lang, &b);
    d->error = arena_str(r->a, buf_str(&b));
    buf_free(&b);
}

static bool reply_datasets(struct req *r, struct err *e)
{
    (void)e;
    size_t n = req_rows(r, 0);
    struct page_bo_datasets_datasets *list = ARENA_ARRAY(r->a, struct page_bo_datasets_datasets, n + 1);
    for (size_t i = 0; i < n; i++)
        put_dataset(r, i, &list[i]);
    struct buf body = {0};
    page_bo_datasets(&body, r->lang, &(struct page_bo_datasets){.words = asked_words(r), .total = (int)n,
                                                               .may_contribute = r->who.role >= CONTRIBUTOR,
                                                               .datasets = list, .datasets_n = n});
    bo_reply(r, 200, &(struct bo_page){.title = page_say(r, TEXT_BO_DATASETS), .nav = BO_DATASETS}, &body);
    return true;
}

const struct step bo_datasets[] = {
    {STEP_DB, ask_datasets, NULL}, {STEP_REPLY, reply_datasets, NULL}, {STEP_END, NULL, NULL},
};
