#include "tenants/pages/bo_findings.h"

#include "core/base/jr.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_describe.h"
#include "tenants/pages/html.h"
#include "tenants/pages/say.h"
#include "tenants/publishing/check.h"

enum { CELLS_MAX = 20, GROUPS_MAX = 200 };

static struct str held(struct req *r, const json_t *object, const char *key)
{
    return arena_str(r->a, jr_str(object, key));
}

/* "CODE : n’a pas la forme attendue": the column in front, where it is one's. */
static struct str title_of(struct req *r, const json_t *column_of, struct str said)
{
    struct str column = held(r, column_of, "column");
    return column.n ? arena_printf(r->a, STR_FMT " : " STR_FMT, STR_ARG(column), STR_ARG(said)) : said;
}

static void put_groups(struct req *r, const json_t *check, struct str rows_url, struct page_bo_findings *p)
{
    const json_t *groups = jr_array(check, "groups"), *g, *cell;
    struct page_bo_findings_groups *list = ARENA_ARRAY(r->a, struct page_bo_findings_groups, GROUPS_MAX);
    size_t i, k;
    json_array_foreach(groups, i, g) {
        if (i == GROUPS_MAX)
            break;
        bool of_columns = str_eq(jr_str(g, "part"), S("columns"));
        list[i] = (struct page_bo_findings_groups){.title = title_of(r, g, bo_reason(r, jr_object(g, "reason"))),
                                                   .count = of_columns ? STR_NONE : say_count(r->a, r->lang, jr_i64(g, "count", 0)),
                                                   .err = str_eq(jr_str(g, "severity"), S("error"))};
        if (list[i].err && !of_columns)
            list[i].fix_url = rows_url;
        struct page_bo_findings_groups_cells *cells = ARENA_ARRAY(r->a, struct page_bo_findings_groups_cells, CELLS_MAX);
        json_array_foreach(jr_array(g, "cells"), k, cell)
            if (k < CELLS_MAX && !of_columns)
                cells[list[i].cells_n++] = (struct page_bo_findings_groups_cells){
                    .line = say_count(r->a, r->lang, jr_i64(cell, "line", 0)), .value = held(r, cell, "value"),
                    .reason = bo_reason(r, jr_object(cell, "reason"))};
        list[i].cells = cells;
        p->groups_n = i + 1;
    }
    p->groups = list;
}

static void put_unchecked(struct req *r, const json_t *check, struct page_bo_findings *p)
{
    const json_t *rules = jr_array(check, "unchecked"), *rule;
    size_t n = json_array_size(rules), i;
    struct page_bo_findings_unchecked *list = ARENA_ARRAY(r->a, struct page_bo_findings_unchecked, n + 1);
    json_array_foreach(rules, i, rule)
        list[i].rule = arena_str(r->a, str_of(json_string_value(rule)));
    p->unchecked = list;
    p->unchecked_n = n;
    p->left = say_count(r->a, r->lang, (int64_t)n);
}

static bool is_listed(const json_t *list, const json_t *finding)
{
    const json_t *f;
    size_t i;
    json_array_foreach(list, i, f)
        if (str_eq(jr_str(f, "kind"), jr_str(finding, "kind")) && str_eq(jr_str(f, "column"), jr_str(finding, "column")))
            return true;
    return false;
}

static void put_found(struct req *r, const json_t *findings, const json_t *uncovered,
                      struct page_bo_findings_found *list, size_t *n)
{
    const json_t *f, *cell;
    size_t i, k;
    json_array_foreach(findings, i, f) {
        if (*n == GROUPS_MAX)
            break;
        struct page_bo_findings_found *out = &list[(*n)++];
        *out = (struct page_bo_findings_found){.title = title_of(r, f, check_kind_word(held(r, f, "kind"), r->lang)),
                                               .count = say_count(r->a, r->lang, jr_i64(f, "count", 0)),
                                               .covered = uncovered && !is_listed(uncovered, f)};
        struct page_bo_findings_found_cells *cells = ARENA_ARRAY(r->a, struct page_bo_findings_found_cells, CELLS_MAX);
        json_array_foreach(jr_array(f, "cells"), k, cell)
            if (k < CELLS_MAX)
                cells[out->cells_n++] = (struct page_bo_findings_found_cells){
                    .line = jr_i64(cell, "line", 0) > 0 ? say_count(r->a, r->lang, jr_i64(cell, "line", 0)) : STR_NONE,
                    .value = held(r, cell, "value")};
        out->cells = cells;
    }
}

/* What the checks of statistical secrecy could not tell. */
static void put_not_judged(struct req *r, const json_t *list, struct page_bo_findings *p)
{
    struct page_bo_findings_unknown *out = ARENA_ARRAY(r->a, struct page_bo_findings_unknown, json_array_size(list) + 1);
    const json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
        out[p->unknown_n++] = (struct page_bo_findings_unknown){title_of(r, one, bo_reason(r, jr_object(one, "reason")))};
    p->unknown = out;
}

struct markup bo_findings(struct req *r, const json_t *report, const json_t *uncovered, struct str rows_url)
{
    const json_t *schema = jr_object(report, "schema"), *personal = jr_object(report, "personal");
    const json_t *check = jr_object(schema, "check");
    struct page_bo_findings p = {.has_schema = check != NULL,
                                 .schema_name = held(r, schema, "name"),
                                 .version = held(r, schema, "version"),
                                 .schema_title = held(r, schema, "title"),
                                 .older = held(r, schema, "older"),
                                 .declared = jr_bool(schema, "declared", false),
                                 .watched = personal != NULL};
    struct page_bo_findings_found *found = ARENA_ARRAY(r->a, struct page_bo_findings_found, GROUPS_MAX);
    put_groups(r, check, rows_url, &p);
    put_unchecked(r, check, &p);
    put_found(r, jr_array(personal, "findings"), uncovered, found, &p.found_n);
    put_found(r, jr_array(jr_object(report, "secrecy"), "findings"), uncovered, found, &p.found_n);
    put_not_judged(r, jr_array(jr_object(report, "secrecy"), "not_judged"), &p);
    p.found = found;
    p.clean = p.has_schema && p.groups_n == 0;
    struct buf b = {0};
    page_bo_findings(&b, r->lang, &p);
    struct str html = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return markup_trusted(html);
}
