#include "tools/gen/po.h"

#include "core/base/err.h"

enum { TEXTS_MAX = 4000 };

struct reader {
    struct arena *a;
    struct gen_file f;
    enum lang lang;
    unsigned line;
    struct po_text *text;  /* NULL: in the header or before the first key */
    struct str *target;    /* where a continued line goes */
    struct str scrap;      /* the header's text, not kept */
};

static _Noreturn void fail_here(const struct reader *r, const char *what, struct str which)
{
    gen_fail(r->f.path, r->line, "%s \"" STR_FMT "\"", what, STR_ARG(which));
}

/* The bytes between the quotes of s, escapes resolved. */
static struct str unquote(struct reader *r, struct str s)
{
    if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
        fail_here(r, "a text in double quotes is expected:", s);
    struct buf b = {0};
    for (size_t i = 1; i + 1 < s.n; i++) {
        char c = s.p[i];
        if (c == '"' || (c == '\\' && (i + 2 >= s.n || !strchr("\"\\n", s.p[i + 1]))))
            fail_here(r, "only \\\" \\\\ and \\n are understood:", s);
        if (c == '\\')
            c = s.p[++i] == 'n' ? '\n' : s.p[i];
        buf_addc(&b, c);
    }
    struct str out = arena_str(r->a, buf_str(&b));
    buf_free(&b);
    return out;
}

static void begin_key(struct reader *r, struct po *po, struct str key)
{
    r->target = &r->scrap;
    r->text = NULL;
    if (key.n == 0)
        return;
    if (!gen_is_name(key))
        fail_here(r, "a key is lower-case letters, digits and _:", key);
    for (size_t i = 0; i < po->n && !r->text; i++)
        r->text = str_eq(po->text[i].key, key) ? &po->text[i] : NULL;
    if (!r->text && po->n == TEXTS_MAX)
        fail_here(r, "more than 4000 texts:", key);
    if (!r->text)
        r->text = &po->text[po->n++];
    if (r->text->form[r->lang][0].p)
        fail_here(r, "this key is given twice:", key);
    r->text->key = key;
}

static void begin_form(struct reader *r, unsigned form, struct str text)
{
    if (!r->text) {
        r->target = &r->scrap;
        return;
    }
    r->target = &r->text->form[r->lang][form];
    *r->target = text;
}

static void read_line(struct reader *r, struct po *po, struct str line)
{
    static const struct {
        const char *word;
        unsigned form;
    } forms[] = {{"msgstr ", 0}, {"msgstr[0] ", 0}, {"msgstr[1] ", 1}};
    if (line.n == 0 || line.p[0] == '#' || str_starts(line, S("msgid_plural ")))
        return;
    if (str_starts(line, S("msgid "))) {
        begin_key(r, po, unquote(r, str_trim(str_from(line, 6))));
        return;
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct str word = str_of(forms[i].word);
        if (str_starts(line, word)) {
            begin_form(r, forms[i].form, unquote(r, str_trim(str_from(line, word.n))));
            return;
        }
    }
    struct str more = unquote(r, line);
    if (!r->target)
        fail_here(r, "a text before the first key:", line);
    *r->target = arena_printf(r->a, STR_FMT STR_FMT, STR_ARG(*r->target), STR_ARG(more));
}

static void read_file(struct arena *a, struct po *po, const char *path, enum lang lang)
{
    struct reader r = {.a = a, .f = gen_read(a, path), .lang = lang};
    struct str rest = r.f.text, line;
    while (str_cut(&rest, '\n', &line)) {
        r.line++;
        read_line(&r, po, str_trim(line));
    }
}

static unsigned args_of(struct str s)
{
    unsigned n = 0;
    for (size_t i = 0; i + 2 < s.n; i++) {
        bool slot = s.p[i] == '{' && s.p[i + 1] >= '0' && s.p[i + 1] < '0' + PO_ARGS &&
                    s.p[i + 2] == '}';
        if (slot && (unsigned)(s.p[i + 1] - '0') + 1 > n)
            n = (unsigned)(s.p[i + 1] - '0') + 1;
    }
    return n;
}

/* "One dataset" may leave {0} out; many may not. */
static void check(const char *const path[PO_LANGS], struct po_text *t)
{
    for (unsigned l = 0; l < PO_LANGS; l++)
        if (!t->form[l][0].n)
            gen_fail(path[l], 1, "the text \"" STR_FMT "\" is missing", STR_ARG(t->key));
    t->forms = t->form[LANG_FR][1].p ? 2 : 1;
    if ((t->form[LANG_EN][1].p ? 2u : 1u) != t->forms)
        gen_fail(path[1], 1, "\"" STR_FMT "\" has a plural in one language only", STR_ARG(t->key));
    t->nargs = args_of(t->form[LANG_FR][t->forms - 1]);
    if (args_of(t->form[LANG_EN][t->forms - 1]) != t->nargs)
        gen_fail(path[1], 1, "\"" STR_FMT "\" has other {n} than in French", STR_ARG(t->key));
    for (unsigned l = 0; l < PO_LANGS; l++)
        if (args_of(t->form[l][0]) > t->nargs)
            gen_fail(path[l], 1, "\"" STR_FMT "\" has more {n} for one than for many", STR_ARG(t->key));
}

struct po po_read(struct arena *a, const char *fr, const char *en)
{
    const char *const path[PO_LANGS] = {fr, en};
    struct po po = {0};
    if (!fr && !en)
        return po;
    if (!fr || !en)
        gen_fail(fr ? fr : en, 1, "the other language's file is missing");
    po.text = ARENA_ARRAY(a, struct po_text, TEXTS_MAX);
    read_file(a, &po, fr, LANG_FR);
    read_file(a, &po, en, LANG_EN);
    for (size_t i = 0; i < po.n; i++)
        check(path, &po.text[i]);
    return po;
}

const struct po_text *po_find(const struct po *po, struct str key)
{
    for (size_t i = 0; i < po->n; i++)
        if (str_eq(po->text[i].key, key))
            return &po->text[i];
    return NULL;
}
