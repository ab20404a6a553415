/*
 * mkpage -- HTML templates and their texts to C.
 *
 *     mkpage FOLDER OUTDIR FILE.html... texts/fr.po texts/en.po
 *
 * NAME.html becomes `struct page_NAME` and `page_NAME(out, lang, data)` in OUTDIR/html.h and
 * html.c. tools/gen/README.md has the language of the templates; page_compile.c compiles it.
 */
#include <stdio.h>

#include "tools/gen/page_compile.h"

enum { PAGES_MAX = 400 };

struct sources {
    const char *folder, *outdir;
    struct pages pages;
    struct str prefix; /* of the texts' names: "page" in tenants/pages, else the folder's own */
};

static struct sources read_sources(struct arena *a, char **argv)
{
    struct sources s = {.folder = argv[1], .outdir = argv[2]};
    const char *po[PO_LANGS] = {NULL, NULL};
    s.pages.page = ARENA_ARRAY(a, struct page, PAGES_MAX);
    for (char **path = argv + 3; *path; path++) {
        if (str_ends(str_of(*path), S("fr.po")))
            po[LANG_FR] = *path;
        else if (str_ends(str_of(*path), S("en.po")))
            po[LANG_EN] = *path;
        else if (!str_ends(str_of(*path), S(".html")) || s.pages.n == PAGES_MAX)
            gen_fail(*path, 1, "is no .html, fr.po or en.po, or one file too many");
        else
            s.pages.page[s.pages.n++] = page_read(a, *path);
    }
    s.pages.po = po_read(a, po[LANG_FR], po[LANG_EN]);
    const char *slash = strrchr(s.folder, '/');
    s.prefix = str_of(slash ? slash + 1 : s.folder);
    if (str_eq(s.prefix, S("pages")))
        s.prefix = S("page");
    return s;
}

static void put_upper(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_addc(out, (char)((s.p[i] >= 'a' && s.p[i] <= 'z') ? s.p[i] - 'a' + 'A' : s.p[i]));
}

static bool is_page_prefix(const struct sources *s)
{
    return str_eq(s->prefix, S("page"));
}

/* TEXT_KEY in tenants/pages, FEDERATION_TEXT_KEY elsewhere. */
static void put_key(struct buf *out, const struct sources *s, struct str key)
{
    if (!is_page_prefix(s)) {
        put_upper(out, s->prefix);
        buf_addc(out, '_');
    }
    buf_addz(out, "TEXT_");
    put_upper(out, key);
}

static void put_text_function(struct buf *out, const struct sources *s, const char *end)
{
    const char *under = is_page_prefix(s) ? "" : "_";
    struct str own = is_page_prefix(s) ? S("") : s->prefix;
    buf_printf(out,
               "struct str " STR_FMT "_text(enum lang lang, enum " STR_FMT "%stext_key key)%s",
               STR_ARG(s->prefix), STR_ARG(own), under, end);
}

static void put_text_n_function(struct buf *out, const struct sources *s, const char *end)
{
    const char *under = is_page_prefix(s) ? "" : "_";
    struct str own = is_page_prefix(s) ? S("") : s->prefix;
    buf_printf(out,
               "struct str " STR_FMT "_text_n(enum lang lang, enum " STR_FMT
               "%stext_key key, int64_t n)%s",
               STR_ARG(s->prefix), STR_ARG(own), under, end);
}

static void put_text_header(struct buf *h, const struct sources *s)
{
    if (s->pages.po.n == 0)
        return;
    if (is_page_prefix(s))
        buf_addz(h, "enum text_key {\n");
    else
        buf_printf(h, "enum " STR_FMT "_text_key {\n", STR_ARG(s->prefix));
    for (size_t i = 0; i < s->pages.po.n; i++) {
        buf_addz(h, "    ");
        put_key(h, s, s->pages.po.text[i].key);
        buf_addz(h, ",\n");
    }
    buf_addz(h, "};\n/* The plain text, not escaped; of one with a plural, the plural. */\n");
    put_text_function(h, s, ";\n");
    buf_addz(h, "/* The form that goes with n. */\n");
    put_text_n_function(h, s, ";\n\n");
}

static void put_text_table(struct buf *c, const struct po *po)
{
    buf_printf(c, "static const struct str texts[%zu][2][2] = {\n", po->n);
    for (size_t i = 0; i < po->n; i++) {
        const struct po_text *t = &po->text[i];
        buf_addz(c, "    {\n");
        for (unsigned l = 0; l < PO_LANGS; l++) {
            for (unsigned form = 0; form < 2; form++) {
                struct str s = t->form[l][t->forms == 1 ? 0 : form];
                buf_addz(c, form == 0 ? "     {{\n" : "      {\n");
                gen_literal(c, s, "      ");
                buf_printf(c, ", %zu}%s\n", s.n, form == 0 ? "," : "},");
            }
        }
        buf_addz(c, "    },\n");
    }
    buf_addz(c, "};\n\n");
}

static void put_text_source(struct buf *c, const struct sources *s)
{
    if (s->pages.po.n == 0)
        return;
    put_text_table(c, &s->pages.po);
    put_text_function(c, s, "\n{\n    return texts[key][lang][1];\n}\n\n");
    put_text_n_function(c, s,
                        "\n{\n    return texts[key][lang][markup_is_one(lang, n) ? 0 : 1];\n}\n\n");
}

static void put_signature(struct buf *out, const struct page *p, const char *end)
{
    buf_printf(out,
               "void page_" STR_FMT "(struct buf *out, enum lang lang, const struct page_" STR_FMT
               " *d)%s",
               STR_ARG(p->f.stem), STR_ARG(p->f.stem), end);
}

static void write_header(struct arena *a, const struct sources *s)
{
    struct buf h = {0};
    gen_head(&h, "mkpage");
    buf_addz(&h, "#pragma once\n#include \"core/base/markup.h\"\n\n");
    put_text_header(&h, s);
    for (size_t i = 0; i < s->pages.n; i++) {
        const struct page *p = &s->pages.page[i];
        page_fields_write(&h, p->fields, arena_printf(a, "page_" STR_FMT, STR_ARG(p->f.stem)));
        put_signature(&h, p, ";\n\n");
    }
    gen_write(s->outdir, "html.h", buf_str(&h));
    buf_free(&h);
}

static void write_source(struct arena *a, const struct sources *s)
{
    struct buf c = {0};
    gen_head(&c, "mkpage");
    buf_printf(&c, "#include \"%s/html.h\"\n\n", s->folder);
    /* ISO C promises 4095 bytes of string; both our compilers take far more. */
    buf_addz(&c, "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n");
    put_text_source(&c, s);
    for (size_t i = 0; i < s->pages.n; i++) {
        put_signature(&c, &s->pages.page[i], "\n{\n    (void)lang;\n    (void)d;\n");
        page_compile(a, &s->pages, &s->pages.page[i], &c);
        buf_addz(&c, "}\n\n");
    }
    gen_write(s->outdir, "html.c", buf_str(&c));
    buf_free(&c);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: mkpage FOLDER OUTDIR FILE.html... texts/fr.po texts/en.po\n", stderr);
        return 2;
    }
    struct arena a = {0};
    struct sources s = read_sources(&a, argv);
    write_header(&a, &s);
    write_source(&a, &s);
    arena_free(&a);
    return 0;
}
