#include "core/data/odsql_text.h"

#include "core/base/utf8.h"

enum { TERMS_MAX = 20 };

static void put(struct odsql_sql *q, const char *text)
{
    buf_addz(q->out, text);
}

static bool is_searched(const struct view_column *c)
{
    return !c->hidden && !c->alias && c->type != TYPE_GEO_POINT && c->type != TYPE_GEO_SHAPE && c->type != TYPE_BOOLEAN &&
           c->type != TYPE_DATETIME;
}

static void put_as_text(struct odsql_sql *q, const struct view_column *c)
{
    put(q, ", (");
    odsql_sql_column(q, c);
    put(q, c->type == TYPE_TEXT ? ")" : ")::text");
}

/* concat_ws over the columns of a call, or over all that are visible. */
static void put_document(struct odsql_sql *q, const struct node *call)
{
    put(q, "concat_ws(' '");
    bool all = !call || call->n == 1 || call->arg[0]->kind == NODE_STAR;
    for (size_t i = 0; all && i < view_columns(q->view); i++)
        if (is_searched(view_column(q->view, i)))
            put_as_text(q, view_column(q->view, i));
    for (size_t i = 0; !all && i + 1 < call->n; i++)
        if (call->arg[i]->column->type != TYPE_GEO_POINT && call->arg[i]->column->type != TYPE_GEO_SHAPE)
            put_as_text(q, call->arg[i]->column);
    put(q, ", '')");
}

void odsql_text_words(struct odsql_sql *q, struct str words)
{
    const char *ready = view_words(q->view);
    put(q, ready ? ready : "to_tsvector('data.french', ");
    if (!ready)
        put_document(q, NULL);
    put(q, ready ? " @@ plainto_tsquery('data.french', " : ") @@ plainto_tsquery('data.french', ");
    odsql_sql_param(q, words, "text");
    put(q, ")");
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* The next run of letters and digits: nothing that a regular expression reads as a sign. */
static bool next_term(struct str *rest, struct str *term, bool *star)
{
    while (rest->n && !is_word_byte(rest->p[0]))
        *rest = str_from(*rest, 1);
    size_t n = 0;
    while (n < rest->n && is_word_byte(rest->p[n]))
        n++;
    *term = str_part(*rest, 0, n);
    *rest = str_from(*rest, n);
    *star = rest->n && rest->p[0] == '*';
    return n > 0;
}

static void put_plain(struct odsql_sql *q, const char *before, struct str term, const char *after)
{
    put(q, before);
    put(q, "lower(public.unaccent(");
    odsql_sql_param(q, term, "text");
    put(q, "))");
    put(q, after);
}

/* <document> ~ '\m<term>' and, for a whole word, '\M'. */
static void put_word(struct odsql_sql *q, const struct node *document, struct str term, bool prefix)
{
    put(q, "lower(public.unaccent(");
    put_document(q, document);
    put_plain(q, ")) ~ ('\\m' || ", term, prefix ? ")" : " || '\\M')");
}

/* Within two changes for words of six letters and more, one from three letters on. */
static void put_fuzzy(struct odsql_sql *q, const struct node *document, struct str term)
{
    size_t letters = utf8_count(term);
    const char *distance = letters > 5 ? "2" : letters > 2 ? "1" : "0";
    put(q, "exists (select from regexp_split_to_table(lower(public.unaccent(");
    put_document(q, document);
    put(q, ")), '[^[:alnum:]]+') w where public.levenshtein_less_equal(left(w, 60), left(");
    put_plain(q, "", term, ", 60), ");
    put(q, distance);
    put(q, ") <= ");
    put(q, distance);
    put(q, ")");
}

static void put_search(struct odsql_sql *q, const struct node *n, struct str words)
{
    struct str rest = words, term, next;
    bool star, any = next_term(&rest, &term, &star);
    if (!any)
        put(q, "false");
    for (size_t i = 0; any && i < TERMS_MAX; i++, term = next) {
        put(q, i ? " and " : "");
        bool last = !next_term(&rest, &next, &star);
        if (last)
            put_word(q, n, term, true);
        else
            put_fuzzy(q, n, term);
        if (last)
            break;
    }
}

/* Some word begins with the text. */
static void put_suggest(struct odsql_sql *q, const struct node *n, struct str words)
{
    struct str rest = words, term;
    bool star;
    if (!next_term(&rest, &term, &star)) {
        put(q, "false");
        return;
    }
    put(q, "lower(public.unaccent(");
    put_document(q, n);
    put_plain(q, ")) ~ ('\\m' || ", term, "");
    for (size_t i = 1; i < TERMS_MAX && next_term(&rest, &term, &star); i++)
        put_plain(q, " || '[^[:alnum:]]+' || ", term, "");
    put(q, ")");
}

static void put_startswith(struct odsql_sql *q, const struct node *n, struct str text)
{
    bool all = n->n == 1 || n->arg[0]->kind == NODE_STAR, any = false;
    for (size_t i = 0; i < (all ? view_columns(q->view) : n->n - 1); i++) {
        const struct view_column *c = all ? view_column(q->view, i) : n->arg[i]->column;
        if (c->type != TYPE_TEXT || (all && c->hidden))
            continue;
        put(q, any ? " or starts_with(" : "starts_with(");
        odsql_sql_column(q, c);
        put(q, ", ");
        odsql_sql_param(q, text, "text");
        put(q, ")");
        any = true;
    }
    if (!any)
        put(q, "false");
}

bool odsql_text_call(struct odsql_sql *q, const struct node *n, struct err *e)
{
    (void)e;
    struct str text = n->arg[n->n - 1]->text;
    if (n->fn == FN_SEARCH)
        put_search(q, n, text);
    else if (n->fn == FN_SUGGEST)
        put_suggest(q, n, text);
    else
        put_startswith(q, n, text);
    return true;
}

bool odsql_text_like(struct odsql_sql *q, const struct node *n, struct err *e)
{
    struct str rest = n->arg[1]->text, term;
    bool star, any = false;
    for (size_t i = 0; i < TERMS_MAX && next_term(&rest, &term, &star); i++) {
        put(q, any ? " and lower(public.unaccent(" : "lower(public.unaccent(");
        if (!odsql_sql_expr(q, n->arg[0], e))
            return false;
        put_plain(q, ")) ~ ('\\m' || ", term, star ? ")" : " || '\\M')");
        any = true;
    }
    if (!any)
        put(q, "false");
    return true;
}
