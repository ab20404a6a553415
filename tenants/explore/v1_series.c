#include "tenants/explore/v1_series.h"

#include <stdio.h>

#include "core/data/cell.h"
#include "core/data/errors.h"

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
} functions[] = {{"COUNT", "count(", ")"}, {"AVG", "avg(", ")"}, {"SUM", "sum(", ")"}, {"MIN", "min(", ")"}, {"MAX", "max(", ")"}};

static bool add_series(struct req *r, const struct dataset_view *v, struct v1_series *t, struct str name, struct str func, struct err *e)
{
    struct str field = req_query(r, arena_printf(r->a, "y." STR_FMT ".expr", STR_ARG(name)));
    const struct view_column *c = field.n ? view_find(v, field, false) : NULL;
    bool count = str_ieq(func, S("COUNT"));
    if (t->n == V1_SERIES_MAX || !name.n || name.n > SERIES_NAME_MAX)
        return v1_refuse(e, "y", name, "at most twenty series with short names");
    if (!c && (field.n || !count))
        return v1_refuse(e, "y.<series>.expr", field, "the name of a field");
    struct str text = c ? arena_printf(r->a, "`" STR_FMT "`", STR_ARG(field)) : S("*");
    comma(&t->select);
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (str_ieq(func, str_of(functions[i].name))) {
            buf_printf(&t->select, "%s" STR_FMT "%s as s%zu", functions[i].call, STR_ARG(text), functions[i].tail, t->n);
            t->name[t->n++] = name;
            return true;
        }
    if (!str_ieq(func, S("SUMSQUARES")))
        return v1_refuse(e, "y.<series>.func", func, "COUNT, AVG, SUM, MIN, MAX or SUMSQUARES");
    buf_printf(&t->select, "sum(" STR_FMT " * " STR_FMT ") as s%zu", STR_ARG(text), STR_ARG(text), t->n);
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
        cell_json(&text, c, result, row);
    jw_raw(w, text.n ? buf_str(&text) : S("null"));
    buf_free(&text);
}

void v1_series_put(struct jw *w, const struct v1_series *s, const struct query *q, const PGresult *result, int row)
{
    for (size_t i = 0; i < s->n; i++) {
        jw_key(w, s->name[i]);
        v1_put_cell(w, v1_column(q, 's', i), result, row);
    }
}
