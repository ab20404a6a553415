#include "tools/gen/page_scope.h"

static bool find_built_in(struct arena *a, const struct scope *s, struct str name, struct ref *out)
{
    if (str_eq(name, S("@lang"))) {
        *out = (struct ref){FIELD_STR, S("(lang == LANG_FR ? S(\"fr\") : S(\"en\"))"), NULL};
        return true;
    }
    if (s->number == 0)
        return false;
    if (str_eq(name, S("@first"))) {
        *out = (struct ref){FIELD_BOOL, arena_printf(a, "k%u == 0", s->number), NULL};
        return true;
    }
    if (str_eq(name, S("@last"))) {
        *out = (struct ref){
            FIELD_BOOL, arena_printf(a, "k%u + 1 == " STR_FMT, s->number, STR_ARG(s->list_n)),
            NULL};
        return true;
    }
    return false;
}

bool page_scope_find(struct arena *a, const struct scope *s, struct str name, struct ref *out)
{
    if (str_starts(name, S("@")))
        return find_built_in(a, s, name, out);
    for (; s; s = s->outer) {
        const struct field *f = page_fields_find(s->fields, name);
        if (!f)
            continue;
        struct str c = s->number
                           ? arena_printf(a, "v%u->" STR_FMT, s->number, STR_ARG(f->name))
                           : arena_printf(a, "d->" STR_FMT, STR_ARG(f->name));
        *out = (struct ref){f->type, c, f};
        return true;
    }
    return false;
}

struct str page_scope_condition(struct arena *a, const struct ref *r)
{
    static const char *const tails[FIELD_TYPES] = {
        [FIELD_STR] = ".n > 0",       [FIELD_BOOL] = "",     [FIELD_INT] = " != 0",
        [FIELD_HTML] = ".html.n > 0", [FIELD_LIST] = "_n > 0",
    };
    return arena_printf(a, STR_FMT "%s", STR_ARG(r->c), tails[r->type]);
}

static const struct field *missing_inner(struct fields have, struct fields wanted)
{
    for (size_t i = 0; i < wanted.n; i++) {
        const struct field *w = &wanted.field[i];
        const struct field *h = page_fields_find(have, w->name);
        if (!h || h->type != w->type)
            return w;
        if (w->type == FIELD_LIST && missing_inner(h->inner, w->inner))
            return missing_inner(h->inner, w->inner);
    }
    return NULL;
}

const struct field *page_scope_missing(struct arena *a, const struct scope *s, struct fields wanted)
{
    for (size_t i = 0; i < wanted.n; i++) {
        const struct field *w = &wanted.field[i];
        struct ref r;
        if (!page_scope_find(a, s, w->name, &r) || r.type != w->type)
            return w;
        if (w->type == FIELD_LIST && missing_inner(r.field->inner, w->inner))
            return missing_inner(r.field->inner, w->inner);
    }
    return NULL;
}
