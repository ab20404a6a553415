#include "core/data/query/odsql_text.h"

#include "core/base/utf8.h"
#include "core/data/query/row_words.h"

static void put(struct odsql_sql *q, const char *text)
{
    buf_addz(q->out, text);
}

/* What a call looks at: all that is visible, or the columns it names. */
static bool is_whole(const struct node *call)
{
    return !call || call->n == 1 || call->arg[0]->kind == NODE_STAR;
}

static bool takes(const struct view_column *c, bool hidden_too)
{
    return row_words_searched(c) && (hidden_too || !c->hidden);
}

static void put_next(struct odsql_sql *q, const struct view_column *c, bool *any)
{
    put(q, *any ? ", " : "");
    row_words_column(q->out, c, true);
    *any = true;
}

/* The texts of a row; the list may be empty. */
static void put_texts(struct odsql_sql *q, const struct node *call, bool hidden_too)
{
    bool any = false;
    put(q, "array[");
    if (is_whole(call))
        for (size_t i = 0; i < view_columns(q->view); i++)
            if (takes(view_column(q->view, i), hidden_too))
                put_next(q, view_column(q->view, i), &any);
    for (size_t i = 0; !is_whole(call) && i + 1 < call->n; i++)
        if (row_words_searched(call->arg[i]->column))
            put_next(q, call->arg[i]->column, &any);
    put(q, "]::text[]");
}

static void put_words(struct odsql_sql *q, const struct node *call, bool hidden_too)
{
    put(q, "data.words(variadic ");
    put_texts(q, call, hidden_too);
    put(q, ")");
}

static void put_document(struct odsql_sql *q, const struct node *call)
{
    put(q, "array_to_string(");
    put_texts(q, call, false);
    put(q, ", ' ')");
}

static bool has_hidden(const struct dataset_view *v)
{
    for (size_t i = 0; i < view_columns(v); i++)
        if (view_column(v, i)->hidden && row_words_searched(view_column(v, i)))
            return true;
    return false;
}

/* ---- questions: what stands to the right of @@ ---- */

struct asked {
    struct str text;
    enum { ASKED_STEMS, ASKED_WORD, ASKED_PREFIX, ASKED_NEAR } how;
    const char *most; /* ASKED_NEAR: so many changes */
};

static void put_near(struct odsql_sql *q, const struct asked *asked)
{
    put(q, "(select data.any_of(array_agg(word)) from ");
    put(q, view_dictionary(q->view));
    put(q, " w where data.is_near(word, data.bare(");
    odsql_sql_param(q, asked->text, "text");
    put(q, "), ");
    put(q, asked->most);
    put(q, "))");
}

static void put_asked(struct odsql_sql *q, const struct asked *asked)
{
    if (asked->how == ASKED_NEAR)
        put_near(q, asked);
    if (asked->how == ASKED_WORD || asked->how == ASKED_PREFIX) {
        put(q, "data.word(");
        odsql_sql_param(q, asked->text, "text");
        put(q, asked->how == ASKED_PREFIX ? ", true)" : ", false)");
    }
    put(q, asked->how == ASKED_STEMS ? "data.asked(" : " || data.asked(");
    odsql_sql_param(q, asked->text, "text");
    put(q, ")");
}

/* Through the index, and on what is looked at where that is less than what is indexed. */
static void put_match(struct odsql_sql *q, const struct node *call, const struct asked *asked)
{
    bool catalogue = view_is_catalogue(q->view), whole = is_whole(call);
    bool ready = catalogue ? whole : view_dictionary(q->view) != NULL;
    if (ready) {
        if (catalogue)
            put(q, view_words(q->view));
        else
            put_words(q, NULL, true);
        put(q, " @@ (");
        put_asked(q, asked);
        put(q, ")");
    }
    if (ready && whole && (catalogue || !has_hidden(q->view)))
        return;
    put(q, ready ? " and " : "");
    put_words(q, call, false);
    put(q, " @@ (");
    put_asked(q, asked);
    put(q, ")");
}

void odsql_text_words(struct odsql_sql *q, struct str words)
{
    put(q, "(");
    put_match(q, NULL, &(struct asked){.text = words, .how = ASKED_STEMS});
    put(q, ")");
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* The next run of letters and digits: nothing that a regular expression reads as a sign. */
bool odsql_text_term(struct str *rest, struct str *term, bool *star)
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

/* Without a list of all words each row's own are looked through. */
static void put_fuzzy_scan(struct odsql_sql *q, const struct node *call, const struct asked *asked)
{
    put(q, "(exists (select from unnest(");
    put_words(q, call, false);
    put(q, ") w where data.is_near(w.lexeme, data.bare(");
    odsql_sql_param(q, asked->text, "text");
    put(q, "), ");
    put(q, asked->most);
    put(q, ")) or ");
    put_words(q, call, false);
    put(q, " @@ data.asked(");
    odsql_sql_param(q, asked->text, "text");
    put(q, "))");
}

static bool has_digit(struct str term)
{
    for (size_t i = 0; i < term.n; i++)
        if (term.p[i] >= '0' && term.p[i] <= '9')
            return true;
    return false;
}

/* Within two changes for words of six letters and more, one from three letters on; none with figures, where another
 * figure is another thing. A stop word is not asked for. */
static void put_fuzzy(struct odsql_sql *q, const struct node *call, struct str term)
{
    size_t letters = utf8_count(term);
    struct asked asked = {.text = term, .how = ASKED_NEAR, .most = letters > 5 ? "2" : "1"};
    put(q, "(numnode(data.asked(");
    odsql_sql_param(q, term, "text");
    put(q, ")) = 0 or ");
    if (letters < 3 || has_digit(term))
        asked.how = ASKED_WORD;
    if (asked.how == ASKED_NEAR && !view_dictionary(q->view))
        put_fuzzy_scan(q, call, &asked);
    else
        put_match(q, call, &asked);
    put(q, ")");
}

/* "l'eau": the elided article is no word. */
static bool is_elided(struct str term, struct str rest)
{
    return term.n <= 2 && (str_starts(rest, S("'")) || str_starts(rest, S("\xe2\x80\x99")));
}

static bool next_asked(struct str *rest, struct str *term, bool *star)
{
    bool any = odsql_text_term(rest, term, star);
    while (any && is_elided(*term, *rest))
        any = odsql_text_term(rest, term, star);
    return any;
}

static void put_search(struct odsql_sql *q, const struct node *n, struct str words)
{
    struct str rest = words, term, next;
    bool star, last = false, any = next_asked(&rest, &term, &star);
    put(q, any ? "(" : "false");
    for (size_t i = 0; any && i < ODSQL_TERMS_MAX && !last; i++, term = next) {
        put(q, i ? " and " : "");
        last = !next_asked(&rest, &next, &star);
        if (last)
            put_match(q, n, &(struct asked){.text = term, .how = ASKED_PREFIX});
        else
            put_fuzzy(q, n, term);
    }
    put(q, any ? ")" : "");
}

/* Some word begins with the text. */
static void put_suggest(struct odsql_sql *q, const struct node *n, struct str words)
{
    struct str rest = words, term;
    bool star;
    if (!odsql_text_term(&rest, &term, &star)) {
        put(q, "false");
        return;
    }
    put(q, "lower(public.unaccent(");
    put_document(q, n);
    put_plain(q, ")) ~ ('\\m' || ", term, "");
    for (size_t i = 1; i < ODSQL_TERMS_MAX && odsql_text_term(&rest, &term, &star); i++)
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
    for (size_t i = 0; i < ODSQL_TERMS_MAX && odsql_text_term(&rest, &term, &star); i++) {
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
