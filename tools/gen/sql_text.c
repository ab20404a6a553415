#include "tools/gen/sql_text.h"

struct reader {
    const struct gen_file *f;
    struct str in;
    size_t at;
    bool ended; /* the semicolon was seen */
    struct buf out;
    struct sql_text result;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 128;
}

static bool is_digit_at(const struct reader *r, size_t at)
{
    return at < r->in.n && r->in.p[at] >= '0' && r->in.p[at] <= '9';
}

static bool looking_at(const struct reader *r, struct str s)
{
    return str_starts(str_from(r->in, r->at), s);
}

static _Noreturn void fail_here(const struct reader *r, size_t at, const char *what)
{
    gen_fail(r->f->path, gen_line(r->in, at), "%s", what);
}

static void take(struct reader *r, size_t end)
{
    buf_add(&r->out, str_part(r->in, r->at, end - r->at));
    r->at = end;
}

static void skip_line_comment(struct reader *r)
{
    while (r->at < r->in.n && r->in.p[r->at] != '\n')
        r->at++;
}

static void skip_block_comment(struct reader *r)
{
    size_t start = r->at;
    unsigned depth = 0;
    do {
        if (r->at >= r->in.n)
            fail_here(r, start, "this comment is not closed");
        if (looking_at(r, S("/*")))
            depth++, r->at += 2;
        else if (looking_at(r, S("*/")))
            depth--, r->at += 2;
        else
            r->at++;
    } while (depth > 0);
    buf_addc(&r->out, ' ');
}

/* '…', "…": a doubled quote stays inside, because it begins the next quoted part at once. */
static void take_quoted(struct reader *r, char quote, bool backslash)
{
    size_t end = r->at + 1;
    while (end < r->in.n && r->in.p[end] != quote)
        end += (backslash && r->in.p[end] == '\\') ? 2 : 1;
    if (end >= r->in.n)
        fail_here(r, r->at, "this quote is not closed");
    take(r, end + 1);
}

/* $tag$…$tag$ */
static void take_dollar(struct reader *r)
{
    size_t end = r->at + 1;
    while (end < r->in.n && is_word(r->in.p[end]))
        end++;
    if (end >= r->in.n || r->in.p[end] != '$')
        fail_here(r, r->at, "a dollar is a parameter $n or a quote $tag$");
    struct str tag = str_part(r->in, r->at, end + 1 - r->at);
    ptrdiff_t close = str_find(str_from(r->in, end + 1), tag);
    if (close < 0)
        fail_here(r, r->at, "this dollar quote is not closed");
    take(r, end + 1 + (size_t)close + tag.n);
}

static void take_param(struct reader *r)
{
    size_t end = r->at + 1;
    unsigned n = 0;
    while (end < r->in.n && r->in.p[end] >= '0' && r->in.p[end] <= '9' && n <= SQL_TEXT_PARAMS)
        n = n * 10 + (unsigned)(r->in.p[end++] - '0');
    if (n == 0 || n > SQL_TEXT_PARAMS)
        fail_here(r, r->at, "parameters are $1 to $64");
    r->result.used[n] = true;
    if (n > r->result.highest)
        r->result.highest = n;
    take(r, end);
}

static void take_word(struct reader *r)
{
    static const struct str writing[] = {{"insert", 6}, {"update", 6}, {"delete", 6}, {"merge", 5}};
    size_t end = r->at;
    while (end < r->in.n && is_word(r->in.p[end]))
        end++;
    struct str word = str_part(r->in, r->at, end - r->at);
    for (size_t i = 0; i < sizeof writing / sizeof writing[0]; i++)
        r->result.writes |= str_ieq(word, writing[i]);
    take(r, end);
    if (word.n == 1 && (word.p[0] | 0x20) == 'e' && looking_at(r, S("'")))
        take_quoted(r, '\'', true);
}

static void take_space(struct reader *r)
{
    char c = r->in.p[r->at++];
    if (c != '\n') {
        buf_addc(&r->out, c);
        return;
    }
    while (r->out.n > 0 && (r->out.p[r->out.n - 1] == ' ' || r->out.p[r->out.n - 1] == '\t'))
        r->out.n--;
    if (r->out.n > 0 && r->out.p[r->out.n - 1] != '\n')
        buf_addc(&r->out, '\n');
}

static void take_token(struct reader *r)
{
    char c = r->in.p[r->at];
    if (r->ended)
        fail_here(r, r->at, "one statement a file: something follows its semicolon");
    if (c == ';')
        r->ended = true, r->at++;
    else if (c == '\'' || c == '"')
        take_quoted(r, c, false);
    else if (c == '$' && is_digit_at(r, r->at + 1))
        take_param(r);
    else if (c == '$')
        take_dollar(r);
    else if (is_word(c))
        take_word(r);
    else
        take(r, r->at + 1);
}

struct sql_text sql_text_read(struct arena *a, const struct gen_file *f, size_t at)
{
    struct reader r = {.f = f, .in = f->text, .at = at};
    while (r.at < r.in.n) {
        char c = r.in.p[r.at];
        if (looking_at(&r, S("--")))
            skip_line_comment(&r);
        else if (looking_at(&r, S("/*")))
            skip_block_comment(&r);
        else if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            take_space(&r);
        else
            take_token(&r);
    }
    r.result.text = arena_str(a, str_trim(buf_str(&r.out)));
    buf_free(&r.out);
    if (r.result.text.n == 0)
        gen_fail(f->path, gen_line(r.in, r.in.n), "no statement after the head comment");
    return r.result;
}
