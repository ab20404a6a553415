#include "tools/gen/page_fields.h"

enum { FIELDS_MAX = 80 };

static const struct {
    const char *word, *c;
} types[FIELD_TYPES] = {
    [FIELD_STR] = {"str", "struct str"},       [FIELD_BOOL] = {"bool", "bool"},
    [FIELD_INT] = {"int", "int64_t"},          [FIELD_HTML] = {"html", "struct markup"},
    [FIELD_LIST] = {"list", NULL},
};

struct reader {
    struct arena *a;
    const struct gen_file *f;
    struct str in; /* up to the end of the comment */
    size_t at;
};

static _Noreturn void fail_here(const struct reader *r, const char *what)
{
    gen_fail(r->f->path, gen_line(r->in, r->at), "%s", what);
}

static void skip_space(struct reader *r)
{
    while (r->at < r->in.n && strchr(" \t\r\n", r->in.p[r->at]))
        r->at++;
}

static bool skip_char(struct reader *r, char c)
{
    skip_space(r);
    if (r->at >= r->in.n || r->in.p[r->at] != c)
        return false;
    r->at++;
    return true;
}

static struct str take_name(struct reader *r)
{
    skip_space(r);
    size_t start = r->at;
    while (r->at < r->in.n && !strchr(" \t\r\n;{}:", r->in.p[r->at]))
        r->at++;
    struct str name = str_part(r->in, start, r->at - start);
    if (!gen_is_name(name))
        fail_here(r, "a name of lower-case letters, digits and _ is expected here");
    return name;
}

static enum field_type take_type(struct reader *r)
{
    struct str word = take_name(r);
    for (unsigned i = 0; i < FIELD_TYPES; i++)
        if (str_eq(word, str_of(types[i].word)))
            return (enum field_type)i;
    fail_here(r, "a field is: str, bool, int, html or list");
}

static struct fields take_fields(struct reader *r, struct str struct_name);

static void take_field(struct reader *r, struct fields *all, struct str struct_name)
{
    struct field f = {.type = take_type(r)};
    f.name = take_name(r);
    if (page_fields_find(*all, f.name))
        fail_here(r, "this name is declared twice");
    if (all->n == FIELDS_MAX)
        fail_here(r, "more than 80 fields");
    if (f.type == FIELD_LIST) {
        f.struct_name = arena_printf(r->a, STR_FMT "_" STR_FMT, STR_ARG(struct_name), STR_ARG(f.name));
        if (!skip_char(r, '{'))
            fail_here(r, "a list is: list name { fields }");
        f.inner = take_fields(r, f.struct_name);
        if (!skip_char(r, '}'))
            fail_here(r, "this list is not closed by }");
    }
    all->field[all->n++] = f;
}

static struct fields take_fields(struct reader *r, struct str struct_name)
{
    struct fields all = {ARENA_ARRAY(r->a, struct field, FIELDS_MAX), 0};
    skip_space(r);
    while (r->at < r->in.n && r->in.p[r->at] != '}') {
        take_field(r, &all, struct_name);
        bool closed = all.field[all.n - 1].type == FIELD_LIST;
        bool separated = skip_char(r, ';');
        skip_space(r);
        if (!separated && !closed && r->at < r->in.n && r->in.p[r->at] != '}')
            fail_here(r, "fields are separated by ;");
    }
    return all;
}

struct fields page_fields_read(struct arena *a, const struct gen_file *f, size_t *body)
{
    struct str name = arena_printf(a, "page_" STR_FMT, STR_ARG(f->stem));
    ptrdiff_t end = str_find(f->text, S("-->"));
    if (!str_starts(f->text, S("<!--")) || end < 0)
        gen_fail(f->path, 1, "must begin with <!-- " STR_FMT ": fields -->", STR_ARG(name));
    struct reader r = {a, f, str_part(f->text, 0, (size_t)end), 4};
    if (!str_eq(take_name(&r), name) || !skip_char(&r, ':'))
        gen_fail(f->path, 1, "must begin with <!-- " STR_FMT ": fields -->", STR_ARG(name));
    struct fields all = take_fields(&r, name);
    if (r.at < r.in.n)
        fail_here(&r, "} without {");
    *body = (size_t)end + 3;
    if (str_starts(str_from(f->text, *body), S("\n")))
        ++*body;
    return all;
}

void page_fields_write(struct buf *out, struct fields fields, struct str struct_name)
{
    for (size_t i = 0; i < fields.n; i++)
        if (fields.field[i].type == FIELD_LIST)
            page_fields_write(out, fields.field[i].inner, fields.field[i].struct_name);
    buf_printf(out, "struct " STR_FMT " {\n", STR_ARG(struct_name));
    for (size_t i = 0; i < fields.n; i++) {
        const struct field *f = &fields.field[i];
        if (f->type == FIELD_LIST)
            buf_printf(out, "    const struct " STR_FMT " *" STR_FMT ";\n    size_t " STR_FMT "_n;\n",
                       STR_ARG(f->struct_name), STR_ARG(f->name), STR_ARG(f->name));
        else
            buf_printf(out, "    %s " STR_FMT ";\n", types[f->type].c, STR_ARG(f->name));
    }
    if (fields.n == 0)
        buf_addz(out, "    bool has_no_fields; /* C wants one */\n");
    buf_addz(out, "};\n");
}

const struct field *page_fields_find(struct fields fields, struct str name)
{
    for (size_t i = 0; i < fields.n; i++)
        if (str_eq(fields.field[i].name, name))
            return &fields.field[i];
    return NULL;
}
