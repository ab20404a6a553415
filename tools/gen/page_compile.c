#include "tools/gen/page_compile.h"

#include "core/base/markup.h"
#include "tools/gen/html_place.h"
#include "tools/gen/page_scope.h"

enum { WORDS_MAX = 2 + PO_ARGS, PARTIALS_DEEP = 8 };

struct compiler {
    struct arena *a;
    const struct pages *pages;
    const struct page *page; /* the file we are in: the page or a partial of it */
    struct str in;
    size_t at, tag; /* tag: where the current {{ stands */
    struct buf *out;
    struct buf constant; /* constant text not yet written */
    struct html_place place;
    unsigned loops, partials;
    /* The section just closed: its {{^name}} begins where its {{#name}} began. */
    struct str closed;
    size_t closed_at;
    bool closed_empty;
};

struct words {
    struct str word[WORDS_MAX];
    unsigned n;
};

static void compile_until(struct compiler *c, const struct scope *s, struct str section);

static _Noreturn void fail_tag(const struct compiler *c, const char *what, struct str name)
{
    gen_fail(c->page->f.path, gen_line(c->in, c->tag), "%s: " STR_FMT, what, STR_ARG(name));
}

struct page page_read(struct arena *a, const char *path)
{
    struct page p = {.f = gen_read(a, path)};
    if (!gen_is_name(p.f.stem))
        gen_fail(path, 1, "a file name is lower-case letters, digits and _, 63 at most");
    p.fields = page_fields_read(a, &p.f, &p.body);
    return p;
}

static void flush(struct compiler *c)
{
    if (c->constant.n == 0)
        return;
    buf_addz(c->out, "    buf_add(out, S(\n");
    gen_literal(c->out, buf_str(&c->constant), "        ");
    buf_addz(c->out, "));\n");
    buf_reset(&c->constant);
}

static struct ref find(const struct compiler *c, const struct scope *s, struct str name)
{
    struct ref r;
    if (!page_scope_find(c->a, s, name, &r))
        fail_tag(c, "no field of this name here", name);
    return r;
}

/* ---- values ---- */

static void check_place(const struct compiler *c, struct str name)
{
    if (c->place.state != HTML_TEXT && c->place.state != HTML_VALUE)
        fail_tag(c, "a value stands in text or in a quoted attribute only", name);
    if (html_place_is_code(&c->place))
        fail_tag(c, "no value may stand in an attribute of script or style", name);
}

static void check_not_url(const struct compiler *c, struct str name)
{
    if (html_place_is_url(&c->place))
        fail_tag(c, "in an address, write {{url name}}", name);
}

static void put_call(struct compiler *c, const char *call, struct str value)
{
    flush(c);
    html_place_value(&c->place);
    buf_printf(c->out, "    %s" STR_FMT ");\n", call, STR_ARG(value));
}

static void value_plain(struct compiler *c, const struct ref *r, struct str name)
{
    if (r->type == FIELD_INT) {
        put_call(c, "buf_printf(out, \"%lld\", (long long)", r->c);
        return;
    }
    check_not_url(c, name);
    if (r->type != FIELD_STR)
        fail_tag(c, "only a str or an int can be written like this", name);
    put_call(c, "markup_text(out, ", r->c);
}

static void value_url(struct compiler *c, const struct ref *r, struct str name)
{
    if (r->type != FIELD_STR || c->place.state != HTML_VALUE)
        fail_tag(c, "{{url name}} writes a str into a quoted attribute", name);
    put_call(c, c->place.is_empty ? "markup_url(out, " : "markup_url_part(out, ", r->c);
}

static void value_html(struct compiler *c, const struct ref *r, struct str name)
{
    if (r->type != FIELD_HTML || c->place.state != HTML_TEXT)
        fail_tag(c, "{{html name}} writes a field of type html, between elements", name);
    put_call(c, "buf_add(out, ", arena_printf(c->a, STR_FMT ".html", STR_ARG(r->c)));
}

static void value_number(struct compiler *c, const struct ref *r, struct str name)
{
    if (r->type != FIELD_INT)
        fail_tag(c, "{{n name}} writes an int", name);
    check_not_url(c, name);
    put_call(c, "markup_number(out, lang, ", r->c);
}

static const struct {
    const char *word;
    void (*write)(struct compiler *c, const struct ref *r, struct str name);
} writers[] = {{"url", value_url}, {"html", value_html}, {"n", value_number}};

/* ---- texts ---- */

static void text_arg(struct compiler *c, const struct ref *r)
{
    if (r->type == FIELD_INT)
        put_call(c, "markup_number(out, lang, ", r->c);
    else
        put_call(c, "markup_text(out, ", r->c);
}

/* One form of a text, escaped here, its {n} written by C. */
static void text_form(struct compiler *c, struct str s, const struct ref *args)
{
    for (size_t i = 0; i < s.n; i++) {
        bool slot = i + 2 < s.n && s.p[i] == '{' && s.p[i + 2] == '}' && s.p[i + 1] >= '0' &&
                    s.p[i + 1] < '0' + PO_ARGS;
        if (slot) {
            text_arg(c, &args[s.p[i + 1] - '0']);
            i += 2;
        } else {
            markup_text(&c->constant, str_part(s, i, 1));
        }
    }
    flush(c);
}

static void text_lang(struct compiler *c, const struct po_text *t, enum lang lang,
                      const struct ref *args)
{
    const struct str *form = t->form[lang];
    if (t->forms == 1 || str_eq(form[0], form[1])) {
        text_form(c, form[0], args);
        return;
    }
    buf_printf(c->out, "    if (markup_is_one(lang, " STR_FMT ")) {\n", STR_ARG(args[0].c));
    text_form(c, form[0], args);
    buf_addz(c->out, "    } else {\n");
    text_form(c, form[1], args);
    buf_addz(c->out, "    }\n");
}

static void check_text_args(const struct compiler *c, const struct po_text *t,
                            const struct ref *args, unsigned n)
{
    if (n != t->nargs && !(t->forms == 2 && t->nargs == 0 && n == 1))
        fail_tag(c, "this text takes another number of values", t->key);
    if (t->forms == 2 && (n == 0 || args[0].type != FIELD_INT))
        fail_tag(c, "the first value of a text with a plural is an int", t->key);
    for (unsigned i = 0; i < n; i++)
        if (args[i].type != FIELD_INT && args[i].type != FIELD_STR)
            fail_tag(c, "a text takes values of type str and int", t->key);
}

static void compile_text(struct compiler *c, const struct scope *s, const struct words *w)
{
    struct ref args[WORDS_MAX] = {0};
    struct str key = w->n > 1 ? w->word[1] : S("");
    const struct po_text *t = po_find(&c->pages->po, key);
    if (!t)
        fail_tag(c, "no text of this name in texts/*.po", key);
    for (unsigned i = 2; i < w->n; i++)
        args[i - 2] = find(c, s, w->word[i]);
    check_text_args(c, t, args, w->n - 2);
    check_place(c, key);
    check_not_url(c, key);
    flush(c);
    html_place_value(&c->place);
    bool same = str_eq(t->form[LANG_FR][0], t->form[LANG_EN][0]) && t->forms == 1;
    if (!same)
        buf_addz(c->out, "    if (lang == LANG_FR) {\n");
    text_lang(c, t, LANG_FR, args);
    if (same)
        return;
    buf_addz(c->out, "    } else {\n");
    text_lang(c, t, LANG_EN, args);
    buf_addz(c->out, "    }\n");
}

/* ---- sections ---- */

static void compile_list(struct compiler *c, const struct scope *s, const struct ref *r,
                         struct str name)
{
    struct scope inner = {.outer = s, .fields = r->field->inner, .number = ++c->loops};
    inner.list_n = arena_printf(c->a, STR_FMT "_n", STR_ARG(r->c));
    unsigned k = inner.number;
    buf_printf(c->out, "    for (size_t k%u = 0; k%u < " STR_FMT "; k%u++) {\n", k, k,
               STR_ARG(inner.list_n), k);
    buf_printf(c->out, "    const struct " STR_FMT " *v%u = &" STR_FMT "[k%u];\n    (void)v%u;\n",
               STR_ARG(r->field->struct_name), k, STR_ARG(r->c), k, k);
    compile_until(c, &inner, name);
}

static void compile_section(struct compiler *c, const struct scope *s, char kind, struct str name)
{
    struct ref r = find(c, s, name);
    flush(c);
    if (kind == '^' && c->closed_at == c->tag && str_eq(c->closed, name))
        c->place.is_empty = c->closed_empty;
    struct html_place before = c->place;
    if (kind == '#' && r.type == FIELD_LIST) {
        compile_list(c, s, &r, name);
    } else {
        buf_printf(c->out, kind == '^' ? "    if (!(" STR_FMT ")) {\n" : "    if (" STR_FMT ") {\n",
                   STR_ARG(page_scope_condition(c->a, &r)));
        compile_until(c, s, name);
    }
    flush(c);
    buf_addz(c->out, "    }\n");
    bool moved = c->place.state != before.state ||
                 (before.state == HTML_VALUE && strcmp(c->place.attribute, before.attribute) != 0);
    if (moved)
        fail_tag(c, "this section ends in another part of an element than it began", name);
    c->closed = name;
    c->closed_at = c->at;
    c->closed_empty = before.is_empty;
}

static void compile_partial(struct compiler *c, const struct scope *s, struct str name)
{
    const struct page *p = NULL, *here = c->page;
    for (size_t i = 0; i < c->pages->n && !p; i++)
        p = str_eq(c->pages->page[i].f.stem, name) ? &c->pages->page[i] : NULL;
    if (!p)
        fail_tag(c, "no template of this name in the folder", name);
    if (c->partials == PARTIALS_DEEP)
        fail_tag(c, "templates include each other more than 8 deep", name);
    const struct field *missing = page_scope_missing(c->a, s, p->fields);
    if (missing)
        fail_tag(c, "the included template needs a field that is not here", missing->name);
    struct str in = c->in;
    size_t at = c->at;
    c->page = p, c->in = p->f.text, c->at = p->body;
    c->partials++;
    compile_until(c, s, STR_NONE);
    c->partials--;
    c->page = here, c->in = in, c->at = at;
}

/* ---- the reader ---- */

static void drop_trailing_blanks(struct buf *b)
{
    while (b->n > 0 && (b->p[b->n - 1] == ' ' || b->p[b->n - 1] == '\t'))
        b->n--;
}

/* A tag that writes nothing, alone on its line, takes its line with it. */
static void swallow_line(struct compiler *c)
{
    size_t start = c->tag, end = c->at;
    while (start > 0 && (c->in.p[start - 1] == ' ' || c->in.p[start - 1] == '\t'))
        start--;
    while (end < c->in.n && (c->in.p[end] == ' ' || c->in.p[end] == '\t'))
        end++;
    bool alone = (start <= c->page->body || c->in.p[start - 1] == '\n') &&
                 (end >= c->in.n || c->in.p[end] == '\n');
    if (!alone)
        return;
    drop_trailing_blanks(&c->constant);
    c->at = end < c->in.n ? end + 1 : end;
}

static struct words split(const struct compiler *c, struct str s)
{
    struct words w = {.n = 0};
    struct str word;
    while (str_cut(&s, ' ', &word)) {
        if (word.n == 0)
            continue;
        if (w.n == WORDS_MAX)
            fail_tag(c, "too many words in this tag", word);
        w.word[w.n++] = word;
    }
    return w;
}

static void compile_value(struct compiler *c, const struct scope *s, struct str tag)
{
    struct words w = split(c, tag);
    if (w.n > 0 && str_eq(w.word[0], S("t"))) {
        compile_text(c, s, &w);
        return;
    }
    if (w.n == 0 || w.n > 2)
        fail_tag(c, "a tag is {{name}} or {{url|html|n name}} or {{t key values}}", tag);
    struct ref r = find(c, s, w.word[w.n - 1]);
    check_place(c, tag);
    if (w.n == 1) {
        value_plain(c, &r, tag);
        return;
    }
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        if (str_eq(w.word[0], str_of(writers[i].word))) {
            writers[i].write(c, &r, w.word[1]);
            return;
        }
    }
    fail_tag(c, "a value is written by url, html, n or t", w.word[0]);
}

/* Takes "{{…}}" at c->at; gives what stands between, trimmed. */
static struct str take_tag(struct compiler *c)
{
    c->tag = c->at;
    ptrdiff_t n = str_find(str_from(c->in, c->at), S("}}"));
    if (n < 0)
        fail_tag(c, "this tag is not closed", S("{{"));
    struct str tag = str_trim(str_part(c->in, c->at + 2, (size_t)n - 2));
    c->at += (size_t)n + 2;
    if (tag.n > 0 && strchr("#^?/>!", tag.p[0]))
        swallow_line(c);
    return tag;
}

/* False: the tag closes the section. */
static bool compile_tag(struct compiler *c, const struct scope *s, struct str section)
{
    struct str tag = take_tag(c);
    char kind = tag.n ? tag.p[0] : '\0';
    struct str name = str_trim(str_from(tag, 1));
    switch (kind) {
    case '/':
        if (!section.p || !str_eq(name, section))
            fail_tag(c, "this closes no open section", name);
        return false;
    case '#':
    case '^':
    case '?':
        compile_section(c, s, kind, name);
        return true;
    case '>':
        compile_partial(c, s, name);
        return true;
    case '!':
        return true;
    default:
        compile_value(c, s, tag);
        return true;
    }
}

/* Up to {{/section}}, or to the end of the file when `section` is absent. */
static void compile_until(struct compiler *c, const struct scope *s, struct str section)
{
    size_t opened = c->tag;
    while (c->at < c->in.n) {
        ptrdiff_t n = str_find(str_from(c->in, c->at), S("{{"));
        struct str text = str_part(c->in, c->at, n < 0 ? c->in.n - c->at : (size_t)n);
        buf_add(&c->constant, text);
        html_place_feed(&c->place, text);
        c->at += text.n;
        if (n >= 0 && !compile_tag(c, s, section))
            return;
    }
    c->tag = opened;
    if (section.p)
        fail_tag(c, "this section is not closed", section);
}

void page_compile(struct arena *a, const struct pages *pages, const struct page *page,
                  struct buf *out)
{
    struct compiler c = {.a = a, .pages = pages, .page = page, .out = out};
    struct scope top = {.fields = page->fields};
    c.in = page->f.text;
    c.at = page->body;
    compile_until(&c, &top, STR_NONE);
    flush(&c);
    buf_free(&c.constant);
    if (c.place.state != HTML_TEXT)
        gen_fail(page->f.path, gen_line(c.in, c.in.n), "the file ends inside an element's tag");
}
