#include <stdio.h>

#include "core/data/errors.h"
#include "core/data/query/odsql.h"

struct parser {
    struct odsql_source s;
    size_t at; /* the next token */
    unsigned depth;
    bool filter; /* comparisons and and/or/not are in the language here */
};

static const struct token *peek(const struct parser *p)
{
    return &p->s.tokens[p->at];
}

static bool unexpected(const struct parser *p, struct err *e)
{
    const struct token *t = peek(p);
    struct str word = str_part(p->s.text, t->at, t->end - t->at);
    ERR(e, err_odsql_syntax, "token %zu", p->at);
    err_arg(e, STR_FMT, STR_ARG(t->kind == TOKEN_END ? S("end of text") : word));
    err_arg(e, "%zu", t->at);
    err_arg(e, STR_FMT, STR_ARG(p->s.text));
    return err_arg(e, "%s", odsql_clause_name(p->s.clause));
}

static bool malformed(const struct parser *p, struct err *e, const char *what, struct str name)
{
    ERR(e, err_odsql_malformed, "token %zu", p->at);
    err_arg(e, "%s" STR_FMT "%s", what, STR_ARG(name), name.n ? "()" : "");
    return err_arg(e, "%s", odsql_clause_name(p->s.clause));
}

static bool is_mark(const struct parser *p, char mark)
{
    return peek(p)->kind == TOKEN_MARK && peek(p)->mark == mark;
}

static bool is_word(const struct parser *p, size_t ahead, struct str word)
{
    size_t at = p->at + ahead;
    return at < p->s.n && p->s.tokens[at].kind == TOKEN_NAME && str_ieq(p->s.tokens[at].text, word);
}

static bool take_mark(struct parser *p, char mark)
{
    bool is = is_mark(p, mark);
    p->at += is;
    return is;
}

static bool take_word(struct parser *p, struct str word)
{
    bool is = is_word(p, 0, word);
    p->at += is;
    return is;
}

static bool want_mark(struct parser *p, char mark, struct err *e)
{
    return take_mark(p, mark) || unexpected(p, e);
}

static struct node *make(struct parser *p, enum node_kind kind, size_t at, size_t nargs)
{
    struct node *n = ARENA_NEW(p->s.a, struct node);
    *n = (struct node){.kind = kind, .at = at, .type = ODSQL_UNTYPED, .n = nargs};
    n->arg = nargs ? ARENA_ARRAY(p->s.a, struct node *, nargs) : NULL;
    return n;
}

/* The end of what was taken so far. */
static size_t taken(const struct parser *p)
{
    return p->at ? p->s.tokens[p->at - 1].end : 0;
}

static struct node *two(struct parser *p, enum node_kind kind, char op, struct node *l, struct node *r)
{
    struct node *n = make(p, kind, l->at, 2);
    n->op = op;
    n->arg[0] = l;
    n->arg[1] = r;
    n->end = taken(p);
    return n;
}

static bool parse_or(struct parser *p, struct node **out, struct err *e);
static bool parse_sum(struct parser *p, struct node **out, struct err *e);

static bool enter(struct parser *p, struct err *e)
{
    return ++p->depth <= ODSQL_DEPTH_MAX || malformed(p, e, "The query is nested too deeply.", S(""));
}

/* ---- literals and names ---- */

static bool structural(struct str s)
{
    static const char *const words[] = {"and", "or", "not", "as", "in", "is", "like", "asc", "desc", "by"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_ieq(s, str_of(words[i])))
            return true;
    return false;
}

static bool parse_name(struct parser *p, struct node **out, struct err *e)
{
    const struct token *t = peek(p);
    if (t->kind == TOKEN_NAME && structural(t->text))
        return unexpected(p, e);
    enum node_kind kind = NODE_FIELD;
    bool truth = t->kind == TOKEN_NAME && str_ieq(t->text, S("true"));
    if (t->kind == TOKEN_NAME && (truth || str_ieq(t->text, S("false"))))
        kind = NODE_BOOL;
    else if (t->kind == TOKEN_NAME && str_ieq(t->text, S("null")))
        kind = NODE_NULL;
    *out = make(p, kind, t->at, 0);
    (*out)->text = t->text;
    (*out)->truth = truth;
    (*out)->end = t->end;
    p->at++;
    return true;
}

static bool parse_literal(struct parser *p, struct node **out)
{
    static const struct {
        enum token_kind token;
        enum node_kind node;
    } kinds[] = {{TOKEN_STRING, NODE_STRING}, {TOKEN_NUMBER, NODE_NUMBER}, {TOKEN_DATE, NODE_DATE},
                 {TOKEN_GEOM, NODE_GEOM}};
    const struct token *t = peek(p);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (t->kind == kinds[i].token) {
            *out = make(p, kinds[i].node, t->at, 0);
            (*out)->text = t->text;
            (*out)->end = t->end;
            p->at++;
            return true;
        }
    return false;
}

/* ---- calls ---- */

static bool takes_units(enum odsql_function fn)
{
    return fn == FN_RANGE || fn == FN_WITHIN_DISTANCE || fn == FN_DISTANCE;
}

/* now(years=-1) */
static bool parse_named(struct parser *p, struct node **out, struct err *e)
{
    const struct token *t = peek(p);
    struct node *n = make(p, NODE_NAMED, t->at, 1);
    n->text = t->text;
    p->at += 2;
    if (!parse_sum(p, &n->arg[0], e))
        return false;
    n->end = taken(p);
    *out = n;
    return true;
}

static bool parse_argument(struct parser *p, enum odsql_function fn, struct node **out, struct err *e)
{
    const struct token *t = peek(p), *next = t->kind == TOKEN_END ? t : t + 1;
    if (t->kind == TOKEN_MARK && t->mark == '*') {
        *out = make(p, NODE_STAR, t->at, 0);
        (*out)->end = t->end;
        p->at++;
        return true;
    }
    if (fn == FN_NOW && t->kind == TOKEN_NAME && next->kind == TOKEN_MARK && next->mark == '=')
        return parse_named(p, out, e);
    bool distinct = fn == FN_COUNT && is_word(p, 0, S("distinct")) && next->kind != TOKEN_MARK;
    p->at += distinct;
    if (!parse_sum(p, out, e))
        return false;
    (*out)->distinct = distinct;
    if ((*out)->kind == NODE_NUMBER && takes_units(fn) && peek(p)->kind == TOKEN_NAME) {
        (*out)->unit = peek(p)->text;
        p->at++;
    }
    return true;
}

static bool parse_arguments(struct parser *p, struct node *call, struct err *e)
{
    struct node *args[64];
    size_t n = 0;
    while (!is_mark(p, ')')) {
        if (n && !want_mark(p, ',', e))
            return false;
        if (n == sizeof args / sizeof args[0])
            return malformed(p, e, "Too many arguments.", S(""));
        if (!parse_argument(p, call->fn, &args[n], e))
            return false;
        n++;
    }
    p->at++;
    call->n = n;
    call->arg = ARENA_ARRAY(p->s.a, struct node *, n + 1);
    if (n)
        memcpy(call->arg, args, n * sizeof args[0]);
    call->end = taken(p);
    return true;
}

static bool parse_call(struct parser *p, struct node **out, struct err *e)
{
    const struct token *t = peek(p);
    struct node *call = make(p, NODE_CALL, t->at, 0);
    call->text = t->text;
    p->at++;
    if (!odsql_function_find(t->text, &call->fn)) /* the API says it in two ways */
        return p->filter ? unexpected(p, e) : malformed(p, e, "", t->text);
    p->at++;
    if (!parse_arguments(p, call, e))
        return false;
    *out = call;
    return true;
}

/* ---- expressions ---- */

static bool parse_primary(struct parser *p, struct node **out, struct err *e)
{
    if (take_mark(p, '(')) {
        bool ok = enter(p, e) && (p->filter ? parse_or(p, out, e) : parse_sum(p, out, e)) &&
                  want_mark(p, ')', e);
        p->depth--;
        return ok;
    }
    if (parse_literal(p, out))
        return true;
    const struct token *t = peek(p);
    if (t->kind == TOKEN_NAME && t[1].kind == TOKEN_MARK && t[1].mark == '(' && !structural(t->text)) {
        bool ok = enter(p, e) && parse_call(p, out, e);
        p->depth--;
        return ok;
    }
    if (t->kind == TOKEN_NAME || t->kind == TOKEN_QUOTED)
        return parse_name(p, out, e);
    return unexpected(p, e);
}

static bool parse_unary(struct parser *p, struct node **out, struct err *e)
{
    size_t at = peek(p)->at;
    if (take_mark(p, '+'))
        return peek(p)->kind == TOKEN_NUMBER ? parse_literal(p, out) : unexpected(p, e);
    if (!take_mark(p, '-'))
        return parse_primary(p, out, e);
    if (peek(p)->kind == TOKEN_NUMBER) {
        parse_literal(p, out);
        (*out)->text = arena_printf(p->s.a, "-" STR_FMT, STR_ARG((*out)->text));
        (*out)->at = at;
        return true;
    }
    struct node *n = make(p, NODE_MINUS, at, 1);
    bool ok = enter(p, e) && parse_unary(p, &n->arg[0], e);
    p->depth--;
    n->end = taken(p);
    *out = n;
    return ok;
}

/* Left to right; the chain counts as depth since the tree leans to the left. */
static bool parse_chain(struct parser *p, const char *marks,
                        bool (*below)(struct parser *, struct node **, struct err *), struct node **out,
                        struct err *e)
{
    unsigned before = p->depth;
    bool ok = below(p, out, e);
    while (ok && peek(p)->kind == TOKEN_MARK && strchr(marks, peek(p)->mark)) {
        char op = peek(p)->mark;
        struct node *right = NULL;
        p->at++;
        ok = enter(p, e) && below(p, &right, e);
        if (ok)
            *out = two(p, NODE_ARITH, op, *out, right);
    }
    p->depth = before;
    return ok;
}

static bool parse_product(struct parser *p, struct node **out, struct err *e)
{
    return parse_chain(p, "*/", parse_unary, out, e);
}

static bool parse_sum(struct parser *p, struct node **out, struct err *e)
{
    return parse_chain(p, "+-", parse_product, out, e);
}

/* ---- filters ---- */

static bool parse_value(struct parser *p, struct node **out, struct err *e)
{
    return parse_unary(p, out, e);
}

static bool parse_in_list(struct parser *p, struct node *left, struct node **out, struct err *e)
{
    struct node *items[ODSQL_ITEMS_MAX];
    size_t n = 0;
    do {
        if (n == ODSQL_ITEMS_MAX - 1)
            return malformed(p, e, "The list is too long.", S(""));
        if (!parse_value(p, &items[n], e))
            return false;
        n++;
    } while (take_mark(p, ','));
    if (!want_mark(p, ')', e))
        return false;
    *out = make(p, NODE_IN_LIST, left->at, n + 1);
    (*out)->arg[0] = left;
    memcpy((*out)->arg + 1, items, n * sizeof items[0]);
    return true;
}

static bool parse_in_range(struct parser *p, struct node *left, struct node **out, struct err *e)
{
    struct node *n = make(p, NODE_IN_RANGE, left->at, 3);
    n->arg[0] = left;
    n->open_low = is_mark(p, ']');
    p->at++;
    if (!parse_value(p, &n->arg[1], e))
        return false;
    if (!take_mark(p, '.') && !take_word(p, S("to")))
        return unexpected(p, e);
    if (!parse_value(p, &n->arg[2], e))
        return false;
    n->open_high = is_mark(p, '[');
    if (!take_mark(p, '[') && !take_mark(p, ']'))
        return unexpected(p, e);
    *out = n;
    return true;
}

static bool parse_in(struct parser *p, struct node *left, struct node **out, struct err *e)
{
    if (take_mark(p, '('))
        return parse_in_list(p, left, out, e);
    if (is_mark(p, '[') || is_mark(p, ']'))
        return parse_in_range(p, left, out, e);
    struct node *field;
    if (!parse_name(p, &field, e))
        return false;
    *out = two(p, NODE_IN_FIELD, 0, left, field);
    return true;
}

static bool parse_is(struct parser *p, struct node *left, struct node **out, struct err *e)
{
    struct node *n = make(p, NODE_IS, left->at, 1);
    n->arg[0] = left;
    n->negated = take_word(p, S("not"));
    n->op = is_word(p, 0, S("null")) ? 'n' : is_word(p, 0, S("true")) ? 't' : 'f';
    if (n->op == 'f' && !is_word(p, 0, S("false")))
        return unexpected(p, e);
    p->at++;
    *out = n;
    return true;
}

static bool parse_like(struct parser *p, struct node *left, struct node **out, struct err *e)
{
    if (peek(p)->kind != TOKEN_STRING)
        return unexpected(p, e);
    struct node *right;
    parse_literal(p, &right);
    *out = two(p, NODE_LIKE, 0, left, right);
    return true;
}

static struct node *negate(struct parser *p, bool negated, struct node *n)
{
    if (!negated)
        return n;
    struct node *not = make(p, NODE_NOT, n->at, 1);
    not->arg[0] = n;
    return not;
}

static bool parse_comparison(struct parser *p, struct node **out, struct err *e)
{
    struct node *left;
    if (!parse_sum(p, &left, e))
        return false;
    bool negated = is_word(p, 0, S("not")) && (is_word(p, 1, S("in")) || is_word(p, 1, S("like")));
    p->at += negated;
    bool ok = true;
    *out = left;
    if (take_word(p, S("in")))
        ok = parse_in(p, left, out, e);
    else if (take_word(p, S("like")))
        ok = parse_like(p, left, out, e);
    else if (take_word(p, S("is")))
        ok = parse_is(p, left, out, e);
    else if (peek(p)->kind == TOKEN_MARK && strchr("=:<>gl", peek(p)->mark)) {
        char op = peek(p)->mark == ':' ? '=' : peek(p)->mark;
        struct node *right = NULL;
        p->at++;
        ok = parse_sum(p, &right, e);
        if (ok)
            *out = two(p, NODE_COMPARE, op, left, right);
    }
    if (ok)
        *out = negate(p, negated, *out);
    return ok;
}

static bool parse_not(struct parser *p, struct node **out, struct err *e)
{
    if (!is_word(p, 0, S("not")))
        return parse_comparison(p, out, e);
    size_t at = peek(p)->at;
    p->at++;
    struct node *n = make(p, NODE_NOT, at, 1);
    bool ok = enter(p, e) && parse_not(p, &n->arg[0], e);
    p->depth--;
    *out = n;
    return ok;
}

/* One node for the whole chain, so that a long "or" is wide and not deep. */
static bool parse_many(struct parser *p, struct str word, enum node_kind kind,
                       bool (*below)(struct parser *, struct node **, struct err *), struct node **out,
                       struct err *e)
{
    struct node *items[ODSQL_ITEMS_MAX];
    size_t n = 0;
    do {
        if (n == ODSQL_ITEMS_MAX)
            return malformed(p, e, "The query is too long.", S(""));
        if (!below(p, &items[n], e))
            return false;
        n++;
    } while (take_word(p, word));
    *out = items[0];
    if (n == 1)
        return true;
    *out = make(p, kind, items[0]->at, n);
    memcpy((*out)->arg, items, n * sizeof items[0]);
    return true;
}

static bool parse_and(struct parser *p, struct node **out, struct err *e)
{
    return parse_many(p, S("and"), NODE_AND, parse_not, out, e);
}

static bool parse_or(struct parser *p, struct node **out, struct err *e)
{
    return parse_many(p, S("or"), NODE_OR, parse_and, out, e);
}

/* ---- clauses ---- */

static bool start(struct parser *p, struct arena *a, struct str text, enum odsql_clause clause,
                  struct err *e)
{
    *p = (struct parser){.filter = clause == CLAUSE_WHERE};
    return odsql_lex(a, text, clause, &p->s, e);
}

static bool at_end(struct parser *p, struct err *e)
{
    return peek(p)->kind == TOKEN_END || unexpected(p, e);
}

bool odsql_parse_where(struct arena *a, struct str text, struct node **out, struct err *e)
{
    struct parser p;
    return start(&p, a, text, CLAUSE_WHERE, e) && parse_or(&p, out, e) && at_end(&p, e);
}

/* include(geo*), exclude(name): a name, or the beginning of names. */
static bool parse_pattern(struct parser *p, struct odsql_item *item, struct err *e)
{
    item->kind = is_word(p, 0, S("include")) ? ITEM_INCLUDE : ITEM_EXCLUDE;
    p->at += 2;
    const struct token *t = peek(p);
    struct str name = S("");
    if (t->kind == TOKEN_NAME || t->kind == TOKEN_QUOTED) {
        name = t->text;
        p->at++;
    }
    bool open = take_mark(p, '*');
    if (!name.n && !open)
        return unexpected(p, e);
    item->pattern = arena_printf(p->s.a, STR_FMT "%s", STR_ARG(name), open ? "*" : "");
    return want_mark(p, ')', e);
}

static bool parse_alias(struct parser *p, struct odsql_item *item, struct err *e)
{
    if (!take_word(p, S("as")))
        return true;
    const struct token *t = peek(p);
    if (t->kind != TOKEN_NAME && t->kind != TOKEN_QUOTED)
        return unexpected(p, e);
    if (t->text.n == 0 || t->text.n > 200)
        return unexpected(p, e);
    item->key = t->text;
    item->aliased = true;
    p->at++;
    return true;
}

static bool parse_expression(struct parser *p, struct odsql_item *item, struct err *e)
{
    size_t at = peek(p)->at;
    if (!parse_sum(p, &item->expr, e))
        return false;
    item->key = str_part(p->s.text, at, taken(p) - at);
    if (item->expr->kind == NODE_FIELD)
        item->key = item->expr->text; /* `1_uai` is called 1_uai */
    return true;
}

static bool parse_select_item(struct parser *p, struct odsql_item *item, struct err *e)
{
    bool call = p->s.tokens[p->at].kind == TOKEN_NAME && p->s.tokens[p->at + 1].kind == TOKEN_MARK &&
                p->s.tokens[p->at + 1].mark == '(';
    if (take_mark(p, '*')) {
        item->kind = ITEM_STAR;
        return true;
    }
    if (call && (is_word(p, 0, S("include")) || is_word(p, 0, S("exclude"))))
        return parse_pattern(p, item, e);
    return parse_expression(p, item, e) && parse_alias(p, item, e);
}

static bool parse_group_item(struct parser *p, struct odsql_item *item, struct err *e)
{
    return parse_expression(p, item, e) && parse_alias(p, item, e);
}

static bool parse_order_item(struct parser *p, struct odsql_item *item, struct err *e)
{
    bool minus = take_mark(p, '-');
    if (!parse_expression(p, item, e))
        return false;
    item->descending = take_word(p, S("desc")) || (!take_word(p, S("asc")) && minus);
    return true;
}

static bool parse_list(struct arena *a, struct str text, enum odsql_clause clause,
                       bool (*one)(struct parser *, struct odsql_item *, struct err *),
                       struct odsql_list *out, struct err *e)
{
    struct parser p;
    struct odsql_item items[ODSQL_ITEMS_MAX];
    size_t n = 0;
    if (!start(&p, a, text, clause, e))
        return false;
    do {
        if (n == ODSQL_ITEMS_MAX)
            return malformed(&p, e, "Too many items.", S(""));
        items[n] = (struct odsql_item){.kind = ITEM_EXPR};
        if (!one(&p, &items[n], e))
            return false;
        n++;
    } while (take_mark(&p, ','));
    if (!at_end(&p, e))
        return false;
    *out = (struct odsql_list){.clause = clause, .text = p.s.text, .n = n};
    out->items = ARENA_ARRAY(a, struct odsql_item, n);
    memcpy(out->items, items, n * sizeof items[0]);
    return true;
}

bool odsql_parse_select(struct arena *a, struct str text, struct odsql_list *out, struct err *e)
{
    return parse_list(a, text, CLAUSE_SELECT, parse_select_item, out, e);
}

bool odsql_parse_group(struct arena *a, struct str text, struct odsql_list *out, struct err *e)
{
    return parse_list(a, text, CLAUSE_GROUP_BY, parse_group_item, out, e);
}

bool odsql_parse_order(struct arena *a, struct str text, struct odsql_list *out, struct err *e)
{
    return parse_list(a, text, CLAUSE_ORDER_BY, parse_order_item, out, e);
}

bool odsql_pattern(struct str pattern, struct str name)
{
    if (pattern.n && pattern.p[pattern.n - 1] == '*')
        return str_starts(name, str_part(pattern, 0, pattern.n - 1));
    return str_eq(pattern, name);
}
