#include <stdio.h>

#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/query/odsql.h"
#include "core/data/query/odsql_math.h"
#include "core/data/query/odsql_text.h"
#include "core/data/query/record_id.h"

/* clang-format off */
static const char *const casts[COLUMN_TYPES] = {
    [TYPE_TEXT] = "text", [TYPE_INT] = "bigint", [TYPE_DOUBLE] = "float8", [TYPE_DECIMAL] = "numeric",
    [TYPE_DATE] = "date", [TYPE_DATETIME] = "timestamptz", [TYPE_BOOLEAN] = "boolean",
    [TYPE_GEO_POINT] = "public.geometry", [TYPE_GEO_SHAPE] = "public.geometry", [TYPE_FILE] = "text",
};
/* clang-format on */

enum { PARAMS_FIRST = 16 };

void odsql_sql_init(struct odsql_sql *q, struct arena *a, const struct dataset_view *view)
{
    *q = (struct odsql_sql){.a = a, .view = view, .timezone = S("UTC")};
    q->room = PARAMS_FIRST;
    q->params = ARENA_ARRAY(a, struct str, q->room);
    unsigned most = 0;
    for (size_t i = 0; i < view_columns(view); i++)
        most = view_column(view, i)->number > most ? view_column(view, i)->number : most;
    q->read = ARENA_ARRAY(a, bool, most + 1);
    const struct str *base = view_base(view, &q->n);
    for (unsigned i = 0; i < q->n; i++)
        q->params[i] = base[i];
}

static void put(struct odsql_sql *q, const char *text)
{
    buf_addz(q->out, text);
}

static void grow(struct odsql_sql *q)
{
    unsigned room = q->room * 4 < ODSQL_PARAMS_MAX ? q->room * 4 : ODSQL_PARAMS_MAX;
    struct str *params = ARENA_ARRAY(q->a, struct str, room);
    memcpy(params, q->params, q->n * sizeof *params);
    q->params = params;
    q->room = room;
}

/* The text has one place a parameter; past the bound the buffer is marked over, which fails the query. */
unsigned odsql_sql_bind(struct odsql_sql *q, struct str value)
{
    if (q->n == ODSQL_PARAMS_MAX) {
        q->out->over = true;
        return 1;
    }
    if (q->n == q->room) /* who holds the older array holds what was bound then */
        grow(q);
    q->params[q->n] = value;
    return ++q->n;
}

void odsql_sql_param(struct odsql_sql *q, struct str value, const char *type)
{
    unsigned n = odsql_sql_bind(q, value);
    put(q, "$");
    buf_addn(q->out, n);
    put(q, "::");
    put(q, type);
}

void odsql_sql_timezone(struct odsql_sql *q)
{
    if (str_eq(q->timezone, S("UTC"))) {
        put(q, "'UTC'");
        return;
    }
    if (!q->timezone_param)
        q->timezone_param = odsql_sql_bind(q, q->timezone);
    buf_printf(q->out, "$%u::text", q->timezone_param);
}

/* Those of rest are one array. */
static unsigned place_of(const struct view_column *c)
{
    return c->in_rest ? 0 : c->number;
}

bool odsql_sql_reads(const struct odsql_sql *q, const struct view_column *c)
{
    return q->read[place_of(c)];
}

void odsql_sql_column(struct odsql_sql *q, const struct view_column *c)
{
    q->read[place_of(c)] = true;
    put(q, c->in_rest ? "r.rest[" : "r.c"); /* not by buf_printf: every request writes all of its columns */
    buf_addn(q->out, c->number);
    if (!c->in_rest)
        return;
    put(q, c->type == TYPE_TEXT ? "]" : "]::");
    put(q, c->type == TYPE_TEXT ? "" : casts[c->type]);
}

/* ---- moments ---- */

static void put_date(struct odsql_sql *q, const struct node *n, bool local)
{
    struct odsql_date d;
    must(odsql_date_read(n->text, &d)); /* typed */
    struct str text = arena_printf(q->a, "%s%s", d.text, d.has_zone ? d.zone : "");
    if (d.has_zone == !local) {
        odsql_sql_param(q, text, d.has_zone ? "timestamptz" : "timestamp");
        return;
    }
    put(q, "(");
    odsql_sql_param(q, text, d.has_zone ? "timestamptz" : "timestamp");
    put(q, " at time zone ");
    odsql_sql_timezone(q);
    put(q, ")");
}

void odsql_sql_local(struct odsql_sql *q, const struct node *n)
{
    struct err bad = {0};
    if (n->kind == NODE_DATE) {
        put_date(q, n, true);
        return;
    }
    put(q, "(");
    if (!odsql_sql_expr(q, n, &bad) && !q->failed.kind)
        q->failed = bad;
    if (n->type == TYPE_DATE)
        put(q, ")::timestamp");
    else {
        put(q, " at time zone ");
        odsql_sql_timezone(q);
        put(q, ")");
    }
}

/* ---- expressions ---- */

static bool put_all(struct odsql_sql *q, const char *before, const struct node *n, const char *after,
                    struct err *e)
{
    put(q, before);
    if (!odsql_sql_expr(q, n, e))
        return false;
    put(q, after);
    return true;
}

static bool put_as(struct odsql_sql *q, const struct node *n, int type, struct err *e)
{
    if (n->kind == NODE_NUMBER) {
        odsql_sql_param(q, n->text, casts[type]);
        return true;
    }
    if (n->type == type)
        return odsql_sql_expr(q, n, e);
    put(q, "(");
    if (!odsql_sql_expr(q, n, e))
        return false;
    buf_printf(q->out, ")::%s", casts[type]);
    return true;
}

static bool put_arith(struct odsql_sql *q, const struct node *n, struct err *e)
{
    int type = n->type;
    put(q, "(");
    if (n->kind == NODE_MINUS)
        put(q, "- ");
    if (!put_as(q, n->arg[0], type, e))
        return false;
    if (n->kind == NODE_ARITH) {
        char op[4] = {' ', n->op, ' ', 0};
        put(q, op);
        put(q, n->op == '/' ? "nullif(" : "");
        if (!put_as(q, n->arg[1], type, e))
            return false;
        put(q, n->op == '/' ? ", 0)" : "");
    }
    put(q, ")");
    return true;
}

static bool put_ifnull(struct odsql_sql *q, const struct node *n, struct err *e)
{
    put(q, "coalesce(");
    if (!put_as(q, n->arg[0], n->type, e))
        return false;
    put(q, ", ");
    if (!put_as(q, n->arg[1], n->type, e))
        return false;
    put(q, ")");
    return true;
}

static bool put_count(struct odsql_sql *q, const struct node *n, struct err *e)
{
    if (n->arg[0]->kind == NODE_STAR) {
        put(q, "count(r._id)"); /* not *: an empty static range has one row of nulls */
        return true;
    }
    bool geo = n->arg[0]->distinct && (n->arg[0]->type == TYPE_GEO_POINT || n->arg[0]->type == TYPE_GEO_SHAPE);
    return put_all(q, n->arg[0]->distinct ? "count(distinct " : "count(", n->arg[0],
                   geo ? "::bytea)" : ")", e);
}

/* An exact sum over a count is the same in whatever order rows are read; a running mean of doubles is not. */
static bool put_avg(struct odsql_sql *q, const struct node *n, struct err *e)
{
    if (n->arg[0]->type == TYPE_DOUBLE)
        return put_all(q, "avg(", n->arg[0], ")", e);
    return put_all(q, "(sum(", n->arg[0], ")::float8 / ", e) && put_all(q, "count(", n->arg[0], "))", e);
}

static bool put_percentile(struct odsql_sql *q, const struct node *n, struct err *e)
{
    put(q, "percentile_cont(");
    if (n->fn == FN_MEDIAN)
        put(q, "0.5");
    else {
        put(q, "(");
        odsql_sql_param(q, n->arg[1]->text, "float8");
        put(q, " / 100)");
    }
    return put_all(q, ") within group (order by (", n->arg[0], ")::float8)", e);
}

static bool put_date_part(struct odsql_sql *q, const struct node *n)
{
    static const char *const parts[] = {"year", "month", "day", "hour", "minute", "second"};
    if (n->fn == FN_SECOND) {
        put(q, "floor(extract(second from ");
        odsql_sql_local(q, n->arg[0]);
        put(q, "))::bigint");
        return true;
    }
    buf_printf(q->out, "extract(%s from ", parts[n->fn - FN_YEAR]);
    odsql_sql_local(q, n->arg[0]);
    put(q, ")::bigint");
    return true;
}

/* Each argument is written once, however often the function needs it. */
static bool put_math(struct odsql_sql *q, const struct node *n, struct err *e)
{
    put(q, "(select ");
    put(q, odsql_math_sql(n->text));
    put(q, " from (select (");
    bool ok = odsql_sql_expr(q, n->arg[0], e);
    put(q, ")::float8 as a");
    if (n->n == 2)
        ok = ok && put_all(q, ", (", n->arg[1], ")::float8 as b", e);
    put(q, ") v)");
    return ok;
}

static bool put_call(struct odsql_sql *q, const struct node *n, struct err *e)
{
    switch (n->fn) {
    case FN_LENGTH:
        return put_all(q, "length(", n->arg[0], ")::bigint", e);
    case FN_LOWER:
        return put_all(q, "lower(", n->arg[0], ")", e);
    case FN_UPPER:
        return put_all(q, "upper(", n->arg[0], ")", e);
    case FN_NOW:
        return odsql_sql_now(q, n, e);
    case FN_YEAR:
    case FN_MONTH:
    case FN_DAY:
    case FN_HOUR:
    case FN_MINUTE:
    case FN_SECOND:
        return put_date_part(q, n);
    case FN_DATE_FORMAT:
        return odsql_sql_date_format(q, n, e);
    case FN_IFNULL:
        return put_ifnull(q, n, e);
    case FN_COUNT:
        return put_count(q, n, e);
    case FN_SUM:
        return put_all(q, "sum(", n->arg[0], ")", e);
    case FN_AVG:
        return put_avg(q, n, e);
    case FN_MIN:
        return put_all(q, "min(", n->arg[0], ")", e);
    case FN_MAX:
        return put_all(q, "max(", n->arg[0], ")", e);
    case FN_STDDEV: /* of all there are, not of a sample */
        return put_all(q, "stddev_pop((", n->arg[0], ")::float8)", e);
    case FN_MEDIAN:
    case FN_PERCENTILE:
        return put_percentile(q, n, e);
    case FN_DISTANCE:
        return odsql_sql_geo(q, n, e);
    case FN_ENVELOPE:
        return put_all(q, "public.st_convexhull(public.st_collect(", n->arg[0], "))", e);
    case FN_BBOX:
        return put_all(q, "public.st_setsrid(public.st_extent(", n->arg[0], ")::public.geometry, 4326)", e);
    case FN_JSON_FORMAT:
        return odsql_sql_expr(q, n->arg[0], e);
    case FN_MATH:
        return put_math(q, n, e);
    case FN_NONE:
    case FN_RANGE:
    case FN_RANDOM:
    case FN_SEARCH:
    case FN_SUGGEST:
    case FN_STARTSWITH:
    case FN_WITHIN_DISTANCE:
    case FN_IN_BBOX:
    case FN_INTERSECTS:
    case FN_DISJOINT:
    case FN_WITHIN:
    case FN_GEOMETRY:
    case FN_POLYGON:
    case FN_GEO_CLUSTER:
        break;
    }
    must_failed("a typed tree", __FILE__, __LINE__);
}

bool odsql_sql_expr(struct odsql_sql *q, const struct node *n, struct err *e)
{
    switch (n->kind) {
    case NODE_FIELD:
        odsql_sql_column(q, n->column);
        return true;
    case NODE_STRING:
        odsql_sql_param(q, n->text, "text");
        return true;
    case NODE_NUMBER:
        odsql_sql_param(q, n->text, casts[n->type]);
        return true;
    case NODE_DATE:
        put_date(q, n, false);
        return true;
    case NODE_BOOL:
        put(q, n->truth ? "true" : "false");
        return true;
    case NODE_NULL:
        put(q, "null::text");
        return true;
    case NODE_GEOM:
        return odsql_sql_geo(q, n, e);
    case NODE_ARITH:
    case NODE_MINUS:
        return put_arith(q, n, e);
    case NODE_CALL:
        return put_call(q, n, e);
    case NODE_STAR:
    case NODE_NAMED:
    case NODE_COMPARE:
    case NODE_AND:
    case NODE_OR:
    case NODE_NOT:
    case NODE_LIKE:
    case NODE_IS:
    case NODE_IN_LIST:
    case NODE_IN_RANGE:
    case NODE_IN_FIELD:
    case NODE_TEXT:
    case NODE_RECORDS:
        break;
    }
    must_failed("a typed tree", __FILE__, __LINE__);
}

/* ---- filters ---- */

static bool is_date(int type)
{
    return type == TYPE_DATE || type == TYPE_DATETIME;
}

/* Days are compared as local time, moments as moments. */
static bool put_side(struct odsql_sql *q, const struct node *n, const struct node *other, struct err *e)
{
    if (is_date(n->type) && (n->type == TYPE_DATE || other->type == TYPE_DATE)) {
        struct odsql_date d;
        if (n->kind == NODE_DATE && odsql_date_read(n->text, &d) && d.parts <= 3)
            odsql_sql_param(q, arena_printf(q->a, "%.10s", d.text), "date");
        else if (n->kind == NODE_FIELD && n->type == TYPE_DATE)
            odsql_sql_column(q, n->column); /* bare: its index serves */
        else
            odsql_sql_local(q, n);
        return true;
    }
    if (n->kind == NODE_NUMBER) /* in the other side's type, so that its index serves */
        return put_as(q, n, n->type == TYPE_DECIMAL && other->type == TYPE_INT ? TYPE_DECIMAL : other->type, e);
    return odsql_sql_expr(q, n, e);
}

static bool is_many(const struct node *n)
{
    return n->kind == NODE_FIELD && n->column && n->column->multivalued.p && n->type == TYPE_TEXT;
}

static bool put_pair(struct odsql_sql *q, const struct node *l, const char *op, const struct node *r,
                     struct err *e)
{
    if (is_many(r) && !is_many(l)) {
        const struct node *swap = l;
        l = r;
        r = swap;
    }
    if (is_many(l) && strcmp(op, " = ") == 0) {
        if (!put_side(q, r, l, e))
            return false;
        put(q, " = any(string_to_array(");
        odsql_sql_column(q, l->column);
        put(q, ", ");
        odsql_sql_param(q, l->column->multivalued, "text");
        put(q, "))");
        return true;
    }
    if (!put_side(q, l, r, e))
        return false;
    put(q, op);
    return put_side(q, r, l, e);
}

static bool put_compare(struct odsql_sql *q, const struct node *n, struct err *e)
{
    const char *op = n->op == '=' ? " = " : n->op == '<' ? " < " : n->op == '>' ? " > " : n->op == 'g' ? " >= " : " <= ";
    return put_pair(q, n->arg[0], op, n->arg[1], e);
}

static bool put_in_list(struct odsql_sql *q, const struct node *n, struct err *e)
{
    for (size_t i = 1; i < n->n; i++) {
        put(q, i > 1 ? " or " : "");
        if (!put_pair(q, n->arg[0], " = ", n->arg[i], e))
            return false;
    }
    return true;
}

static bool put_in_range(struct odsql_sql *q, const struct node *n, struct err *e)
{
    if (!put_pair(q, n->arg[0], n->open_low ? " > " : " >= ", n->arg[1], e))
        return false;
    put(q, " and ");
    return put_pair(q, n->arg[0], n->open_high ? " < " : " <= ", n->arg[2], e);
}

static bool put_is(struct odsql_sql *q, const struct node *n, struct err *e)
{
    const char *what = n->op == 'n' ? " null" : n->op == 't' ? " true" : " false";
    if (!put_all(q, "(", n->arg[0], n->negated ? ") is not" : ") is", e))
        return false;
    put(q, what);
    return true;
}

static bool put_many(struct odsql_sql *q, const struct node *n, const char *word, struct err *e)
{
    for (size_t i = 0; i < n->n; i++) {
        put(q, i ? word : "");
        if (!odsql_sql_filter(q, n->arg[i], e))
            return false;
    }
    return true;
}

static void put_records(struct odsql_sql *q, const struct node *n)
{
    int64_t row;
    bool any = false;
    for (size_t i = 1; i < n->n; i++)
        if (record_id_row(q->view, n->arg[i]->text, &row)) {
            put(q, any ? " or r._id = " : "r._id = ");
            odsql_sql_param(q, arena_printf(q->a, "%lld", (long long)row), "int");
            any = true;
        }
    put(q, any ? "" : "false");
}

static bool put_filter(struct odsql_sql *q, const struct node *n, struct err *e)
{
    switch (n->kind) {
    case NODE_AND:
        return put_many(q, n, " and ", e);
    case NODE_OR:
        return put_many(q, n, " or ", e);
    case NODE_NOT: /* a comparison with null is false, so its negation is true */
        put(q, "not coalesce(");
        if (!odsql_sql_filter(q, n->arg[0], e))
            return false;
        put(q, ", false)");
        return true;
    case NODE_TEXT:
        odsql_text_words(q, n->text);
        return true;
    case NODE_RECORDS:
        put_records(q, n);
        return true;
    case NODE_BOOL:
    case NODE_FIELD:
        return odsql_sql_expr(q, n, e);
    case NODE_COMPARE:
        return put_compare(q, n, e);
    case NODE_LIKE:
        return odsql_text_like(q, n, e);
    case NODE_IS:
        return put_is(q, n, e);
    case NODE_IN_LIST:
        return put_in_list(q, n, e);
    case NODE_IN_RANGE:
        return put_in_range(q, n, e);
    case NODE_IN_FIELD:
        return put_pair(q, n->arg[0], " = ", n->arg[1], e);
    case NODE_CALL:
        if (n->fn == FN_SEARCH || n->fn == FN_SUGGEST || n->fn == FN_STARTSWITH)
            return odsql_text_call(q, n, e);
        return odsql_sql_geo(q, n, e);
    case NODE_STRING:
    case NODE_NUMBER:
    case NODE_DATE:
    case NODE_GEOM:
    case NODE_NULL:
    case NODE_STAR:
    case NODE_NAMED:
    case NODE_ARITH:
    case NODE_MINUS:
        break;
    }
    must_failed("a typed tree", __FILE__, __LINE__);
}

bool odsql_sql_filter(struct odsql_sql *q, const struct node *n, struct err *e)
{
    put(q, "(");
    bool ok = put_filter(q, n, e);
    put(q, ")");
    return ok;
}
