#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/query/odsql.h"
#include "core/data/query/odsql_math.h"

bool odsql_complain(const struct odsql_scope *s, struct err *e, const char *format, ...)
{
    char text[180];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    ERR(e, err_odsql_malformed, "%s", text);
    err_arg(e, "%s", text);
    return err_arg(e, "%s", odsql_clause_name(s->clause));
}

static bool mismatch(const struct odsql_scope *s, const char *what, struct err *e)
{
    ERR(e, err_odsql_types, "%s", what);
    err_arg(e, "%s", what);
    return err_arg(e, "%s", odsql_clause_name(s->clause));
}

/* ---- functions ---- */

enum shape { SHAPE_SCALAR, SHAPE_AGGREGATE, SHAPE_FILTER, SHAPE_OTHER };

/* clang-format off */
static const struct function {
    const char *name;
    enum odsql_function fn;
    enum shape shape;
    size_t min, max;
    int type; /* ODSQL_UNTYPED: its first argument's */
} functions[] = {
    {"length",          FN_LENGTH,          SHAPE_SCALAR,    1, 1,  TYPE_INT},
    {"lower",           FN_LOWER,           SHAPE_SCALAR,    1, 1,  TYPE_TEXT},
    {"upper",           FN_UPPER,           SHAPE_SCALAR,    1, 1,  TYPE_TEXT},
    {"now",             FN_NOW,             SHAPE_SCALAR,    0, 40, TYPE_DATETIME},
    {"year",            FN_YEAR,            SHAPE_SCALAR,    1, 1,  TYPE_INT},
    {"month",           FN_MONTH,           SHAPE_SCALAR,    1, 1,  TYPE_INT},
    {"day",             FN_DAY,             SHAPE_SCALAR,    1, 1,  TYPE_INT},
    {"hour",            FN_HOUR,            SHAPE_SCALAR,    1, 1,  TYPE_INT},
    {"minute",          FN_MINUTE,          SHAPE_SCALAR,    1, 1,  TYPE_INT},
    {"second",          FN_SECOND,          SHAPE_SCALAR,    1, 1,  TYPE_INT},
    {"date_format",     FN_DATE_FORMAT,     SHAPE_SCALAR,    2, 2,  TYPE_TEXT},
    {"ifnull",          FN_IFNULL,          SHAPE_SCALAR,    2, 2,  ODSQL_UNTYPED},
    {"distance",        FN_DISTANCE,        SHAPE_SCALAR,    2, 3,  TYPE_DOUBLE},
    {"count",           FN_COUNT,           SHAPE_AGGREGATE, 1, 1,  TYPE_INT},
    {"sum",             FN_SUM,             SHAPE_AGGREGATE, 1, 1,  ODSQL_UNTYPED},
    {"avg",             FN_AVG,             SHAPE_AGGREGATE, 1, 1,  TYPE_DOUBLE},
    {"min",             FN_MIN,             SHAPE_AGGREGATE, 1, 1,  ODSQL_UNTYPED},
    {"max",             FN_MAX,             SHAPE_AGGREGATE, 1, 1,  ODSQL_UNTYPED},
    {"stddev",          FN_STDDEV,          SHAPE_AGGREGATE, 1, 1,  TYPE_DOUBLE},
    {"median",          FN_MEDIAN,          SHAPE_AGGREGATE, 1, 1,  TYPE_DOUBLE},
    {"percentile",      FN_PERCENTILE,      SHAPE_AGGREGATE, 2, 2,  TYPE_DOUBLE},
    {"envelope",        FN_ENVELOPE,        SHAPE_AGGREGATE, 1, 1,  TYPE_GEO_SHAPE},
    {"bbox",            FN_BBOX,            SHAPE_AGGREGATE, 1, 1,  TYPE_GEO_SHAPE},
    {"json_format",     FN_JSON_FORMAT,     SHAPE_SCALAR,    1, 2,  TYPE_TEXT},
    {"geo_cluster",     FN_GEO_CLUSTER,     SHAPE_OTHER,     2, 3,  TYPE_GEO_POINT},
    {"range",           FN_RANGE,           SHAPE_OTHER,     2, 60, TYPE_TEXT},
    {"random",          FN_RANDOM,          SHAPE_OTHER,     1, 1,  TYPE_INT},
    {"search",          FN_SEARCH,          SHAPE_FILTER,    1, 60, TYPE_BOOLEAN},
    {"suggest",         FN_SUGGEST,         SHAPE_FILTER,    1, 60, TYPE_BOOLEAN},
    {"startswith",      FN_STARTSWITH,      SHAPE_FILTER,    1, 60, TYPE_BOOLEAN},
    {"within_distance", FN_WITHIN_DISTANCE, SHAPE_FILTER,    3, 3,  TYPE_BOOLEAN},
    {"in_bbox",         FN_IN_BBOX,         SHAPE_FILTER,    5, 5,  TYPE_BOOLEAN},
    {"intersects",      FN_INTERSECTS,      SHAPE_FILTER,    2, 2,  TYPE_BOOLEAN},
    {"disjoint",        FN_DISJOINT,        SHAPE_FILTER,    2, 2,  TYPE_BOOLEAN},
    {"within",          FN_WITHIN,          SHAPE_FILTER,    2, 2,  TYPE_BOOLEAN},
    {"geometry",        FN_GEOMETRY,        SHAPE_FILTER,    3, 3,  TYPE_BOOLEAN},
    {"polygon",         FN_POLYGON,         SHAPE_FILTER,    2, 2,  TYPE_BOOLEAN},
    {"math_",           FN_MATH,            SHAPE_SCALAR,    1, 2,  TYPE_DOUBLE}, /* odsql_math.h */
};
/* clang-format on */
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

bool odsql_function_find(struct str name, enum odsql_function *out)
{
    *out = FN_MATH;
    if (str_starts(name, S("math_")))
        return odsql_math_find(name);
    for (size_t i = 0; i < FUNCTIONS; i++)
        if (str_ieq(name, str_of(functions[i].name))) {
            *out = functions[i].fn;
            return true;
        }
    return false;
}

static const struct function *function_of(enum odsql_function fn)
{
    size_t i = 0;
    while (i < FUNCTIONS && functions[i].fn != fn)
        i++;
    must(i < FUNCTIONS);
    return &functions[i];
}

static bool is_number(int type)
{
    return type == TYPE_INT || type == TYPE_DOUBLE || type == TYPE_DECIMAL;
}

static bool is_date(int type)
{
    return type == TYPE_DATE || type == TYPE_DATETIME;
}

static bool is_geo(int type)
{
    return type == TYPE_GEO_POINT || type == TYPE_GEO_SHAPE;
}

/* ---- values ---- */

static bool type_number(const struct odsql_scope *s, struct node *n, struct err *e)
{
    int64_t whole;
    if (n->text.n > 60)
        return odsql_complain(s, e, "The number is too long.");
    n->type = str_i64(n->text, &whole) ? TYPE_INT : TYPE_DECIMAL;
    return true;
}

static bool type_date(struct node *n, struct err *e)
{
    struct odsql_date d;
    if (!odsql_date_read(n->text, &d))
        return ERR(e, err_odsql_date, "date literal"), err_arg(e, STR_FMT, STR_ARG(n->text));
    n->type = TYPE_DATETIME;
    return true;
}

static bool type_field(const struct odsql_scope *s, struct node *n, struct err *e)
{
    n->column = view_find(s->view, n->text, s->hidden_too);
    if (!n->column)
        return odsql_complain(s, e, "Unknown field: " STR_FMT ".", STR_ARG(n->text));
    n->type = (int)n->column->type;
    n->plain = true;
    return true;
}

static bool type_arith(const struct odsql_scope *s, struct node *n, struct err *e)
{
    n->type = TYPE_DECIMAL;
    for (size_t i = 0; i < n->n; i++) {
        if (!odsql_type_expr(s, n->arg[i], e))
            return false;
        if (!is_number(n->arg[i]->type))
            return odsql_complain(s, e, "Arithmetic is only supported on numeric expressions.");
        if (n->arg[i]->type == TYPE_DOUBLE)
            n->type = TYPE_DOUBLE;
        n->aggregate |= n->arg[i]->aggregate;
        n->plain |= n->arg[i]->plain;
    }
    if (n->op == '/' && n->kind == NODE_ARITH)
        n->type = TYPE_DOUBLE;
    return true;
}

static bool type_count(const struct odsql_scope *s, struct node *n, struct err *e)
{
    if (n->arg[0]->kind == NODE_STAR)
        return true;
    return odsql_type_expr(s, n->arg[0], e);
}

static bool type_aggregate(const struct odsql_scope *s, struct node *n, struct err *e)
{
    struct node *over = n->arg[0];
    if (n->fn == FN_STDDEV && !s->series) /* the present version does not know it */
        return odsql_complain(s, e, STR_FMT "()", STR_ARG(n->text));
    if (n->fn == FN_COUNT ? !type_count(s, n, e) : !odsql_type_expr(s, over, e))
        return false;
    if (over->aggregate)
        return odsql_complain(s, e, "An aggregation cannot hold another one.");
    n->aggregate = true;
    n->plain = false;
    if (n->fn == FN_COUNT)
        return true;
    if (n->fn == FN_ENVELOPE || n->fn == FN_BBOX)
        return is_geo(over->type) || odsql_complain(s, e, STR_FMT "() only supports geo expression.", STR_ARG(n->text));
    bool dates = n->fn == FN_MIN || n->fn == FN_MAX;
    if (!is_number(over->type) && !(dates && is_date(over->type)))
        return odsql_complain(s, e, "StatAggregation only supports numeric or date expression.");
    if (n->type == ODSQL_UNTYPED)
        n->type = over->type == TYPE_INT && n->fn == FN_SUM ? TYPE_DECIMAL : over->type;
    if (n->fn != FN_PERCENTILE)
        return true;
    if (n->arg[1]->kind != NODE_NUMBER || !type_number(s, n->arg[1], e))
        return odsql_complain(s, e, "percentile() takes a number between 0 and 100.");
    char *z = arena_copy(s->a, n->arg[1]->text);
    double percent = strtod(z, NULL);
    return (percent >= 0 && percent <= 100) ||
           odsql_complain(s, e, "percentile() takes a number between 0 and 100.");
}

static bool type_date_part(const struct odsql_scope *s, struct node *n, struct err *e)
{
    if (is_date(n->arg[0]->type))
        return true;
    return odsql_complain(s, e, STR_FMT "() only supports date expression.", STR_ARG(n->text));
}

static bool type_arguments(const struct odsql_scope *s, struct node *n, struct err *e);

/* json_format(text), json_format(text, null | fallback): what is no JSON stays a text, or becomes null. */
static bool type_json(const struct odsql_scope *s, struct node *n, struct err *e)
{
    if (s->clause != CLAUSE_SELECT)
        return odsql_complain(s, e, "json_format() is only for select.");
    if (n->n == 2 && n->arg[1]->kind != NODE_NULL && !str_ieq(n->arg[1]->text, S("fallback")))
        return odsql_complain(s, e, "json_format() takes null or fallback after the field.");
    bool last = n->n == 2 && n->arg[1]->kind == NODE_NULL;
    n->truth = last;
    n->n = 1;
    if (!type_arguments(s, n, e))
        return false;
    return n->arg[0]->type == TYPE_TEXT || odsql_complain(s, e, "json_format() only supports text expression.");
}

static bool type_math(const struct odsql_scope *s, struct node *n, struct err *e)
{
    if (!s->series || !odsql_math_arguments(n->text, n->n)) /* the present version does not know them */
        return odsql_complain(s, e, STR_FMT "()", STR_ARG(n->text));
    for (size_t i = 0; i < n->n; i++)
        if (!is_number(n->arg[i]->type))
            return odsql_complain(s, e, "Arithmetic is only supported on numeric expressions.");
    return true;
}

static bool type_scalar_rule(const struct odsql_scope *s, struct node *n, struct err *e)
{
    bool text = n->fn == FN_LENGTH || n->fn == FN_LOWER || n->fn == FN_UPPER;
    if (text && n->arg[0]->type != TYPE_TEXT)
        return odsql_complain(s, e, STR_FMT "() only supports text expression.", STR_ARG(n->text));
    if (n->fn >= FN_YEAR && n->fn <= FN_DATE_FORMAT && !type_date_part(s, n, e))
        return false;
    if (n->fn == FN_DATE_FORMAT && n->arg[1]->kind != NODE_STRING)
        return odsql_complain(s, e, "date_format() takes a format between quotes.");
    if (n->fn == FN_IFNULL) {
        int a = n->arg[0]->type, b = n->arg[1]->type;
        if (a != b && !(is_number(a) && is_number(b)))
            return odsql_complain(s, e, "ifnull() takes two values of one type.");
        n->type = a == b ? a : a == TYPE_DOUBLE || b == TYPE_DOUBLE ? TYPE_DOUBLE : TYPE_DECIMAL;
    }
    return true;
}

static bool type_point(const struct odsql_scope *s, struct node *n, struct err *e)
{
    if (!is_geo(n->arg[0]->type) || n->arg[0]->kind != NODE_FIELD)
        return odsql_complain(s, e, STR_FMT "() takes a geo field first.", STR_ARG(n->text));
    if (n->fn != FN_IN_BBOX && n->arg[1]->kind != NODE_GEOM)
        return odsql_complain(s, e, STR_FMT "() takes geom'…' after the field.", STR_ARG(n->text));
    return true;
}

static bool type_arguments(const struct odsql_scope *s, struct node *n, struct err *e)
{
    for (size_t i = 0; i < n->n; i++) {
        struct node *arg = n->arg[i];
        if (arg->kind == NODE_STAR || arg->kind == NODE_NAMED)
            return odsql_complain(s, e, STR_FMT "() cannot take this argument.", STR_ARG(n->text));
        if (!odsql_type_expr(s, arg, e))
            return false;
        n->aggregate |= arg->aggregate;
        n->plain |= arg->plain;
    }
    return true;
}

static bool type_now(const struct odsql_scope *s, struct node *n, struct err *e)
{
    for (size_t i = 0; i < n->n; i++)
        if (n->arg[i]->kind != NODE_NAMED)
            return odsql_complain(s, e, "now() takes named parameters.");
    return true;
}

static bool type_call(const struct odsql_scope *s, struct node *n, struct err *e)
{
    const struct function *f = function_of(n->fn);
    if (n->n < f->min || n->n > f->max)
        return odsql_complain(s, e, "%s() does not take %zu arguments.", f->name, n->n);
    n->type = f->type;
    switch (f->shape) {
    case SHAPE_AGGREGATE:
        if (s->clause == CLAUSE_WHERE || s->clause == CLAUSE_GROUP_BY)
            return odsql_complain(s, e, "Aggregations are not allowed here.");
        return type_aggregate(s, n, e);
    case SHAPE_FILTER:
        return odsql_complain(s, e, "%s() is only a filter.", f->name);
    case SHAPE_OTHER:
        return odsql_complain(s, e, "%s() is not allowed here.", f->name);
    case SHAPE_SCALAR:
        break;
    }
    if (n->fn == FN_NOW)
        return type_now(s, n, e);
    if (n->fn == FN_JSON_FORMAT)
        return type_json(s, n, e);
    if (!type_arguments(s, n, e))
        return false;
    if (n->fn == FN_MATH)
        return type_math(s, n, e);
    if (n->fn == FN_DISTANCE)
        return n->n == 2 ? type_point(s, n, e) : odsql_complain(s, e, "distance() takes two arguments.");
    return type_scalar_rule(s, n, e);
}

bool odsql_type_expr(const struct odsql_scope *s, struct node *n, struct err *e)
{
    switch (n->kind) {
    case NODE_FIELD:
        return type_field(s, n, e);
    case NODE_STRING:
        n->type = TYPE_TEXT;
        return true;
    case NODE_NUMBER:
        return type_number(s, n, e);
    case NODE_DATE:
        return type_date(n, e);
    case NODE_GEOM:
        n->type = TYPE_GEO_SHAPE;
        return true;
    case NODE_BOOL:
        n->type = TYPE_BOOLEAN;
        return true;
    case NODE_NULL:
        n->type = ODSQL_NULL_TYPE;
        return true;
    case NODE_ARITH:
    case NODE_MINUS:
        return type_arith(s, n, e);
    case NODE_CALL:
        return type_call(s, n, e);
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
    return odsql_complain(s, e, "A value is expected.");
}

/* ---- filters ---- */

/* A literal beside a value of another type takes that type where the API is known to be lenient. */
static bool adapt(const struct odsql_scope *s, int type, struct node *n, struct err *e)
{
    if (is_date(type) && n->kind == NODE_STRING) {
        struct odsql_date d;
        if (!odsql_date_read(n->text, &d) || d.parts < 3)
            return mismatch(s, "a date is compared with a text", e);
        n->kind = NODE_DATE;
        n->type = TYPE_DATETIME;
    } else if (type == TYPE_TEXT && n->kind == NODE_NUMBER) {
        n->kind = NODE_STRING; /* codes are texts here, whatever they look like */
        n->type = TYPE_TEXT;
    } else if (is_number(type) && n->kind == NODE_STRING) {
        struct odsql_source lexed;
        struct err ignored = {0};
        struct str digits = n->text.n && n->text.p[0] == '-' ? str_from(n->text, 1) : n->text;
        if (!odsql_lex(s->a, digits, s->clause, &lexed, &ignored) || lexed.n != 2 ||
            lexed.tokens[0].kind != TOKEN_NUMBER || lexed.tokens[0].end != digits.n || digits.n > 60)
            return mismatch(s, "a number is compared with a text", e);
        n->kind = NODE_NUMBER;
        return type_number(s, n, e);
    }
    return true;
}

static bool comparable(const struct odsql_scope *s, struct node *l, struct node *r, char op, struct err *e)
{
    if (!adapt(s, l->type, r, e) || !adapt(s, r->type, l, e))
        return false;
    bool ordered = is_number(l->type) || is_date(l->type);
    if (op != '=' && !ordered)
        return mismatch(s, "only numbers and dates are ordered", e);
    bool same = (is_number(l->type) && is_number(r->type)) || (is_date(l->type) && is_date(r->type)) ||
                (l->type == r->type && (l->type == TYPE_TEXT || l->type == TYPE_BOOLEAN ||
                                        l->type == TYPE_FILE));
    return same || mismatch(s, "the two sides are of different types", e);
}

static bool type_compare(const struct odsql_scope *s, struct node *n, struct err *e)
{
    return odsql_type_expr(s, n->arg[0], e) && odsql_type_expr(s, n->arg[1], e) &&
           comparable(s, n->arg[0], n->arg[1], n->op, e);
}

static bool is_literal(const struct node *n)
{
    return n->kind == NODE_STRING || n->kind == NODE_NUMBER || n->kind == NODE_DATE ||
           n->kind == NODE_BOOL || (n->kind == NODE_CALL && n->fn == FN_NOW);
}

static bool type_in(const struct odsql_scope *s, struct node *n, char op, struct err *e)
{
    if (!odsql_type_expr(s, n->arg[0], e))
        return false;
    for (size_t i = 1; i < n->n; i++) {
        if (!is_literal(n->arg[i]))
            return odsql_complain(s, e, "IN takes literals.");
        if (!odsql_type_expr(s, n->arg[i], e) || !comparable(s, n->arg[0], n->arg[i], op, e))
            return false;
    }
    return true;
}

static bool type_in_field(const struct odsql_scope *s, struct node *n, struct err *e)
{
    if (!is_literal(n->arg[0]) || n->arg[1]->kind != NODE_FIELD)
        return odsql_complain(s, e, "IN takes a literal and a field.");
    return odsql_type_expr(s, n->arg[0], e) && odsql_type_expr(s, n->arg[1], e) &&
           comparable(s, n->arg[1], n->arg[0], '=', e);
}

static bool type_is(const struct odsql_scope *s, struct node *n, struct err *e)
{
    if (!odsql_type_expr(s, n->arg[0], e))
        return false;
    return n->op == 'n' || n->arg[0]->type == TYPE_BOOLEAN ||
           mismatch(s, "IS TRUE and IS FALSE are for booleans", e);
}

static bool type_like(const struct odsql_scope *s, struct node *n, struct err *e)
{
    if (!odsql_type_expr(s, n->arg[0], e))
        return false;
    n->arg[1]->type = TYPE_TEXT;
    return n->arg[0]->type == TYPE_TEXT || mismatch(s, "LIKE is for texts", e);
}

/* search(f1, f2, 'q'), search(*, 'q'), search('q'): the text comes last. */
static bool type_search(const struct odsql_scope *s, struct node *n, struct err *e)
{
    if (n->arg[n->n - 1]->kind != NODE_STRING)
        return odsql_complain(s, e, STR_FMT "() ends with a text.", STR_ARG(n->text));
    n->arg[n->n - 1]->type = TYPE_TEXT;
    for (size_t i = 0; i + 1 < n->n; i++) {
        struct node *arg = n->arg[i];
        if (arg->kind == NODE_STAR && n->n == 2)
            continue;
        if (arg->kind != NODE_FIELD)
            return odsql_complain(s, e, STR_FMT "() takes fields.", STR_ARG(n->text));
        if (!odsql_type_expr(s, arg, e))
            return false;
        if (n->fn == FN_STARTSWITH && arg->type != TYPE_TEXT)
            return mismatch(s, "startswith() is for texts", e);
    }
    return true;
}

/* geometry(field, geom'…', INTERSECTS) and polygon(field, geom'…'): the old names. */
static bool rename_old(const struct odsql_scope *s, struct node *n, struct err *e)
{
    static const struct {
        const char *mode;
        enum odsql_function fn;
    } modes[] = {{"intersects", FN_INTERSECTS}, {"disjoint", FN_DISJOINT}, {"within", FN_WITHIN}};
    if (n->fn == FN_DISTANCE)
        n->fn = FN_WITHIN_DISTANCE;
    if (n->fn == FN_POLYGON && n->n == 2)
        n->fn = FN_WITHIN;
    if (n->fn != FN_GEOMETRY || n->n != 3)
        return true;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (str_ieq(n->arg[2]->text, str_of(modes[i].mode))) {
            n->fn = modes[i].fn;
            n->n = 2;
            return true;
        }
    return odsql_complain(s, e, "geometry() ends with INTERSECTS, DISJOINT or WITHIN.");
}

static bool type_filter_call(const struct odsql_scope *s, struct node *n, struct err *e)
{
    if (!rename_old(s, n, e))
        return false;
    const struct function *f = function_of(n->fn);
    if (f->shape != SHAPE_FILTER)
        return odsql_complain(s, e, "%s() is not a filter.", f->name);
    if (n->n < f->min || n->n > f->max)
        return odsql_complain(s, e, "%s() does not take %zu arguments.", f->name, n->n);
    n->type = TYPE_BOOLEAN;
    if (n->fn == FN_SEARCH || n->fn == FN_SUGGEST || n->fn == FN_STARTSWITH)
        return type_search(s, n, e);
    if (!type_arguments(s, n, e) || !type_point(s, n, e))
        return false;
    for (size_t i = n->fn == FN_IN_BBOX ? 1 : 2; i < n->n; i++)
        if (n->arg[i]->kind != NODE_NUMBER)
            return odsql_complain(s, e, "%s() takes numbers after the field.", f->name);
    return true;
}

static bool type_each(const struct odsql_scope *s, struct node *n, struct err *e)
{
    for (size_t i = 0; i < n->n; i++)
        if (!odsql_type_filter(s, n->arg[i], e))
            return false;
    return true;
}

/* recordid = "…", recordid in ("…", …): no column, but where rows stand (record_id.h). A field of that name is the field; a
 * view's own filter knows fields only, as rows stand elsewhere in the next file. */
static bool is_of_records(const struct odsql_scope *s, const struct node *n)
{
    return !s->hidden_too && (n->kind == NODE_COMPARE || n->kind == NODE_IN_LIST) && n->arg[0]->kind == NODE_FIELD &&
           str_eq(n->arg[0]->text, S("recordid")) && !view_is_catalogue(s->view) && !view_find(s->view, S("recordid"), false);
}

static bool type_records(const struct odsql_scope *s, struct node *n, struct err *e)
{
    bool equal = n->kind == NODE_IN_LIST || n->op == '=';
    for (size_t i = 1; i < n->n && equal; i++)
        equal = n->arg[i]->kind == NODE_STRING;
    n->kind = NODE_RECORDS;
    return equal || mismatch(s, "recordid equals a text", e);
}

bool odsql_type_filter(const struct odsql_scope *s, struct node *n, struct err *e)
{
    n->type = TYPE_BOOLEAN;
    if (is_of_records(s, n))
        return type_records(s, n, e);
    switch (n->kind) {
    case NODE_AND:
    case NODE_OR:
    case NODE_NOT:
        return type_each(s, n, e);
    case NODE_STRING:
        n->kind = NODE_TEXT;
        return true;
    case NODE_TEXT:
    case NODE_RECORDS:
    case NODE_BOOL:
        return true;
    case NODE_FIELD:
        return type_field(s, n, e) && (n->type == TYPE_BOOLEAN ||
                                       odsql_complain(s, e, STR_FMT " is not a boolean field.",
                                                      STR_ARG(n->text)));
    case NODE_COMPARE:
        return type_compare(s, n, e);
    case NODE_LIKE:
        return type_like(s, n, e);
    case NODE_IS:
        return type_is(s, n, e);
    case NODE_IN_LIST:
        return type_in(s, n, '=', e);
    case NODE_IN_RANGE:
        return type_in(s, n, '<', e);
    case NODE_IN_FIELD:
        return type_in_field(s, n, e);
    case NODE_CALL:
        return type_filter_call(s, n, e);
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
    return odsql_complain(s, e, "A condition is expected.");
}
