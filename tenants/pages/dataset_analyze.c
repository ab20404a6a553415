/* dataset_analyze -- one aggregate by one field: bars and a table, from the API's own group_by. */
#include "tenants/pages/dataset.h"
#include "tenants/pages/hits.h"
#include "tenants/pages/say.h"

enum { GROUPS = 20 };

static const struct how_row {
    const char *name;
    enum text_key label;
} how_rows[] = {{"count", TEXT_AN_COUNT}, {"sum", TEXT_AN_SUM}, {"avg", TEXT_AN_AVG}, {"min", TEXT_AN_MIN},
                {"max", TEXT_AN_MAX}};
enum { HOWS = sizeof how_rows / sizeof how_rows[0] };

struct analysis {
    const struct how_row *how;
    const struct view_column *by, *of;
    struct str fault;
    bool asked;
};

static bool can_be_by(const struct view_column *c)
{
    return !c->hidden && (c->type == TYPE_TEXT || c->type == TYPE_BOOLEAN);
}

static bool can_be_of(const struct view_column *c)
{
    return !c->hidden && dataset_is_number(c->type);
}

/* The field that was asked for, else the first facet that fits, else the first that fits. */
static const struct view_column *pick(struct req *r, const struct dataset_view *v, struct str name,
                                      bool (*fits)(const struct view_column *))
{
    const struct view_column *asked = view_find(v, req_query(r, name), false), *first = NULL;
    if (asked && fits(asked))
        return asked;
    for (size_t i = 0; i < view_columns(v); i++) {
        const struct view_column *c = view_column(v, i);
        if (!fits(c))
            continue;
        if (c->facet)
            return c;
        first = first ? first : c;
    }
    return first;
}

static const struct how_row *pick_how(struct req *r, bool has_of)
{
    struct str asked = req_query(r, S("how"));
    for (size_t i = 0; has_of && i < HOWS; i++)
        if (str_eq(asked, str_of(how_rows[i].name)))
            return &how_rows[i];
    return &how_rows[0];
}

static bool ask_groups(struct req *r, struct err *e)
{
    (void)e;
    struct dataset *d = r->state;
    struct analysis *x = d->view = ARENA_NEW(r->a, struct analysis);
    struct err fault = {0};
    dataset_describe(r, d);
    x->by = pick(r, d->g.view, S("by"), can_be_by);
    x->of = pick(r, d->g.view, S("of"), can_be_of);
    x->how = pick_how(r, x->of != NULL);
    if (!x->by)
        return true;
    struct str inner = x->how == how_rows ? S("*") : arena_printf(r->a, "`" STR_FMT "`", STR_ARG(x->of->name));
    rows_add(&d->rows, S("select"), arena_printf(r->a, "%s(" STR_FMT ") as valeur", x->how->name, STR_ARG(inner)));
    rows_add(&d->rows, S("group_by"), arena_printf(r->a, "`" STR_FMT "` as groupe", STR_ARG(x->by->name)));
    rows_add(&d->rows, S("order_by"), S("valeur desc"));
    rows_add(&d->rows, S("limit"), arena_printf(r->a, "%d", GROUPS));
    x->asked = rows_ask(r, d->g.view, &d->rows, true, &fault);
    if (!x->asked)
        x->fault = page_error(r, &fault);
    return true;
}

static size_t options(struct req *r, const struct dataset_view *v, const struct view_column *on,
                      bool (*fits)(const struct view_column *), struct page_dataset_analyze_by **out)
{
    size_t n = 0;
    *out = ARENA_ARRAY(r->a, struct page_dataset_analyze_by, view_columns(v) + 1);
    for (size_t i = 0; i < view_columns(v); i++) {
        const struct view_column *c = view_column(v, i);
        if (fits(c))
            (*out)[n++] = (struct page_dataset_analyze_by){c->name, dataset_label(c), c == on};
    }
    return n;
}

static void fill_form(struct req *r, const struct dataset *d, struct page_dataset_analyze *p)
{
    const struct analysis *x = d->view;
    struct page_dataset_analyze_by *by, *of;
    struct page_dataset_analyze_how *how = ARENA_ARRAY(r->a, struct page_dataset_analyze_how, HOWS);
    p->by_n = options(r, d->g.view, x->by, can_be_by, &by);
    p->by = by;
    p->of_n = options(r, d->g.view, x->of, can_be_of, &of);
    struct page_dataset_analyze_of *list = ARENA_ARRAY(r->a, struct page_dataset_analyze_of, p->of_n + 1);
    for (size_t i = 0; i < p->of_n; i++)
        list[i] = (struct page_dataset_analyze_of){of[i].value, of[i].label, of[i].on};
    p->of = list;
    p->how_n = p->of_n ? HOWS : 1;
    for (size_t i = 0; i < p->how_n; i++)
        how[i] = (struct page_dataset_analyze_how){str_of(how_rows[i].name), page_say(r, how_rows[i].label),
                                                   &how_rows[i] == x->how};
    p->how = how;
}

static struct str caption_of(struct req *r, const struct analysis *x)
{
    struct str how = page_say(r, x->how->label), by = dataset_label(x->by);
    if (x->how == how_rows)
        return arena_printf(r->a, r->lang == LANG_FR ? STR_FMT " par " STR_FMT : STR_FMT " by " STR_FMT, STR_ARG(how),
                            STR_ARG(by));
    return arena_printf(r->a, r->lang == LANG_FR ? STR_FMT " de " STR_FMT " par " STR_FMT : STR_FMT " of " STR_FMT " by " STR_FMT,
                        STR_ARG(how), STR_ARG(dataset_label(x->of)), STR_ARG(by));
}

static void fill_bars(struct req *r, struct dataset *d, struct page_dataset_analyze *p)
{
    const struct analysis *x = d->view;
    json_t *list = rows_take(r, &d->rows), *item;
    size_t n = json_array_size(list), i;
    struct page_bars_bars *bars = ARENA_ARRAY(r->a, struct page_bars_bars, n + 1);
    struct page_dataset_analyze_rows *rows = ARENA_ARRAY(r->a, struct page_dataset_analyze_rows, n + 1);
    double most = 0;
    json_array_foreach(list, i, item) {
        double value = json_number_value(json_object_get(item, "valeur"));
        most = value > most ? value : most;
    }
    json_array_foreach(list, i, item) {
        const json_t *valeur = json_object_get(item, "valeur");
        struct str name = rows_said(r->a, r->lang, json_object_get(item, "groupe"));
        double value = json_number_value(valeur);
        name = name.n ? name : page_say(r, TEXT_AN_EMPTY);
        struct str said = rows_said(r->a, r->lang, valeur);
        bars[i] = (struct page_bars_bars){.name = name, .said = said,
                                          .width = arena_printf(r->a, "%.1f%%", most > 0 && value > 0 ? 100 * value / most : 0)};
        rows[i] = (struct page_dataset_analyze_rows){name, said};
    }
    json_decref(list);
    struct buf b = {0};
    page_bars(&b, r->lang, &(struct page_bars){.bars = bars, .bars_n = n});
    p->has_bars = n > 0;
    p->bars = markup_trusted(arena_str(r->a, buf_str(&b)));
    buf_free(&b);
    p->rows = rows;
    p->rows_n = n;
    p->by_label = dataset_label(x->by);
    p->caption = caption_of(r, x);
    if (rows_count(r, &d->rows) > GROUPS)
        p->more = page_with(r, TEXT_AN_MORE, arena_printf(r->a, "%d", GROUPS));
    p->api = dataset_address(r->a, hits_api(r->a, d->g.dataset_id, "/records"), &d->rows, STR_NONE, STR_NONE);
}

static bool reply_analyze(struct req *r, struct err *e)
{
    (void)e;
    struct dataset *d = r->state;
    struct analysis *x = d->view;
    struct page_dataset_analyze p = {.id = d->g.dataset_id, .fault = x->fault};
    fill_form(r, d, &p);
    if (x->asked)
        fill_bars(r, d, &p);
    struct buf panel = {0};
    page_dataset_analyze(&panel, r->lang, &p);
    dataset_reply(r, d, TAB_ANALYZE, &panel, S(""));
    return true;
}

const struct step dataset_analyze[] = {
    {STEP_DB, dataset_ask, NULL}, {STEP_DB, dataset_take, NULL}, {STEP_DB, ask_groups, NULL},
    {STEP_REPLY, reply_analyze, NULL}, {STEP_END, NULL, NULL},
};
