#include "tenants/explore/v1_q.h"

#include "core/base/buf.h"
#include "core/data/errors.h"
#include "tenants/explore/v1_place.h"

enum { ARGS_MAX = 20 };

struct reader {
    struct arena *a;
    const struct dataset_view *view;
    struct str q;
    size_t at;
    unsigned depth;
    struct buf *out;
    struct err *e;
};

struct value {
    struct str text;
    bool quoted, now; /* now: the parameters of #now() */
};

static bool refuse(struct reader *k, struct str what, const char *expected)
{
    ERR(k->e, err_query_parameter, "q");
    err_arg(k->e, "q");
    err_arg(k->e, STR_FMT, STR_ARG(what));
    return err_arg(k->e, "%s", expected);
}

static bool refuse_here(struct reader *k, const char *expected)
{
    struct str rest = str_from(k->q, k->at);
    return refuse(k, rest.n ? rest : S("the end"), expected);
}

struct str v1_quoted(struct arena *a, struct str s)
{
    char *out = arena_alloc(a, s.n * 2 + 3), *p = out;
    *p++ = '"';
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            *p++ = '\\';
        *p++ = s.p[i];
    }
    *p++ = '"';
    return (struct str){out, (size_t)(p - out)};
}

/* ---- bytes ---- */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char look(const struct reader *k)
{
    return k->at < k->q.n ? k->q.p[k->at] : '\0';
}

static void skip_space(struct reader *k)
{
    while (k->at < k->q.n && is_space(k->q.p[k->at]))
        k->at++;
}

static bool take(struct reader *k, struct str mark)
{
    if (!str_starts(str_from(k->q, k->at), mark))
        return false;
    k->at += mark.n;
    return true;
}

/* Up to white space or one of `stops`. */
static struct str take_bare(struct reader *k, const char *stops)
{
    size_t from = k->at;
    while (k->at < k->q.n && !is_space(k->q.p[k->at]) && !strchr(stops, k->q.p[k->at]))
        k->at++;
    return str_part(k->q, from, k->at - from);
}

/* "AND" and nothing behind it. */
static bool take_keyword(struct reader *k, struct str word)
{
    size_t before = k->at;
    if (take(k, word) && (k->at == k->q.n || is_space(look(k)) || look(k) == '(' || look(k) == ')'))
        return true;
    k->at = before;
    return false;
}

static bool take_quoted(struct reader *k, struct str *out)
{
    char *text = arena_alloc(k->a, k->q.n + 1);
    size_t n = 0;
    for (k->at++; k->at < k->q.n && k->q.p[k->at] != '"'; k->at++) {
        bool escaped = k->q.p[k->at] == '\\' && k->at + 1 < k->q.n;
        k->at += escaped;
        text[n++] = k->q.p[k->at];
    }
    *out = (struct str){text, n};
    return take(k, S("\"")) || refuse_here(k, "a closing quote");
}

/* ---- values ---- */

/* Of one kind, as many as stand there. */
static bool take_all(struct reader *k, char first, char last)
{
    size_t from = k->at;
    while (look(k) >= first && look(k) <= last)
        k->at++;
    return k->at > from;
}

/* years=-1 */
static bool now_part(struct reader *k)
{
    skip_space(k);
    if (!take_all(k, 'a', 'z'))
        return false;
    skip_space(k);
    if (!take(k, S("=")))
        return false;
    skip_space(k);
    (void)(take(k, S("-")) || take(k, S("+")));
    bool number = take_all(k, '0', '9');
    skip_space(k);
    return number;
}

/* It goes into ODSQL as it stands, so it is read whole here. */
static bool now_of(struct reader *k, struct value *out)
{
    size_t from = k->at;
    skip_space(k);
    bool ok = look(k) == ')' || now_part(k);
    while (ok && take(k, S(",")))
        ok = now_part(k);
    if (!ok)
        return refuse_here(k, "#now(years=-1)");
    out->text = str_part(k->q, from, k->at - from);
    out->now = true;
    return take(k, S(")")) || refuse_here(k, "a closing parenthesis");
}

static bool value_of(struct reader *k, const char *stops, struct value *out)
{
    *out = (struct value){0};
    skip_space(k);
    if (take(k, S("#now(")))
        return now_of(k, out);
    out->quoted = look(k) == '"';
    if (out->quoted)
        return take_quoted(k, &out->text);
    out->text = take_bare(k, stops);
    return true;
}

static bool is_date_text(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= '0' && s.p[i] <= '9') && (!s.p[i] || !strchr("-+:./TZ ", s.p[i])))
            return false;
    return s.n > 0 && s.n <= 40;
}

/* A literal of the column's type. */
static bool put_literal(struct reader *k, const struct view_column *c, const struct value *v)
{
    bool date = c->type == TYPE_DATE || c->type == TYPE_DATETIME;
    bool number = c->type == TYPE_INT || c->type == TYPE_DOUBLE || c->type == TYPE_DECIMAL;
    bool truth = str_ieq(v->text, S("true")) || str_eq(v->text, S("1"));
    if (v->now)
        buf_printf(k->out, "now(" STR_FMT ")", STR_ARG(v->text));
    else if (number && !v1_is_number(v->text))
        return refuse(k, v->text, "a number");
    else if (date && !is_date_text(v->text))
        return refuse(k, v->text, "a date");
    else if (c->type == TYPE_BOOLEAN && !truth && !str_ieq(v->text, S("false")) && !str_eq(v->text, S("0")))
        return refuse(k, v->text, "true or false");
    else if (number)
        buf_add(k->out, v->text);
    else if (date)
        buf_printf(k->out, "date'" STR_FMT "'", STR_ARG(v->text));
    else if (c->type == TYPE_BOOLEAN)
        buf_addz(k->out, truth ? "true" : "false");
    else
        buf_add(k->out, v1_quoted(k->a, v->text));
    return true;
}

static bool put_compare(struct reader *k, const struct view_column *c, const char *op, const struct value *v)
{
    buf_printf(k->out, "`" STR_FMT "` %s ", STR_ARG(c->name), op);
    return put_literal(k, c, v);
}

/* Behind "[": a TO b] */
static bool put_range(struct reader *k, const struct view_column *c)
{
    struct value low, high;
    if (!value_of(k, "[]", &low))
        return false;
    skip_space(k);
    if (!take_keyword(k, S("TO")))
        return refuse_here(k, "[a TO b]");
    if (!value_of(k, "[]", &high))
        return false;
    skip_space(k);
    if (!take(k, S("]")))
        return refuse_here(k, "[a TO b]");
    bool from = low.quoted || !str_eq(low.text, S("*")), to = high.quoted || !str_eq(high.text, S("*"));
    buf_addc(k->out, '(');
    if (!from && !to)
        buf_printf(k->out, "`" STR_FMT "` is not null", STR_ARG(c->name));
    if (from && !put_compare(k, c, ">=", &low))
        return false;
    buf_addz(k->out, from && to ? " and " : "");
    if (to && !put_compare(k, c, "<=", &high))
        return false;
    buf_addc(k->out, ')');
    return true;
}

static bool put_field(struct reader *k, const struct view_column *c, const char *op)
{
    struct value v;
    if (*op == '=') {
        skip_space(k);
        if (take(k, S("[")))
            return put_range(k, c);
    }
    if (!value_of(k, "()", &v))
        return false;
    if (!v.quoted && !v.now && !v.text.n)
        return *op == '=' ? (buf_printf(k->out, "`" STR_FMT "` is null", STR_ARG(c->name)), true)
                          : refuse_here(k, "a value");
    return put_compare(k, c, op, &v);
}

/* ---- functions ---- */

static const struct view_column *column_of(struct reader *k, const struct value *v)
{
    const struct view_column *c = v->quoted ? NULL : view_find(k->view, v->text, false);
    if (!c)
        refuse(k, v->text, "the name of a field");
    return c;
}

static bool put_null(struct reader *k, const struct value *v, size_t n)
{
    const struct view_column *c = n == 1 ? column_of(k, v) : NULL;
    if (!c)
        return n == 1 ? false : refuse(k, S("#null"), "#null(field)");
    buf_printf(k->out, "`" STR_FMT "` is null", STR_ARG(c->name));
    return true;
}

static bool put_exact(struct reader *k, const struct value *v, size_t n)
{
    if (n != 2)
        return refuse(k, S("#exact"), "#exact(field,\"value\")");
    const struct view_column *c = column_of(k, v);
    return c && put_compare(k, c, "=", &v[1]);
}

static bool put_words(struct reader *k, const char *fn, const struct value *v, size_t n)
{
    if (n == 0 || v[n - 1].now)
        return refuse(k, str_of(fn), "#search(field,\"words\")");
    buf_printf(k->out, "%s(", fn);
    for (size_t i = 0; i + 1 < n; i++) {
        const struct view_column *c = str_eq(v[i].text, S("*")) ? NULL : column_of(k, &v[i]);
        if (c)
            buf_printf(k->out, "`" STR_FMT "`, ", STR_ARG(c->name));
        else if (str_eq(v[i].text, S("*")))
            buf_addz(k->out, "*, ");
        else
            return false;
    }
    buf_add(k->out, v1_quoted(k->a, v[n - 1].text));
    buf_addc(k->out, ')');
    return true;
}

static bool put_search(struct reader *k, const struct value *v, size_t n)
{
    return put_words(k, "search", v, n);
}

static bool put_startswith(struct reader *k, const struct value *v, size_t n)
{
    return put_words(k, "startswith", v, n);
}

static bool put_distance(struct reader *k, const struct value *v, size_t n)
{
    struct str text;
    if (n != 3 || !v[1].quoted)
        return refuse(k, S("#distance"), "#distance(field,\"latitude,longitude\",metres)");
    const struct view_column *c = column_of(k, v);
    if (!c)
        return false;
    struct str place = arena_printf(k->a, STR_FMT "," STR_FMT, STR_ARG(v[1].text), STR_ARG(v[2].text));
    if (!v1_distance(k->a, c, place, &text))
        return refuse(k, place, "#distance(field,\"latitude,longitude\",metres)");
    buf_add(k->out, text);
    return true;
}

static bool put_geometry(struct reader *k, const struct value *v, size_t n)
{
    static const char *const modes[] = {"intersects", "disjoint", "within"};
    struct str shape;
    size_t mode = 0;
    if (n < 2 || n > 3)
        return refuse(k, S("#geometry"), "#geometry(field,\"polygon\")");
    while (n == 3 && mode < 3 && !str_ieq(v[2].text, str_of(modes[mode])))
        mode++;
    const struct view_column *c = column_of(k, v);
    if (!c)
        return false;
    if (mode == 3 || !v1_geometry(k->a, v[1].text, &shape))
        return refuse(k, mode == 3 ? v[2].text : v[1].text, "(latitude,longitude),(latitude,longitude)…");
    buf_printf(k->out, "%s(`" STR_FMT "`, " STR_FMT ")", modes[mode], STR_ARG(c->name), STR_ARG(shape));
    return true;
}

static const struct {
    const char *name;
    bool (*put)(struct reader *k, const struct value *v, size_t n);
} functions[] = {
    {"null", put_null},         {"exact", put_exact},     {"search", put_search},     {"startswith", put_startswith},
    {"distance", put_distance}, {"polygon", put_geometry}, {"geometry", put_geometry},
};

static bool arguments(struct reader *k, struct value *args, size_t *n)
{
    for (*n = 0; *n < ARGS_MAX;) {
        if (!value_of(k, ",()", &args[(*n)++]))
            return false;
        skip_space(k);
        if (take(k, S(")")))
            return true;
        if (!take(k, S(",")))
            return refuse_here(k, "a comma or a closing parenthesis");
    }
    return refuse_here(k, "fewer arguments");
}

/* Behind "#". */
static bool put_function(struct reader *k)
{
    struct value args[ARGS_MAX];
    size_t n;
    struct str name = take_bare(k, "(");
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (str_ieq(name, str_of(functions[i].name)) && take(k, S("(")))
            return arguments(k, args, &n) && functions[i].put(k, args, n);
    return refuse(k, name, "null, exact, search, startswith, distance, polygon or geometry");
}

/* ---- conditions ---- */

static const struct {
    struct str mark;
    const char *op;
} operators[] = {
    {{"==", 2}, "="}, {{">=", 2}, ">="}, {{"<=", 2}, "<="}, {{":", 1}, "="}, {{"=", 1}, "="}, {{">", 1}, ">"}, {{"<", 1}, "<"},
};

/* ODSQL's; NULL: there is none. */
static const char *take_operator(struct reader *k)
{
    skip_space(k);
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (take(k, operators[i].mark))
            return operators[i].op;
    return NULL;
}

/* The name of a column and an operator behind it; else nothing is taken. */
static const struct view_column *take_field(struct reader *k, const char **op)
{
    size_t before = k->at;
    const struct view_column *c = view_find(k->view, take_bare(k, ":=<>()\"#"), false);
    if (c && (*op = take_operator(k)))
        return c;
    k->at = before;
    return NULL;
}

/* recordid:…, which stands beside the fields of each record and equals an id or not. */
static bool take_recordid(struct reader *k)
{
    size_t before = k->at;
    bool is = !view_is_catalogue(k->view) && str_eq(take_bare(k, ":=<>()\"#"), S("recordid"));
    const char *op = is ? take_operator(k) : NULL;
    if (op && *op == '=')
        return true;
    k->at = before;
    return false;
}

static bool put_recordid(struct reader *k)
{
    struct value v;
    if (!value_of(k, "()", &v))
        return false;
    buf_printf(k->out, "recordid = " STR_FMT, STR_ARG(v1_quoted(k->a, v.text)));
    return true;
}

static bool put_any(struct reader *k);

static bool put_group(struct reader *k)
{
    if (++k->depth > V1_Q_DEPTH)
        return refuse_here(k, "fewer parentheses");
    buf_addc(k->out, '(');
    bool ok = put_any(k) && (take(k, S(")")) || refuse_here(k, "a closing parenthesis"));
    buf_addc(k->out, ')');
    k->depth--;
    return ok;
}

static bool put_one(struct reader *k)
{
    const char *op;
    struct str words;
    bool negated = false;
    for (skip_space(k); take_keyword(k, S("NOT")); skip_space(k))
        negated = !negated;
    buf_addz(k->out, negated ? "not " : "");
    if (take(k, S("(")))
        return put_group(k);
    if (take(k, S("#")))
        return put_function(k);
    const struct view_column *c = take_field(k, &op);
    if (c)
        return put_field(k, c, op);
    if (take_recordid(k))
        return put_recordid(k);
    if (look(k) == '"' ? !take_quoted(k, &words) : !(words = take_bare(k, "()\"")).n)
        return k->e->kind ? false : refuse_here(k, "words or a condition");
    buf_add(k->out, v1_quoted(k->a, words));
    return true;
}

static bool ends(struct reader *k)
{
    skip_space(k);
    return k->at == k->q.n || look(k) == ')';
}

static bool put_all(struct reader *k, bool *again)
{
    for (*again = false; !*again;) {
        if (!put_one(k))
            return false;
        if (ends(k))
            return true;
        *again = take_keyword(k, S("OR"));
        if (!*again)
            take_keyword(k, S("AND"));
        buf_addz(k->out, *again ? " or " : " and ");
    }
    return true;
}

static bool put_any(struct reader *k)
{
    bool again = true;
    while (again)
        if (!put_all(k, &again))
            return false;
    return true;
}

bool v1_q(struct arena *a, const struct dataset_view *v, struct str q, struct str *out, struct err *e)
{
    struct buf text = {0};
    struct err failed = {0};
    struct reader k = {a, v, str_trim(q), 0, 0, &text, &failed};
    *out = STR_NONE;
    if (!k.q.n || str_eq(k.q, S("*:*")) || str_eq(k.q, S("*")))
        return true;
    bool ok = k.q.n <= V1_Q_MAX ? put_any(&k) : refuse(&k, S("a longer text"), "8,192 bytes at most");
    if (ok && k.at < k.q.n)
        ok = refuse_here(&k, "no closing parenthesis");
    if (ok)
        *out = arena_str(a, buf_str(&text));
    else
        *e = failed;
    buf_free(&text);
    return ok;
}
