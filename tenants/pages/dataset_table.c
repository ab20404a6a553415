/* dataset_table -- rows with search, facets, sort and pages; every state an address, the API's own parameters. */
#include "core/base/jr.h"
#include "core/data/query/facet.h"
#include "core/data/query/side.h"
#include "tenants/pages/dataset.h"
#include "tenants/pages/hits.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/file_cells.h"

enum { PAGE_ROWS = 50, FILTERS_MOST = 4, CHIPS_MOST = 12, OFFSET_MOST = 9950 };

struct table {
    int64_t offset;
    struct facet_query *facets;
    unsigned facet_call;
    struct side_job *side; /* the facets, counted without PostgreSQL; NULL: not to be had */
    bool asked;
    struct str fault;
};

static struct str own_address(struct req *r, const struct dataset *d)
{
    return arena_printf(r->a, "/explore/dataset/" STR_FMT "/table/", STR_ARG(d->g.dataset_id));
}

/* As the reader typed it, q apart from where: what links of this page carry. */
static void typed_params(struct req *r, struct rows *q, bool with_order)
{
    rows_add(q, S("q"), req_query(r, S("q")));
    rows_add(q, S("where"), req_query(r, S("where")));
    for (size_t i = 0; i < req_query_count(r, S("refine")) && i < 10; i++)
        rows_add(q, S("refine"), req_query_nth(r, S("refine"), i));
    if (with_order)
        rows_add(q, S("order_by"), req_query(r, S("order_by")));
}

static bool is_text_facet(const struct view_column *c)
{
    return !c->hidden && c->facet && c->type == TYPE_TEXT;
}

static bool plan_filters(struct req *r, struct err *e)
{
    (void)e;
    struct dataset *d = r->state;
    struct table *t = d->view = ARENA_NEW(r->a, struct table);
    struct err fault = {0};
    struct rows filter = {0};
    dataset_params(r, &filter, false);
    if (!facet_make(r->a, d->g.view, filter.params, filter.n, &t->facets, &fault) || t->facets->n == 0)
        t->facets = NULL;
    else if ((t->side = side_facets(d->g.view, t->facets)))
        req_on_gone(r, side_job_free, t->side);
    return true;
}

static struct side_job *side_of(struct req *r)
{
    return ((struct table *)((struct dataset *)r->state)->view)->side;
}

static bool has_side(struct req *r, struct err *e)
{
    (void)e;
    return side_of(r) != NULL;
}

static bool run_side(struct req *r, struct err *e)
{
    (void)e;
    side_job_run(side_of(r));
    return true;
}

static bool ask_rows(struct req *r, struct err *e)
{
    (void)e;
    struct dataset *d = r->state;
    struct table *t = d->view;
    struct err fault = {0};
    dataset_describe(r, d);
    if (!str_i64(req_query(r, S("offset")), &t->offset) || t->offset < 0 || t->offset > OFFSET_MOST)
        t->offset = 0;
    dataset_params(r, &d->rows, true);
    rows_add(&d->rows, S("limit"), arena_printf(r->a, "%d", PAGE_ROWS));
    rows_add(&d->rows, S("offset"), arena_n(r->a, t->offset));
    t->asked = rows_ask(r, d->g.view, &d->rows, true, &fault);
    if (!t->asked) {
        t->fault = page_error(r, &fault); /* what the reader wrote may be no question: she can mend it there */
        t->facets = NULL;
        return true;
    }
    file_cells(r, &d->g, d->rows.query);
    if (t->facets && !side_job_result(t->side))
        t->facet_call = req_ask_rows(r, t->facets->rows.sql, t->facets->rows.nparams, t->facets->rows.params, false);
    return true;
}

static struct str refine_of(struct req *r, struct str field, struct str value)
{
    return arena_printf(r->a, STR_FMT ":\"" STR_FMT "\"", STR_ARG(field), STR_ARG(value)); /* never unescaped */
}

/* The value the address refines this field by: quoted or not. */
static bool is_refined(struct req *r, struct str field, struct str value)
{
    struct str bare = arena_printf(r->a, STR_FMT ":" STR_FMT, STR_ARG(field), STR_ARG(value));
    struct str quoted = refine_of(r, field, value);
    for (size_t i = 0; i < req_query_count(r, S("refine")); i++) {
        struct str asked = req_query_nth(r, S("refine"), i);
        if (str_eq(asked, bare) || str_eq(asked, quoted))
            return true;
    }
    return false;
}

static struct page_dataset_table_filters read_filter(struct req *r, const struct view_column *c, const json_t *values)
{
    size_t n = json_array_size(values), i;
    json_t *v;
    struct page_dataset_table_filters_choices *list = ARENA_ARRAY(r->a, struct page_dataset_table_filters_choices, n + 1);
    json_array_foreach(values, i, v) {
        struct str name = arena_str(r->a, jr_str(v, "name"));
        list[i] = (struct page_dataset_table_filters_choices){.value = refine_of(r, c->name, name), .label = name,
                                                              .n = jr_i64(v, "count", 0),
                                                              .on = is_refined(r, c->name, name)};
    }
    return (struct page_dataset_table_filters){.field = c->name, .label = dataset_label(c), .choices = list,
                                               .choices_n = n};
}

static size_t read_filters(struct req *r, const struct dataset *d, struct page_dataset_table_filters *filters)
{
    struct table *t = d->view;
    struct buf text = {0};
    struct err ignored;
    size_t n = 0, i;
    json_t *f;
    if (!t->facets)
        return 0;
    const PGresult *counted = side_job_result(t->side);
    facet_json(&text, t->facets, counted ? counted : r->batch.calls[t->facet_call].result);
    json_t *facets = jr_parse(buf_str(&text), &ignored);
    json_array_foreach(facets, i, f) {
        const struct view_column *c = view_find(d->g.view, jr_str(f, "name"), false);
        if (n < FILTERS_MOST && c && is_text_facet(c))
            filters[n++] = read_filter(r, c, jr_array(f, "facets"));
    }
    json_decref(facets);
    buf_free(&text);
    return n;
}

static struct str removed(struct req *r, const struct dataset *d, const struct rows *typed, size_t without)
{
    struct rows left = {0};
    for (size_t i = 0; i < typed->n; i++)
        if (i != without)
            rows_add(&left, typed->params[i].name, typed->params[i].value);
    return dataset_address(r->a, own_address(r, d), &left, STR_NONE, STR_NONE);
}

/* refine=nom_departement:"Cher" reads "Département : Cher". */
static struct str chip_label(struct req *r, const struct dataset *d, const struct query_param *p)
{
    ptrdiff_t colon = str_eq(p->name, S("refine")) ? str_chr(p->value, ':') : -1;
    if (colon < 0)
        return p->value;
    struct str field = str_part(p->value, 0, (size_t)colon), value = str_from(p->value, (size_t)colon + 1);
    const struct view_column *c = view_find(d->g.view, field, false);
    if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
        value = str_part(value, 1, value.n - 2);
    return arena_printf(r->a, STR_FMT "%s" STR_FMT, STR_ARG(c ? dataset_label(c) : field),
                        r->lang == LANG_FR ? "\xc2\xa0: " : ": ", STR_ARG(value));
}

static size_t read_chips(struct req *r, const struct dataset *d, struct page_dataset_table_chips *chips)
{
    struct rows typed = {0};
    size_t n = 0;
    typed_params(r, &typed, true);
    for (size_t i = 0; i < typed.n && n < CHIPS_MOST; i++) {
        if (str_eq(typed.params[i].name, S("order_by")))
            continue;
        struct str label = chip_label(r, d, &typed.params[i]);
        chips[n++] = (struct page_dataset_table_chips){label, removed(r, d, &typed, i),
                                                       page_with(r, TEXT_CHIP_REMOVE, label)};
    }
    return n;
}

static void fill_page(struct req *r, struct dataset *d, struct page_dataset_table *p)
{
    struct table *t = d->view;
    struct rows typed = {0}, plain = {0};
    json_t *list = rows_take(r, &d->rows);
    int64_t shown = (int64_t)json_array_size(list), total = rows_count(r, &d->rows);
    typed_params(r, &typed, true);
    typed_params(r, &plain, false);
    p->total = total;
    p->has_rows = shown > 0;
    p->from = say_count(r->a, r->lang, t->offset + 1);
    p->to = say_count(r->a, r->lang, t->offset + shown);
    p->rows = dataset_rows(r, d, list, dataset_address(r->a, own_address(r, d), &plain, STR_NONE, STR_NONE));
    json_decref(list);
    if (t->offset > 0) {
        int64_t before = t->offset > PAGE_ROWS ? t->offset - PAGE_ROWS : 0;
        p->previous_url = dataset_address(r->a, own_address(r, d), &typed, before ? S("offset") : STR_NONE,
                                          arena_n(r->a, before));
    }
    if (t->offset + shown < total && t->offset + PAGE_ROWS <= OFFSET_MOST)
        p->next_url = dataset_address(r->a, own_address(r, d), &typed, S("offset"),
                                      arena_n(r->a, t->offset + PAGE_ROWS));
}

static bool reply_table(struct req *r, struct err *e)
{
    (void)e;
    struct dataset *d = r->state;
    struct table *t = d->view;
    struct page_dataset_table_filters *filters = ARENA_ARRAY(r->a, struct page_dataset_table_filters, FILTERS_MOST);
    struct page_dataset_table_chips *chips = ARENA_ARRAY(r->a, struct page_dataset_table_chips, CHIPS_MOST);
    struct page_dataset_table p = {.id = d->g.dataset_id, .q = req_query(r, S("q")), .where = req_query(r, S("where")),
                                   .order = req_query(r, S("order_by")), .filters = filters, .chips = chips,
                                   .fault = t->fault};
    struct rows asked = {0};
    dataset_params(r, &asked, true);
    p.csv = dataset_address(r->a, hits_api(r->a, d->g.dataset_id, "/exports/csv"), &asked, STR_NONE, STR_NONE);
    p.json = dataset_address(r->a, hits_api(r->a, d->g.dataset_id, "/exports/json"), &asked, STR_NONE, STR_NONE);
    struct rows typed = {0};
    typed_params(r, &typed, true);
    p.api = dataset_address(r->a, arena_printf(r->a, "/explore/dataset/" STR_FMT "/api/", STR_ARG(d->g.dataset_id)),
                            &typed, STR_NONE, STR_NONE);
    p.chips_n = read_chips(r, d, chips);
    p.has_chips = p.chips_n > 0;
    if (t->asked) {
        p.filters_n = read_filters(r, d, filters);
        fill_page(r, d, &p);
    }
    struct buf panel = {0};
    page_dataset_table(&panel, r->lang, &p);
    dataset_reply(r, d, TAB_TABLE, &panel, S(""));
    return true;
}

const struct step dataset_table[] = {
    {STEP_DB, dataset_ask, NULL}, {STEP_DB, dataset_take, NULL}, {STEP_DB, plan_filters, NULL},
    {STEP_CPU, run_side, has_side}, {STEP_DB, ask_rows, NULL},
    {STEP_REPLY, reply_table, NULL}, {STEP_END, NULL, NULL},
};
