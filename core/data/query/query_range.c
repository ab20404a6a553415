/* range(): groups by given bounds, by equal widths or by a span of time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/data/errors.h"
#include "core/data/query/query_build.h"

static struct odsql_scope scope_of(struct build *b)
{
    return (struct odsql_scope){b->a, b->view, CLAUSE_GROUP_BY, false, false};
}

static bool complain(struct build *b, const char *what, struct err *e)
{
    struct odsql_scope s = scope_of(b);
    return odsql_complain(&s, e, "%s", what);
}

static struct output *add(struct build *b, struct odsql_item *item, int type)
{
    struct str sql = query_take(b);
    struct output *o = query_add(b, item->key, type);
    if (!o)
        return NULL;
    o->sql = sql;
    o->grouped = true;
    return o;
}

static double number_of(struct build *b, const struct node *n)
{
    return strtod(arena_copy(b->a, n->text), NULL);
}

/* ---- equal widths ---- */

static bool add_widths(struct build *b, struct odsql_item *item, const struct node *field,
                       const struct node *width, struct err *e)
{
    double w = number_of(b, width);
    if (!(w > 0) || !isfinite(w))
        return complain(b, "range() takes a width above zero.", e);
    buf_addz(&b->text, "floor((");
    odsql_sql_column(&b->sql, field->column);
    buf_addz(&b->text, ")::float8 / ");
    odsql_sql_param(&b->sql, width->text, "float8");
    buf_addz(&b->text, ")");
    struct output *o = add(b, item, TYPE_DOUBLE);
    if (!o)
        return complain(b, "A group is given twice.", e);
    o->column.range = field->type == TYPE_INT && w == floor(w) ? RANGE_INT : RANGE_NUMBER;
    o->column.width = w;
    return true;
}

/* ---- spans of time ---- */

/* clang-format off */
static const struct span { const char *names[3], *unit, *make; bool calendar; } spans[] = {
    {{"ms", "millisecond", "milliseconds"}, "millisecond", "make_interval(secs => 0.001 * ", false},
    {{"s", "second", "seconds"},            "second",      "make_interval(secs => ",         false},
    {{"m", "minute", "minutes"},            "minute",      "make_interval(mins => ",         false},
    {{"h", "hour", "hours"},                "hour",        "make_interval(hours => ",        false},
    {{"d", "day", "days"},                  "day",         "make_interval(days => ",         false},
    {{"w", "week", "weeks"},                "week",        "make_interval(weeks => ",        true},
    {{"M", "month", "months"},              "month",       "make_interval(months => ",       true},
    {{"q", "quarter", "quarters"},          "quarter",     "make_interval(months => 3 * ",   true},
    {{"y", "year", "years"},                "year",        "make_interval(years => ",        true},
};
/* clang-format on */

static const struct span *span_named(struct str unit)
{
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
        for (size_t k = 0; k < 3; k++)
            if (str_eq(unit, str_of(spans[i].names[k])))
                return &spans[i];
    return NULL;
}

/* Written once and used four times, so that every use is the same expression to PostgreSQL. */
static struct str moment_bucket(struct build *b, const struct node *field, const struct span *span,
                                struct str count, struct str *interval)
{
    buf_addz(&b->text, span->make);
    if (span->calendar) /* one, and no parameter: the bucket does not name it, and counting binds those it names */
        buf_addc(&b->text, '1');
    else
        odsql_sql_param(&b->sql, count, "int");
    buf_addz(&b->text, ")");
    *interval = query_take(b);
    if (span->calendar)
        buf_printf(&b->text, "date_trunc('%s', ", span->unit);
    else
        buf_printf(&b->text, "date_bin(" STR_FMT ", ", STR_ARG(*interval));
    odsql_sql_local(&b->sql, field);
    buf_addz(&b->text, span->calendar ? ")" : ", timestamp '1970-01-01')");
    return query_take(b);
}

static bool add_span(struct build *b, struct odsql_item *item, const struct node *field,
                     const struct node *width, struct err *e)
{
    const struct span *span = span_named(width->unit);
    int64_t count;
    if (!span || !str_i64(width->text, &count) || count < 1 || count > 100000)
        return complain(b, "range() takes a span of time such as 1 day.", e);
    if (span->calendar && count > 1)
        return complain(b, "range() takes only one week, month, quarter or year.", e);
    struct str interval, bucket = moment_bucket(b, field, span, width->text, &interval);
    buf_add(&b->text, bucket);
    struct output *o = add(b, item, TYPE_DATETIME);
    if (!o)
        return complain(b, "A group is given twice.", e);
    o->column.range = RANGE_DATE;
    o->column.utc = str_eq(b->sql.timezone, S("UTC"));
    o->interval = interval;
    return true;
}

/* ---- given bounds ---- */

static struct str bound_label(struct build *b, const struct node *n, bool whole, bool last)
{
    if (n->kind == NODE_STAR)
        return S("*");
    double v = number_of(b, n) - (whole && last ? 1 : 0);
    if (whole)
        return arena_printf(b->a, "%.0f", v);
    struct str s = arena_printf(b->a, "%.15g", v);
    return str_chr(s, '.') < 0 && str_chr(s, 'e') < 0 ? arena_printf(b->a, STR_FMT ".0", STR_ARG(s)) : s;
}

static bool check_bounds(struct build *b, struct node *call, bool dates, struct err *e)
{
    for (size_t i = 1; i < call->n; i++) {
        struct node *n = call->arg[i];
        struct odsql_scope s = scope_of(b);
        bool star = n->kind == NODE_STAR && (i == 1 || i + 1 == call->n);
        bool date = dates && (n->kind == NODE_DATE || n->kind == NODE_STRING);
        if (!star && !date && !(n->kind == NODE_NUMBER && !dates && !n->unit.p))
            return complain(b, "range() takes bounds of the field's type, and * at the ends.", e);
        if (date)
            n->kind = NODE_DATE;
        if (!star && !odsql_type_expr(&s, n, e))
            return false;
    }
    return call->n > 3 || call->arg[1]->kind != NODE_STAR || call->arg[2]->kind != NODE_STAR ||
           complain(b, "range() takes at least one bound.", e);
}

static void put_bound(struct build *b, const struct node *field, const struct node *bound, const char *op)
{
    if (bound->kind == NODE_DATE) {
        odsql_sql_local(&b->sql, field);
        buf_addz(&b->text, op);
        odsql_sql_local(&b->sql, bound);
        return;
    }
    odsql_sql_column(&b->sql, field->column);
    buf_addz(&b->text, op);
    odsql_sql_param(&b->sql, bound->text, "numeric");
}

static void put_case(struct build *b, const struct node *call)
{
    buf_addz(&b->text, "(case");
    for (size_t i = 1; i + 1 < call->n; i++) {
        const struct node *low = call->arg[i], *high = call->arg[i + 1];
        buf_addz(&b->text, " when ");
        if (low->kind != NODE_STAR)
            put_bound(b, call->arg[0], low, " >= ");
        buf_addz(&b->text, low->kind != NODE_STAR && high->kind != NODE_STAR ? " and " : "");
        if (high->kind != NODE_STAR)
            put_bound(b, call->arg[0], high, " < ");
        buf_printf(&b->text, " then %zu", i - 1);
    }
    buf_addz(&b->text, " end)::bigint");
}

/* Dates stay in UTC whatever the zone: a bound is local midnight, written as that moment. */
static void put_date_label(struct build *b, const struct node *n)
{
    if (n->kind == NODE_STAR) {
        buf_addz(&b->text, "'*'");
        return;
    }
    buf_addz(&b->text, "to_char((");
    odsql_sql_expr(&b->sql, n, &b->sql.failed);
    buf_addz(&b->text, ") at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
}

static void put_date_labels(struct build *b, const struct node *call, struct str bucket)
{
    buf_addz(&b->text, "(case ");
    buf_add(&b->text, bucket);
    for (size_t i = 1; i + 1 < call->n; i++) {
        buf_printf(&b->text, " when %zu then '[' || ", i - 1);
        put_date_label(b, call->arg[i]);
        buf_addz(&b->text, " || ', ' || ");
        put_date_label(b, call->arg[i + 1]);
        buf_addz(&b->text, " || '['");
    }
    buf_addz(&b->text, " end)");
}

static const struct str *number_labels(struct build *b, const struct node *call, bool whole)
{
    struct str *labels = ARENA_ARRAY(b->a, struct str, call->n);
    for (size_t i = 1; i + 1 < call->n; i++)
        labels[i - 1] = arena_printf(b->a, "[" STR_FMT ", " STR_FMT "%c",
                                     STR_ARG(bound_label(b, call->arg[i], whole, false)),
                                     STR_ARG(bound_label(b, call->arg[i + 1], whole, true)), whole ? ']' : '[');
    return labels;
}

static bool add_bounds(struct build *b, struct odsql_item *item, struct err *e)
{
    struct node *call = item->expr;
    const struct node *field = call->arg[0];
    bool dates = field->type == TYPE_DATE || field->type == TYPE_DATETIME, whole = field->type == TYPE_INT;
    if (!check_bounds(b, call, dates, e))
        return false;
    for (size_t i = 1; i < call->n; i++)
        whole &= call->arg[i]->kind == NODE_STAR || call->arg[i]->type == TYPE_INT;
    put_case(b, call);
    struct str bucket = query_take(b);
    if (b->group.n == 1) { /* empty groups are shown: the bounds are the left side of a join */
        b->static_groups = (int64_t)call->n - 2;
        buf_printf(&b->from, "generate_series(0::bigint, %lld) s(i) left join (select r.*, " STR_FMT
                             " as bucket from %s r" STR_FMT ") r on r.bucket = s.i",
                   (long long)b->static_groups - 1, STR_ARG(bucket), view_table(b->view), STR_ARG(buf_str(&b->where)));
        bucket = S("s.i");
    }
    buf_add(&b->text, bucket);
    struct output *o = add(b, item, dates ? TYPE_TEXT : TYPE_INT);
    if (!o)
        return complain(b, "A group is given twice.", e);
    o->column.range = RANGE_LABELS;
    o->column.labels = dates ? NULL : number_labels(b, call, whole);
    o->call = dates ? call : NULL;
    return true;
}

bool query_range(struct build *b, struct odsql_item *item, struct err *e)
{
    struct odsql_scope s = scope_of(b);
    struct node *call = item->expr, *field = call->n ? call->arg[0] : NULL;
    if (call->n < 2 || field->kind != NODE_FIELD)
        return complain(b, "range() takes a field and bounds.", e);
    if (!odsql_type_expr(&s, field, e))
        return false;
    bool number = field->type == TYPE_INT || field->type == TYPE_DOUBLE || field->type == TYPE_DECIMAL;
    bool date = field->type == TYPE_DATE || field->type == TYPE_DATETIME;
    if (!number && !date)
        return complain(b, "range() is for numbers and dates.", e);
    if (call->n > 2)
        return add_bounds(b, item, e);
    if (call->arg[1]->kind != NODE_NUMBER || !odsql_type_expr(&s, call->arg[1], e))
        return call->arg[1]->kind != NODE_NUMBER ? complain(b, "range() takes a width.", e) : false;
    if (date)
        return add_span(b, item, field, call->arg[1], e);
    if (call->arg[1]->unit.p)
        return complain(b, "A width of numbers has no unit.", e);
    return add_widths(b, item, field, call->arg[1], e);
}

static void put_zone(struct build *b)
{
    buf_addz(&b->text, " at time zone ");
    odsql_sql_timezone(&b->sql);
}

/* Written after all that counting needs, so that the count binds a beginning of the parameters. */
void query_range_columns(struct build *b, const struct output *o, struct buf *out)
{
    struct buf *before = b->sql.out;
    b->sql.out = &b->text;
    buf_addz(&b->text, ", ");
    if (o->call) {
        put_date_labels(b, o->call, o->sql);
    } else {
        buf_printf(&b->text, STR_FMT, STR_ARG(o->sql));
        put_zone(b);
        buf_printf(&b->text, ", " STR_FMT " + " STR_FMT ", (" STR_FMT " + " STR_FMT ")", STR_ARG(o->sql),
                   STR_ARG(o->interval), STR_ARG(o->sql), STR_ARG(o->interval));
        put_zone(b);
    }
    buf_add(out, buf_str(&b->text));
    buf_reset(&b->text);
    b->sql.out = before;
}
