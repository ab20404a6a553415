#include "core/data/query/facet.h"

#include <stdio.h>

#include "core/base/jw.h"
#include "core/data/query/cell.h"
#include "core/data/errors.h"
#include "core/data/query/facet_inside.h"

enum { LEVELS_MAX = 4, KEYS_MAX = 200 };

struct keys {
    struct odsql_sql *q;
    struct buf out;    /* the union */
    struct str sql[KEYS_MAX];
    bool shared[KEYS_MAX];
    const struct facet *of[KEYS_MAX];
    int n;
};

static void put(struct buf *out, const char *text)
{
    buf_addz(out, text);
}

/* ---- which facets ---- */

static bool complain(const struct dataset_view *v, struct err *e, const char *what, struct str name)
{
    struct odsql_scope s = {.view = v, .clause = CLAUSE_FACET};
    return odsql_complain(&s, e, "%s" STR_FMT ".", what, STR_ARG(name));
}

/* What stands in the brackets of facet(…). */
struct options {
    struct str name, separator;
    bool disjunctive, sorted, shaped, tree; /* shaped: `tree` is said */
    enum facet_sort sort;
    int64_t limit;
};

enum { SEPARATOR_MAX = 10 };

static bool set_option(struct options *o, struct str name, struct str value)
{
    bool yes = str_ieq(value, S("true"));
    if (str_ieq(name, S("name")))
        o->name = value;
    else if (str_ieq(name, S("disjunctive")))
        o->disjunctive = yes;
    else if (str_ieq(name, S("hierarchical")))
        return o->shaped = true, o->tree = yes, yes || str_ieq(value, S("false"));
    else if (str_ieq(name, S("separator")))
        return o->separator = value, value.n >= 1 && value.n <= SEPARATOR_MAX;
    else if (str_ieq(name, S("limit")))
        return str_i64(value, &o->limit) && o->limit >= 1 && o->limit <= FACET_VALUES_MAX;
    else if (str_ieq(name, S("sort")))
        return o->sorted = facet_sort_read(value, &o->sort);
    return true;
}

/* The column as the question wants it; what refines it means the same column. */
static bool shape(struct arena *a, const struct dataset_view *v, const struct options *o, struct ask *ask, struct facet *f,
                  struct err *e)
{
    const struct view_column *c = f->column;
    bool was = c->hierarchical.n > 0, tree = o->shaped ? o->tree : was;
    if (c->type == TYPE_DATE || c->type == TYPE_DATETIME || (!tree && !was))
        return true;
    if (c->type != TYPE_TEXT || c->multivalued.n)
        return complain(v, e, "Not a hierarchical facet: ", c->name);
    struct view_column *mine = ARENA_NEW(a, struct view_column);
    *mine = *c;
    mine->hierarchical = !tree ? STR_NONE : o->separator.n ? o->separator : was ? c->hierarchical : S("/");
    f->column = mine;
    for (size_t i = 0; i < ask->nrefine; i++)
        if (str_eq(ask->refine[i].column->name, c->name))
            ask->refine[i].column = mine;
    for (size_t i = 0; i < ask->nany; i++)
        if (str_eq(ask->any[i]->name, c->name))
            ask->any[i] = mine;
    return true;
}

/* x, `x`, facet(name="x", disjunctive=true, hierarchical=true, separator="/", sort="-count", limit=20) */
static bool read_facet(struct arena *a, const struct dataset_view *v, struct str text, struct ask *ask, struct facet *f,
                       struct err *e)
{
    struct odsql_source s;
    struct options o = {.name = text, .limit = FACET_VALUES_MAX};
    if (!odsql_lex(a, text, CLAUSE_FACET, &s, e))
        return false;
    if (s.n == 2 && (s.tokens[0].kind == TOKEN_NAME || s.tokens[0].kind == TOKEN_QUOTED))
        o.name = s.tokens[0].text;
    bool call = s.n > 4 && str_ieq(s.tokens[0].text, S("facet")) && s.tokens[1].mark == '(';
    for (size_t i = 2; call && i + 3 < s.n; i += 4) {
        if (s.tokens[i].kind != TOKEN_NAME || s.tokens[i + 1].mark != '=' ||
            (s.tokens[i + 3].mark != ',' && s.tokens[i + 3].mark != ')'))
            return complain(v, e, "Invalid facet: ", text);
        if (!set_option(&o, s.tokens[i].text, s.tokens[i + 2].text))
            return complain(v, e, "Invalid facet option: ", s.tokens[i + 2].text);
    }
    const struct view_column *c = view_find(v, o.name, false);
    if (!c)
        return complain(v, e, "Unknown field: ", o.name);
    if (c->type == TYPE_GEO_POINT || c->type == TYPE_GEO_SHAPE)
        return complain(v, e, "No facet on a geographic field: ", o.name);
    *f = (struct facet){.column = c, .disjunctive = o.disjunctive || c->disjunctive, .limit = o.limit,
                        .sort = o.sorted ? o.sort : c->sort};
    return !call || shape(a, v, &o, ask, f, e);
}

static bool choose(struct arena *a, const struct dataset_view *v, struct ask *ask, struct facet_query *q,
                   struct err *e)
{
    q->facets = ARENA_ARRAY(a, struct facet, QUERY_FACETS_MAX);
    for (size_t i = 0; i < ask->nfacet; i++)
        if (!read_facet(a, v, ask->facet[i], ask, &q->facets[q->n++], e))
            return false;
    for (size_t i = 0; i < q->n; i++)
        q->facets[i].disjunctive |= query_ask_any(ask, q->facets[i].column);
    for (size_t i = 0; !ask->nfacet && i < view_columns(v) && q->n < QUERY_FACETS_MAX; i++) {
        const struct view_column *c = view_column(v, i);
        if (c->facet && !c->hidden && c->type != TYPE_GEO_POINT && c->type != TYPE_GEO_SHAPE)
            q->facets[q->n++] = (struct facet){.column = c, .disjunctive = query_ask_any(ask, c), .limit = FACET_VALUES_MAX,
                                                 .sort = c->sort};
    }
    return true;
}

/* ---- values and levels ---- */

static bool is_date(const struct view_column *c)
{
    return c->type == TYPE_DATE || c->type == TYPE_DATETIME;
}

/* A refinement as the facet writes its values: 2025/9 is 2025/09. */
static struct str as_value(const struct view_column *c, struct str value, char room[16])
{
    struct odsql_date d;
    if (!is_date(c) || !odsql_date_read(value, &d))
        return value;
    size_t n = (size_t)snprintf(room, 16, "%04d/%02d/%02d", d.year % 10000, d.month % 100, d.day % 100);
    return (struct str){room, d.parts == 1 ? 4 : d.parts == 2 ? 7 : n};
}

static int depth_of(struct str value, struct str separator)
{
    int n = 1;
    for (ptrdiff_t at; (at = str_find(value, separator)) >= 0; value = str_from(value, (size_t)at + separator.n))
        n++;
    return n;
}

static struct str separator_of(const struct view_column *c)
{
    return is_date(c) ? S("/") : c->hierarchical;
}

static int levels_of(const struct ask *ask, const struct view_column *c)
{
    char room[16];
    int levels = 1, most = is_date(c) ? 3 : LEVELS_MAX;
    struct str separator = separator_of(c);
    for (size_t i = 0; separator.n && i < ask->nrefine; i++)
        if (ask->refine[i].column == c && !ask->refine[i].exclude) {
            int d = depth_of(as_value(c, ask->refine[i].value, room), separator) + 1;
            levels = d > levels ? d : levels;
        }
    return levels < most ? levels : most;
}

static struct str level_sql(struct odsql_sql *q, const struct view_column *c, int level)
{
    static const char *const formats[] = {"YYYY", "YYYY/MM", "YYYY/MM/DD"};
    struct node field = {.kind = NODE_FIELD, .column = c, .type = (int)c->type};
    struct buf out = {0}, *before = q->out;
    q->out = &out;
    if (is_date(c)) {
        put(&out, "to_char(");
        odsql_sql_local(q, &field);
        buf_printf(&out, ", '%s') collate \"C\"", formats[level]);
    } else if (c->hierarchical.n) {
        put(&out, "array_to_string((string_to_array(");
        odsql_sql_column(q, c);
        unsigned separator = odsql_sql_bind(q, c->hierarchical);
        buf_printf(&out, ", $%u::text))[1:%d], $%u::text) collate \"C\"", separator, level + 1, separator);
    } else {
        put(&out, "(");
        odsql_sql_column(q, c);
        put(&out, ")::text collate \"C\"");
    }
    q->out = before;
    struct str s = arena_str(q->a, buf_str(&out));
    buf_free(&out);
    return s;
}

/* ---- the statement ---- */

bool facet_is_refined(const struct ask *ask, const struct view_column *c)
{
    for (size_t i = 0; i < ask->nrefine; i++)
        if (ask->refine[i].column == c && !ask->refine[i].exclude)
            return true;
    return false;
}

static void add_key(struct keys *k, const struct facet *f, struct str sql, bool shared)
{
    k->of[k->n] = f;
    k->shared[k->n] = shared;
    k->sql[k->n++] = sql;
}

/* select <key>, <value>, count(*) from the table and its condition, on its own. */
static bool put_alone(struct keys *k, const struct ask *ask, const struct facet *f, int key, struct err *e)
{
    struct buf where = {.max = 1 << 20};
    const struct view_column *c = f->column;
    put(&k->out, k->out.n ? " union all " : "");
    buf_printf(&k->out, "select %d, ", key);
    put(&k->out, c->multivalued.n ? "m.v collate \"C\"" : "");
    buf_add(&k->out, c->multivalued.n ? S("") : k->sql[key]);
    buf_printf(&k->out, ", count(*) from %s r", view_table(k->q->view));
    if (c->multivalued.n) {
        k->q->out = &k->out;
        put(&k->out, " cross join lateral unnest(string_to_array(");
        odsql_sql_column(k->q, c);
        put(&k->out, ", ");
        odsql_sql_param(k->q, c->multivalued, "text");
        put(&k->out, ")) m(v)");
    }
    bool ok = query_filter(k->q, ask, f->disjunctive ? c : NULL, &where, e) && !where.over;
    buf_add(&k->out, buf_str(&where));
    put(&k->out, " group by 2");
    buf_free(&where);
    return ok;
}

static void put_cases(struct keys *k, bool value)
{
    put(&k->out, "case");
    for (int i = 0; i < k->n; i++)
        if (k->shared[i]) {
            buf_printf(&k->out, " when grouping(" STR_FMT ") = 0 then ", STR_ARG(k->sql[i]));
            if (value)
                buf_add(&k->out, k->sql[i]);
            else
                buf_printf(&k->out, "%d", i);
        }
    put(&k->out, " end");
}

static bool put_shared(struct keys *k, const struct ask *ask, struct err *e)
{
    struct buf where = {.max = 1 << 20};
    bool first = true;
    put(&k->out, k->out.n ? " union all select " : "select ");
    put_cases(k, false);
    put(&k->out, ", ");
    put_cases(k, true);
    buf_printf(&k->out, ", count(*) from %s r", view_table(k->q->view));
    bool ok = query_filter(k->q, ask, NULL, &where, e) && !where.over;
    buf_add(&k->out, buf_str(&where));
    buf_free(&where);
    put(&k->out, " group by grouping sets (");
    for (int i = 0; i < k->n; i++)
        if (k->shared[i]) {
            buf_printf(&k->out, "%s(" STR_FMT ")", first ? "" : ", ", STR_ARG(k->sql[i]));
            first = false;
        }
    put(&k->out, ")");
    return ok;
}

/* Two grouping sets of one expression cannot be told apart: each would give the rows of both. */
static bool is_asked_before(const struct facet_query *q, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (str_eq(q->facets[i].column->name, q->facets[at].column->name))
            return true;
    return false;
}

static bool put_keys(struct keys *k, const struct ask *ask, struct facet_query *q, struct err *e)
{
    bool any_shared = false;
    for (size_t i = 0; i < q->n; i++) {
        struct facet *f = &q->facets[i];
        bool apart = f->disjunctive && facet_is_refined(ask, f->column);
        bool alone = f->column->multivalued.n || apart || is_asked_before(q, i);
        f->key = k->n;
        f->levels = f->column->multivalued.n ? 1 : levels_of(ask, f->column);
        for (int level = 0; level < f->levels; level++) {
            add_key(k, f, level_sql(k->q, f->column, level), !alone);
            if (alone && !put_alone(k, ask, f, k->n - 1, e))
                return false;
            any_shared |= !alone;
        }
    }
    return !any_shared || put_shared(k, ask, e);
}

/* A text is a number where it looks like one of a length that PostgreSQL surely reads (side_facet.c reads it likewise). */
#define AS_NUMBER "case when v ~ '^[+-]?[0-9]{1,40}([.][0-9]{0,40})?$' then v::numeric end"

static const struct order {
    enum facet_sort sort;
    const char *by, *direction;
    bool numbers, texts; /* of columns of such a type */
} orders[] = {
    {FACET_COUNT_DOWN, "n", "desc", true, true},
    {FACET_COUNT_UP, "n", "asc", true, true},
    {FACET_TEXT_DOWN, "v", "desc", true, true},
    {FACET_NUMBER_UP, "v::numeric", "asc nulls last", true, false},
    {FACET_NUMBER_DOWN, "v::numeric", "desc nulls last", true, false},
    {FACET_NUMBER_UP, AS_NUMBER, "asc nulls last", false, true},
    {FACET_NUMBER_DOWN, AS_NUMBER, "desc nulls last", false, true},
};

static bool is_ordered_so(const struct facet *f, const struct order *o)
{
    enum column_type t = f->column->type;
    bool number = t == TYPE_INT || t == TYPE_DOUBLE || t == TYPE_DECIMAL;
    return f->sort == o->sort && (number ? o->numbers : o->texts);
}

/* "case when f in (3, 4) then n end desc, ": for the keys of facets that are ordered so. */
static void put_sort(struct keys *k, struct buf *out, const struct order *o)
{
    bool any = false;
    for (int i = 0; i < k->n; i++)
        if (is_ordered_so(k->of[i], o)) {
            buf_printf(out, "%s%d", any ? ", " : "case when f in (", i);
            any = true;
        }
    if (any)
        buf_printf(out, ") then %s end %s, ", o->by, o->direction);
}

static void put_ranked(struct keys *k, struct buf *out)
{
    put(out, "select f, v, n from (select f, v, n, row_number() over (partition by f order by ");
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        put_sort(k, out, &orders[i]);
    put(out, "v) as k from (");
    buf_add(out, buf_str(&k->out));
    put(out, ") x(f, v, n) where v is not null) y where k <= case f");
    for (int i = 0; i < k->n; i++)
        buf_printf(out, " when %d then %d", i, i == k->of[i]->key ? (int)k->of[i]->limit : (int)FACET_NESTED_MAX);
    put(out, " end order by f, k");
}

bool facet_make(struct arena *a, const struct dataset_view *v, const struct query_param *params, size_t n,
                struct facet_query **out, struct err *e)
{
    struct facet_query *q = ARENA_NEW(a, struct facet_query);
    struct ask *ask = ARENA_NEW(a, struct ask);
    struct odsql_sql *sql = ARENA_NEW(a, struct odsql_sql);
    struct keys *k = ARENA_NEW(a, struct keys);
    struct buf text = {.max = 1 << 20};
    if (!query_ask_read(v, QUERY_RECORDS, params, n, ask, e) || !choose(a, v, ask, q, e))
        return false;
    q->ask = ask;
    q->value_key = "value";
    odsql_sql_init(sql, a, v);
    sql->timezone = ask->timezone;
    sql->lang = ask->lang;
    k->q = sql;
    k->out.max = 1 << 20;
    bool ok = q->n == 0 || put_keys(k, ask, q, e);
    if (ok && q->n) {
        put_ranked(k, &text);
        q->rows = (struct query_sql){arena_copy(a, buf_str(&text)), sql->n, sql->params};
        q->timed = sql->timed;
        if (k->out.over || text.over || sql->n >= ODSQL_PARAMS_MAX)
            ok = complain(v, e, "The query is too long", S(""));
    }
    buf_free(&k->out);
    buf_free(&text);
    if (ok)
        *out = q;
    return ok;
}

/* ---- the answer ---- */

struct shown {
    struct jw w;
    const struct facet_query *q;
    const PGresult *r;
};

static const char *state_of(const struct ask *ask, const struct view_column *c, struct str value)
{
    char room[16];
    for (size_t i = 0; i < ask->nrefine; i++)
        if (ask->refine[i].column == c && str_eq(as_value(c, ask->refine[i].value, room), value))
            return ask->refine[i].exclude ? "excluded" : "refined";
    return "displayed";
}

/* A refinement at or below the value: its next level is shown. */
static bool is_open(const struct ask *ask, const struct view_column *c, struct str value)
{
    char room[16];
    struct str separator = separator_of(c);
    for (size_t i = 0; separator.n && i < ask->nrefine; i++) {
        if (ask->refine[i].column != c || ask->refine[i].exclude)
            continue;
        struct str refined = as_value(c, ask->refine[i].value, room);
        if (str_eq(refined, value) ||
            (str_starts(refined, value) && str_starts(str_from(refined, value.n), separator)))
            return true;
    }
    return false;
}

static void put_values(struct shown *s, const struct facet *f, int level, struct str parent);

static void put_value(struct shown *s, const struct facet *f, int level, struct str parent, struct str value, int64_t count)
{
    struct jw *w = &s->w;
    size_t head = level ? parent.n + separator_of(f->column).n : 0;
    jw_open(w, '{');
    JW_STR(w, "name", str_from(value, head));
    JW_I64(w, "count", count);
    JW_STR(w, "state", str_of(state_of(s->q->ask, f->column, value)));
    jw_key(w, str_of(s->q->value_key));
    jw_str(w, value);
    if (level + 1 < f->levels && is_open(s->q->ask, f->column, value)) {
        jw_key(w, S("facets"));
        jw_open(w, '[');
        put_values(s, f, level + 1, value);
        jw_close(w, ']');
    }
    jw_close(w, '}');
}

static bool is_child(const struct facet *f, struct str parent, struct str value)
{
    return str_starts(value, parent) && str_starts(str_from(value, parent.n), separator_of(f->column));
}

static void put_values(struct shown *s, const struct facet *f, int level, struct str parent)
{
    for (int row = 0; row < PQntuples(s->r); row++) {
        struct str value = {PQgetvalue(s->r, row, 1), (size_t)PQgetlength(s->r, row, 1)};
        if (cell_i64(s->r, row, 0) != f->key + level || (level && !is_child(f, parent, value)))
            continue;
        put_value(s, f, level, parent, value, cell_i64(s->r, row, 2));
    }
}

static void put_excluded(struct shown *s, const struct facet *f)
{
    char room[16];
    for (size_t i = 0; i < s->q->ask->nrefine; i++)
        if (s->q->ask->refine[i].exclude && s->q->ask->refine[i].column == f->column)
            put_value(s, f, 0, S(""), as_value(f->column, s->q->ask->refine[i].value, room), 0);
}

void facet_json(struct buf *out, const struct facet_query *q, const PGresult *r)
{
    struct shown s = {.q = q, .r = r};
    jw_init(&s.w, out, JW_SPACED);
    jw_open(&s.w, '[');
    for (size_t i = 0; i < q->n; i++) {
        jw_open(&s.w, '{');
        JW_STR(&s.w, "name", q->facets[i].column->name);
        jw_key(&s.w, S("facets"));
        jw_open(&s.w, '[');
        put_values(&s, &q->facets[i], 0, S(""));
        put_excluded(&s, &q->facets[i]);
        jw_close(&s.w, ']');
        jw_close(&s.w, '}');
    }
    jw_close(&s.w, ']');
}
