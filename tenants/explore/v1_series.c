#include "tenants/explore/v1_series.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/data/query/row_json.h"
#include "core/data/errors.h"
#include "core/data/query/odsql_math.h"
#include "tenants/explore/v1_place.h"

enum { SERIES_NAME_MAX = 60 };

bool v1_refuse(struct err *e, const char *name, struct str value, const char *expected)
{
    ERR(e, err_query_parameter, "%s", name);
    err_arg(e, "%s", name);
    err_arg(e, STR_FMT, STR_ARG(value));
    return err_arg(e, "%s", expected);
}

static void comma(struct buf *b)
{
    if (b->n)
        buf_addz(b, ", ");
}

static const struct {
    const char *name, *call, *tail;
} functions[] = {{"COUNT", "count(", ")"}, {"AVG", "avg(", ")"}, {"SUM", "sum(", ")"},      {"MIN", "min(", ")"},
                 {"MAX", "max(", ")"},     {"STDDEV", "stddev(", ")"}};

static struct str of_series(struct req *r, struct str name, const char *what)
{
    return req_query(r, arena_printf(r->a, "y." STR_FMT ".%s", STR_ARG(name), what));
}

/* ---- y.S.expr ---- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/* A number, or a field. */
static bool put_word(const struct dataset_view *v, struct str word, struct buf *out)
{
    bool field = view_find(v, word, false) != NULL;
    if (field)
        buf_printf(out, "`" STR_FMT "`", STR_ARG(word));
    else if (v1_is_number(word))
        buf_add(out, word);
    return field || v1_is_number(word);
}

/* A word before a bracket is a function. */
static bool is_call(struct str rest)
{
    return str_starts(str_trim(rest), S("("));
}

static bool put_call(struct str word, struct buf *out)
{
    const char *name = odsql_math_name(word);
    buf_addz(out, name ? name : "");
    return name != NULL;
}

/* Fields, numbers, functions, + - * / and brackets that close: what it means, the query's parser says. */
static bool put_arithmetic(const struct dataset_view *v, struct str text, struct buf *out)
{
    int open = 0;
    for (size_t i = 0; i < text.n && open >= 0; i++) {
        size_t n = 0;
        while (i + n < text.n && is_word(text.p[i + n]))
            n++;
        struct str word = str_part(text, i, n);
        if (n && !(is_call(str_from(text, i + n)) ? put_call(word, out) : put_word(v, word, out)))
            return false;
        if (n) {
            i += n - 1;
            continue;
        }
        if (!strchr(open ? "+-*/(), " : "+-*/() ", text.p[i]) || !text.p[i])
            return false;
        open += (text.p[i] == '(') - (text.p[i] == ')');
        buf_addc(out, text.p[i]);
    }
    return open == 0 && !out->over;
}

static bool operand_of(struct req *r, const struct dataset_view *v, struct str text, struct str *out)
{
    struct buf b = {.max = 4096};
    bool ok = true;
    if (view_find(v, text, false)) /* a name may hold anything */
        buf_printf(&b, "`" STR_FMT "`", STR_ARG(text));
    else
        ok = put_arithmetic(v, text, &b);
    *out = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return ok && out->n;
}

/* ---- one ---- */

static bool put_quantile(struct req *r, struct v1_series *t, struct str name, struct str text, struct err *e)
{
    struct str percent = of_series(r, name, "subsets");
    percent = percent.n ? percent : S("50");
    if (!v1_is_number(percent) || percent.n > 9 || percent.p[0] == '-' || strtod(arena_copy(r->a, percent), NULL) > 100)
        return v1_refuse(e, "y.<series>.subsets", percent, "a number between 0 and 100");
    buf_printf(&t->select, "percentile(" STR_FMT ", " STR_FMT ") as s%zu", STR_ARG(text), STR_ARG(percent), t->n);
    return true;
}

static bool put_function(struct req *r, struct v1_series *t, struct str name, struct str func, struct str text, struct err *e)
{
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (str_ieq(func, str_of(functions[i].name))) {
            buf_printf(&t->select, "%s" STR_FMT "%s as s%zu", functions[i].call, STR_ARG(text), functions[i].tail, t->n);
            return true;
        }
    if (str_ieq(func, S("QUANTILES")))
        return put_quantile(r, t, name, text, e);
    if (!str_ieq(func, S("SUMSQUARES")))
        return v1_refuse(e, "y.<series>.func", func, "COUNT, AVG, SUM, MIN, MAX, STDDEV, SUMSQUARES or QUANTILES");
    buf_printf(&t->select, "sum((" STR_FMT ") * (" STR_FMT ")) as s%zu", STR_ARG(text), STR_ARG(text), t->n);
    return true;
}

static bool add_series(struct req *r, const struct dataset_view *v, struct v1_series *t, struct str name,
                       struct str func, struct err *e)
{
    struct str expr = of_series(r, name, "expr"), text = S("*");
    if (t->n == V1_SERIES_MAX || !name.n || name.n > SERIES_NAME_MAX)
        return v1_refuse(e, "y", name, "at most twenty series with short names");
    if (expr.n ? !operand_of(r, v, expr, &text) : !str_ieq(func, S("COUNT")))
        return v1_refuse(e, "y.<series>.expr", expr, "the name of a field, or arithmetic and functions of fields");
    comma(&t->select);
    if (!put_function(r, t, name, func, text, e))
        return false;
    t->running[t->n].on = str_ieq(of_series(r, name, "cumulative"), S("true"));
    t->name[t->n++] = name;
    return true;
}

bool v1_series_read(struct req *r, const struct dataset_view *v, struct v1_series *out, struct err *e)
{
    struct str name, value;
    for (size_t at = 0; (at = req_query_all(r, at, &name, &value)) != 0;)
        if (str_starts(name, S("y.")) && str_ends(name, S(".func")) && name.n > 7 &&
            !add_series(r, v, out, str_part(name, 2, name.n - 7), value, e)) {
            buf_free(&out->select);
            return false;
        }
    return true;
}

const struct query_column *v1_column(const struct query *q, char kind, size_t i)
{
    char key[16];
    snprintf(key, sizeof key, "%c%zu", kind, i);
    for (size_t c = 0; c < q->ncolumns; c++)
        if (str_eq(q->columns[c].key, str_of(key)))
            return &q->columns[c];
    return NULL;
}

void v1_put_cell(struct jw *w, const struct query_column *c, const PGresult *result, int row)
{
    struct buf text = {0};
    if (c && !cell_null(c, result, row))
        row_json_cell(&text, c, result, row);
    jw_raw(w, text.n ? buf_str(&text) : S("null"));
    buf_free(&text);
}

/* Sums of decimals have as many decimals as the longest of them: what a double adds behind is not theirs. */
static void put_running(struct jw *w, struct v1_running *t, struct str text)
{
    ptrdiff_t mark = str_chr(text, '.');
    int decimals = mark < 0 ? 0 : (int)(text.n - (size_t)mark - 1);
    char digits[400];
    t->decimals = decimals > t->decimals ? decimals : t->decimals;
    if (str_chr(text, 'e') >= 0 || t->decimals > 15) {
        t->decimals = 99;
        jw_double(w, t->sum);
        return;
    }
    snprintf(digits, sizeof digits, "%.*f", t->decimals, t->sum);
    if (t->decimals == 0)
        jw_raw(w, str_of(digits));
    else
        jw_double(w, strtod(digits, NULL));
}

static void widen(struct v1_span *s, double v)
{
    s->low = !s->any || v < s->low ? v : s->low;
    s->high = !s->any || v > s->high ? v : s->high;
    s->any = true;
}

void v1_series_put(struct jw *w, struct v1_series *s, const struct query *q, const PGresult *result, int row)
{
    struct buf text = {0};
    for (size_t i = 0; i < s->n; i++) {
        const struct query_column *c = v1_column(q, 's', i);
        buf_reset(&text);
        if (c && !cell_null(c, result, row))
            row_json_cell(&text, c, result, row);
        else
            buf_addz(&text, "null");
        buf_addc(&text, '\0');
        text.n--;
        bool number = text.p[0] == '-' || (text.p[0] >= '0' && text.p[0] <= '9'); /* days and moments are texts */
        double v = number ? strtod(text.p, NULL) : 0;
        if (number)
            widen(&s->span[i], v);
        s->running[i].sum += v;
        jw_key(w, s->name[i]);
        if (s->running[i].on && text.p[0] != '"')
            put_running(w, &s->running[i], buf_str(&text));
        else
            jw_raw(w, buf_str(&text));
    }
    buf_free(&text);
}

static void put_bound(struct jw *w, bool any, double v)
{
    if (!any)
        jw_null(w);
    else if (v > -1e15 && v < 1e15 && v == (double)(int64_t)v)
        jw_i64(w, (int64_t)v);
    else
        jw_double(w, v);
}

void v1_series_put_spans(struct jw *w, const struct v1_series *s)
{
    jw_key(w, S("series"));
    jw_open(w, '{');
    for (size_t i = 0; i < s->n; i++) {
        jw_key(w, s->name[i]);
        jw_open(w, '{');
        jw_key(w, S("min"));
        put_bound(w, s->span[i].any, s->span[i].low);
        jw_key(w, S("max"));
        put_bound(w, s->span[i].any, s->span[i].high);
        jw_close(w, '}');
    }
    jw_close(w, '}');
}
