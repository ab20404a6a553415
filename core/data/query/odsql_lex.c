#include <stdio.h>

#include "core/base/utf8.h"
#include "core/data/errors.h"
#include "core/data/query/odsql.h"

static const char *const clause_names[] = {"select", "where",   "group_by", "order_by",
                                           "refine", "exclude", "facet"};

const char *odsql_clause_name(enum odsql_clause clause)
{
    return clause_names[clause];
}

static bool unexpected(const struct odsql_source *s, size_t at, size_t n, struct err *e)
{
    struct str bad = str_part(s->text, at, n);
    ERR(e, err_odsql_syntax, "byte %zu", at);
    if (at >= s->text.n)
        err_arg(e, "end of text");
    else
        err_arg(e, STR_FMT, STR_ARG(bad));
    err_arg(e, "%zu", at);
    err_arg(e, STR_FMT, STR_ARG(s->text));
    return err_arg(e, "%s", odsql_clause_name(s->clause));
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* A point joins the names of a catalogue path: "default.title", "default.*". */
static bool joins(struct str s, size_t n)
{
    return n > 0 && n + 1 < s.n && s.p[n] == '.' && (starts_name(s.p[n + 1]) || s.p[n + 1] == '*');
}

static size_t name_length(struct str s)
{
    size_t n = 0;
    while (n < s.n && (starts_name(s.p[n]) || is_digit(s.p[n]) || joins(s, n)))
        n++;
    return n;
}

/* "2..3" is 2, "..", 3: a point belongs to a number only before a digit. */
static size_t number_length(struct str s)
{
    size_t n = 0;
    while (n < s.n && is_digit(s.p[n]))
        n++;
    if (n + 1 < s.n && s.p[n] == '.' && is_digit(s.p[n + 1]))
        for (n++; n < s.n && is_digit(s.p[n]);)
            n++;
    return n;
}

static bool hex4(struct str s, uint32_t *out)
{
    if (s.n < 4)
        return false;
    uint32_t v = 0;
    for (size_t i = 0; i < 4; i++) {
        char c = s.p[i];
        uint32_t d = is_digit(c) ? (uint32_t)(c - '0') : (uint32_t)((c | 0x20) - 'a' + 10);
        if (!is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'f'))
            return false;
        v = v * 16 + d;
    }
    *out = v;
    return true;
}

/* \uXXXX with surrogate pairs, as JSON.stringify writes them; gives the bytes read after "\u". */
static size_t unicode_escape(struct str s, char out[4], size_t *wrote)
{
    uint32_t hi, lo;
    if (!hex4(s, &hi) || hi == 0)
        return 0;
    size_t used = 4;
    if (hi >= 0xd800 && hi < 0xe000) {
        if (hi >= 0xdc00 || s.n < 10 || s.p[4] != '\\' || s.p[5] != 'u' || !hex4(str_from(s, 6), &lo) ||
            lo < 0xdc00 || lo > 0xdfff)
            return 0;
        hi = 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
        used = 10;
    }
    *wrote = utf8_put(out, hi);
    return used;
}

/* The text between quotes from byte `at`; *end is after the closing quote. */
static bool quoted(struct odsql_source *s, size_t at, struct str *text, size_t *end)
{
    static const char escapes[] = "n\nt\tr\rb\bf\f";
    char quote = s->text.p[at];
    size_t close = at + 1;
    while (close < s->text.n && s->text.p[close] != quote)
        close += s->text.p[close] == '\\' ? 2 : 1;
    if (close >= s->text.n)
        return false;
    char *out = arena_alloc(s->a, close - at + 4);
    size_t n = 0;
    for (size_t i = at + 1; i < s->text.n; i++) {
        char c = s->text.p[i];
        if (c == quote) {
            *text = (struct str){out, n};
            *end = i + 1;
            return true;
        }
        if (c != '\\' || i + 1 == s->text.n) {
            out[n++] = c;
            continue;
        }
        c = s->text.p[++i];
        if (c == 'u') {
            size_t wrote = 0, used = unicode_escape(str_from(s->text, i + 1), out + n, &wrote);
            if (used) {
                n += wrote;
                i += used;
                continue;
            }
        }
        const char *p = escapes;
        while (*p && *p != c)
            p += 2;
        out[n++] = *p ? p[1] : c;
    }
    return false;
}

static bool lex_quoted(struct odsql_source *s, struct token *t, enum token_kind kind, size_t at,
                       struct err *e)
{
    t->kind = kind;
    if (!quoted(s, at, &t->text, &t->end))
        return unexpected(s, s->text.n, 0, e);
    return true;
}

static bool lex_name(struct odsql_source *s, struct token *t, struct err *e)
{
    struct str rest = str_from(s->text, t->at);
    struct str name = str_part(rest, 0, name_length(rest));
    size_t after = t->at + name.n;
    bool quote = after < s->text.n && (s->text.p[after] == '\'' || s->text.p[after] == '"');
    if (quote && str_ieq(name, S("date")))
        return lex_quoted(s, t, TOKEN_DATE, after, e);
    if (quote && str_ieq(name, S("geom")))
        return lex_quoted(s, t, TOKEN_GEOM, after, e);
    *t = (struct token){.kind = TOKEN_NAME, .text = name, .at = t->at, .end = after};
    return true;
}

static bool lex_mark(struct odsql_source *s, struct token *t, struct err *e)
{
    struct str rest = str_from(s->text, t->at);
    static const struct {
        const char *text;
        char mark;
    } marks[] = {{">=", 'g'}, {"<=", 'l'}, {"..", '.'}};
    t->kind = TOKEN_MARK;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (str_starts(rest, str_of(marks[i].text))) {
            t->mark = marks[i].mark;
            t->end = t->at + 2;
            return true;
        }
    if (!memchr("()[],*/+-=<>:", rest.p[0], 13)) {
        uint32_t code;
        size_t n = utf8_next(rest, &code);
        return unexpected(s, t->at, n ? n : 1, e);
    }
    t->mark = rest.p[0];
    t->end = t->at + 1;
    return true;
}

static bool lex_one(struct odsql_source *s, struct token *t, struct err *e)
{
    struct str rest = str_from(s->text, t->at);
    char c = rest.p[0];
    if (c == '\'' || c == '"')
        return lex_quoted(s, t, TOKEN_STRING, t->at, e);
    if (c == '`')
        return lex_quoted(s, t, TOKEN_QUOTED, t->at, e);
    if (starts_name(c))
        return lex_name(s, t, e);
    if (!is_digit(c))
        return lex_mark(s, t, e);
    t->kind = TOKEN_NUMBER;
    t->text = str_part(rest, 0, number_length(rest));
    t->end = t->at + t->text.n;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool too_long(struct odsql_source *s, struct err *e)
{
    ERR(e, err_odsql_malformed, "%zu bytes", s->text.n);
    err_arg(e, "The query is too long.");
    return err_arg(e, "%s", odsql_clause_name(s->clause));
}

bool odsql_lex(struct arena *a, struct str text, enum odsql_clause clause, struct odsql_source *out,
               struct err *e)
{
    struct odsql_source s = {.a = a, .text = text.p ? text : S(""), .clause = clause};
    if (text.n > ODSQL_BYTES_MAX)
        return too_long(&s, e);
    if (!utf8_valid(s.text) || (text.n && memchr(text.p, '\0', text.n)))
        return ERR(e, err_odsql_malformed, "not UTF-8"), err_arg(e, "The query is not valid UTF-8."),
               err_arg(e, "%s", odsql_clause_name(clause));
    size_t room = s.text.n + 1 < ODSQL_TOKENS_MAX ? s.text.n + 1 : ODSQL_TOKENS_MAX;
    s.tokens = ARENA_ARRAY(a, struct token, room);
    for (size_t at = 0;;) {
        while (at < s.text.n && is_space(s.text.p[at]))
            at++;
        if (s.n == room)
            return too_long(&s, e);
        struct token *t = &s.tokens[s.n++];
        *t = (struct token){.at = at, .end = at};
        if (at == s.text.n)
            break;
        if (!lex_one(&s, t, e))
            return false;
        at = t->end;
    }
    *out = s;
    return true;
}
