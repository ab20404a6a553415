/* where, refine, exclude and the view's own row filter, as one condition. */
#include <stdio.h>

#include "core/data/errors.h"
#include "core/data/query/query_build.h"

static void put(struct odsql_sql *q, const char *text)
{
    buf_addz(q->out, text);
}

static void put_array(struct odsql_sql *q, const struct view_column *c, struct str separator)
{
    put(q, "string_to_array(");
    odsql_sql_column(q, c);
    put(q, ", ");
    odsql_sql_param(q, separator, "text");
    put(q, ")");
}

/* 2025, 2025/9, 2025/09/11: everything in it, in the caller's zone. */
static bool put_date_refine(struct odsql_sql *q, const struct refine *r, struct err *e)
{
    static const char *const spans[] = {"", "1 year", "1 month", "1 day"};
    struct odsql_date d;
    if (!odsql_date_read(r->value, &d) || d.parts > 3)
        return ERR(e, err_odsql_date, "refine"), err_arg(e, STR_FMT, STR_ARG(r->value));
    struct node field = {.kind = NODE_FIELD, .column = r->column, .type = (int)r->column->type};
    struct str start = arena_printf(q->a, "%.10s", d.text);
    odsql_sql_local(q, &field);
    put(q, " >= ");
    odsql_sql_param(q, start, "timestamp");
    put(q, " and ");
    odsql_sql_local(q, &field);
    put(q, " < ");
    odsql_sql_param(q, start, "timestamp");
    buf_printf(q->out, " + interval '%s'", spans[d.parts]);
    return true;
}

static bool put_text_refine(struct odsql_sql *q, const struct refine *r)
{
    const struct view_column *c = r->column;
    if (c->multivalued.p) {
        odsql_sql_param(q, r->value, "text");
        put(q, " = any(");
        put_array(q, c, c->multivalued);
        put(q, ")");
        return true;
    }
    odsql_sql_column(q, c);
    put(q, " = ");
    odsql_sql_param(q, r->value, "text");
    if (c->hierarchical.p) {
        put(q, " or starts_with(");
        odsql_sql_column(q, c);
        put(q, ", ");
        odsql_sql_param(q, arena_printf(q->a, STR_FMT STR_FMT, STR_ARG(r->value), STR_ARG(c->hierarchical)), "text");
        put(q, ")");
    }
    return true;
}

/* Compared as text in its shortest form, so that a value that is no number finds nothing. */
static bool put_number_refine(struct odsql_sql *q, const struct refine *r)
{
    struct odsql_source lexed;
    struct err ignored = {0};
    bool minus = r->value.n && r->value.p[0] == '-';
    struct str digits = str_from(r->value, minus);
    if (!odsql_lex(q->a, digits, CLAUSE_REFINE, &lexed, &ignored) || lexed.n != 2 ||
        lexed.tokens[0].kind != TOKEN_NUMBER || digits.n > 60) {
        put(q, "false");
        return true;
    }
    odsql_sql_column(q, r->column);
    put(q, r->column->type == TYPE_DOUBLE ? " = " : "::numeric = ");
    odsql_sql_param(q, r->value, r->column->type == TYPE_DOUBLE ? "float8" : "numeric");
    return true;
}

static bool put_boolean_refine(struct odsql_sql *q, const struct refine *r)
{
    bool yes = str_ieq(r->value, S("true")) || str_eq(r->value, S("1"));
    bool no = str_ieq(r->value, S("false")) || str_eq(r->value, S("0"));
    if (yes || no)
        odsql_sql_column(q, r->column);
    put(q, yes ? " is true" : no ? " is false" : "false");
    return true;
}

static bool put_refine(struct odsql_sql *q, const struct refine *r, struct err *e)
{
    switch (r->column->type) {
    case TYPE_TEXT:
    case TYPE_FILE:
        return put_text_refine(q, r);
    case TYPE_INT:
    case TYPE_DOUBLE:
    case TYPE_DECIMAL:
        return put_number_refine(q, r);
    case TYPE_DATE:
    case TYPE_DATETIME:
        return put_date_refine(q, r, e);
    case TYPE_BOOLEAN:
        return put_boolean_refine(q, r);
    case TYPE_GEO_POINT:
    case TYPE_GEO_SHAPE:
    case COLUMN_TYPES:
        break;
    }
    struct odsql_scope s = {.clause = CLAUSE_REFINE};
    return odsql_complain(&s, e, STR_FMT " cannot be refined.", STR_ARG(r->column->name));
}

static void link_condition(struct odsql_sql *q)
{
    put(q, q->out->n ? " and " : " where ");
}

/* All values of one disjunctive facet together, "or" between them. */
static bool put_disjunction(struct odsql_sql *q, const struct ask *ask, const struct view_column *c,
                            struct err *e)
{
    bool first = true;
    link_condition(q);
    put(q, "(");
    for (size_t i = 0; i < ask->nrefine; i++) {
        if (ask->refine[i].exclude || ask->refine[i].column != c)
            continue;
        put(q, first ? "(" : " or (");
        first = false;
        if (!put_refine(q, &ask->refine[i], e))
            return false;
        put(q, ")");
    }
    put(q, ")");
    return true;
}

static bool seen_before(const struct ask *ask, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (!ask->refine[i].exclude && ask->refine[i].column == ask->refine[at].column)
            return true;
    return false;
}

static bool put_refines(struct odsql_sql *q, const struct ask *ask, const struct view_column *but,
                        struct err *e)
{
    for (size_t i = 0; i < ask->nrefine; i++) {
        const struct refine *r = &ask->refine[i];
        if (!r->exclude && r->column == but)
            continue;
        if (!r->exclude && r->any) {
            if (!seen_before(ask, i) && !put_disjunction(q, ask, r->column, e))
                return false;
            continue;
        }
        link_condition(q);
        put(q, r->exclude ? "not coalesce(" : "(");
        if (!put_refine(q, r, e))
            return false;
        put(q, r->exclude ? ", false)" : ")");
    }
    return true;
}

static bool put_where(struct odsql_sql *q, struct str text, bool own, struct err *e)
{
    struct node *tree;
    struct odsql_scope scope = {q->a, q->view, CLAUSE_WHERE, own, false};
    if (!odsql_parse_where(q->a, text, &tree, e) || !odsql_type_filter(&scope, tree, e))
        return false;
    link_condition(q);
    return odsql_sql_filter(q, tree, e);
}

bool query_filter(struct odsql_sql *q, const struct ask *ask, const struct view_column *but,
                  struct buf *out, struct err *e)
{
    struct buf *before = q->out;
    q->out = out;
    struct str own = view_filter(q->view);
    bool ok = !str_trim(own).n || put_where(q, own, true, e);
    for (size_t i = 0; ok && i < ask->nwhere; i++)
        ok = put_where(q, ask->where[i], false, e);
    ok = ok && put_refines(q, ask, but, e);
    q->out = before;
    return ok;
}

bool query_is_filtered(const struct dataset_view *v, const struct ask *ask)
{
    return ask->nwhere || ask->nrefine || str_trim(view_filter(v)).n;
}
