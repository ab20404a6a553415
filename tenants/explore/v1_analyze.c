#include "tenants/explore/v1_analyze.h"

#include "core/data/query/cell.h"
#include "tenants/explore/explore.h"
#include "tenants/explore/v1_answer.h"
#include "tenants/explore/v1_params.h"
#include "tenants/explore/v1_series.h"

enum { X_MAX = 5, KEYS_MAX = X_MAX * 5, POINTS = 20000 };

/* One column of the groups: a field, or one part of its date. */
struct key {
    unsigned x;
    const char *part; /* NULL: the value */
};

struct analysis {
    struct grant grant;
    struct query *query;
    struct str x[X_MAX];
    size_t nx, nkeys;
    struct key keys[KEYS_MAX];
    struct v1_series series;
    int64_t points;
    struct buf group, order;
};

static void comma(struct buf *b)
{
    if (b->n)
        buf_addz(b, ", ");
}

/* ---- x ---- */

/* clang-format off */
static const struct part {
    const char *name;
    const char *call; /* what is put before and behind the field */
    const char *tail;
} parts[] = {
    {"year", "year(", ")"}, {"month", "month(", ")"}, {"day", "day(", ")"}, {"hour", "hour(", ")"}, {"minute", "minute(", ")"},
    {"week", "date_format(", ", 'w')"}, {"weekday", "date_format(", ", 'e')"},
};
/* clang-format on */
enum { PRECISIONS = 5, PARTS = sizeof parts / sizeof parts[0] };

static void add_key(struct analysis *t, unsigned x, const char *part, struct str expression)
{
    char alias[16];
    snprintf(alias, sizeof alias, "k%zu", t->nkeys);
    comma(&t->group);
    buf_printf(&t->group, STR_FMT " as %s", STR_ARG(expression), alias);
    t->keys[t->nkeys++] = (struct key){x, part};
}

static size_t part_named(struct str name, size_t n)
{
    size_t i = 0;
    while (i < n && !str_eq(name, str_of(parts[i].name)))
        i++;
    return i;
}

/* precision=day: year, month and day; periodic=month: the month alone. */
static bool add_date(struct req *r, struct analysis *t, unsigned x, struct str field, struct err *e)
{
    struct str periodic = req_query(r, S("periodic")), precision = req_query(r, S("precision"));
    size_t from = 0, to;
    if (periodic.n)
        from = to = part_named(periodic, PARTS);
    else
        to = precision.n ? part_named(precision, PRECISIONS) : 2;
    if (to == (periodic.n ? (size_t)PARTS : PRECISIONS))
        return v1_refuse(e, periodic.n ? "periodic" : "precision", periodic.n ? periodic : precision,
                         "year, month, day, hour or minute");
    for (size_t i = from; i <= to; i++)
        add_key(t, x, parts[i].name,
                arena_printf(r->a, "%s`" STR_FMT "`%s", parts[i].call, STR_ARG(field), parts[i].tail));
    return true;
}

static bool read_x(struct req *r, struct analysis *t, struct err *e)
{
    t->nx = req_query_count(r, S("x"));
    if (t->nx == 0 || t->nx > X_MAX)
        return v1_refuse(e, "x", req_query(r, S("x")), "the names of one to five fields");
    for (unsigned i = 0; i < t->nx; i++) {
        struct str name = t->x[i] = req_query_nth(r, S("x"), i);
        const struct view_column *c = view_find(t->grant.view, name, false);
        if (!c || c->type == TYPE_GEO_POINT || c->type == TYPE_GEO_SHAPE)
            return v1_refuse(e, "x", name, "the name of a field that is no place");
        if (c->type == TYPE_DATE || c->type == TYPE_DATETIME) {
            if (!add_date(r, t, i, name, e))
                return false;
        } else {
            add_key(t, i, NULL, arena_printf(r->a, "`" STR_FMT "`", STR_ARG(name)));
        }
    }
    return true;
}

static bool read_y(struct req *r, struct analysis *t, struct err *e)
{
    return v1_series_read(r, t->grant.view, &t->series, e) &&
           (t->series.n || v1_refuse(e, "y", S("nothing"), "y.<series>.func=COUNT"));
}

static bool read_order(struct req *r, struct analysis *t, struct err *e)
{
    struct str sort = req_query(r, S("sort")), points = req_query(r, S("maxpoints"));
    bool up = sort.n && sort.p[0] == '-';
    t->points = POINTS;
    if (points.n && (!str_i64(points, &t->points) || t->points < -1 || t->points > POINTS))
        return v1_refuse(e, "maxpoints", points, "-1 <= maxpoints <= 20000");
    t->points = t->points <= 0 ? POINTS : t->points;
    for (size_t i = 0; sort.n && i < t->series.n; i++)
        if (str_eq(t->series.name[i], str_from(sort, up)))
            buf_printf(&t->order, "s%zu %s", i, up ? "asc" : "desc");
    for (size_t i = 0; i < t->nkeys; i++) {
        comma(&t->order);
        buf_printf(&t->order, "k%zu", i);
    }
    return true;
}

/* ---- asking ---- */

static struct query_param param(struct req *r, const char *name, struct buf *text)
{
    struct query_param p = {str_of(name), arena_str(r->a, buf_str(text))};
    buf_free(text);
    return p;
}

static bool read_all(struct req *r, struct analysis *t, struct err *e)
{
    bool ok = read_x(r, t, e) && read_y(r, t, e) && read_order(r, t, e);
    if (!ok) {
        buf_free(&t->series.select);
        buf_free(&t->group);
        buf_free(&t->order);
    }
    return ok;
}

static bool ask_groups(struct req *r, struct err *e)
{
    size_t n;
    const struct query_param *params;
    struct analysis *t = r->state = ARENA_NEW(r->a, struct analysis);
    if (!grant_take(r, explore_dataset(r), &t->grant, e) || !read_all(r, t, e))
        return false;
    const struct query_param own[] = {
        param(r, "select", &t->series.select),
        param(r, "group_by", &t->group),
        param(r, "order_by", &t->order),
        {S("limit"), arena_n(r->a, t->points)},
    };
    if (!v1_filters(r, t->grant.view, own, 4, &params, &n, e) ||
        !query_make(r->a, t->grant.view, QUERY_SERIES, params, n, &t->query, e))
        return false;
    req_ask_rows(r, t->query->rows.sql, t->query->rows.nparams, t->query->rows.params, false);
    return true;
}

/* ---- answering ---- */

/* Parts of a date are numbers, Monday is 0. */
static void put_part(struct jw *w, const struct analysis *t, size_t k, const PGresult *result, int row)
{
    const struct query_column *c = v1_column(t->query, 'k', k);
    struct buf text = {0};
    int64_t v;
    bool words = str_starts(str_of(t->keys[k].part), S("week"));
    jw_key(w, str_of(t->keys[k].part));
    if (!words || !c || cell_null(c, result, row)) {
        v1_put_cell(w, c, result, row);
        return;
    }
    cell_text(&text, c, result, row, S(","));
    if (str_i64(buf_str(&text), &v))
        jw_i64(w, str_eq(str_of(t->keys[k].part), S("weekday")) ? v - 1 : v);
    else
        jw_null(w);
    buf_free(&text);
}

static void put_x(struct jw *w, const struct analysis *t, unsigned x, size_t *k, const PGresult *result, int row)
{
    if (!t->keys[*k].part) {
        v1_put_cell(w, v1_column(t->query, 'k', *k), result, row);
        (*k)++;
        return;
    }
    jw_open(w, '{');
    for (; *k < t->nkeys && t->keys[*k].x == x; (*k)++)
        put_part(w, t, *k, result, row);
    jw_close(w, '}');
}

static void put_point(struct jw *w, struct analysis *t, const PGresult *result, int row)
{
    size_t k = 0;
    jw_open(w, '{');
    jw_key(w, S("x"));
    if (t->nx > 1)
        jw_open(w, '{');
    for (unsigned x = 0; x < t->nx; x++) {
        if (t->nx > 1)
            jw_key(w, t->x[x]);
        put_x(w, t, x, &k, result, row);
    }
    if (t->nx > 1)
        jw_close(w, '}');
    v1_series_put(w, &t->series, t->query, result, row);
    jw_close(w, '}');
}

static bool reply_points(struct req *r, struct err *e)
{
    struct analysis *t = r->state;
    const PGresult *result = r->batch.calls[0].result;
    if (t->query->timed)
        req_uncached(r);
    struct jw *w = v1_open(r, e);
    if (!w)
        return false;
    if (PQntuples(result) == t->points)
        req_set(r, S("ods-analyze-truncated"), S("true"));
    jw_open(w, '[');
    for (int row = 0; row < PQntuples(result); row++)
        put_point(w, t, result, row);
    jw_close(w, ']');
    v1_close(r, w);
    return true;
}

const struct step v1_analyze[] = {
    {STEP_DB, explore_ask_grant, NULL},
    {STEP_DB, ask_groups, NULL},
    {STEP_REPLY, reply_points, NULL},
    {STEP_END, NULL, NULL},
};
