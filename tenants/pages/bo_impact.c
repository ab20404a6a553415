/* Datasets that a new version of their schema concerns, of one portal or of all: /backoffice/schemas/impact. */
#include "core/base/jr.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_routes.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/schema_impact.h"

/* A verdict is a row: how it is marked, said and counted. */
static const struct {
    const char *word, *mark, *tag;
    enum text_key said;
} verdicts[] = {
    {"fails", "i-ko err", "err", TEXT_IMP_V_FAILS},
    {"recheck", "i-warn wa", "warn", TEXT_IMP_V_RECHECK},
    {"same", "i-info", "info", TEXT_IMP_V_SAME},
};
enum { FAILS, RECHECK, VERDICTS = sizeof verdicts / sizeof verdicts[0] };

static size_t verdict_of(struct req *r, size_t i)
{
    struct str word = req_col(r, 0, i, IMPACT_VERDICT);
    size_t v = 0;
    while (v + 1 < VERDICTS && !str_eq(word, str_of(verdicts[v].word)))
        v++;
    return v;
}

static bool is_settled(struct req *r, size_t i)
{
    return req_col(r, 0, i, IMPACT_SETTLED).n > 0;
}

/* ["a", "b"] as "a, b". */
static struct str names(struct req *r, size_t i, enum schema_impact_column column)
{
    struct err ignored = {0};
    struct buf said = {0};
    json_t *list = jr_parse(req_col(r, 0, i, column), &ignored);
    const json_t *name;
    size_t k;
    json_array_foreach(list, k, name)
        buf_printf(&said, "%s%s", k ? ", " : "", json_string_value(name));
    struct str words = said.n ? arena_str(r->a, buf_str(&said)) : STR_NONE;
    buf_free(&said);
    json_decref(list);
    return words;
}

static void put_state(struct req *r, size_t i, struct page_bo_impact_rows *row)
{
    bool settled = is_settled(r, i);
    size_t v = verdict_of(r, i);
    row->mark = settled ? S("i-ok ok") : str_of(verdicts[v].mark);
    row->tag = settled ? S("ok") : str_of(verdicts[v].tag);
    row->verdict = page_say(r, settled ? TEXT_IMP_SETTLED : verdicts[v].said);
    row->before = req_col(r, 0, i, IMPACT_FOLLOWED);
    row->errors = say_count(r->a, r->lang, req_i64(r, 0, i, IMPACT_ERRORS));
    row->settled = req_col(r, 0, i, IMPACT_SETTLED);
    if (req_col(r, 0, i, IMPACT_SETTLED_ERRORS).n)
        row->found = say_count(r->a, r->lang, req_i64(r, 0, i, IMPACT_SETTLED_ERRORS));
}

static void put_row(struct req *r, size_t i, struct page_bo_impact_rows *row)
{
    struct str id = req_col(r, 0, i, IMPACT_DATASET), title = req_col(r, 0, i, IMPACT_TITLE),
               version = req_col(r, 0, i, IMPACT_VERSION);
    struct str followed = req_col(r, 0, i, IMPACT_FOLLOWED), schema = req_col(r, 0, i, IMPACT_SCHEMA_TITLE);
    bool own = str_eq(req_col(r, 0, i, IMPACT_TENANT), uuid_str(&r->tenant->id));
    *row = (struct page_bo_impact_rows){
        .portal = req_col(r, 0, i, IMPACT_PORTAL), .title = title.n ? title : id, .dataset = title.n ? id : STR_NONE,
        .schema = schema.n ? schema : req_col(r, 0, i, IMPACT_SCHEMA), .name = req_col(r, 0, i, IMPACT_SCHEMA),
        .versions = followed.n ? arena_printf(r->a, STR_FMT " → " STR_FMT, STR_ARG(followed), STR_ARG(version)) : version,
        .declared = batch_bool(&r->batch, 0, i, IMPACT_DECLARED), .missing = names(r, i, IMPACT_MISSING),
        .changed = names(r, i, IMPACT_CHANGED), .gone = names(r, i, IMPACT_GONE), .added = names(r, i, IMPACT_ADDED)};
    put_state(r, i, row);
    if (own)
        row->url = arena_printf(r->a, "/backoffice/datasets/" STR_FMT "/checks/", STR_ARG(id));
    else if (batch_bool(&r->batch, 0, i, IMPACT_OPEN))
        row->url = arena_printf(r->a, STR_FMT "/explore/dataset/" STR_FMT "/",
                                STR_ARG(req_tenant_url(r, req_col(r, 0, i, IMPACT_HOST))), STR_ARG(id));
}

/* ---- by portal ---- */

struct line {
    struct str tenant, portal, schema, version;
    int64_t open[VERDICTS], settled;
};

static struct line *line_of(struct req *r, size_t i, struct line *lines, size_t *n)
{
    struct str tenant = req_col(r, 0, i, IMPACT_TENANT), schema = req_col(r, 0, i, IMPACT_SCHEMA);
    for (size_t k = 0; k < *n; k++)
        if (str_eq(lines[k].tenant, tenant) && str_eq(lines[k].schema, schema))
            return &lines[k];
    lines[*n] = (struct line){.tenant = tenant, .portal = req_col(r, 0, i, IMPACT_PORTAL), .schema = schema,
                              .version = req_col(r, 0, i, IMPACT_VERSION)};
    return &lines[(*n)++];
}

static void put_portals(struct req *r, size_t rows, struct page_bo_impact *p)
{
    struct line *lines = ARENA_ARRAY(r->a, struct line, rows + 1);
    size_t n = 0;
    for (size_t i = 0; i < rows; i++) {
        struct line *l = line_of(r, i, lines, &n);
        if (is_settled(r, i))
            l->settled++;
        else
            l->open[verdict_of(r, i)]++;
    }
    struct page_bo_impact_portals *list = ARENA_ARRAY(r->a, struct page_bo_impact_portals, n + 1);
    for (size_t k = 0; k < n; k++) {
        const struct line *l = &lines[k];
        list[k] = (struct page_bo_impact_portals){
            .portal = l->portal, .schema = l->schema, .version = l->version, .fails = say_count(r->a, r->lang, l->open[FAILS]),
            .recheck = say_count(r->a, r->lang, l->open[RECHECK]),
            .todo = say_count(r->a, r->lang, l->open[0] + l->open[1] + l->open[2]), .done = say_count(r->a, r->lang, l->settled)};
    }
    p->portals = list;
    p->portals_n = n;
}

static bool reply_impact(struct req *r, struct err *e)
{
    (void)e;
    size_t n = req_rows(r, 0);
    struct page_bo_impact_rows *list = ARENA_ARRAY(r->a, struct page_bo_impact_rows, n + 1);
    struct page_bo_impact p = {.region = r->route->access == REGION, .rows = list, .rows_n = n};
    for (size_t i = 0; i < n; i++) {
        put_row(r, i, &list[i]);
        p.todo += !is_settled(r, i);
        p.fails += !is_settled(r, i) && verdict_of(r, i) == FAILS;
    }
    put_portals(r, n, &p);
    struct buf body = {0};
    page_bo_impact(&body, r->lang, &p);
    bo_reply(r, 200,
             &(struct bo_page){.title = page_say(r, p.region ? TEXT_IMP_TITLE_REGION : TEXT_IMP_TITLE),
                               .nav = BO_SCHEMAS,
                               .up = p.region ? page_say(r, TEXT_CHK_SCHEMAS) : STR_NONE,
                               .up_url = S("/backoffice/schemas/")},
             &body);
    return true;
}

const struct step bo_impact[] = {{STEP_DB, schema_impact_ask, NULL}, {STEP_REPLY, reply_impact, NULL}, {STEP_END, NULL, NULL}};
