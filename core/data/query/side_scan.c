#include "core/data/query/side_scan.h"

#include "core/data/query/odsql_text.h"
#include "core/data/query/side_match.h"

size_t side_scan_count(const struct side_scan *s, const uint64_t *bits)
{
    size_t n = 0;
    for (size_t i = 0; i < side_match_words(s); i++)
        n += (size_t)__builtin_popcountll(bits[i]);
    return n;
}

/* ---- comparisons ---- */

static const struct side_column *field(const struct side_scan *s, const struct node *n)
{
    return n->kind == NODE_FIELD && n->column ? side_column_of(s->side, n->column) : NULL;
}

static bool literal_range(struct side_scan *s, const struct side_column *c, const struct node *literal, char op,
                          struct side_range *r)
{
    if (c->type == TYPE_DATE || c->type == TYPE_DATETIME)
        return literal->kind == NODE_DATE && side_range_date(c, literal->text, op, s->utc, r);
    if (c->type == TYPE_BOOLEAN && literal->kind == NODE_BOOL && op == '=') {
        r->low = r->high = literal->truth;
        return true;
    }
    return literal->kind == NODE_NUMBER && !literal->unit.p && c->type != TYPE_BOOLEAN &&
           side_range_number(s->a, c, literal->text, op, r);
}

static bool match_pair(struct side_scan *s, const struct node *l, const struct node *r, char op, uint64_t *bits)
{
    struct side_range range = {0};
    if (l->kind != NODE_FIELD) {
        const struct node *swap = l;
        l = r;
        r = swap;
        op = op == '<' ? '>' : op == '>' ? '<' : op == 'l' ? 'g' : op == 'g' ? 'l' : op;
    }
    const struct side_column *c = field(s, l);
    if (!c || ++s->leaves > SIDE_LEAVES_MAX)
        return false;
    if (side_is_text(c)) {
        if (r->kind != NODE_STRING || op != '=')
            return false;
        bool many = l->column->multivalued.p && c->type == TYPE_TEXT;
        if (many && l->column->multivalued.n == 0)
            return false;
        side_match_text(s, c, many ? SIDE_PART : SIDE_SAME, r->text, l->column->multivalued, bits);
        return true;
    }
    if (!literal_range(s, c, r, op, &range))
        return false;
    side_match_range(s, c, &range, bits);
    return true;
}

static bool match_in_range(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    uint64_t *high = side_match_none(s);
    if (!match_pair(s, n->arg[0], n->arg[1], n->open_low ? '>' : 'g', bits) ||
        !match_pair(s, n->arg[0], n->arg[2], n->open_high ? '<' : 'l', high))
        return false;
    for (size_t i = 0; i < side_match_words(s); i++)
        bits[i] &= high[i];
    return true;
}

static bool match_is(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    const struct side_column *c = field(s, n->arg[0]);
    if (!c || (n->op != 'n' && c->type != TYPE_BOOLEAN))
        return false;
    if (n->op == 'n')
        side_match_null(s, c, bits);
    else
        side_match_range(s, c, &(struct side_range){.low = n->op == 't', .high = n->op == 't'}, bits);
    if (n->negated)
        side_match_not(s, bits);
    return true;
}

/* ---- like ---- */

enum answer { NO, YES, UNSURE };

/* Letters beyond ASCII that are left after folding may or may not end a word: PostgreSQL knows. */
static enum answer is_edge(struct str s, size_t at, bool outside)
{
    if (outside)
        return YES;
    unsigned char c = (unsigned char)s.p[at];
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    return c >= 0x80 ? UNSURE : word ? NO : YES;
}

/* The term at the beginning of a word; of a whole word unless a star follows it. */
static enum answer has_word(struct str text, struct str term, bool star)
{
    enum answer best = NO;
    size_t from = 0;
    for (ptrdiff_t at; best != YES && (at = str_find(str_from(text, from), term)) >= 0; from += (size_t)at + 1) {
        size_t start = from + (size_t)at, end = start + term.n;
        enum answer before = is_edge(text, start - 1, start == 0), after = star ? YES : is_edge(text, end, end == text.n);
        if (before == NO || after == NO)
            continue;
        best = before == YES && after == YES ? YES : UNSURE;
    }
    return best;
}

static bool match_term(struct side_scan *s, const struct side_column *c, struct str term, bool star, unsigned char *hit)
{
    for (uint32_t k = 1; k <= c->distinct; k++) {
        enum answer answer = hit[k] ? has_word(side_fold(s->side, c, k), term, star) : NO;
        if (answer == UNSURE)
            return false;
        hit[k] = answer == YES;
    }
    return true;
}

/* Folded as the texts are: what is not ASCII is PostgreSQL's to fold. */
static bool fold_term(struct side_scan *s, struct str term, struct str *out)
{
    char *text = arena_copy(s->a, term);
    for (size_t i = 0; i < term.n; i++) {
        if ((unsigned char)text[i] >= 0x80)
            return false;
        text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i]);
    }
    *out = (struct str){text, term.n};
    return true;
}

static bool match_like(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    const struct side_column *c = field(s, n->arg[0]);
    struct str rest = n->arg[1]->text, term;
    bool star, any = false;
    if (!c || !side_is_text(c) || !c->folds_at || ++s->leaves > SIDE_LEAVES_MAX)
        return false;
    unsigned char *hit = arena_alloc(s->a, c->distinct + 1);
    memset(hit + 1, 1, c->distinct);
    for (size_t i = 0; i < ODSQL_TERMS_MAX && odsql_text_term(&rest, &term, &star); i++, any = true)
        if (!fold_term(s, term, &term) || !match_term(s, c, term, star, hit))
            return false;
    if (any)
        side_match_codes(s, c, hit, bits);
    return true;
}

static bool match_startswith(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    bool all = n->n == 1 || n->arg[0]->kind == NODE_STAR;
    for (size_t i = 0; i < (all ? view_columns(s->view) : n->n - 1); i++) {
        const struct view_column *v = all ? view_column(s->view, i) : n->arg[i]->column;
        if (!v)
            return false;
        if (v->type != TYPE_TEXT || (all && v->hidden))
            continue;
        const struct side_column *c = side_column_of(s->side, v);
        if (!c || ++s->leaves > SIDE_LEAVES_MAX)
            return false;
        side_match_text(s, c, SIDE_BEGINS, n->arg[n->n - 1]->text, STR_NONE, bits);
    }
    return true;
}

/* ---- trees ---- */

static bool match_and(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    for (size_t i = 0; i < n->n; i++) {
        uint64_t *one = i ? side_match_none(s) : bits;
        if (!side_scan_where(s, n->arg[i], one))
            return false;
        for (size_t k = 0; i && k < side_match_words(s); k++)
            bits[k] &= one[k];
    }
    return true;
}

static bool match_or(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    for (size_t i = 0; i < n->n; i++) {
        uint64_t *one = side_match_none(s);
        if (!side_scan_where(s, n->arg[i], one))
            return false;
        for (size_t k = 0; k < side_match_words(s); k++)
            bits[k] |= one[k];
    }
    return true;
}

static bool match_in_list(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    for (size_t i = 1; i < n->n; i++)
        if (!match_pair(s, n->arg[0], n->arg[i], '=', bits))
            return false;
    return true;
}

static bool match_truth(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    const struct side_column *c = field(s, n);
    if (n->kind == NODE_BOOL) {
        if (n->truth)
            side_match_not(s, bits);
        return true;
    }
    if (!c || c->type != TYPE_BOOLEAN)
        return false;
    side_match_range(s, c, &(struct side_range){.low = 1, .high = 1}, bits);
    return true;
}

bool side_scan_where(struct side_scan *s, const struct node *n, uint64_t *bits)
{
    if (++s->leaves > SIDE_LEAVES_MAX)
        return false;
    switch (n->kind) {
    case NODE_AND:
        return match_and(s, n, bits);
    case NODE_OR:
        return match_or(s, n, bits);
    case NODE_NOT:
        if (!side_scan_where(s, n->arg[0], bits))
            return false;
        side_match_not(s, bits);
        return true;
    case NODE_BOOL:
    case NODE_FIELD:
        return match_truth(s, n, bits);
    case NODE_COMPARE:
        return match_pair(s, n->arg[0], n->arg[1], n->op, bits);
    case NODE_IS:
        return match_is(s, n, bits);
    case NODE_IN_LIST:
        return match_in_list(s, n, bits);
    case NODE_IN_RANGE:
        return match_in_range(s, n, bits);
    case NODE_IN_FIELD:
        return match_pair(s, n->arg[0], n->arg[1], '=', bits);
    case NODE_CALL:
        return n->fn == FN_STARTSWITH && match_startswith(s, n, bits);
    case NODE_LIKE:
        return match_like(s, n, bits);
    case NODE_TEXT:
    case NODE_RECORDS:
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
    return false;
}

/* ---- refine and exclude ---- */

static bool refine_text(struct side_scan *s, const struct refine *r, const struct side_column *c, uint64_t *bits)
{
    const struct view_column *v = r->column;
    if ((v->multivalued.p && !v->multivalued.n) || (v->hierarchical.p && !v->hierarchical.n))
        return false;
    enum side_test test = v->multivalued.p ? SIDE_PART : v->hierarchical.p ? SIDE_BELOW : SIDE_SAME;
    side_match_text(s, c, test, r->value, v->multivalued.p ? v->multivalued : v->hierarchical, bits);
    return true;
}

static bool refine_boolean(const struct refine *r, struct side_range *range)
{
    bool yes = str_ieq(r->value, S("true")) || str_eq(r->value, S("1"));
    bool no = str_ieq(r->value, S("false")) || str_eq(r->value, S("0"));
    range->low = yes;
    range->high = yes || no ? yes : -1;
    return true;
}

static bool match_refine(struct side_scan *s, const struct refine *r, uint64_t *bits)
{
    const struct side_column *c = side_column_of(s->side, r->column);
    struct side_range range = {0};
    bool ok;
    if (!c || ++s->leaves > SIDE_LEAVES_MAX)
        return false;
    if (side_is_text(c))
        return refine_text(s, r, c, bits);
    if (c->type == TYPE_DATE || c->type == TYPE_DATETIME)
        ok = side_range_period(c, r->value, s->utc, &range);
    else if (c->type == TYPE_BOOLEAN)
        ok = refine_boolean(r, &range);
    else
        ok = side_range_number(s->a, c, r->value, '=', &range);
    if (ok)
        side_match_range(s, c, &range, bits);
    return ok;
}

static bool narrow(struct side_scan *s, uint64_t **all, const uint64_t *one)
{
    if (!*all) {
        *all = side_match_none(s);
        memcpy(*all, one, side_match_words(s) * sizeof *one);
        return true;
    }
    for (size_t i = 0; i < side_match_words(s); i++)
        (*all)[i] &= one[i];
    return true;
}

/* All values of one disjunctive facet together, "or" between them; of the others, one by one. */
static bool refine_all(struct side_scan *s, const struct ask *ask, const struct view_column *but, uint64_t **all)
{
    for (size_t i = 0; i < ask->nrefine; i++) {
        const struct refine *r = &ask->refine[i];
        uint64_t *one = side_match_none(s);
        bool done = false;
        if (!r->exclude && r->column == but)
            continue;
        bool many = !r->exclude && r->any;
        for (size_t k = 0; many && k < i; k++)
            done |= !ask->refine[k].exclude && ask->refine[k].column == r->column;
        if (done)
            continue;
        for (size_t k = i; k < (many ? ask->nrefine : i + 1); k++)
            if (k == i || (!ask->refine[k].exclude && ask->refine[k].column == r->column))
                if (!match_refine(s, &ask->refine[k], one))
                    return false;
        if (r->exclude)
            side_match_not(s, one);
        narrow(s, all, one);
    }
    return true;
}

static bool where_text(struct side_scan *s, struct str text, bool own, uint64_t **all)
{
    struct node *tree;
    struct err e = {0};
    struct odsql_scope scope = {s->a, s->view, CLAUSE_WHERE, own, false};
    uint64_t *one = side_match_none(s);
    return odsql_parse_where(s->a, text, &tree, &e) && odsql_type_filter(&scope, tree, &e) &&
           side_scan_where(s, tree, one) && narrow(s, all, one);
}

bool side_scan_ask(struct side_scan *s, const struct ask *ask, const struct view_column *but, const uint64_t **bits)
{
    uint64_t *all = NULL;
    struct str own = view_filter(s->view);
    bool ok = !str_trim(own).n || where_text(s, own, true, &all);
    for (size_t i = 0; ok && i < ask->nwhere; i++)
        ok = where_text(s, ask->where[i], false, &all);
    ok = ok && refine_all(s, ask, but, &all);
    *bits = all;
    return ok;
}
