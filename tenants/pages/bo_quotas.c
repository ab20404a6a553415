/* The pool, who uses it, shares and loans; a partner sees its own share first. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "tenants/pages/errors.h"
#include "tenants/directory/tenant.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/say.h"
#include "tenants/pages/sql.h"
#include "tenants/quota/errors.h"
#include "tenants/quota/meter.h"
#include "tenants/quota/share.h"
#include "tenants/quota/sql.h"
#include "tenants/quota/usage.h"

enum { PARTS = 6, GAUGES = 4 };
/* share_list.sql's columns, and the metrics in its order */
enum {
    COL_ID,
    COL_NAME,
    COL_HOST,
    COL_IS_ROOT,
    COL_METRIC,
    COL_RESERVED,
    COL_CEILING,
    COL_USED,
    COL_POOL,
    COL_LENT
};
enum { M_CALLS, M_RECORDS, M_RAW, M_CONTENT, M_UPDATE };
/* The calls asked */
enum { ASK_SHARES, ASK_LOANS, ASK_MONTH };

static bool ask_quotas(struct req *r, struct err *e)
{
    (void)e;
    bool all = r->tenant->is_root;
    req_ask(r, &sql_share_list, (struct str[]){uuid_str(&r->tenant->root)});
    req_ask(r, &sql_loan_list,
            (struct str[]){uuid_str(&r->tenant->root), all ? STR_NONE : uuid_str(&r->tenant->id)});
    req_ask(r, &sql_bo_quota_months, (struct str[]){uuid_str(&r->tenant->root)});
    return true;
}

/* One portal's six rows begin at `row`. Calls are those of this moment where this process counts
 * them. */
struct portal_use {
    struct str id, name;
    int64_t used[SHARE_METRICS], reserved, ceiling, pool[SHARE_METRICS];
    bool has_ceiling, own;
};

static void read_portal(struct req *r, size_t row, struct portal_use *p)
{
    p->id = req_col(r, ASK_SHARES, row, COL_ID);
    p->name = req_col(r, ASK_SHARES, row, COL_NAME);
    p->own = str_eq(p->id, uuid_str(&r->tenant->id));
    for (size_t m = 0; m < SHARE_METRICS; m++) {
        p->used[m] = req_i64(r, ASK_SHARES, row + m, COL_USED);
        p->pool[m] = req_i64(r, ASK_SHARES, row + m, COL_POOL);
    }
    p->reserved = req_i64(r, ASK_SHARES, row, COL_RESERVED) + req_i64(r, ASK_SHARES, row, COL_LENT);
    p->has_ceiling = !batch_null(&r->batch, ASK_SHARES, row, COL_CEILING);
    p->ceiling = req_i64(r, ASK_SHARES, row, COL_CEILING);
    if (!p->own || !meter_usage())
        return;
    struct usage_now now;
    usage_read(meter_usage(), r->tenant->slot, clock_wall_us(), &now);
    p->used[M_CALLS] = now.used;
}

static struct str percent(struct req *r, int64_t part, int64_t whole)
{
    double v = whole > 0 ? 100.0 * (double)part / (double)whole : 0;
    return arena_printf(r->a, "%.1f%%", v > 100 ? 100 : v);
}

/* The same for readers: "71,4 %". */
static struct str percent_said(struct req *r, int64_t part, int64_t whole)
{
    int64_t tenths = whole > 0 ? part * 1000 / whole : 0;
    return arena_printf(r->a, r->lang == LANG_FR ? "%lld,%lld\xc2\xa0%%" : "%lld.%lld%%",
                        (long long)(tenths / 10), (long long)(tenths % 10));
}

static struct str say(struct req *r, size_t metric, int64_t n)
{
    return share_metrics[metric].is_bytes ? say_bytes(r->a, r->lang, n)
                                          : say_count(r->a, r->lang, n);
}

/* ---- gauges ---- */

/* At today's pace by the end of the month: used / days gone * days of the month. */
static int64_t foreseen(struct req *r, int64_t used)
{
    double gone = atof(req_col(r, ASK_MONTH, 0, 0).p), all = (double)req_i64(r, ASK_MONTH, 0, 1);
    return gone < 1 ? used : (int64_t)((double)used * all / gone);
}

static void put_gauge(struct req *r, const struct portal_use *all, size_t n, size_t metric,
                      struct page_bo_quotas_gauges *g)
{
    int64_t sum = 0, limit = all[0].pool[metric];
    for (size_t i = 0; i < n; i++)
        sum += all[i].used[metric];
    *g = (struct page_bo_quotas_gauges){
        .title = str_of(r->lang == LANG_FR ? share_metrics[metric].fr : share_metrics[metric].en),
        .used = say(r, metric, sum),
        .of = say(r, metric, limit),
        .width = percent(r, sum, limit),
        .err = sum * 100 >= limit * 95,
        .warn = sum * 100 >= limit * 80 && sum * 100 < limit * 95};
    if (metric != M_CALLS) {
        g->said = percent_said(r, sum, limit);
        return;
    }
    int64_t ahead = foreseen(r, sum);
    g->foreseen = true;
    g->ahead = percent(r, ahead, limit);
    g->said = arena_printf(r->a, STR_FMT " " STR_FMT, STR_ARG(page_say(r, TEXT_BO_FORESEEN)),
                           STR_ARG(say(r, metric, ahead)));
}

static void put_gauges(struct req *r, const struct portal_use *all, size_t n,
                       struct page_bo_quotas *p)
{
    static const size_t metrics[GAUGES] = {M_CALLS, M_RECORDS, M_RAW, M_UPDATE};
    struct page_bo_quotas_gauges *list = ARENA_ARRAY(r->a, struct page_bo_quotas_gauges, GAUGES);
    for (size_t i = 0; i < GAUGES; i++)
        put_gauge(r, all, n, metrics[i], &list[i]);
    p->gauges = list;
    p->gauges_n = GAUGES;
}

/* ---- the pool bar and the table ---- */

static int by_calls(const void *a, const void *b)
{
    int64_t x = ((const struct portal_use *)a)->used[M_CALLS],
            y = ((const struct portal_use *)b)->used[M_CALLS];
    return (x < y) - (x > y);
}

static void put_part(struct req *r, struct page_bo_quotas *p, struct page_bo_quotas_parts *list,
                     struct str name, int64_t amount, int64_t *before, int64_t pool)
{
    list[p->parts_n] = (struct page_bo_quotas_parts){
        name, percent(r, *before, pool), percent(r, amount, pool),
        arena_printf(r->a, "q%zu", p->parts_n + 1), say(r, M_CALLS, amount)};
    p->parts_n++;
    *before += amount;
}

static void put_pool(struct req *r, const struct portal_use *sorted, size_t n,
                     struct page_bo_quotas *p)
{
    struct page_bo_quotas_parts *list = ARENA_ARRAY(r->a, struct page_bo_quotas_parts, PARTS + 1);
    int64_t before = 0, others = 0, pool = sorted[0].pool[M_CALLS];
    for (size_t i = 0; i < n; i++) {
        if (i < PARTS && sorted[i].used[M_CALLS] > 0)
            put_part(r, p, list, sorted[i].name, sorted[i].used[M_CALLS], &before, pool);
        else
            others += sorted[i].used[M_CALLS];
    }
    if (others > 0)
        put_part(r, p, list, page_say(r, TEXT_BO_OTHERS), others, &before, pool);
    p->parts = list;
    p->free = say(r, M_CALLS, pool > before ? pool - before : 0);
    p->pool_label = arena_printf(r->a, STR_FMT " " STR_FMT " / " STR_FMT,
                                 STR_ARG(page_say(r, TEXT_BO_HOME_CALLS)),
                                 STR_ARG(say(r, M_CALLS, before)), STR_ARG(say(r, M_CALLS, pool)));
}

static void put_row(struct req *r, const struct portal_use *u, struct page_bo_quotas_rows *row)
{
    int64_t limit = u->has_ceiling ? u->ceiling : u->reserved > 0 ? u->reserved : u->pool[M_CALLS];
    bool over = u->has_ceiling && u->used[M_CALLS] >= u->ceiling;
    *row = (struct page_bo_quotas_rows){.name = u->name,
                                        .used = say(r, M_CALLS, u->used[M_CALLS]),
                                        .own = u->own,
                                        .share = say(r, M_CALLS, u->reserved),
                                        .ceiling =
                                            u->has_ceiling ? say(r, M_CALLS, u->ceiling) : S("—"),
                                        .width = percent(r, u->used[M_CALLS], limit),
                                        .records = say(r, M_RECORDS, u->used[M_RECORDS]),
                                        .raw = say(r, M_RAW, u->used[M_RAW]),
                                        .err = over};
    row->warn = !over && foreseen(r, u->used[M_CALLS]) > limit;
    row->ok = !over && !row->warn;
    row->tag = page_say(r, over        ? TEXT_BO_SHARE_OVER
                           : row->warn ? TEXT_BO_SHARE_SOON
                                       : TEXT_BO_SHARE_OK);
    row->said = arena_printf(r->a, STR_FMT " : " STR_FMT " / " STR_FMT, STR_ARG(u->name),
                             STR_ARG(row->used), STR_ARG(say(r, M_CALLS, limit)));
}

/* Own portal first, then by name as they came. */
static void put_rows(struct req *r, const struct portal_use *all, size_t n,
                     struct page_bo_quotas *p)
{
    struct page_bo_quotas_rows *rows = ARENA_ARRAY(r->a, struct page_bo_quotas_rows, n + 1);
    for (int own = 1; own >= 0; own--)
        for (size_t i = 0; i < n; i++)
            if (all[i].own == (own == 1))
                put_row(r, &all[i], &rows[p->rows_n++]);
    p->rows = rows;
    p->has_shares = true;
}

static void put_warning(struct req *r, const struct portal_use *all, size_t n,
                        struct page_bo_quotas *p)
{
    int64_t sum = 0, pool = all[0].pool[M_CALLS];
    for (size_t i = 0; i < n; i++)
        sum += all[i].used[M_CALLS];
    if (foreseen(r, sum) > pool)
        p->warning = page_say(r, TEXT_BO_POOL_WARNING);
}

/* ---- loans ---- */

static void put_loans(struct req *r, struct page_bo_quotas *p)
{
    size_t n = req_rows(r, ASK_LOANS);
    struct err ignored;
    struct page_bo_quotas_loans *list = ARENA_ARRAY(r->a, struct page_bo_quotas_loans, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct share_metric *m = &share_metrics[0];
        struct str state = req_col(r, ASK_LOANS, i, 9);
        share_metric_find(req_col(r, ASK_LOANS, i, 5), &m, &ignored);
        list[i] = (struct page_bo_quotas_loans){
            .id = req_col(r, ASK_LOANS, i, 0),
            .lender = req_col(r, ASK_LOANS, i, 2),
            .borrower = req_col(r, ASK_LOANS, i, 4),
            .metric = str_of(r->lang == LANG_FR ? m->fr : m->en),
            .amount = share_say(r->a, r->lang, m->is_bytes, req_i64(r, ASK_LOANS, i, 6)),
            .from = say_date(r->a, r->lang, req_col(r, ASK_LOANS, i, 7)),
            .to = say_date(r->a, r->lang, req_col(r, ASK_LOANS, i, 8)),
            .proposed = str_eq(state, S("proposed")),
            .accepted = str_eq(state, S("accepted")),
            .refused = str_eq(state, S("refused")),
            .ended = str_eq(state, S("ended"))};
        list[i].mine = str_eq(req_col(r, ASK_LOANS, i, 3), uuid_str(&r->tenant->id));
    }
    p->loans = list;
    p->loans_n = n;
}

static size_t metric_choices(struct req *r, bool loanable, struct bo_choice *out)
{
    size_t n = 0;
    for (size_t m = 0; m < SHARE_METRICS; m++)
        if (!loanable || share_metrics[m].is_loanable)
            out[n++] = (struct bo_choice){
                str_of(share_metrics[m].name),
                str_of(r->lang == LANG_FR ? share_metrics[m].fr : share_metrics[m].en)};
    return n;
}

static void put_forms(struct req *r, const struct portal_use *all, size_t n,
                      struct page_bo_quotas *p)
{
    struct bo_choice metrics[SHARE_METRICS], loanable[SHARE_METRICS];
    struct bo_choice *portals = ARENA_ARRAY(r->a, struct bo_choice, n + 1),
                     *others = ARENA_ARRAY(r->a, struct bo_choice, n + 1);
    size_t nothers = 0, nloanable = metric_choices(r, true, loanable);
    metric_choices(r, false, metrics);
    for (size_t i = 0; i < n; i++) {
        portals[i] = (struct bo_choice){all[i].id, all[i].name};
        if (!all[i].own)
            others[nothers++] = portals[i];
    }
    const struct bo_field edit[] = {
        {.name = "portal",
         .kind = BO_SELECT,
         .label = page_say(r, TEXT_BO_COL_PORTAL),
         .required = true,
         .choices = portals,
         .nchoices = n},
        {.name = "metric",
         .kind = BO_SELECT,
         .label = page_say(r, TEXT_BO_METRIC),
         .required = true,
         .choices = metrics,
         .nchoices = SHARE_METRICS},
        {.name = "amount",
         .label = page_say(r, TEXT_BO_COL_RESERVED),
         .hint = page_say(r, TEXT_BO_AMOUNT_HINT),
         .required = true,
         .complete = "off"},
        {.name = "ceiling",
         .label = page_say(r, TEXT_BO_COL_CEILING),
         .hint = page_say(r, TEXT_BO_CEILING_HINT),
         .complete = "off"},
    };
    const struct bo_field lend[] = {
        {.name = "to",
         .kind = BO_SELECT,
         .label = page_say(r, TEXT_BO_LEND_TO),
         .required = true,
         .choices = others,
         .nchoices = nothers},
        {.name = "lent",
         .kind = BO_SELECT,
         .label = page_say(r, TEXT_BO_METRIC),
         .required = true,
         .choices = loanable,
         .nchoices = nloanable},
        {.name = "how_much",
         .label = page_say(r, TEXT_BO_LEND_AMOUNT),
         .hint = page_say(r, TEXT_BO_AMOUNT_HINT),
         .required = true,
         .complete = "off"},
        {.name = "until",
         .label = page_say(r, TEXT_BO_LEND_UNTIL),
         .type = "date",
         .hint = page_say(r, TEXT_BO_LEND_UNTIL_HINT)},
    };
    if (p->is_region)
        p->edit = bo_form_html(r, &(struct bo_form){.action = S("/backoffice/quotas/"),
                                                    .fields = edit,
                                                    .n = 4,
                                                    .submit = page_say(r, TEXT_BO_SHARE_SAVE)});
    p->lend = bo_form_html(r, &(struct bo_form){.action = S("/backoffice/quotas/lend"),
                                                .fields = lend,
                                                .n = 4,
                                                .submit = page_say(r, TEXT_BO_LEND)});
}

static bool reply_quotas(struct req *r, struct err *e)
{
    size_t n = req_rows(r, ASK_SHARES) / SHARE_METRICS;
    if (n == 0 || req_rows(r, ASK_MONTH) == 0)
        return ERR(e, err_choice_gone, "no shares");
    struct portal_use *all = ARENA_ARRAY(r->a, struct portal_use, n),
                      *sorted = ARENA_ARRAY(r->a, struct portal_use, n);
    for (size_t i = 0; i < n; i++)
        read_portal(r, i * SHARE_METRICS, &all[i]);
    memcpy(sorted, all, n * sizeof *all);
    qsort(sorted, n, sizeof *sorted, by_calls);
    struct page_bo_quotas p = {.csrf = r->who.csrf,
                               .own_name = r->tenant->name,
                               .is_region = r->who.is_region,
                               .day = say_date(r->a, r->lang, req_col(r, ASK_MONTH, 0, 2))};
    put_warning(r, all, n, &p);
    put_gauges(r, all, n, &p);
    put_pool(r, sorted, n, &p);
    put_rows(r, all, n, &p);
    put_loans(r, &p);
    put_forms(r, all, n, &p);
    struct buf body = {0};
    page_bo_quotas(&body, r->lang, &p);
    bo_reply(r, bo_status(r),
             &(struct bo_page){.title = page_say(r, TEXT_BO_QUOTAS),
                               .nav = BO_QUOTAS,
                               .lead = page_say(r, TEXT_BO_QUOTAS_LEAD)},
             &body);
    return true;
}

const struct step bo_quotas[] = {
    {STEP_DB, ask_quotas, NULL}, {STEP_REPLY, reply_quotas, NULL}, {STEP_END, NULL, NULL}};

/* ---- writes ---- */

static bool set_share(struct req *r, struct conn *c, struct err *e)
{
    struct str ceiling = str_trim(req_form(r, S("ceiling")));
    struct share_new new = {
        .root = r->tenant->root, .metric = req_form(r, S("metric")), .ceiling = -1, .by = bo_me(r)};
    bo_then(r, S("/backoffice/quotas/?done=share"));
    return (uuid_parse(req_form(r, S("portal")), &new.tenant) ||
            ERR(e, err_choice_gone, "not an id")) &&
           share_amount(req_form(r, S("amount")), r->lang == LANG_FR ? "Réservé" : "Reserved",
                        &new.reserved, e) &&
           (!ceiling.n ||
            share_amount(ceiling, r->lang == LANG_FR ? "Plafond" : "Ceiling", &new.ceiling, e)) &&
           share_set(c, &new, e);
}

static bool work_set(struct req *r, struct err *e)
{
    return bo_write(r, set_share, e);
}

const struct step bo_quotas_set[] = {
    {STEP_WORK, work_set, NULL},
    {STEP_DB, ask_quotas, NULL},
    {STEP_REPLY, reply_quotas, NULL},
    {STEP_END, NULL, NULL},
};

static bool lend(struct req *r, struct conn *c, struct err *e)
{
    struct str until = str_trim(req_form(r, S("until")));
    struct share_loan loan = {.root = r->tenant->root,
                              .lender = r->tenant->id,
                              .metric = req_form(r, S("lent")),
                              .ends_on = until.n == 10 ? until : STR_NONE,
                              .by = bo_me(r)};
    struct uuid made;
    bo_then(r, S("/backoffice/quotas/?done=loan"));
    return (uuid_parse(req_form(r, S("to")), &loan.borrower) ||
            ERR(e, err_choice_gone, "not an id")) &&
           share_amount(req_form(r, S("how_much")), r->lang == LANG_FR ? "Quantité" : "Amount",
                        &loan.amount, e) &&
           share_lend(c, &loan, &made, e);
}

static bool work_lend(struct req *r, struct err *e)
{
    return bo_write(r, lend, e);
}

const struct step bo_quotas_lend[] = {
    {STEP_WORK, work_lend, NULL},
    {STEP_DB, ask_quotas, NULL},
    {STEP_REPLY, reply_quotas, NULL},
    {STEP_END, NULL, NULL},
};

static bool answer(struct req *r, struct conn *c, struct err *e)
{
    bo_then(r, S("/backoffice/quotas/?done=answered"));
    return share_answer(c, &r->tenant->id, req_form(r, S("loan")),
                        str_eq(req_form(r, S("answer")), S("accept")), bo_me(r), e);
}

static bool work_answer(struct req *r, struct err *e)
{
    return bo_write(r, answer, e);
}

const struct step bo_quotas_answer[] = {
    {STEP_WORK, work_answer, NULL},
    {STEP_DB, ask_quotas, NULL},
    {STEP_REPLY, reply_quotas, NULL},
    {STEP_END, NULL, NULL},
};
